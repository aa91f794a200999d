"""The check of the plugin's zip sees what the plugin site would refuse."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import zipfile

import pytest

import shipped

check_plugin = shipped.check_plugin()
PROJECT = '\nversion = "0.2.0.dev1"'
SCANNERS = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("bandit", "detect_secrets")),
    reason="bandit and detect-secrets are not installed",
)


@pytest.fixture
def make_zip(tmp_path):
    """A zip with a plugin's least files and others."""

    def make(*names, without=()):
        path = tmp_path / "plugin.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in {"parallel_raster/" + name for name in check_plugin.NEEDED - set(without)} | set(names):
                archive.writestr(name, b"")
        return path

    return make


def test_a_plugin_passes(make_zip):
    assert check_plugin.faults_of_zip(make_zip("parallel_raster/core/tile.py", "parallel_raster/README.md")) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("other/module.py", "outside"),
        ("parallel_raster/.gitignore", "no part"),
        ("parallel_raster/Makefile", "no part"),
        ("parallel_raster/core/.hidden.py", "hidden"),
        ("parallel_raster/core/__pycache__/tile.py", "leftover"),
        ("parallel_raster/core/tests/test_tile.py", "test"),
        ("parallel_raster/core/fast.so", "kind"),
        ("parallel_raster/resources/scene.tif", "kind"),
    ],
)
def test_what_a_zip_must_not_hold(make_zip, name, fault):
    (found,) = check_plugin.faults_of_zip(make_zip(name))
    assert fault in found


def test_what_a_zip_must_hold(make_zip):
    assert check_plugin.faults_of_zip(make_zip(without=["LICENSE"])) == ["LICENSE is missing"]


def test_a_zip_too_large(make_zip, monkeypatch):
    monkeypatch.setattr(check_plugin, "LARGEST", 10)
    (found,) = check_plugin.faults_of_zip(make_zip())
    assert found.startswith("the zip has ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("about=", "abut=", "metadata.txt has no about"),
        ("https://example.org/parallel-raster.git", "none", "repository is no address of a page: none"),
        ("on all CPU cores.", "on 100% of all CPU cores.", "metadata.txt has a bare %"),
        ("provider.svg", "missing.svg", "the icon of metadata.txt is not in the zip"),
        ("version=0.2.0.dev1", "version=0.1.1", "pyproject.toml has another version than metadata.txt"),
    ],
)
def test_metadata(tmp_path, old, new, fault):
    text = (shipped.ROOT / "metadata.txt").read_text()
    assert old in text
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    (tmp_path / "resources" / "icons" / "provider.svg").touch()
    for words, expected in ((text, []), (text.replace(old, new), [fault])):
        (tmp_path / "metadata.txt").write_text(words)
        assert check_plugin.faults_of_metadata(tmp_path, PROJECT) == expected


@SCANNERS
def test_findings(tmp_path):
    (tmp_path / "good.py").write_text("answer = 42\n")
    assert check_plugin.findings(tmp_path) == []
    (tmp_path / "bad.py").write_text('import pickle\npassword = "hunter2-hunter2-hunter2"\n')
    found = check_plugin.findings(tmp_path)
    assert any(line.startswith("bad.py:1 B403") for line in found)
    assert "bad.py:2 Secret Keyword" in found


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_zip_of_files_not_yet_committed(tmp_path):
    """Packed as they are, without what `.gitattributes` leaves out, and the repository stays as it was."""
    checkout = tmp_path / "checkout"
    (checkout / "docs").mkdir(parents=True)
    for name in (*check_plugin.NEEDED, "docs/guide.md"):
        (checkout / name).touch()
    (checkout / ".gitattributes").write_text("/docs export-ignore\n/.* export-ignore\n")
    subprocess.run(["git", "init", "--quiet", str(checkout)], check=True)
    before = sorted((checkout / ".git").rglob("*"))
    path = check_plugin.pack(tmp_path / "plugin.zip", checkout)
    assert check_plugin.faults_of_zip(path) == []
    assert "parallel_raster/docs/guide.md" not in zipfile.ZipFile(path).namelist()
    assert sorted((checkout / ".git").rglob("*")) == before
