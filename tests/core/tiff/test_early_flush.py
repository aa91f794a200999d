"""Bytes written in their place, whatever the system takes at once, and sent on their way to the disk."""

from __future__ import annotations

import builtins
import errno
import io
import sys

import pytest

from parallel_raster.core.tiff import early_flush
from parallel_raster.core.tiff.early_flush import write_at


@pytest.fixture
def path(tmp_path):
    (tmp_path / "file").write_bytes(b"headtail")
    return str(tmp_path / "file")


def content(path):
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize("begin", [0, 4, 8, 20])
def test_bytes_lie_where_they_are_to_and_the_others_stay(path, begin):
    write_at(path, begin, memoryview(b"abcd"))
    expected = bytearray(b"headtail".ljust(begin, b"\0"))
    expected[begin : begin + 4] = b"abcd"
    assert content(path) == bytes(expected)


def test_a_system_that_takes_little_at_once_is_asked_again(path, monkeypatch):
    class Slow(io.FileIO):
        def write(self, data):
            return super().write(bytes(data)[:3])

    monkeypatch.setattr(builtins, "open", lambda name, mode, buffering: Slow(name, mode.replace("b", "")))
    write_at(path, 2, memoryview(b"0123456789"))
    monkeypatch.undo()
    assert content(path) == b"he0123456789"


def test_a_full_disk_is_told():
    with pytest.raises(OSError, match=f"Errno {errno.ENOSPC}"):
        write_at("/dev/full", 0, memoryview(b"abcd"))


@pytest.mark.skipif(sys.platform != "linux", reason="the call is Linux's")
def test_the_system_is_asked_for_these_bytes(path, monkeypatch):
    asked = []
    real = early_flush._sync_file_range()
    monkeypatch.setattr(early_flush, "_sync_file_range", lambda: lambda *given: asked.append((given[1:], real(*given))))
    write_at(path, 4, memoryview(b"abc"))
    assert asked == [((4, 3, 2), 0)]


def test_without_that_call_bytes_are_written_all_the_same(path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    early_flush._sync_file_range.cache_clear()
    try:
        assert early_flush._sync_file_range() is None
        write_at(path, 4, memoryview(b"abcd"))
    finally:
        early_flush._sync_file_range.cache_clear()
    assert content(path) == b"headabcd"
