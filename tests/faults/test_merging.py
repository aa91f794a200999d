"""Merge tiles with rasters that do not match, many rasters, or incomplete folders (F08, F28-F35 and others)."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from cases import long
from fault_kit import (
    MANY,
    PEAK,
    assert_child_failed_cleanly,
    assert_readable,
    fails_cleanly,
    listing,
    peak_megabytes,
    run_child,
    small_disk,
    write_raster,
)
from georeference import METRES
from parallel_raster.core import Cancelled, merge_tiles

ALGORITHM = "parallelraster:mergetiles"

LIMITED = (
    """
import resource
files = arguments.pop("open_files")
resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
from parallel_raster.core import merge_tiles
if arguments.pop("by_name", False):
    folder = arguments["sources"]
    arguments["sources"] = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
print_outcome(lambda: merge_tiles(**arguments).tile_count)
"""
    + PEAK
)


def transform_at(col: float, row: float, pixel: float = 10) -> Any:
    """Return the transform of a raster whose first pixel is at column `col` and row `row` of the common grid."""
    return from_origin(500_000 + 10 * col, 5_000_000 - 10 * row, pixel, pixel)


def tile(path: Path, value: float = 1, col: float = 0, row: float = 0, dtype: str = "uint8", **profile: Any) -> Path:
    """Write a raster of 20 x 20 pixels that all have the same value; return its path."""
    bands = profile.pop("bands", 1)
    return write_raster(path, np.full((bands, 20, 20), value, dtype), transform=transform_at(col, row), **profile)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with `MANY` tiles of 16 x 16 pixels, 100 tiles per row. Each pixel's value is the number of its tile."""
    folder = tmp_path_factory.mktemp("many")
    profile = {"driver": "GTiff", "width": 16, "height": 16, "count": 1, "dtype": "uint16", "crs": METRES}
    first = folder / "t_0000.tif"
    with rasterio.open(first, "w", **profile, transform=from_origin(5e5, 5e6, 10, 10)) as dataset:
        dataset.write(np.zeros((1, 16, 16), "uint16"))
    for number in range(1, MANY):
        path = folder / f"t_{number:04}.tif"
        shutil.copyfile(first, path)
        row, col = divmod(number, 100)
        with rasterio.open(path, "r+") as dataset:
            dataset.transform = from_origin(5e5 + 160 * col, 5e6 - 160 * row, 10, 10)
            dataset.write(np.full((1, 16, 16), number, "uint16"))
    return folder


@pytest.mark.repeated
@pytest.mark.parametrize("by_name", [False, *long(True)])
def test_many_tiles_with_few_open_files(many: Path, tmp_path: Path, by_name: bool) -> None:
    """F28: with a limit of 128 open files (`ulimit -n 128`), all tiles in a list or folder are still merged."""
    arguments = {"sources": str(many), "by_name": by_name, "dst": tmp_path / "out.tif", "open_files": 128}
    run = run_child(LIMITED, arguments, timeout=600)
    assert run.ok and run.value == MANY, f"{run.message}\n{run.stderr[-1000:]}"
    assert peak_megabytes(run) < 600
    with rasterio.open(tmp_path / "out.tif") as dataset:
        found = dataset.read(1)
    wanted = np.arange(MANY, dtype="uint16").reshape(-1, 100).repeat(16, axis=0).repeat(16, axis=1)
    np.testing.assert_array_equal(found, wanted)


def test_many_external_masks(tmp_path: Path) -> None:
    """F28: with a limit of 128 open files, 120 tiles can be merged although each of them also has a mask file."""
    (tmp_path / "in").mkdir()
    for number in range(120):
        path = tile(tmp_path / "in" / f"t_{number:03}.tif", number, 20 * number)
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as dataset:
            dataset.write_mask(np.ones((20, 20), bool))
    arguments = {"sources": str(tmp_path / "in"), "dst": tmp_path / "out.tif", "open_files": 128, "method": "max"}
    run = run_child(LIMITED, arguments)
    assert run.ok and run.value == 120, f"{run.message}\n{run.stderr[-1000:]}"


def test_more_workers_than_open_files(tmp_path: Path) -> None:
    """F28: with a limit of 128 open files, 120 workers merge 144 rasters: fewer chunks run at a time."""
    (tmp_path / "in").mkdir()
    for number in range(144):
        row, col = divmod(number, 12)
        tile(tmp_path / "in" / f"t_{number:03}.tif", number, 20 * col, 20 * row)
    arguments = {"sources": str(tmp_path / "in"), "dst": tmp_path / "out.tif", "open_files": 128, "method": "median"}
    options = {"workers": 120, "chunk_size": 16, "creation_options": "TILED=YES|BLOCKXSIZE=16|BLOCKYSIZE=16"}
    run = run_child(LIMITED, {**arguments, **options})
    assert run.ok and run.value == 144, f"{run.message}\n{run.stderr[-1000:]}"


