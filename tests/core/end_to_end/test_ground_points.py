"""Rasters without a transform keep ground control points and RPCs; parameters in map coordinates are rejected."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS

from georeference import UTM
from parallel_raster.core import (
    label_objects,
    map_blocks,
    mask_raster,
    merge_tiles,
    normalized_difference,
    normalized_difference_tiles,
    tile_raster,
    training_chips,
    zonal_statistics,
)
from parallel_raster.core.errors import InputError, OptionError

POINTS = [(0, 0, 10, 50), (0, 64, 11, 50.1), (64, 0, 10.1, 49), (64, 64, 11.1, 49.1)]
ONES, ONE = " ".join(["1"] * 20), " ".join(["1"] + ["0"] * 19)
RPC = {
    "LINE_OFF": "20", "SAMP_OFF": "30", "LAT_OFF": "49", "LONG_OFF": "10", "HEIGHT_OFF": "0", "LINE_SCALE": "20",
    "SAMP_SCALE": "20", "LAT_SCALE": "1", "LONG_SCALE": "1", "HEIGHT_SCALE": "500", "LINE_NUM_COEFF": ONES,
    "LINE_DEN_COEFF": ONE, "SAMP_NUM_COEFF": ONES, "SAMP_DEN_COEFF": ONE,
}  # fmt: skip

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@pytest.fixture
def placed(make_raster):
    """Return a function that creates a raster without a transform, with ground control points, RPCs or neither."""

    def make(kind, crs="EPSG:4326", points=POINTS, name=None):
        bands = list(np.random.default_rng(2).integers(1, 200, (2, 64, 64), dtype="uint8"))
        path = make_raster(bands, name or f"{kind}.tif", crs=None, transform=Affine.identity(), blocks=16)
        with rasterio.open(path, "r+") as dataset:
            if kind == "gcps":
                dataset.gcps = [GroundControlPoint(*point) for point in points], CRS.from_user_input(crs)
            elif kind == "rpc":
                dataset.update_tags(ns="RPC", **RPC)
        return path

    return make


def places(path):
    """Return the ground control points of a file, their CRS, and the line and sample offsets of its RPCs."""
    with rasterio.open(path) as dataset:
        points, crs = dataset.gcps
        rpc = dataset.tags(ns="RPC")
        assert (dataset.transform == Affine.identity() or rpc) and dataset.crs is None
        offsets = [float(rpc[key]) for key in ("LINE_OFF", "SAMP_OFF")] if rpc else []
        return [(p.row, p.col, p.x, p.y) for p in points], crs, offsets


@pytest.mark.parametrize("cog", [False, True])
@pytest.mark.parametrize("kind", ["gcps", "rpc"])
def test_an_index_keeps_ground_control_points_and_rpcs(placed, tmp_path, kind, cog):
    src, out = placed(kind), tmp_path / "nd.tif"
    normalized_difference(src, out, band_a=1, band_b=2, cog=cog, data_type="int16")
    assert places(out) == places(src)
    assert places(out)[0] or places(out)[2]
    with rasterio.open(out) as dataset:
        assert dataset.descriptions[0].startswith("NDVI") and dataset.scales == (0.0001,) and dataset.nodata == -32768


@pytest.mark.parametrize("codec", ["DEFLATE", "LZW"])  # DEFLATE is encoded by this package, LZW by GDAL
@pytest.mark.parametrize("kind", ["gcps", "rpc"])
def test_tiles_keep_ground_control_points_and_rpcs(placed, tmp_path, kind, codec):
    tiles = tile_raster(placed(kind), tmp_path / "tiles", tile_width=32, tile_height=32)
    results = normalized_difference_tiles(
        tmp_path / "tiles", tmp_path / "nds", band_a=1, band_b=2, creation_options=f"COMPRESS={codec}"
    )
    for tile, index, (row, col) in zip(tiles.tiles, results.tiles, [(0, 0), (0, 32), (32, 0), (32, 32)]):
        assert places(index) == places(tile)
        if kind == "gcps":
            assert places(index)[0] == [(y - row, x - col, *place) for y, x, *place in POINTS]
        else:
            assert places(index)[2] == [20 - row, 30 - col]


def test_ground_control_points_with_a_crs_that_geotiff_cannot_store(placed, tmp_path):
    src = placed("gcps", "EPSG:8858")
    tiles = tile_raster(src, tmp_path / "tiles", tile_width=32, tile_height=32)
    normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2)
    for path in (tiles.tiles[0], tmp_path / "nd.tif"):
        assert places(path)[1] == CRS.from_epsg(8858) and len(places(path)[0]) == 4


def test_rpcs_beside_a_transform_are_kept(make_raster, tmp_path):
    src = make_raster(list(np.ones((2, 20, 30), "uint8")), crs=UTM)
    with rasterio.open(src, "r+") as dataset:
        dataset.update_tags(ns="RPC", **RPC)
    left, bottom = 400_000 + 10 * 30, 5_000_000 - 20 * 30
    normalized_difference(src, tmp_path / "nd.tif", band_a=1, band_b=2, extent=(left, bottom, left + 600, bottom + 450))
    with rasterio.open(tmp_path / "nd.tif") as dataset:
        assert (dataset.transform.c, dataset.transform.f, dataset.crs) == (left, bottom + 450, UTM)
        assert float(dataset.tags(ns="RPC")["SAMP_OFF"]) == 20 and float(dataset.tags(ns="RPC")["LINE_OFF"]) == 15


BOX = (10.25, 49.25, 10.75, 49.75)
POLYGON = {"type": "Polygon", "coordinates": [[(10, 49), (11, 49), (11, 50), (10, 50), (10, 49)]]}
WITH_MAP_COORDINATES = {
    "EXTENT of tiles": lambda src, out: tile_raster(src, out, extent=BOX),
    "TILING polygons": lambda src, out: tile_raster(src, out, tiling="polygons", polygons=[POLYGON]),
    "TILING map_units": lambda src, out: tile_raster(src, out, tiling="map_units", tile_width=5, tile_height=5),
    "ALIGNMENT crs": lambda src, out: tile_raster(src, out, tile_width=5, tile_height=5, alignment="crs"),
    "EXTENT of an index": lambda src, out: normalized_difference(src, f"{out}.tif", band_a=1, band_b=2, extent=BOX),
    "EXTENT of a mosaic": lambda src, out: merge_tiles([src], f"{out}.tif", extent=BOX),
}


@pytest.mark.parametrize("kind", ["gcps", "rpc", "nothing"])
@pytest.mark.parametrize("case", WITH_MAP_COORDINATES)
def test_map_coordinates_without_a_transform_are_rejected(placed, tmp_path, state, case, kind):
    src = placed(kind)
    before = state(tmp_path)
    with pytest.raises((OptionError, InputError)) as caught:
        WITH_MAP_COORDINATES[case](src, tmp_path / "out")
    message = str(caught.value)
    assert f"{kind}.tif has" in message and "transform" in message and "gdalwarp" in message
    if "mosaic" not in case or kind != "gcps":  # ground control points cannot be merged at all
        assert f"so {case.split(' of')[0]} cannot be given in map coordinates" in message
    assert state(tmp_path) == before


def test_rasters_without_a_transform_can_be_tiled_in_pixels(placed, tmp_path):
    assert tile_raster(placed("nothing"), tmp_path / "a", tile_width=32, tile_height=32).tile_count == 4
    merge_tiles(tmp_path / "a", tmp_path / "merged.tif")
    with rasterio.open(placed("nothing")) as before, rasterio.open(tmp_path / "merged.tif") as after:
        assert np.array_equal(before.read(), after.read())


TOGETHER = {
    "mask": lambda src, other, out: mask_raster(src, out, other, mask_values="1"),
    "INPUT_B": lambda src, other, out: normalized_difference(src, out, band_a=1, input_b=other, resampling="nearest"),
    "mask of an index": lambda src, other, out: normalized_difference(src, out, band_a=1, band_b=2, mask=other),
    "objects": lambda src, other, out: label_objects([src, other], out, "A@1 = B@1"),
    "zones": lambda src, other, out: zonal_statistics(src, zones="raster", zone_raster=other),
    "blocks": lambda src, other, out: map_blocks(lambda block: block.values[:1], [src, other], out),
    "chips": lambda src, other, out: training_chips(src, out.with_suffix(""), label_raster=other, size=16),
}
ELSEWHERE = [(row, col, x + 10, y) for row, col, x, y in POINTS]


@pytest.mark.parametrize("case", TOGETHER)
@pytest.mark.parametrize(
    ("kinds", "crs", "points", "words"),
    [
        (("gcps", "gcps"), "EPSG:4326", ELSEWHERE, "differ from those of"),
        (("gcps", "gcps"), UTM, POINTS, "differ from those of"),
        (("gcps", "nothing"), "EPSG:4326", POINTS, "does not have"),
        (("nothing", "gcps"), "EPSG:4326", POINTS, "does not have"),
    ],
)
def test_rasters_with_different_ground_control_points_are_rejected(placed, tmp_path, case, kinds, crs, points, words):
    first, second = placed(kinds[0], name="a.tif"), placed(kinds[1], crs, points, name="b.tif")
    with pytest.raises(InputError, match=rf"georeferenced by ground control points, which .*{words}.*gdalwarp"):
        TOGETHER[case](first, second, tmp_path / "out.tif")


@pytest.mark.parametrize("case", TOGETHER)
@pytest.mark.parametrize("kind", ["gcps", "nothing"])
def test_rasters_with_the_same_ground_control_points_are_used_together(placed, tmp_path, case, kind):
    near = [(row, col + 1e-4, x, y + 1e-12) for row, col, x, y in POINTS]  # rounded, as in an .aux.xml
    first, second = placed(kind, name="a.tif"), placed(kind, points=near, name="b.tif")
    assert TOGETHER[case](first, second, tmp_path / "out.tif")


def test_ground_control_points_do_not_replace_a_transform(placed, make_raster, tmp_path):
    """A transform without a CRS must not be compared with the pixel coordinates of the other raster."""
    first = make_raster(list(np.ones((2, 64, 64), "uint8")), "a.tif", crs=None, transform=Affine(1, 0, 1, 0, 1, 0))
    with pytest.raises(InputError, match="which .*a.tif does not have"):
        mask_raster(first, tmp_path / "out.tif", placed("gcps"), mask_values="1")


def test_an_overview_is_compared_with_the_same_overview_of_the_other_raster(placed, tmp_path):
    paths = [placed("gcps", name=name) for name in ("a.tif", "b.tif")]
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2])
    label_objects(paths, tmp_path / "out.tif", "A@1 = B@1", overview=0)
    with pytest.raises(OptionError, match="has no transform, so its overview 0 cannot be aligned"):
        mask_raster(paths[0], tmp_path / "out.tif", paths[1], mask_values="1", overview=0)
