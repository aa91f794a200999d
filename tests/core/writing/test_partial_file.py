"""Tests for files that appear only when they are complete, and for removing files left by crashed runs."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parallel_raster.core.errors import OutputError
from parallel_raster.core.writing import partial_file
from parallel_raster.core.writing.partial_file import (
    SIDECARS,
    PartialFile,
    make_parts_folder,
    remove_dead_partials,
    write_texts,
)

posix = pytest.mark.skipif(os.name != "posix", reason="tests POSIX locks")

OWNER = """
import importlib.util, sys, types
package = types.ModuleType("p"); package.__path__ = [sys.argv[1]]; sys.modules["p"] = package
from p.core.writing.partial_file import PartialFile
print(PartialFile(sys.argv[2]).path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def owner(tmp_path):
    """Return a function that starts a process with a partial file in `tmp_path`; return the process and the path."""
    children = []

    def start(name="other.tif"):
        root = os.path.dirname(os.path.dirname(os.path.dirname(partial_file.__file__)))
        child = subprocess.Popen(
            [sys.executable, "-c", OWNER, root, str(tmp_path / name)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        children.append(child)
        return child, child.stdout.readline().strip()

    yield start
    for child in children:
        child.kill()
        child.communicate()


def names(folder):
    return sorted(os.listdir(folder))


def test_a_committed_file_has_its_final_name(tmp_path):
    destination = tmp_path / "out.tif"
    partial = PartialFile(str(destination))
    (name,) = names(tmp_path)
    assert name.startswith(".") and name.endswith(".tif")  # hidden from `*.tif`, but with a TIFF extension
    assert partial.path == str(tmp_path / name)  # same folder, so that the rename stays within one file system
    with open(partial.path, "wb") as file:
        file.write(b"pixels")
    assert not destination.exists()
    partial.sync()
    partial.commit()
    assert names(tmp_path) == ["out.tif"] and destination.read_bytes() == b"pixels"


def test_discarding_removes_the_file_and_its_sidecars(tmp_path):
    partial = PartialFile(str(tmp_path / "out.tif"))
    for suffix in SIDECARS:
        (tmp_path / (partial.path + suffix)).write_text("sidecar")
    partial.discard()
    assert names(tmp_path) == []
    partial.discard()


def test_an_old_file_is_replaced_and_its_sidecars_removed(tmp_path):
    for name in (
        "out.tif",
        "out.tif.ovr",
        "out.tif.aux.xml",
        "out.tif.msk",
        "out.tif.msk.ovr",
        "out.tfw",
        "out.tif.txt",
    ):
        (tmp_path / name).write_text("old")
    partial = PartialFile(str(tmp_path / "out.tif"))
    with open(partial.path, "w") as file:
        file.write("new")
    partial.commit()
    assert names(tmp_path) == ["out.tfw", "out.tif", "out.tif.txt"]
    assert (tmp_path / "out.tif").read_text() == "new"


def test_sidecars_of_an_old_file_stay_if_it_cannot_be_replaced(tmp_path, monkeypatch):
    """If the old result cannot be replaced, it is kept together with its overviews and mask."""

    def fail(*_):
        raise PermissionError(13, "Permission denied")

    for name in ("out.tif", "out.tif.ovr", "out.tif.msk"):
        (tmp_path / name).write_text("old")
    partial = PartialFile(str(tmp_path / "out.tif"))
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="could not be replaced: Permission denied"):
        partial.commit()
    partial.discard()
    assert names(tmp_path) == ["out.tif", "out.tif.msk", "out.tif.ovr"]


@pytest.mark.parametrize("locked", ["out.tif.ovr", "out.tif.msk"])
def test_a_sidecar_that_cannot_be_removed_is_an_error(tmp_path, monkeypatch, locked):
    """If old overviews or masks cannot be removed, the old result is kept: GDAL would use them with the new file."""
    real = os.replace

    def fail(source, target):
        if os.path.basename(source) == locked:
            raise PermissionError(13, "Permission denied")
        real(source, target)

    for name in ("out.tif", "out.tif.ovr", "out.tif.msk"):
        (tmp_path / name).write_text("old")
    partial = PartialFile(str(tmp_path / "out.tif"))
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OutputError, match="Permission denied"):
        partial.commit()
    partial.discard()
    assert names(tmp_path) == ["out.tif", "out.tif.msk", "out.tif.ovr"]
    assert (tmp_path / "out.tif").read_text() == "old"


@posix
def test_permissions_are_those_of_any_new_file(tmp_path):
    """The result does not keep a temporary file's 0600 permissions, so other users can read it."""
    (tmp_path / "plain").touch()
    partial = PartialFile(str(tmp_path / "out.tif"))
    partial.commit()
    assert stat.S_IMODE((tmp_path / "out.tif").stat().st_mode) == stat.S_IMODE((tmp_path / "plain").stat().st_mode)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_kept_and_its_target_replaced(tmp_path, exists):
    (tmp_path / "store").mkdir()
    if exists:
        (tmp_path / "store" / "real.tif").write_text("old")
    (tmp_path / "out.tif").symlink_to(tmp_path / "store" / "real.tif")
    partial = PartialFile(str(tmp_path / "out.tif"))
    assert os.path.dirname(partial.path) == str(tmp_path / "store")
    partial.commit()
    assert (tmp_path / "out.tif").is_symlink()
    assert names(tmp_path / "store") == ["real.tif"] and (tmp_path / "store" / "real.tif").read_bytes() == b""


def test_long_and_unusual_names_are_supported(tmp_path):
    for name in ("x" * 240 + ".tif", "日本 #1 %20.tif", "a.b.c.tif", ".tif", "é" * 120 + ".tif"):
        partial = PartialFile(str(tmp_path / name))
        partial.commit()
        assert (tmp_path / name).exists()


def test_a_missing_folder_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="missing"):
        PartialFile(str(tmp_path / "missing" / "out.tif"))