@pytest.mark.parametrize("crs", ["EPSG:32634", "EPSG:4326", None])
@pytest.mark.parametrize("first", [0, 1])
def test_another_crs(tmp_path: Path, crs: str | None, first: int) -> None:
    """F29: a raster with a different CRS, or without a CRS, is rejected with an error that names both rasters."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", col=20, crs=crs)]
    with fails_cleanly(tmp_path, *paths, "CRS"):
        merge_tiles(paths[::-1] if first else paths, tmp_path / "out.tif")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ({"transform": from_origin(500_200, 5_000_000, 20, 20)}, "20 x 20"),
        ({"transform": from_origin(500_205, 5_000_000, 10, 10)}, "0.5 columns"),
        ({"transform": from_origin(500_200, 5_000_000, 10, 10) * rasterio.Affine.rotation(10)}, "rotated"),
        ({"transform": from_origin(500_200, 5_000_000, 10, -10)}, "opposite direction"),
    ],
)
def test_another_grid(tmp_path: Path, profile: dict[str, Any], words: str) -> None:
    """F30: a raster on a different grid raises an error that states the difference, unless RESAMPLING is set."""
    paths = [tile(tmp_path / "a.tif"), write_raster(tmp_path / "b.tif", np.full((1, 20, 20), 9, "uint8"), **profile)]
    with fails_cleanly(tmp_path, *paths, words, "RESAMPLING"):
        merge_tiles(paths, tmp_path / "out.tif")
    merge_tiles(paths, tmp_path / "out.tif", resampling="nearest", resolution="highest")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        valid = dataset.read_masks(1) != 0
        assert set(np.unique(dataset.read(1)[valid])) == {1, 9}


def test_a_billionth_off(tmp_path: Path) -> None:
    """F30: two grids that are shifted by only 1e-9 pixels count as the same grid."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", 2, 20 + 1e-9, 1e-9)]
    merge_tiles(paths, tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.shape == (20, 40)


@pytest.mark.parametrize(
    ("dtypes", "values", "common"),
    [(("uint8", "float32"), (200, 1234.5), "float32"), (("uint8", "int16"), (255, -300), "int16")],
)
@pytest.mark.parametrize("first", [0, 1])
def test_mixed_types(tmp_path: Path, dtypes: Any, values: Any, common: str, first: int) -> None:
    """F31: for any order of the inputs, the mosaic's data type can hold all input values, and the log reports it."""
    paths = [tile(tmp_path / f"{n}.tif", values[n], 20 * n, dtype=dtypes[n]) for n in (0, 1)]
    lines: list[str] = []

    class Log:
        info = warning = staticmethod(lines.append)

    merge_tiles(paths[::-1] if first else paths, tmp_path / "out.tif", log=Log())
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.dtypes[0] == common
        assert set(np.unique(dataset.read(1))) == set(values)
    assert any(common in line and all(each in line for each in dtypes) for line in lines)


def test_mixed_nodata(tmp_path: Path) -> None:
    """F32: each raster is read with its own nodata value; an OUTPUT_NODATA that does not fit the type is rejected."""
    one = np.full((1, 20, 20), 5, "uint8")
    one[0, 0, 0] = 255
    two = np.full((1, 20, 20), 255, "uint8")
    two[0, 0, 0] = 0
    paths = [
        write_raster(tmp_path / "a.tif", one, nodata=5, transform=transform_at(0, 0)),
        write_raster(tmp_path / "b.tif", two, nodata=0, transform=transform_at(0, 0)),
    ]
    merge_tiles(paths, tmp_path / "out.tif")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert (dataset.read(1) == 255).all() and (dataset.read_masks(1) == 255).all() and dataset.nodata is None
    with fails_cleanly(tmp_path, "OUTPUT_NODATA", "-9999", "uint8"):
        merge_tiles(paths, tmp_path / "new.tif", output_nodata=-9999)


def test_band_counts(tmp_path: Path) -> None:
    """F33: rasters with different numbers of bands are rejected with an error that states both numbers of bands."""
    paths = [tile(tmp_path / "a.tif", bands=3), tile(tmp_path / "b.tif", col=20, bands=4)]
    with fails_cleanly(tmp_path, *paths, "3 bands", "4 bands"):
        merge_tiles(paths, tmp_path / "out.tif")


def test_gaps_and_overlaps(tmp_path: Path) -> None:
    """F34: gaps between rasters are nodata or masked; where rasters overlap, the first raster in the list is used."""
    for nodata in (None, 0):
        paths = [tile(tmp_path / f"{n}.tif", n + 1, col, nodata=nodata) for n, col in enumerate((0, 10, 50))]
        merge_tiles(paths, tmp_path / "out.tif")
        with rasterio.open(tmp_path / "out.tif") as dataset:
            found, valid = dataset.read(1)[0], dataset.read_masks(1)[0] != 0
        assert found[:30].tolist() == [1] * 20 + [2] * 10 and not valid[30:50].any() and valid.sum() == 50


def tile_set(folder: Path) -> Path:
    """Write two tiles and their `tiles.json` to a new folder; return the folder."""
    folder.mkdir()
    tiles = []
    for number in (0, 1):
        tile(folder / f"t_{number}.tif", number + 1, 20 * number)
        window = [20 * number, 0, 20, 20]
        tiles.append({"file": f"t_{number}.tif", "row": 0, "col": number, "id": number, "window": window,
                      "core": window, "valid_share": None})  # fmt: skip
    with rasterio.open(folder / "t_0.tif") as dataset:
        wkt, transform = dataset.crs.to_wkt(), list(dataset.transform)[:6]
    manifest = {"format": 1, "source": {"path": "x", "size": None, "mtime_ns": None}, "crs_wkt": wkt, "parameters": {},
                "transform": transform, "width": 40, "height": 20, "tiles": tiles}  # fmt: skip
    (folder / "tiles.json").write_text(json.dumps(manifest))
    return folder


def test_a_missing_and_a_foreign_tile(tmp_path: Path) -> None:
    """F34: a folder is rejected if it lacks a tile listed in `tiles.json` or contains a raster that is not listed."""
    folder = tile_set(tmp_path / "set")
    os.rename(folder / "t_0.tif", tmp_path / "kept.tif")
    with fails_cleanly(tmp_path, folder / "t_0.tif", "missing"):
        merge_tiles(folder, tmp_path / "out.tif")
    os.rename(tmp_path / "kept.tif", folder / "t_0.tif")
    tile(folder / "other.tif")
    with fails_cleanly(tmp_path, folder / "other.tif", "not listed"):
        merge_tiles(folder, tmp_path / "out.tif")


def test_an_output_in_the_folder_of_its_tiles(tmp_path: Path) -> None:
    """F08: an output in the input folder is rejected if its name matches the pattern of the input files."""
    folder = tile_set(tmp_path / "set")
    with fails_cleanly(tmp_path, folder / "out.tif", "matches *.tif"):
        merge_tiles(folder, folder / "out.tif")
    for _ in range(2):
        assert merge_tiles(folder, folder / "out.tiff").tile_count == 2
    (folder / "tiles.json").unlink()
    with fails_cleanly(tmp_path, folder / "out.tif"):
        merge_tiles(folder, folder / "out.tif")


def test_two_tiles_far_apart(tmp_path: Path) -> None:
    """F35: for two tiles 3,000,000 pixels apart, an error states the mosaic size; the check uses little memory."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", 2, 3_000_000, 3_000_000)]
    before = listing(tmp_path)
    run = run_child(LIMITED, {"sources": [str(path) for path in paths], "dst": tmp_path / "out.tif", "open_files": 256})
    assert_child_failed_cleanly(run, "3000020 x 3000020 pixels")
    assert peak_megabytes(run) < 250
    assert listing(tmp_path) == before


def test_a_tile_that_changes(tmp_path: Path) -> None:
    """F17: if a tile is replaced during the run, the run fails with an error that names the tile."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", col=20)]

    class Replacer:
        def report(self, done: int, total: int) -> None:
            if done:
                tile(tmp_path / "a.tif", 7)

        def is_cancelled(self) -> bool:
            return False

    with pytest.raises(Exception, match="a.tif changed while it was being read") as error:
        merge_tiles(paths, tmp_path / "out.tif", progress=Replacer())
    assert_readable(str(error.value))
    assert not (tmp_path / "out.tif").exists()


