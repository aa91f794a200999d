"""Tests for sets of output files: all files appear together, and files that are not committed are removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from parallel_raster.core.errors import OutputError
from parallel_raster.core.tileset import file_set
from parallel_raster.core.tileset.file_set import FileSet
from parallel_raster.core.writing import partial_file
from parallel_raster.core.writing.partial_file import remove_dead_partials


def write(files, folder, name, text="new", auxiliary=""):
    member = files.member(str(folder / name))
    Path(member.path).write_text(text)
    Path(member.path + ".ovr").write_text("left by a library")
    if auxiliary:
        Path(member.path + ".aux.xml").write_text(auxiliary)
    member.sync()
    return member


def names(folder):
    return sorted(os.listdir(folder))


def test_files_appear_together_in_a_new_folder(tmp_path):
    folder = tmp_path / "a" / "b"
    with FileSet(str(folder)) as files:
        for name in ("one.tif", "two.tif"):
            write(files, folder, name, auxiliary="auxiliary").commit()
            assert all(each.startswith(".") for each in names(folder))
        write(files, folder, "unfinished.tif")
        files.commit()
    assert names(folder) == ["one.tif", "one.tif.aux.xml", "two.tif", "two.tif.aux.xml"]
    assert (folder / "one.tif").read_text() == "new"


@pytest.mark.parametrize("exists", [True, False])
def test_uncommitted_files_are_removed(tmp_path, state, exists):
    folder = tmp_path / "a" / "b"
    if exists:
        folder.mkdir(parents=True)
        (folder / "one.tif").write_text("old")
    before = state(tmp_path)
    with pytest.raises(KeyboardInterrupt), FileSet(str(folder)) as files:
        write(files, folder, "one.tif").commit()
        raise KeyboardInterrupt
    assert state(tmp_path) == before


def test_sidecars_of_a_replaced_file_are_removed(tmp_path):
    (tmp_path / "one.tif").write_text("old")
    (tmp_path / "one.tif.ovr").write_text("old overviews")
    with FileSet(str(tmp_path)) as files:
        write(files, tmp_path, "one.tif").commit()
        assert (tmp_path / "one.tif").read_text() == "old"
        files.commit()
    assert names(tmp_path) == ["one.tif"] and (tmp_path / "one.tif").read_text() == "new"


def test_all_files_are_flushed_at_once(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(os, "sync", lambda: calls.append("sync"), raising=False)
    monkeypatch.setattr(os, "fsync", lambda _: calls.append("fsync"))
    with FileSet(str(tmp_path)) as files:
        for number in range(5):
            write(files, tmp_path, f"{number}.tif").commit()
        files.commit()
    assert calls == ["sync", "fsync"]  # one call for all files, then one for the folder


def test_files_are_flushed_one_by_one_without_os_sync(tmp_path, monkeypatch):
    calls = []
    monkeypatch.delattr(os, "sync")
    monkeypatch.setattr(os, "fsync", calls.append)
    monkeypatch.setattr(file_set, "sync_folder", lambda _: None)
    with FileSet(str(tmp_path)) as files:
        for number in range(5):
            write(files, tmp_path, f"{number}.tif", auxiliary="auxiliary").commit()
        files.commit()
    assert len(calls) == 10


def test_long_file_names(tmp_path):
    long = "é" * 120 + "[1]*?.tif"
    with FileSet(str(tmp_path)) as files:
        write(files, tmp_path, long).commit()
        files.commit()
    assert names(tmp_path) == [long]


@pytest.mark.parametrize("kind", ["file", "below a file"])
def test_folder_that_cannot_be_created(tmp_path, state, kind):
    (tmp_path / "file").write_text("text")
    before = state(tmp_path)
    folder = tmp_path / "file" if kind == "file" else tmp_path / "file" / "folder"
    with pytest.raises(OutputError, match="file"):
        FileSet(str(folder))
    assert state(tmp_path) == before


def test_file_that_cannot_be_replaced(tmp_path):
    (tmp_path / "one.tif").mkdir()
    with pytest.raises(OutputError, match=r"one\.tif could not be replaced"), FileSet(str(tmp_path)) as files:
        write(files, tmp_path, "one.tif").commit()
        files.commit()
    assert names(tmp_path) == ["one.tif"]


def test_only_sets_of_dead_processes_are_removed(tmp_path):
    with FileSet(str(tmp_path)) as files:
        write(files, tmp_path, "one.tif")
        active = names(tmp_path)
        dead = tmp_path / active[0].replace(f"-{os.getpid()}-", "-1-")
        dead.touch()
        (tmp_path / f"{dead.name}.files").mkdir()
        (tmp_path / f"{dead.name}.files" / "0.tif").write_text("left")
        assert len(names(tmp_path)) == 4
        remove_dead_partials(str(tmp_path))
        assert names(tmp_path) == active
        assert not partial_file._is_dead(tmp_path / active[0])
    assert names(tmp_path) == []