@posix
def test_only_files_of_dead_processes_are_removed(tmp_path, owner):
    """A partial file is kept while its process is running; the first run after the process ends removes the file."""
    child, live = owner()
    (tmp_path / ".notes-of-the-user.tif").write_text("keep")
    PartialFile(str(tmp_path / "out.tif")).commit()
    assert os.path.exists(live)
    child.kill()
    child.wait()
    assert os.path.exists(live)  # removed only by the next run
    PartialFile(str(tmp_path / "out.tif")).commit()
    assert names(tmp_path) == [".notes-of-the-user.tif", "out.tif"]


@posix
def test_two_owners_in_one_process(tmp_path):
    """Two runs in one QGIS process do not remove each other's partial files, even for the same output."""
    first, second = PartialFile(str(tmp_path / "out.tif")), PartialFile(str(tmp_path / "out.tif"))
    assert first.path != second.path and os.path.exists(first.path)
    first.commit()
    second.commit()
    assert names(tmp_path) == ["out.tif"]


@posix
def test_a_file_is_locked_until_it_is_renamed(tmp_path, monkeypatch):
    """A run that starts just before the rename does not remove the finished file, which is still locked."""
    real = os.replace

    def replace_during_cleanup(source, target):
        remove_dead_partials(str(tmp_path))
        real(source, target)

    for name in ("out.tif", "out.tif.ovr", "out.tif.msk"):
        (tmp_path / name).write_text("old")
    partial = PartialFile(str(tmp_path / "out.tif"))
    monkeypatch.setattr(os, "replace", replace_during_cleanup)
    partial.commit()
    assert names(tmp_path) == ["out.tif"]
    assert (tmp_path / "out.tif").read_bytes() == b""


def test_a_file_of_another_host_is_removed_after_a_day(tmp_path):
    """Only the age of the file counts, because not every network file system supports locks between hosts."""
    young, old = tmp_path / ".a.parallelraster-elsewhere-1-00.tif", tmp_path / ".b.parallelraster-elsewhere-1-00.tif"
    for path in (young, old):
        path.write_text("x")
    hour = 3600
    os.utime(young, (time.time() - 23 * hour,) * 2)
    os.utime(old, (time.time() - 25 * hour,) * 2)
    remove_dead_partials(str(tmp_path))
    assert names(tmp_path) == [young.name]


def test_a_failing_flush_is_an_error(tmp_path, monkeypatch):
    """A failing flush raises an error, because the system may notice a full disk only when the file is flushed."""

    def full(descriptor):
        raise OSError(28, "No space left on device")

    partial = PartialFile(str(tmp_path / "out.tif"))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"out\.tif could not be written: No space left on device"):
        partial.sync()
    partial.discard()
    assert names(tmp_path) == []


@posix
def test_a_folder_that_cannot_be_flushed_is_ignored(tmp_path, monkeypatch):
    """If the folder cannot be flushed, no error is raised, because the result is already complete and renamed."""
    real = os.fsync

    def fail(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(22, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fail)
    partial = PartialFile(str(tmp_path / "out.tif"))
    partial.sync()
    partial.commit()
    assert names(tmp_path) == ["out.tif"]


def test_texts_are_renamed_together(tmp_path, monkeypatch):
    """If the second of two text files cannot be written, the first one stays unchanged."""
    first, second = tmp_path / "a.csv", tmp_path / "b.html"
    first.write_text("old")
    write_texts({str(first): "é,1\n", str(second): "<p>"})
    assert (first.read_bytes(), second.read_bytes()) == (b"\xc3\xa9,1\n", b"<p>")
    with pytest.raises(OutputError, match="Cannot write to .*nowhere"):
        write_texts({str(first): "new", str(tmp_path / "nowhere" / "b.html"): "<p>"})
    assert first.read_bytes() == b"\xc3\xa9,1\n"
    assert sorted(os.listdir(tmp_path)) == ["a.csv", "b.html"]


def test_part_files_of_a_dead_run_are_removed(tmp_path):
    """The folder of part files is kept as long as the partial file is locked, and is then removed."""
    partial = PartialFile(str(tmp_path / "out.tif"))
    folder = Path(make_parts_folder(partial.path))
    (folder / "0-0-1-1.tif").touch()
    remove_dead_partials(str(tmp_path))
    assert folder.exists()
    partial._release()  # as if the owner of the file had ended
    remove_dead_partials(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