@pytest.mark.parametrize("damage", ["gone", "text", "cut"])
def test_one_bad_tile_among_many(tmp_path: Path, damage: str) -> None:
    """F19-F23: one missing or damaged tile raises an error that names the tile; nothing is written."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 255, (3, 1, 256, 256), dtype="uint8")
    paths = [write_raster(tmp_path / f"{n}.tif", pixels[n], transform=transform_at(256 * n, 0)) for n in range(3)]
    if damage == "gone":
        paths[1].unlink()
    elif damage == "text":
        paths[1].write_text("no raster at all")
    else:
        with open(paths[1], "rb+") as file:
            file.truncate(paths[1].stat().st_size // 2)
    with fails_cleanly(tmp_path, paths[1]):
        merge_tiles(paths, tmp_path / "out.tif")


def test_a_disguised_virtual_raster(tmp_path: Path) -> None:
    """F44, F45: a VRT whose file name ends in .tif is rejected."""
    path = tmp_path / "b.tif"
    path.write_text('<VRTDataset rasterXSize="20" rasterYSize="20"></VRTDataset>')
    paths = [tile(tmp_path / "a.tif"), path]
    with fails_cleanly(tmp_path, path, "VRT"):
        merge_tiles(paths, tmp_path / "out.tif")


def test_an_older_mosaic_stays_when_a_run_fails(tmp_path: Path) -> None:
    """F09: if a run is cancelled while it is checking its inputs, an existing mosaic stays unchanged."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", col=20)]
    merge_tiles(paths, tmp_path / "out.tif")

    class Cancelling:
        def report(self, done: int, total: int) -> None:
            pass

        def is_cancelled(self) -> bool:
            return True

    before = listing(tmp_path)
    with pytest.raises(Cancelled):
        merge_tiles(paths, tmp_path / "out.tif", progress=Cancelling())
    assert listing(tmp_path) == before


