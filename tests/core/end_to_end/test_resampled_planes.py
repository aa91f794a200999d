"""Resampling preserves planes (linearly varying values), and its results equal those of gdalwarp."""

from __future__ import annotations

import functools
import shutil
import subprocess

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.crs import CRS
from rasterio.warp import transform
from rasterio.windows import Window

from cases import long, mostly_long
from georeference import UTM
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.regrid.kernels import reach, resample
from parallel_raster.core.regrid.placement import Parallel, resolve_parallel
from parallel_raster.core.regrid.warp import resolve_warped

UTM33, UTM32, WORLD = (CRS.from_epsg(code) for code in (32633, 32632, 4326))
LEFT, TOP, SIZE = 500_000, 5_000_000, 120
CENTRE = LEFT + 5 * SIZE, TOP - 5 * SIZE
SLOPE = 100.0


def grid(pixel=10.0, *, angle=0.0, crs=UTM33, size=SIZE, shift=(0.0, 0.0)):
    """Return a square grid with the same centre as the target grid, but shifted by `shift` pixels."""
    x, y = (each[0] for each in transform(UTM33, crs, [CENTRE[0]], [CENTRE[1]]))
    place = Affine.translation(x, y) * Affine.rotation(angle) * Affine.scale(pixel, -pixel)
    return Grid(crs, place * Affine.translation(shift[0] - size / 2, shift[1] - size / 2), size, size)


TARGET = Grid(UTM33, Affine(10, 0, LEFT, 0, -10, TOP), SIZE, SIZE)


def plane(rows, cols):
    return SLOPE * cols - 37 * rows + 20_000


def worst_share(other, method):
    """Resample a plane from `other` to TARGET; return the largest error relative to the step between two pixels."""
    values = plane(*(np.mgrid[0 : other.height, 0 : other.width] + 0.5))
    place = resolve_parallel(TARGET, other) or resolve_warped(TARGET, other, "a", "b")
    places = place.positions(Window(0, 0, SIZE, SIZE))
    found, shown = resample(
        values, np.ones(values.shape, bool), places, steps=place.steps, method=method,
        parallel=isinstance(place, Parallel),
    )  # fmt: skip
    rows, cols = exact_positions(other)
    edge = [far + 1 for far in reach(method, place.steps)]
    inside = shown & (rows > edge[0]) & (rows < other.height - edge[0])
    inside &= (cols > edge[1]) & (cols < other.width - edge[1])
    assert inside.mean() > 0.05
    return np.abs(found - plane(rows, cols))[inside].max() / SLOPE


def exact_positions(other):
    """Return the rows and columns of TARGET's pixel centres in the grid `other`, computed with PROJ."""
    cols, rows = (each.ravel() for each in np.meshgrid(*[np.arange(SIZE) + 0.5] * 2))
    xs, ys = TARGET.transform * (cols, rows)
    if other.crs != UTM33:
        xs, ys = (np.array(each) for each in transform(UTM33, other.crs, xs.tolist(), ys.tolist()))
    found_cols, found_rows = ~other.transform * (xs, ys)
    return found_rows.reshape(SIZE, SIZE), found_cols.reshape(SIZE, SIZE)


@pytest.mark.repeated
@pytest.mark.parametrize("method", ["bilinear", "cubic"])
@settings(settings.get_profile("mosaics"))
@given(
    pixel=st.sampled_from([5.0, 9.6, 9.8, 9.99, 10.0, 10.3, 12.5, 23.0]),
    angle=st.one_of(st.just(0.0), st.floats(-180, 180), st.floats(-6, 6)),
    crs=st.sampled_from([UTM33, UTM32]),
    shift=st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)),
)
def test_resampling_preserves_a_plane(method, pixel, angle, crs, shift):
    """A plane is preserved for any rotation, shift, pixel size and CRS of the source."""
    assert worst_share(grid(pixel, angle=angle, crs=crs, shift=shift), method) < 1e-4


@pytest.mark.parametrize("method", ["bilinear", "cubic"])
@pytest.mark.parametrize("pixel", [5.0, 10 / 3, 4.9])
def test_downsampling_by_a_factor_preserves_a_plane(method, pixel):
    assert worst_share(grid(pixel, angle=3.0, size=400), method) < 1e-4


@pytest.mark.parametrize("method", ["bilinear", "cubic"])
def test_positions_of_large_pixels_in_another_crs(method):
    """Positions of 20 km pixels are exact to 1e-4 pixels, although the CRS transformation is strongly curved."""
    target = Grid(CRS.from_epsg(3035), Affine(20_000, 0, 3_000_000, 0, -20_000, 4_000_000), 100, 90)
    other = Grid(WORLD, Affine(0.25, 0, -15, 0, -0.25, 70), 240, 180)
    place = resolve_warped(target, other, "a", "b")
    rows, cols, _, _ = place.positions(Window(0, 0, 100, 90))
    at = np.meshgrid(np.arange(100) + 0.5, np.arange(90) + 0.5)
    xs, ys = target.transform * (at[0].ravel(), at[1].ravel())
    lon, lat = (np.array(each) for each in transform(target.crs, WORLD, xs.tolist(), ys.tolist()))
    wanted_cols, wanted_rows = ~other.transform * (lon, lat)
    assert np.abs(cols.ravel() - wanted_cols).max() < 1e-4 and np.abs(rows.ravel() - wanted_rows).max() < 1e-4


