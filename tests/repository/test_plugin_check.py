"""`scripts/check_plugin.py` finds what the plugin site would reject in the plugin's zip."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import zipfile

import pytest

import shipped

check_plugin = shipped.check_plugin()
PROJECT = '\nversion = "0.2.0"'
SCANNERS = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("bandit", "detect_secrets")),
    reason="bandit and detect-secrets are not installed",
)


@pytest.fixture
def make_zip(tmp_path):
    """Function that writes a zip of empty files: the files `names` and the required files except those in `without`."""

    def make(*names, without=()):
        path = tmp_path / "plugin.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in {"parallel_raster/" + name for name in check_plugin.NEEDED - set(without)} | set(names):
                archive.writestr(name, b"")
        return path

    return make


def test_valid_zip_passes(make_zip):
    assert check_plugin.faults_of_zip(make_zip("parallel_raster/core/tile.py", "parallel_raster/README.md")) == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("other/module.py", "outside"),
        ("parallel_raster/.gitignore", "not belong"),
        ("parallel_raster/Makefile", "not belong"),
        ("parallel_raster/core/.hidden.py", "hidden"),
        ("parallel_raster/core/__pycache__/tile.py", "leftover"),
        ("parallel_raster/core/tests/test_tile.py", "test"),
        ("parallel_raster/core/fast.so", "extension that is not allowed"),
        ("parallel_raster/resources/scene.tif", "extension that is not allowed"),
    ],
)
def test_forbidden_file_is_found(make_zip, name, fault):
    (found,) = check_plugin.faults_of_zip(make_zip(name))
    assert fault in found


def test_missing_file_is_found(make_zip):
    assert check_plugin.faults_of_zip(make_zip(without=["LICENSE"])) == ["LICENSE is missing"]


def test_large_zip_is_found(make_zip, monkeypatch):
    monkeypatch.setattr(check_plugin, "LARGEST", 10)
    (found,) = check_plugin.faults_of_zip(make_zip())
    assert found.startswith("the zip has ")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("about=", "abut=", "metadata.txt has no about"),
        ("https://example.org/parallel-raster.git", "none", "repository is not an https URL with a path: none"),
        ("on all CPU cores.", "on 100% of all CPU cores.", "metadata.txt contains a % character"),
        ("provider.svg", "missing.svg", "the icon named in metadata.txt is not in the zip"),
        ("version=0.2.0", "version=0.1.1", "the versions in pyproject.toml and metadata.txt differ"),
    ],
)
def test_wrong_metadata_is_found(tmp_path, old, new, fault):
    text = (shipped.ROOT / "metadata.txt").read_text()
    assert old in text
    (tmp_path / "resources" / "icons").mkdir(parents=True)
    (tmp_path / "resources" / "icons" / "provider.svg").touch()
    for words, expected in ((text, []), (text.replace(old, new), [fault])):
        (tmp_path / "metadata.txt").write_text(words)
        assert check_plugin.faults_of_metadata(tmp_path, PROJECT) == expected


@SCANNERS
def test_insecure_code_and_passwords_are_found(tmp_path):
    (tmp_path / "good.py").write_text("answer = 42\n")
    assert check_plugin.findings(tmp_path) == []
    (tmp_path / "bad.py").write_text('import pickle\npassword = "hunter2-hunter2-hunter2"\n')
    found = check_plugin.findings(tmp_path)
    assert any(line.startswith("bad.py:1 B403") for line in found)
    assert "bad.py:2 Secret Keyword" in found


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_zip_of_uncommitted_files(tmp_path):
    """Uncommitted files are packed, except those that `.gitattributes` excludes; the repository is unchanged."""
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
