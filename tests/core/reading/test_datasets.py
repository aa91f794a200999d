"""Tests for a run's datasets: one per thread and file, reopened to limit GDAL's cache, and closed at the end."""

from __future__ import annotations

import threading

import pytest
import rasterio
from rasterio.errors import RasterioIOError

from parallel_raster.core.reading.datasets import REOPEN_BLOCKS, REOPEN_BYTES, Handles, keep_environment, open_dataset


class Dataset:
    def __init__(self, path):
        self.path, self.closed = path, False

    def close(self):
        self.closed = True


@pytest.fixture
def opened():
    return []


@pytest.fixture
def handles(opened):
    def open_dataset(path):
        opened.append(Dataset(path))
        return opened[-1]

    with Handles(open_dataset) as handles:
        yield handles


def test_one_dataset_per_thread_and_file(handles):
    first = handles.dataset("a")
    assert handles.dataset("a") is first
    assert handles.dataset("b") is not first
    other = []
    thread = threading.Thread(target=lambda: other.append(handles.dataset("a")))
    thread.start()
    thread.join()
    assert other[0] is not first and other[0].path == "a"


def test_a_dataset_is_reopened_after_many_bytes(handles, opened):
    first = handles.dataset("a", REOPEN_BYTES, 1)
    assert handles.dataset("a", 1, 1) is first and not first.closed
    second = handles.dataset("a", 1, 1)
    assert second is not first and first.closed and not second.closed
    assert handles.dataset("a", 1, 1) is second
    assert len(opened) == 2


def test_a_dataset_with_large_blocks_is_reopened_less_often(handles, opened):
    block_bytes = REOPEN_BYTES
    for _ in range(REOPEN_BLOCKS):
        handles.dataset("a", block_bytes, block_bytes)
    assert len(opened) == 1
    handles.dataset("a", block_bytes, block_bytes)
    handles.dataset("a", block_bytes, block_bytes)
    assert len(opened) == 2


def test_all_datasets_are_closed_at_the_end(opened):
    with Handles(lambda path: opened.append(Dataset(path)) or opened[-1]) as handles:
        for path in "abc":
            handles.dataset(path)
        thread = threading.Thread(target=handles.dataset, args=("a",))
        thread.start()
        thread.join()
    assert len(opened) == 4 and all(dataset.closed for dataset in opened)


def test_the_least_recently_used_dataset_is_closed(opened):
    with Handles(lambda path: opened.append(Dataset(path)) or opened[-1], limit=2) as handles:
        for path in "abac":
            handles.dataset(path)
        assert [(dataset.path, dataset.closed) for dataset in opened] == [("a", False), ("b", True), ("c", False)]
        handles.dataset("b")
        assert [dataset.path for dataset in opened if not dataset.closed] == ["c", "b"]
        other = []
        thread = threading.Thread(target=lambda: other.extend(handles.dataset(path) for path in "xyz"))
        thread.start()
        thread.join()
        assert [dataset.closed for dataset in other] == [True, False, False]
    assert all(dataset.closed for dataset in opened)


@pytest.mark.parametrize(("name", "looks_up"), [("missing.tif", False), ("s3://bucket/missing.tif", True)])
def test_credentials_are_looked_up_only_for_remote_files(tmp_path, monkeypatch, name, looks_up):
    asked = []
    monkeypatch.setattr(rasterio.env.Env, "credentialize", lambda self: asked.append(self))
    path = name if "://" in name else str(tmp_path / name)
    with rasterio.Env(AWS_NO_SIGN_REQUEST="YES", AWS_S3_ENDPOINT="127.0.0.1:9", AWS_HTTPS="NO", GDAL_HTTP_TIMEOUT=1):
        asked.clear()
        with pytest.raises(RasterioIOError):
            open_dataset(path)
    assert bool(asked) == looks_up


def test_a_kept_environment_has_the_defaults_of_rasterio():
    """`rasterio.open` also uses these defaults if there is no environment."""
    found = []

    def look():
        keep_environment()
        found.append(rasterio.env.getenv())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert rasterio.Env.default_options().items() <= found[0].items()
    assert not rasterio.env.hasenv()
