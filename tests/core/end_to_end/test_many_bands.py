"""Tests with many bands and very long rows: run time grows linearly with the number of bands; errors name the input."""

from __future__ import annotations

import sys
import threading

import numpy as np
import pytest
import rasterio

from parallel_raster import core
from parallel_raster.core.errors import InputError, ParallelRasterError
from parallel_raster.core.parallel.chunks import plan_chunks
from parallel_raster.core.reading import datasets as handles
from parallel_raster.core.reading.metadata import read_source
from parallel_raster.core.reading.readers import InputSnapshot, read_bands
from parallel_raster.core.reading.safe_paths import check_raster_path

OF_ALL_BANDS = ("dtypes", "nodatavals", "mask_flag_enums", "scales", "offsets", "units", "descriptions", "colorinterp",
                "block_shapes")  # fmt: skip
"""Dataset properties for which rasterio queries every band."""


def many(make_raster, count, dtype="uint8"):
    return str(make_raster([np.full((8, 8), band % 250, dtype) for band in range(count)], f"{count}.tif"))


def count_queries(monkeypatch, path):
    """Read a raster's metadata; return the number of queries for each property listed in OF_ALL_BANDS."""
    counts = dict.fromkeys(OF_ALL_BANDS, 0)

    def counting(name):
        def get(self):
            counts[name] += 1
            return getattr(rasterio.io.DatasetReader, name).__get__(self)

        return property(get)

    counted = type("Counted", (handles.BandRangeReader,), {name: counting(name) for name in OF_ALL_BANDS})
    monkeypatch.setattr(handles, "BandRangeReader", counted)
    read_source(path)
    return counts


@pytest.mark.parametrize("dtype", ["uint8", "int64"])
def test_queries_do_not_grow_with_the_number_of_bands(make_raster, monkeypatch, dtype):
    few, more = (count_queries(monkeypatch, many(make_raster, count, dtype)) for count in (3, 40))
    assert few == more and all(more.values())


def test_band_properties_are_cached(make_raster):
    with handles.open_dataset(many(make_raster, 5)) as dataset:
        assert dataset.indexes == range(1, 6)
        assert dataset.dtypes is dataset.dtypes and dataset.nodatavals is dataset.nodatavals
        assert dataset.read([5])[0, 0, 0] == 4


def lines_run(call):
    """Return how many of the package's lines a call executes, counting each loop iteration."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if "parallel_raster" not in frame.f_globals.get("__name__", ""):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()  # measures coverage, and must go on afterwards
    before_in_threads = threading.gettrace() if sys.version_info >= (3, 10) else None
    sys.settrace(trace)
    threading.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
        threading.settrace(before_in_threads)
    return count


def test_tiling_time_grows_linearly_with_the_bands(make_raster, tmp_path):
    def run(count):
        core.tile_raster(path[count], tmp_path / f"t{count}", tiling="grid", columns=1, rows=1, workers=1)

    path = {count: many(make_raster, count) for count in (10, 50, 200)}
    run(10)
    few, more = lines_run(lambda: run(50)), lines_run(lambda: run(200))
    assert more <= 4 * few


def test_a_row_longer_than_a_chunk():
    plan = plan_chunks(
        (1, 2**31 - 1), (512, 512), [(1, 2**31 - 1)], bytes_per_pixel=9, input_block_bytes=2**31, workers=4,
        memory=2**45, chunk_size=0,
    )  # fmt: skip
    assert plan.chunk[0] >= 1 and plan.count == 1


class Cancelling:
    """A `Progress` that cancels the run before its first chunk."""

    def report(self, done, total):
        pass

    def is_cancelled(self):
        return True


def test_the_longest_row(tmp_path):
    path = tmp_path / "long.tif"
    options = {"width": 2**31 - 1, "height": 1, "SPARSE_OK": "YES", "COMPRESS": "DEFLATE", "BIGTIFF": "YES"}
    transform = rasterio.Affine(10, 0, 0, 0, -10, 0)
    with rasterio.open(path, "w", driver="GTiff", count=1, dtype="uint8", transform=transform, **options):
        pass
    for call in (
        lambda: core.normalized_difference(path, tmp_path / "n.tif", band_a=1, band_b=1, progress=Cancelling()),
        lambda: core.merge_tiles([path], tmp_path / "m.tif", progress=Cancelling()),
        lambda: core.tile_raster(path, tmp_path / "t", tiling="grid", columns=1, rows=1, progress=Cancelling()),
    ):
        with pytest.raises(ParallelRasterError):
            call()


def test_an_error_in_a_source_also_names_the_input(make_raster, tmp_path):
    path, vrt = str(make_raster([np.ones((8, 8), "uint8")])), tmp_path / "in.vrt"
    vrt.write_text(
        '<VRTDataset rasterXSize="8" rasterYSize="8"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">in.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
        "</VRTRasterBand></VRTDataset>"
    )
    (band,) = read_bands(str(vrt), [1])
    snapshot = InputSnapshot(band.files, [band])
    with open(path, "ab") as file:
        file.write(b"x")
    with pytest.raises(InputError, match="changed while it was being read") as caught:
        snapshot.check()
    assert path in str(caught.value) and str(vrt) in str(caught.value)
    for content in (b"", b"<html>", b"noise"):
        with open(path, "wb") as file:
            file.write(content)
        with pytest.raises(InputError, match="is not a raster") as caught:
            check_raster_path(str(vrt))
        assert str(vrt) in str(caught.value) and path in str(caught.value)


def test_an_error_in_a_sidecar_also_names_the_input(make_raster):
    path = str(make_raster([np.ones((8, 8), "uint8")]))
    with open(path + ".aux.xml", "w") as file:
        file.write("<PAMDataset>")
    with pytest.raises(InputError, match="its XML is malformed") as caught:
        check_raster_path(path)
    assert str(caught.value).startswith(f"{path} cannot be used: {path}.aux.xml")
