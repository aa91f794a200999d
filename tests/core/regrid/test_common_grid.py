"""Inputs not aligned with the first input are rejected, or resampled with the same result for any chunk size."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.warp import transform, transform_bounds
from rasterio.windows import Window

from cases import long
from parallel_raster.core.errors import InputError
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.regrid.common_grid import GridRules, core_window, place_grids

UTM = CRS.from_epsg(32633)
BASE = Affine(10, 0, 500_000, 0, -10, 5_000_000)
NAMES = ("a.tif", "b.tif", "c.tif")


def grid(transform=BASE, width=100, height=80, crs=UTM):
    return Grid(crs, transform, width, height)


def placed(*grids, resampling="refuse", resolution="same", pixel_size=None):
    return place_grids(grids, NAMES[: len(grids)], GridRules(resampling, resolution, pixel_size))


def test_aligned_grids_are_not_resampled():
    for resampling in ("refuse", "cubic"):
        found = placed(grid(), grid(BASE * Affine.translation(-7, 30), 10, 20), resampling=resampling)
        assert found.reference == grid() and found.resampled == (False, False)
        assert found.windows == (Window(0, 0, 100, 80), Window(-7, 30, 10, 20))


def test_a_grid_shifted_by_half_a_pixel_covers_one_more_pixel():
    found = placed(grid(), grid(BASE * Affine.translation(3.5, 0), 10, 20), resampling="nearest")
    assert found.resampled == (False, True) and found.windows[1] == Window(3, 0, 11, 20)


@pytest.mark.parametrize("size", [3, 5, 10, 17, 20, 300])
@pytest.mark.parametrize("flip", [1, -1])
def test_cores_share_out_the_pixels_of_another_grid(size, flip):
    """Each pixel belongs to exactly one core: the one with its centre, or the outermost core at the edge."""
    source = grid(width=90, height=60)
    top = 0 if flip > 0 else 60
    reference = grid(BASE * Affine.translation(0, top) * Affine.scale(size / 10, flip * size / 10))
    owners = {}
    for col in range(0, 90, 30):
        for row in range(0, 60, 20):
            window = core_window(reference, source, Window(col, row, 30, 20))
            for place in np.ndindex(window.height, window.width):
                at = place[0] + window.row_off, place[1] + window.col_off
                assert at not in owners
                owners[at] = col, row
    rows, cols = (-(-side * 10 // size) for side in (60, 90))
    assert set(owners) == set(np.ndindex(rows, cols))
    for (row, col), (left, upper) in owners.items():
        x, y = ~source.transform * (reference.transform * (col + 0.5, row + 0.5))
        assert min(x, 89) // 30 * 30 == left or abs(x - round(x)) < 1e-6
        assert min(max(y, 0), 59) // 20 * 20 == upper or abs(y - round(y)) < 1e-6


def test_resolutions():
    fine, coarse = grid(BASE * Affine.scale(0.5), 40, 40), grid(BASE * Affine.scale(2), 30, 30)
    sizes = {"highest": 5, "lowest": 20, "average": 35 / 3, "user": 4}
    for resolution, size in sizes.items():
        found = placed(grid(), fine, coarse, resampling="nearest", resolution=resolution, pixel_size=4)
        assert found.reference.transform.a == pytest.approx(size) and found.reference.transform.e == pytest.approx(
            -size
        )
        assert found.reference.transform.c == 500_000
    assert placed(grid(), fine, coarse, resampling="nearest", resolution="highest").resampled == (True, False, True)
    with pytest.raises(InputError, match="b.tif is 5 x 5, but that of a.tif is 10 x 10. Set RESOLUTION"):
        placed(grid(), fine, resampling="nearest")
    with pytest.raises(InputError, match="b.tif does not lie on the grid of a.tif: its pixel size is 5 x 5"):
        placed(grid(), fine)
    with pytest.raises(
        InputError, match=r"a.tif does not lie on the grid of the mosaic \(.* 'highest'\).*Set RESAMPLING"
    ):
        placed(grid(), fine, resolution="highest")


def test_a_resolution_that_equals_the_pixel_size_of_all_inputs_changes_nothing():
    for resolution in ("highest", "lowest", "average"):
        found = placed(grid(), grid(BASE * Affine.translation(5, 5)), resolution=resolution)
        assert found.reference == grid() and not any(found.resampled)
    assert placed(grid(), resolution="user", pixel_size=10).reference == grid()


def test_the_window_of_a_grid_in_another_crs():
    wgs = CRS.from_epsg(4326)
    bounds = transform_bounds(UTM, wgs, 500_300, 4_999_500, 500_600, 4_999_800)
    there = Affine((bounds[2] - bounds[0]) / 30, 0, bounds[0], 0, -(bounds[3] - bounds[1]) / 30, bounds[3])
    found = placed(grid(), grid(there, 30, 30, wgs), resampling="nearest")
    window = found.windows[1]
    assert window.col_off in range(27, 31) and window.row_off in range(17, 21)
    assert window.width in range(30, 36) and window.height in range(30, 36)


def test_an_input_without_crs_cannot_be_resampled():
    with pytest.raises(InputError, match="b.tif has no CRS, so it cannot be merged with a.tif"):
        placed(grid(), grid(crs=None), resampling="nearest")


def test_an_error_names_a_grid_that_cannot_be_reprojected():
    nowhere = grid(Affine(1, 0, 500, 0, -1, 2000), crs=CRS.from_epsg(4326))
    with pytest.raises(InputError, match="b.tif cannot be reprojected to the CRS of a.tif"):
        placed(grid(), nowhere, resampling="nearest")


@pytest.fixture
def merged(tmp_path):
    def run(paths, **options):
        merge_tiles(paths, tmp_path / "out.tif", **options)
        with rasterio.open(tmp_path / "out.tif") as dataset:
            return dataset.read(), dataset.read_masks(1) != 0, dataset.transform

    return run


def noisy_ramp(shape, dtype="uint16", seed=3):
    rows, cols = np.mgrid[: shape[0], : shape[1]]
    noise = np.random.default_rng(seed).integers(0, 50, shape)
    return (1000 + 20 * rows + 10 * cols + noise).astype(dtype)


def test_nearest_uses_the_pixel_under_the_centre(make_raster, merged):
    values = noisy_ramp((30, 40))
    one = make_raster([noisy_ramp((5, 5))], "a.tif", transform=BASE * Affine.translation(-50, 0))
    two = make_raster([values], "b.tif", transform=BASE * Affine.translation(0.3, 0.3) * Affine.scale(1.5))
    found, shown, place = merged([one, two], resampling="nearest", resolution="user", pixel_size=10)
    into = ~(BASE * Affine.translation(0.3, 0.3) * Affine.scale(1.5))
    for row, col in ((3, 70), (20, 60), (44, 109), (0, 50)):
        x, y = into * (place * (col + 0.5, row + 0.5))
        inside = 0 <= x < 40 and 0 <= y < 30
        assert shown[row, col] == inside
        if inside:
            assert found[0, row, col] == values[int(y), int(x)]


@pytest.mark.parametrize("resampling", ["bilinear", "average", *long("nearest", "cubic")])
@pytest.mark.parametrize("crs", [*long("EPSG:32633"), "EPSG:3857"])
def test_resampled_results_do_not_depend_on_chunks(resampling, crs, make_raster, merged):
    (left,), (top,) = transform("EPSG:32633", crs, [500_200], [4_999_900])
    values = noisy_ramp((40, 50))
    values[10:20, 20:30] = 0
    one = make_raster([noisy_ramp((30, 40))], "a.tif", transform=BASE, nodata=0, crs=UTM)
    two = make_raster([values], "b.tif", transform=Affine(13, 1, left, 0.5, -14, top), crs=crs, nodata=0)
    digests = set()
    for chunk_size, workers in ((0, 1), (16, 2), (48, 2)):
        found, shown, _ = merged(
            [one, two], method="mean", resampling=resampling, chunk_size=chunk_size, workers=workers,
            resolution="user", pixel_size=10, creation_options="BLOCKXSIZE=16|BLOCKYSIZE=16",
        )  # fmt: skip
        digests.add(hashlib.sha256(found.tobytes() + shown.tobytes()).hexdigest())
    assert len(digests) == 1
    assert shown.sum() > 40 * 30 and found[0][shown].min() > 900 and found[0][shown].max() < 4000


@pytest.mark.parametrize("resampling", ["bilinear", "cubic", "average"])
def test_hidden_pixels_do_not_affect_resampled_ones(resampling, make_raster, merged):
    """Resampling pixels of 100 next to hidden pixels of 60,000 gives only pixels of 100 and missing pixels."""
    values = np.full((40, 40), 100, "uint16")
    values[10:20, 10:20] = 60_000
    mask = np.ones((40, 40), bool)
    mask[10:20, 10:20] = False
    for metadata in ({"nodata": 60_000}, {"mask": mask}):
        two = make_raster([values], "b.tif", transform=BASE * Affine.translation(0.4, 0.4), **metadata)
        one = make_raster([np.full((4, 4), 100, "uint16")], "a.tif", transform=BASE, **metadata | {"mask": None})
        found, shown, _ = merged([one, two], resampling=resampling)
        assert set(np.unique(found[0][shown])) == {100}
        assert 60 < (~shown[5:25, 5:25]).sum() < 125


def test_cubic_resampling_stays_in_the_range_of_the_type(make_raster, merged):
    values = np.zeros((30, 30), "uint8")
    values[:, 15:] = 255
    one = make_raster([values], "a.tif", transform=BASE)
    two = make_raster([values], "b.tif", transform=BASE * Affine.translation(40.4, 0))
    found, shown, _ = merged([one, two], resampling="cubic")
    row = found[0, 10, 41:69].astype(int)
    assert row.min() == 0 and row.max() == 255 and (np.diff(row) >= 0).all()


def test_gaps_around_a_rotated_input_are_marked(make_raster, merged):
    """Pixels in the window of a rotated input are marked as empty if the input does not cover them."""
    one = make_raster([np.full((20, 20), 1, "uint8")], "a.tif", transform=BASE)
    two = make_raster([np.full((20, 20), 2, "uint8")], "b.tif", transform=BASE * Affine.rotation(45))
    found, shown, _ = merged([two, one], resampling="nearest", extent=None)
    assert not shown.all() and set(np.unique(found[0][shown])) == {1, 2} and (found[0][~shown] == 0).all()


def test_alpha_is_resampled_with_nearest(make_raster, merged):
    alpha = np.zeros((20, 20), "uint8")
    alpha[5:15, 5:15] = 255
    grey = np.full((20, 20), 7, "uint8")
    one = make_raster([grey, alpha], "a.tif", transform=BASE, alpha=True)
    two = make_raster([grey, alpha], "b.tif", transform=BASE * Affine.translation(25.3, 0), alpha=True)
    found, _, _ = merged([one, two], resampling="bilinear")
    assert set(np.unique(found[1])) == {0, 255} and (found[0][found[1] == 255] == 7).all()
    assert (found[1][:, 25:] == 255).sum() == 100
