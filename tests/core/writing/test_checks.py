"""Tests for the checks on output paths, permissions and disk space before a run."""

from __future__ import annotations

import os
import re
import shutil
from collections import namedtuple
from types import SimpleNamespace

import pytest

from parallel_raster.core.errors import OutputError
from parallel_raster.core.writing.checks import check_folder, check_output, check_table
from parallel_raster.core.writing.partial_file import SIDECARS


def check(path, inputs=(), raw_bytes=1000, compress="DEFLATE", space_factor=1.0):
    profile = SimpleNamespace(raw_bytes=raw_bytes, final_options={"COMPRESS": compress}, space_factor=space_factor)
    return check_output(str(path), [str(each) for each in inputs], profile)


def assert_rejected(path, words, inputs=(), **others):
    with pytest.raises(OutputError) as caught:
        check(path, inputs, **others)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert str(path) in str(caught.value) or str(os.path.dirname(path)) in str(caught.value)


def test_valid_outputs_are_accepted(tmp_path, monkeypatch):
    for name in ("new.tif", "NEW.TIFF", "spa ce #é.tif"):
        assert check(tmp_path / name) == str(tmp_path / name)
    (tmp_path / "old.tif").write_text("old")
    check(tmp_path / "old.tif", [tmp_path / "new.tif"])
    monkeypatch.chdir(tmp_path)
    assert check("relative.tif") == str(tmp_path / "relative.tif")


@pytest.mark.parametrize("name", ["out.jpg", "out.vrt", "out", "out.tif.gz", "tif"])
def test_other_extensions_are_rejected(tmp_path, name):
    assert_rejected(tmp_path / name, ".tif or .tiff")


def test_missing_folders_and_folder_names_are_rejected(tmp_path):
    assert_rejected(tmp_path / "missing" / "out.tif", "does not exist")
    (tmp_path / "file").write_text("x")
    assert_rejected(tmp_path / "file" / "out.tif", "not a folder")
    (tmp_path / "folder.tif").mkdir()
    assert_rejected(tmp_path / "folder.tif", "is a folder")
    (tmp_path / "dangling.tif").symlink_to(tmp_path / "gone" / "out.tif")
    assert_rejected(tmp_path / "dangling.tif", "does not exist")


def test_a_link_to_a_writable_path_is_accepted(tmp_path):
    """A link is accepted even if its target does not exist yet."""
    (tmp_path / "dangling.tif").symlink_to(tmp_path / "out.tif")
    check(tmp_path / "dangling.tif")


def test_missing_permissions_are_rejected(tmp_path, monkeypatch):
    """A read-only file or folder is rejected. `os.access` is patched because root can write everywhere."""
    (tmp_path / "old.tif").write_text("old")
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and not str(path).endswith("old.tif"))
    assert_rejected(tmp_path / "old.tif", "read-only")
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and str(path) != str(tmp_path))
    assert_rejected(tmp_path / "new.tif", "permissions")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_named_pipe_is_rejected(tmp_path):
    os.mkfifo(tmp_path / "pipe.tif")
    assert_rejected(tmp_path / "pipe.tif", "not a regular file")


def test_an_input_as_output_is_rejected_for_any_spelling(tmp_path, monkeypatch):
    """An input is also recognized by a relative path, a symbolic link or a hard link."""
    source = tmp_path / "in.tif"
    source.write_text("pixels")
    (tmp_path / "linked.tif").symlink_to(source)
    os.link(source, tmp_path / "hard.tif")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    spellings = [source, "in.tif", "./in.tif", "sub/../in.tif", tmp_path / "linked.tif", tmp_path / "hard.tif"]
    for output in spellings:
        for given in spellings:
            with pytest.raises(OutputError, match="Output is one of the inputs"):
                check(output, ["/elsewhere/other.tif", given])


@pytest.mark.parametrize("suffix", SIDECARS)
def test_an_input_that_is_a_sidecar_of_the_output_is_rejected(tmp_path, suffix):
    """Sidecars are removed when the output is put in place, even if there is no old output."""
    output, source = tmp_path / "out.tif", tmp_path / f"out.tif{suffix}"
    (tmp_path / "linked.tif").symlink_to(output)
    words = rf"Output is one of the inputs: .*out\.tif{re.escape(suffix)}, a sidecar of .*, is the same"
    check(output, ["/elsewhere/other.tif"])
    source.write_text("pixels")
    os.link(source, tmp_path / "hard.tif")
    check(output, ["/elsewhere/other.tif"])
    for given in (source, tmp_path / "hard.tif"):
        for written in (output, tmp_path / "linked.tif"):
            with pytest.raises(OutputError, match=words):
                check(written, ["/elsewhere/other.tif", given])


def test_a_folder_to_which_an_input_is_linked_is_rejected(tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.tif.ovr").write_text("pixels")
    (tmp_path / "in.tif").symlink_to(tmp_path / "set" / "a.tif.ovr")
    with pytest.raises(OutputError, match=r"contains the input .*in\.tif"):
        check_folder(str(tmp_path / "set"), [str(tmp_path / "in.tif")], None, 0)


def test_too_little_free_space_is_rejected(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(0, 0, 10 * 2**20))
    check(tmp_path / "out.tif", raw_bytes=10 * 2**20, compress="NONE")
    assert_rejected(tmp_path / "out.tif", "about 11.0 MB needed, 10.0 MB free", raw_bytes=11 * 2**20, compress="NONE")
    check(tmp_path / "out.tif", raw_bytes=100 * 2**20)
    assert_rejected(tmp_path / "out.tif", "at least 15.0 MB needed", raw_bytes=300 * 2**20)
    assert_rejected(tmp_path / "out.tif", "at least 12.5 MB needed", raw_bytes=100 * 2**20, space_factor=2.5)


def test_free_space_is_checked_for_the_target_of_a_link(tmp_path, monkeypatch):
    checked = []
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: checked.append(folder) or usage(0, 0, 2**40))
    (tmp_path / "big").mkdir()
    (tmp_path / "out.tif").symlink_to(tmp_path / "big" / "out.tif")
    check(tmp_path / "out.tif")
    assert checked == [str(tmp_path / "big")]


def test_a_table_is_a_csv_file_and_not_an_input(tmp_path):
    """A path for a table is rejected if it does not end in .csv or if it is a link to an input."""
    path = tmp_path / "table.csv"
    assert check_table(str(path), [str(tmp_path / "in.tif")]) == str(path)
    with pytest.raises(OutputError, match=r"the table is a CSV file, so its name must end in \.csv"):
        check_table(str(tmp_path / "table.xls"))
    path.symlink_to("in.tif")
    with pytest.raises(OutputError, match="The table .* is the same file as .*, which this run also uses"):
        check_table(str(path), [str(tmp_path / "in.tif")])