@pytest.mark.long
def test_through_qgis(qgis: Any, tmp_path: Path) -> None:
    """If Merge tiles fails in `qgis_process`, the exit code is not 0, the error is printed, and no files are left."""
    paths = [tile(tmp_path / "a.tif"), tile(tmp_path / "b.tif", col=20, crs="EPSG:32634")]
    before = listing(tmp_path)
    inputs = [f"--INPUTS={path}" for path in paths]
    run = qgis.call("run", ALGORITHM, *inputs, f"--OUTPUT={tmp_path / 'out.tif'}")
    assert run.returncode != 0 and "Traceback" not in run.stderr
    assert str(paths[1]) in run.stderr and "EPSG:32634" in run.stderr
    assert listing(tmp_path) == before


@pytest.mark.parametrize("method", ["mean", *long("first")])
def test_disk_full_through_qgis(qgis: Any, tmp_path: Path, method: str) -> None:
    """F01: if the disk fills up while blocks are being copied or encoded, the error states how much space is needed."""
    noise = np.random.default_rng(1).integers(0, 255, (1, 1024, 1024), dtype="uint8")
    profile = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "deflate"}
    paths = [write_raster(tmp_path / f"{n}.tif", noise, transform=transform_at(1024 * n, 0), **profile) for n in (0, 1)]
    inputs = [*(f"--INPUTS={path}" for path in paths), f"--METHOD={['first', 'mean'].index(method) * 4}"]
    with small_disk(tmp_path / "disk", 2**20 * 3 // 2) as disk:
        (disk / "out.tif").write_bytes(b"old")
        run = qgis.call("run", ALGORITHM, *inputs, f"--OUTPUT={disk / 'out.tif'}")
        found = re.search(rf"Not enough space on {disk}: about (\d+) MB needed, 0 MB free", run.stderr)
        assert run.returncode != 0 and found, run.stderr
        assert 1 <= int(found[1]) <= 12
        assert os.listdir(disk) == ["out.tif"]
        assert (disk / "out.tif").read_bytes() == b"old"


@pytest.mark.long
def test_a_large_mosaic_in_little_memory(tmp_path: Path) -> None:
    """Merging 36,000 x 18,000 pixels, all of which are decoded and re-encoded, stays within the memory limit."""
    paths = []
    for number in range(18):
        row, col = divmod(number, 6)
        paths.append(tmp_path / f"{number:02}.tif")
        with rasterio.open(
            paths[-1], "w", driver="GTiff", width=6000, height=6000, count=1, dtype="uint8", crs=METRES,
            transform=transform_at(6000 * col, 6000 * row), tiled=True, compress="deflate", sparse_ok=True,
        ) as dataset:  # fmt: skip
            dataset.write(np.full((1, 100, 100), number + 1, "uint8"), window=((5900, 6000), (5900, 6000)))
    arguments = {"sources": [str(path) for path in paths], "dst": tmp_path / "out.tif", "memory": 64, "method": "max"}
    run = run_child(LIMITED, {**arguments, "open_files": 128, "workers": 2}, timeout=300, env={"GDAL_CACHEMAX": "64"})
    assert run.ok, f"{run.message}\n{run.stderr[-1000:]}"
    assert peak_megabytes(run) < 64 + 64 + 160
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.shape == (18_000, 36_000)
        corners = [dataset.read(1, window=((6000 * row + 5999, 6000 * row + 6000), (5999, 6001))) for row in range(3)]
    assert [corner.tolist() for corner in corners] == [[[1, 0]], [[7, 0]], [[13, 0]]]