SOURCES = {
    "zone 32": grid(crs=UTM32),
    "9.8 m": grid(9.8, shift=(0.3, 0.4)),
    "rotated": grid(angle=4.0, shift=(0.2, 0.1)),
    "rotated and 20 m": grid(20, angle=-3.0, size=60),
    "4 m in zone 32": grid(4, crs=UTM32, size=300),
}


@pytest.fixture
def make_raster(make_raster):
    """Return the function of the fixture `make_raster`; the CRS of its rasters is UTM, which can be reprojected."""
    return functools.partial(make_raster, crs=UTM)


@pytest.fixture
def merged(make_raster, tmp_path):
    """Return a function that resamples a raster to TARGET's grid with Merge tiles and with gdalwarp.

    The function returns a list with one array per tool, in which invalid pixels are NaN. With `hole=True`, the
    source has invalid pixels and gdalwarp is not run.
    """

    def call(name, method, hole=False, **options):
        source = SOURCES[name]
        rows, cols = np.mgrid[0 : source.height, 0 : source.width]
        values = (plane(rows + 0.5, cols + 0.5) + 300 * np.sin(rows / 9) + 200 * np.cos(cols / 7)).astype("float32")
        if hole:
            values[40:47, 30:41] = -9999
        empty = make_raster([np.full((SIZE, SIZE), -9999, "float32")], "empty.tif", nodata=-9999,
                            transform=TARGET.transform, blocks=32)  # fmt: skip
        other = make_raster([values], "other.tif", nodata=-9999, transform=source.transform, crs=source.crs, blocks=32)
        extent = TARGET.transform.c, TARGET.transform.f - 10 * SIZE, TARGET.transform.c + 10 * SIZE, TARGET.transform.f
        result = merge_tiles(
            [empty, other], tmp_path / "m.tif", resampling=method, resolution="user", pixel_size=10, extent=extent,
            **options,
        )  # fmt: skip
        paths, found = [result.output], []
        if not hole:
            shutil.copy(empty, tmp_path / "warped.tif")
            command = ["gdalwarp", "-q", "-et", "0", "-r", method.replace("nearest", "near"), other, "warped.tif"]
            subprocess.run(list(map(str, command)), check=True, cwd=tmp_path, timeout=120)
            paths.append(tmp_path / "warped.tif")
        for path in paths:
            with rasterio.open(path) as dataset:
                assert dataset.transform == TARGET.transform
                found.append(np.where(dataset.read(1) == -9999, np.nan, dataset.read(1)).astype(float))
        return found

    return call


@pytest.mark.skipif(shutil.which("gdalwarp") is None, reason="gdalwarp is not installed")
@pytest.mark.parametrize(("name", "method"), mostly_long(SOURCES, ["bilinear", "cubic", "nearest", "average"], every=9))
def test_results_equal_gdalwarp(name, method, merged):
    found, wanted = merged(name, method)
    both = np.isfinite(found) & np.isfinite(wanted)
    assert both.mean() > 0.6 and (np.isfinite(found) == np.isfinite(wanted)).mean() > 0.97
    inside = both.copy()
    for axis in (0, 1):  # exclude the edge of the source, where kernels are incomplete
        for by in range(-6, 7):
            inside &= np.roll(both, by, axis)
    inside[:6] = inside[-6:] = inside[:, :6] = inside[:, -6:] = False
    off = np.abs(found - wanted)[inside]
    # GDAL derives the footprint of an average from two of its corners and uses one kernel width for the whole raster.
    limit = {"nearest": 0.0, "average": 25.0}.get(method, 1e-4 * SLOPE if "4 m" not in name else 1.0)
    assert np.quantile(off, 0.995 if method == "nearest" else 1) <= limit


@pytest.mark.parametrize("method", ["cubic", *long("bilinear", "average")])
@pytest.mark.parametrize("name", ["zone 32", *long("rotated", "9.8 m")])
def test_results_do_not_depend_on_chunks_and_workers(name, method, merged):
    whole = merged(name, method, hole=True, creation_options="BLOCKXSIZE=32|BLOCKYSIZE=32")[0]
    assert np.isnan(whole).any() and whole[np.isfinite(whole)].min() > 10_000
    for chunk_size, workers in ((32, 2), (64, 1)):
        options = {"creation_options": "BLOCKXSIZE=32|BLOCKYSIZE=32", "chunk_size": chunk_size, "workers": workers}
        assert merged(name, method, hole=True, **options)[0].tobytes() == whole.tobytes()
