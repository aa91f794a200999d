"""Tests for Tile raster: pixels and metadata of the tiles, the tile list, and errors."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioIOError
from rasterio.windows import Window

from parallel_raster.core import merge_tiles, tile_raster
from parallel_raster.core.errors import OptionError, OutputError, ResourceError
from parallel_raster.core.jobs.tiling.job import check_tile_raster
from parallel_raster.core.raster.windows import shifted
from parallel_raster.core.tileset.manifest import read_manifest


@pytest.fixture
def source(make_raster):
    """Return the path of a raster of 70 x 60 pixels with two bands of noise and no nodata."""
    return make_raster(list(np.random.default_rng(5).integers(1, 60_000, (2, 60, 70), dtype="uint16")))


def read_all(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


def assemble(result, shape, dtype):
    """Assemble the tile cores, using only `tiles.json`; return the pixels and the number of cores at each pixel."""
    manifest = read_manifest(result.output)
    pixels = np.zeros(shape, dtype)
    counts = np.zeros(shape[1:], int)
    for record in manifest.tiles:
        with rasterio.open(os.path.join(result.output, record.file)) as dataset:
            assert dataset.transform.almost_equals(manifest.tile_transform(record), 1e-9)
            assert (dataset.width, dataset.height) == record.window[2:]
            core = Window(*record.core).toslices()
            pixels[:, core[0], core[1]] = dataset.read(window=manifest.core_in_tile(record))
            counts[core] += 1
    return pixels, counts


@pytest.mark.repeated
@settings(settings.get_profile("round trips"))
@given(st.data())
def test_cores_and_mosaic_equal_the_raster(tmp_path_factory, data):
    """The cores and the mosaic equal the source for any raster size, tile size, overlap, remainder, type and grid."""
    draw = data.draw
    width, height, count = draw(st.integers(1, 90)), draw(st.integers(1, 90)), draw(st.integers(1, 3))
    transform = draw(
        st.sampled_from(
            [Affine(30, 0, 4e5, 0, -20, 5e6), Affine(0.1, 0.02, 9, 0.03, -0.1, 50), Affine(1, 0, 5, 0, 2, 3)]
        )
    )
    dtype = draw(st.sampled_from(["uint8", "int16", "float32", "complex64"]))
    values = np.random.default_rng(width * height).integers(0, 200, (count, height, width)).astype(dtype)
    folder = tmp_path_factory.mktemp("tiles")
    with rasterio.open(
        folder / "in.tif", "w", driver="GTiff", width=width, height=height, count=count, dtype=dtype,
        crs="EPSG:32633", transform=transform,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    remainder = draw(st.sampled_from(["trim", "pad", "shift"]))
    result = tile_raster(
        folder / "in.tif", folder / "out", tile_width=draw(st.integers(1, 100)), tile_height=draw(st.integers(1, 100)),
        overlap=draw(st.integers(0, 30)), remainder=remainder, chunk_size=draw(st.sampled_from([0, 16, 48])),
        workers=draw(st.integers(1, 3)), max_tiles=9000,
    ) if width * height < 400 else tile_raster(
        folder / "in.tif", folder / "out", tile_width=draw(st.integers(17, 100)),
        tile_height=draw(st.integers(17, 100)), overlap=draw(st.integers(0, 30)), remainder=remainder,
        chunk_size=draw(st.sampled_from([0, 16, 48])), workers=draw(st.integers(1, 3)),
    )  # fmt: skip
    pixels, counts = assemble(result, values.shape, dtype)
    assert (counts == 1).all() and np.array_equal(pixels, values)
    assert np.array_equal(read_all(result.vrt), values)
    with rasterio.open(result.vrt) as mosaic:
        assert mosaic.transform.almost_equals(transform, 1e-9) and mosaic.crs.to_epsg() == 32633
    assert sorted(os.listdir(result.output)) == sorted(
        [*(os.path.basename(tile) for tile in result.tiles), "in.vrt", "tiles.json"]
    )


LANDSAT_TILES = {
    100: (16, [55419, 40578, 55175, 60139, 54027, 58050]),
    128: (9, [3549, 42789, 519, 7263, 1519, 5565]),
}


@pytest.mark.parametrize("edge", LANDSAT_TILES)
def test_landsat(landsat, tmp_path, edge):
    """Tiles of a Landsat scene have the same checksums as tiles cut with GDAL's tools."""
    result = tile_raster(landsat, tmp_path / "out", tile_width=edge, tile_height=edge)
    count, checksums = LANDSAT_TILES[edge]
    assert result.tile_count == len(result.tiles) == count
    with rasterio.open(result.tiles[0]) as dataset:
        assert [dataset.checksum(band) for band in dataset.indexes] == checksums
        assert dataset.block_shapes[0] == (-(-edge // 16) * 16,) * 2
    assert np.array_equal(read_all(result.vrt), read_all(landsat))


def test_content_of_the_list(source, tmp_path):
    result = tile_raster(source, tmp_path / "out", tile_width=32, tile_height=32, overlap=4)
    manifest = json.loads((tmp_path / "out" / "tiles.json").read_text())
    status = source.stat()
    assert manifest["source"] == {"path": str(source), "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    assert (manifest["width"], manifest["height"]) == (70, 60)
    assert manifest["tiles"][1] == {
        "file": "in_0_1.tif", "row": 0, "col": 1, "id": 1, "window": [28, 0, 40, 36], "core": [32, 0, 32, 32],
        "valid_share": 1.0,
    }  # fmt: skip
    assert [tile["file"] for tile in manifest["tiles"]] == [os.path.basename(path) for path in result.tiles]
    assert manifest["parameters"]["overlap"] == 4
    assert result.manifest == read_manifest(result.output)


def test_columns_and_rows(source, tmp_path):
    result = tile_raster(source, tmp_path / "out", tiling="grid", columns=3, rows=7)
    assert result.tile_count == 21
    assert {(tile.core[2], tile.core[3]) for tile in result.manifest.tiles} == {(23, 8), (23, 9), (24, 8), (24, 9)}
    assert np.array_equal(read_all(result.vrt), read_all(source))


def test_tile_size_in_map_units_is_rounded_to_pixels(source, tmp_path, log):
    result = tile_raster(source, tmp_path / "out", tiling="map_units", tile_width=1000, tile_height=600, log=log)
    assert result.manifest.tiles[0].window == (0, 0, 33, 20)
    assert log.line("Tile size") == "Tile size: 33 x 20 pixels"


def test_alignment(aligned, tmp_path):
    source = aligned
    result = tile_raster(source, tmp_path / "out", tile_width=32, tile_height=32, alignment="crs")
    with rasterio.open(source) as dataset:
        left, top = dataset.transform.c / 30, dataset.transform.f / -30
    for tile in result.manifest.tiles[1:]:
        assert tile.core[0] == 0 or (round(left) + tile.core[0]) % 32 == 0
        assert tile.core[1] == 0 or (round(top) + tile.core[1]) % 32 == 0
    assert result.manifest.tiles[0].col == round(left) // 32 and result.manifest.tiles[0].row == round(top) // 32
    assert np.array_equal(read_all(result.vrt), read_all(source))


@pytest.fixture
def aligned(source):
    with rasterio.open(source, "r+") as dataset:
        dataset.transform = Affine(30, 0, 399_990, 0, -30, 4_999_980)
    return source


def test_extent_and_bands(source, tmp_path):
    extent = (400_000 + 30 * 10, 5_000_000 - 30 * 50, 400_000 + 30 * 60.5, 5_000_000 - 30 * 20)
    result = tile_raster(source, tmp_path / "out", tile_width=20, tile_height=20, extent=extent, bands=[2], overlap=5)
    assert [tile.core for tile in result.manifest.tiles][:3] == [(10, 20, 20, 20), (30, 20, 20, 20), (50, 20, 11, 20)]
    assert result.manifest.tiles[0].window == (10, 20, 25, 25), "halos do not extend beyond the extent"
    assert np.array_equal(read_all(result.vrt), read_all(source)[1:, 20:50, 10:61])


@pytest.mark.parametrize(
    ("nodata", "dtype"), [(7, "int16"), (float("nan"), "float32"), (None, "int16"), (None, "float32")]
)
def test_padding(make_raster, tmp_path, nodata, dtype):
    """If the source has a nodata value, padding holds that value; otherwise, a mask hides the padding."""
    values = np.random.default_rng(1).integers(10, 99, (1, 30, 50)).astype(dtype)
    path = make_raster(list(values), nodata=nodata)
    result = tile_raster(path, tmp_path / "out", tile_width=32, tile_height=32, remainder="pad", min_valid=50)
    record = result.manifest.tiles[1]
    assert record.window == (32, 0, 32, 32) and record.core == (32, 0, 18, 30)
    assert record.valid_share == 18 * 30 / 1024
    with rasterio.open(result.tiles[1]) as dataset:
        shown = dataset.read_masks(1)
        assert (shown[:30, :18] == 255).all() and not shown[30:].any() and not shown[:, 18:].any()
        assert np.array_equal(dataset.read()[:, :30, :18], values[:, :, 32:])
        assert (nodata is None) == (not dataset.nodatavals[0] and dataset.nodatavals[0] is None)
    assert np.array_equal(read_all(result.vrt), values)


@pytest.mark.parametrize("kind", ["nodata", "nan", "integer", "float", "mask", "alpha"])
@pytest.mark.parametrize(
    ("window", "alignment"),
    [((16, 16, 48, 48), "corner"), ((16, 32, 44, 39), "corner"), ((10, 5, 50, 70), "crs"), ((0, 0, 80, 90), "crs")],
)
def test_padding_beyond_the_extent(make_raster, tmp_path, kind, window, alignment):
    """Pixels of a padded tile beyond the extent are nodata or hidden, as beyond the raster, and do not count."""
    values = (
        np.random.default_rng(1)
        .integers(10, 99, (1, 90, 100))
        .astype("float32" if kind in ("nan", "float") else "uint8")
    )
    given = {"nodata": {"nodata": 7}, "nan": {"nodata": np.nan}, "mask": {"mask": np.ones((90, 100), bool)}}
    bands = [*values, np.full((90, 100), 255, "uint8")] if kind == "alpha" else list(values)
    path = make_raster(
        bands, transform=Affine(30, 0, 399_990, 0, -30, 4_999_980), blocks=16, alpha=kind == "alpha",
        compress="deflate", **given.get(kind, {}),
    )  # fmt: skip
    left, top, width, height = window
    extent = (
        399_990 + 30 * left, 4_999_980 - 30 * (top + height), 399_990 + 30 * (left + width), 4_999_980 - 30 * top
    )  # fmt: skip
    result = tile_raster(
        path, tmp_path / "out", tile_width=32, tile_height=32, remainder="pad", extent=extent, alignment=alignment,
        overlap=3, count_valid=True,
    )  # fmt: skip
    shown = np.zeros((200, 200), bool)
    shown[50 + top : 50 + top + height, 50 + left : 50 + left + width] = True
    around = np.pad(values[0], ((50, 60), (50, 50)))
    for tile, record in zip(result.tiles, result.manifest.tiles):
        col, row, cols, rows = record.window
        place = slice(50 + row, 50 + row + rows), slice(50 + col, 50 + col + cols)
        inside = shown[place]
        with rasterio.open(tile) as dataset:
            pixels = dataset.read(1)
            assert np.array_equal(dataset.dataset_mask() != 0, inside)
        assert np.array_equal(pixels[inside], around[place][inside])
        assert not np.isin(pixels[~inside], values).any(), "real pixels from outside the extent"
        assert record.valid_share == inside.mean()
    assert np.array_equal(read_all(result.vrt)[0], values[0, top : top + height, left : left + width])


def test_padded_tiles_are_left_out_by_their_pixels_inside_the_extent(make_raster, tmp_path):
    """The valid share of a padded tile counts only pixels inside the extent."""
    values = np.full((90, 100), 5, "uint8")
    values[:, 32:40] = 0
    path = make_raster([values], nodata=0, blocks=16)
    options = {
        "tile_width": 32,
        "tile_height": 32,
        "remainder": "pad",
        "extent": (400_000, 4_999_040, 401_200, 5_000_000),
    }
    assert tile_raster(path, tmp_path / "skip", skip_empty=True, **options).tile_count == 1
    assert tile_raster(path, tmp_path / "share", min_valid=10, **options).tile_count == 1


def test_blocks_inside_the_extent_are_copied(make_raster, tmp_path, monkeypatch):
    """With an extent, all blocks of padded tiles inside it are copied; blocks that it cuts are decoded."""
    from parallel_raster.core.jobs.tiling import task as tile_task

    path = make_raster(
        [np.arange(96 * 96, dtype="uint16").reshape(96, 96)], blocks=16, compress="deflate", nodata=65535
    )
    decoded, read = [], tile_task.read_piece
    monkeypatch.setattr(tile_task, "read_piece", lambda *given: decoded.append(given[2:]) or read(*given))
    extent = (400_000, 5_000_000 - 30 * 48, 400_000 + 30 * 40, 5_000_000)
    tile_raster(path, tmp_path / "out", tile_width=32, tile_height=32, remainder="pad", extent=extent)
    computed = np.zeros((64, 64), bool)
    for tile, window in decoded:
        computed[shifted(window, tile.window).toslices()] = True
    assert not computed[:48, :32].any() and computed[48:].all() and computed[:, 32:].all()


@pytest.mark.parametrize("dtype", ["complex_int16", "complex64", "complex128"])
@pytest.mark.parametrize("options", [{"remainder": "pad"}, {"cog": True}], ids=["pad", "cog"])
def test_complex_numbers(make_raster, tmp_path, dtype, options):
    """Rasters of complex numbers can be padded and stored as COGs, even complex int16, which numpy does not have."""
    parts = np.random.default_rng(1).integers(-99, 99, (2, 30, 50))
    values = (parts[0] + 1j * parts[1]).astype("complex64" if dtype == "complex_int16" else dtype)
    path = make_raster([values], dtype=dtype)
    result = tile_raster(path, tmp_path / "out", tile_width=32, tile_height=32, **options)
    assert np.array_equal(read_all(result.vrt), [values])
    with rasterio.open(result.tiles[1]) as dataset:
        assert dataset.dtypes == (dtype,) and np.array_equal(dataset.read(1)[:30, :18], values[:, 32:])
        assert not dataset.read_masks(1)[30:].any() and (dataset.read_masks(1)[:30, :18] == 255).all()


@pytest.mark.parametrize("cog", [False, True])
def test_the_log_has_options_of_the_files_memory_and_workers(source, tmp_path, log, cog):
    tile_raster(source, tmp_path / "out", cog=cog, memory=77, workers=2, log=log)
    line = log.line("Creation options: ")
    assert ("OVERVIEW_RESAMPLING=" in line) == cog and ("TILED=" in line) != cog
    assert log.line("Plan of each tile: ").endswith(" MB of working memory, memory limit 77 MB; 2 workers")


def test_dropped_and_shifted_remainders(source, tmp_path):
    dropped = tile_raster(source, tmp_path / "drop", tile_width=32, tile_height=32, remainder="drop")
    assert {tile.window[2:] for tile in dropped.manifest.tiles} == {(32, 32)} and dropped.tile_count == 2
    assert np.array_equal(read_all(dropped.vrt), read_all(source)[:, :32, :64])
    shifted = tile_raster(source, tmp_path / "shift", tile_width=32, tile_height=32, remainder="shift")
    assert {tile.window[2:] for tile in shifted.manifest.tiles} == {(32, 32)} and shifted.tile_count == 6
    assert shifted.manifest.tiles[2].window == (38, 0, 32, 32) and shifted.manifest.tiles[2].core == (64, 0, 6, 32)


def test_tiles_with_too_few_valid_pixels_are_left_out(make_raster, tmp_path, log):
    values = np.ones((1, 60, 60), "float32")
    values[:, :30, :30] = -1  # nodata
    values[:, :30, 30:45] = np.nan
    path = make_raster(list(values), nodata=-1)
    every = tile_raster(path, tmp_path / "all", tile_width=30, tile_height=30, count_valid=True)
    shares = {tile.file: tile.valid_share for tile in every.manifest.tiles}
    assert shares == {"in_0_0.tif": 0.0, "in_0_1.tif": 0.5, "in_1_0.tif": 1.0, "in_1_1.tif": 1.0}
    some = tile_raster(path, tmp_path / "some", tile_width=30, tile_height=30, skip_empty=True, log=log)
    assert some.tile_count == 3 and not (tmp_path / "some" / "in_0_0.tif").exists()
    assert log.line("Tiles left out because they have too few valid pixels: 1")
    assert np.array_equal(read_all(some.vrt), values, equal_nan=True), "omitted tiles are nodata in the mosaic"
    assert tile_raster(path, tmp_path / "half", tile_width=30, tile_height=30, min_valid=50).tile_count == 3
    assert tile_raster(path, tmp_path / "full", tile_width=30, tile_height=30, min_valid=50.1).tile_count == 2


@pytest.mark.parametrize(("percent", "valid"), [(1.1, 11), (2.2, 22), (14.3, 143)])
def test_a_tile_whose_share_equals_min_valid_is_kept(make_raster, tmp_path, percent, valid):
    values = np.zeros((20, 100), "uint8")
    values[:10].flat[:valid] = 1
    values[10:].flat[: valid - 1] = 1
    path = make_raster([values], nodata=0)
    result = tile_raster(path, tmp_path / "out", tile_width=100, tile_height=10, min_valid=percent)
    assert [tile.valid_share for tile in result.manifest.tiles] == [valid / 1000]


def test_copied_blocks_are_decoded_for_counting_only_on_request(make_raster, tmp_path, monkeypatch):
    """The valid share of a tile with copied blocks is computed only on request, and is the same for any chunk size."""
    from parallel_raster.core.jobs.tiling import task as tile_task

    values = np.arange(64 * 80, dtype="uint16").reshape(1, 64, 80) % 50
    path = make_raster(list(values), nodata=0, tiled=True, blockxsize=16, blockysize=16, compress="deflate")
    decoded, read = [], tile_task.read_piece
    monkeypatch.setattr(tile_task, "read_piece", lambda *given: decoded.append(given[-1]) or read(*given))

    def shares(name, **options):
        decoded.clear()
        sizes = {"tile_width": 40, "tile_height": 32, **options}
        return [tile.valid_share for tile in tile_raster(path, tmp_path / name, **sizes).manifest.tiles]

    # The second tile of a row starts inside a block, so all its pixels are decoded.
    first = shares("plain")
    assert first[0] is None and first[1] == pytest.approx(np.mean(values[:, :32, 40:] != 0))
    assert sum(window.width * window.height for window in decoded) < 64 * 80, "copied blocks were decoded"
    assert shares("small chunks", chunk_size=16) == first
    exact = [np.mean(part != 0) for part in (values[:, :32, :40], values[:, :32, 40:])]
    for number, options in enumerate(({"count_valid": True}, {"min_valid": 1}, {"skip_empty": True})):
        assert shares(f"requested {number}", **options)[:2] == pytest.approx(exact)


def test_all_tiles_are_left_out(make_raster, tmp_path, log):
    path = make_raster([np.full((20, 20), 9, "uint8")], nodata=9)
    result = tile_raster(path, tmp_path / "out", skip_empty=True, log=log)
    assert (result.tile_count, result.tiles, result.manifest.tiles) == (0, (), ())
    assert log.line("No tile has enough")
    assert (read_all(result.vrt) == 9).all()


@pytest.mark.parametrize("kind", ["mask", "alpha", "float"])
def test_pixels_hidden_without_nodata(make_raster, tmp_path, kind):
    shown = np.ones((40, 40), bool)
    shown[:20, :20] = False
    values = np.where(shown, 5, 0).astype("uint8")
    if kind == "mask":
        path = make_raster([values], mask=shown)
    elif kind == "alpha":
        path = make_raster([values, np.where(shown, 200, 0).astype("uint8")], alpha=True)
    else:
        path = make_raster([np.where(shown, 5, np.nan).astype("float32")])
    result = tile_raster(path, tmp_path / "out", tile_width=20, tile_height=20, skip_empty=True)
    assert result.tile_count == 3
    with rasterio.open(result.vrt) as mosaic:
        assert np.array_equal(mosaic.dataset_mask() != 0, shown)


def test_omitted_alpha_band_becomes_a_mask(make_raster, tmp_path, log):
    alpha = np.random.default_rng(1).integers(0, 2, (40, 40), dtype="uint8") * 255
    path = make_raster([np.ones((40, 40), "uint8"), alpha], alpha=True)
    result = tile_raster(path, tmp_path / "out", tile_width=20, tile_height=40, bands=[1], log=log)
    with rasterio.open(result.tiles[0]) as dataset:
        assert dataset.count == 1 and np.array_equal(dataset.dataset_mask(), alpha[:, :20])
    assert log.line("BANDS does not include the alpha band")


@pytest.mark.parametrize("remainder", ["trim", "pad"])
def test_only_the_alpha_band_becomes_an_ordinary_band(remainder, make_raster, tmp_path, log):
    alpha = np.arange(100, dtype="uint8").reshape(10, 10)
    source = make_raster([np.full((10, 10), 9, "uint8"), alpha], alpha=True)
    result = tile_raster(source, tmp_path / "t", bands=[2], tile_width=8, tile_height=8, remainder=remainder, log=log)
    assert "BANDS includes only the alpha band" in log.line("BANDS")
    merge_tiles(result.output, tmp_path / "m.tif")
    for path in (result.vrt, tmp_path / "m.tif"):
        with rasterio.open(path) as dataset:
            np.testing.assert_array_equal(dataset.read(1), alpha)
            np.testing.assert_array_equal(dataset.read_masks(1) != 0, alpha != 0)
            assert dataset.colorinterp[0] == ColorInterp.gray


def test_name_template(source, tmp_path):
    result = tile_raster(
        source, tmp_path / "out", tile_width=7, tile_height=60, name_template="{id} r{row}c{col} {x} {y}"
    )
    names = [os.path.basename(path) for path in result.tiles]
    assert names[:2] == ["0 r0c0 400000 5000000.tif", "1 r0c1 400210 5000000.tif"]
    padded = tile_raster(source, tmp_path / "padded", tile_width=6, tile_height=60)
    assert os.path.basename(padded.tiles[1]) == "in_0_01.tif"


@pytest.mark.parametrize("name", ["a b.tif", "é 日本.tif", "it's #1 100%.tif", "(x)&y;z.tif", "-dash.tif"])
def test_unusual_paths(source, tmp_path, name):
    path = tmp_path / name
    os.rename(source, path)
    result = tile_raster(path, tmp_path / f"out {name[:-4]}" / "deeper", tile_width=40, tile_height=40)
    assert result.tile_count == 4 and np.array_equal(read_all(result.vrt), read_all(path))


def box(left, top, right, bottom):
    """Return a GeoJSON rectangle whose edges are given in columns and rows of the source."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    ring = [(400_000 + 30 * col, 5_000_000 - 30 * row) for col, row in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(number, geometry, **properties):
    return {"type": "Feature", "id": number, "geometry": geometry, "properties": properties}


@pytest.mark.parametrize("nodata", [0, None])
@pytest.mark.parametrize("chunk_size", [0, 16])
def test_polygons(make_raster, tmp_path, log, nodata, chunk_size):
    values = np.random.default_rng(2).integers(1, 99, (2, 60, 70), dtype="uint8")
    path = make_raster(list(values), nodata=nodata)
    triangle = box(10, 10, 40, 40)
    del triangle["coordinates"][0][2]
    outside, unnamed = box(200, 0, 210, 9), box(50, 50, 70, 60)
    features = [feature(7, triangle, plot="A/1"), feature(8, outside, plot="out"), feature(9, unnamed, plot="")]
    result = tile_raster(
        path, tmp_path / "out", tiling="polygons", polygons=features, name_field="plot", log=log, chunk_size=chunk_size
    )
    assert [os.path.basename(tile) for tile in result.tiles] == ["in_A_1.tif", "in_9.tif"]
    assert [tile.id for tile in result.manifest.tiles] == ["A/1", 9]
    assert log.line("Polygon out was skipped: it lies outside the raster.")
    from rasterio.features import geometry_mask

    with rasterio.open(result.tiles[0]) as dataset:
        inside = geometry_mask([triangle], (30, 30), dataset.transform, invert=True)
        assert np.array_equal(dataset.read_masks(1) != 0, inside)
        assert np.array_equal(dataset.read(), np.where(inside, values[:, 10:40, 10:40], 0))
        assert dataset.nodata == nodata
    assert result.manifest.tiles[0].valid_share == pytest.approx(inside.mean())
    with rasterio.open(result.vrt) as mosaic:
        assert mosaic.shape == (50, 60)
        assert np.array_equal(mosaic.dataset_mask()[:30, :30] != 0, inside)


def test_fifty_overlapping_polygons(source, tmp_path, log):
    random = np.random.default_rng(3)
    features = []
    for number in range(50):
        left, top = random.uniform(-10, 65), random.uniform(-10, 55)
        geometry = box(left, top, left + random.uniform(0, 30), top + random.uniform(0, 30))
        if number % 5 == 1:  # with a hole
            geometry["coordinates"].append(box(left + 1, top + 1, left + 2, top + 2)["coordinates"][0])
        if number % 5 == 2:  # with two parts
            parts = [geometry["coordinates"], box(3, 3, 9, 9)["coordinates"]]
            geometry = {"type": "MultiPolygon", "coordinates": parts}
        if number % 5 == 3:  # without area, or without geometry
            geometry = None if number % 2 else box(left, top, left, top + 5)
        features.append(feature(number, geometry))
    result = tile_raster(source, tmp_path / "out", tiling="polygons", polygons=features, log=log)
    skipped = [line for line in log.warnings if "was skipped" in line]
    assert result.tile_count + len(skipped) == 50 and len(skipped) >= 10
    values = read_all(source)
    from rasterio.features import geometry_mask

    for record, path in zip(result.manifest.tiles, result.tiles):
        with rasterio.open(path) as dataset:
            geometry = features[record.id]["geometry"]
            parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
            parts = [{"type": "Polygon", "coordinates": part} for part in parts]
            inside = geometry_mask(parts, dataset.shape, dataset.transform, invert=True)
            rows, cols = Window(*record.window).toslices()
            assert np.array_equal(dataset.dataset_mask() != 0, inside)
            assert np.array_equal(dataset.read(), np.where(inside, values[:, rows, cols], 0))


def test_polygon_between_pixel_centres(source, tmp_path, log):
    features = [feature(1, box(10.6, 10.6, 10.9, 10.9)), feature(2, box(1, 1, 5, 5))]
    result = tile_raster(source, tmp_path / "out", tiling="polygons", polygons=features, log=log)
    assert result.tile_count == 2 and log.line("Polygon 1 contains no valid pixels")


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("chunk_size", [0, 16, 32, 1000])
def test_tiles_do_not_depend_on_chunks_and_workers(source, tmp_path, workers, chunk_size):
    result = tile_raster(
        source, tmp_path / "out", tile_width=50, tile_height=41, overlap=3, workers=workers, chunk_size=chunk_size,
        creation_options="BLOCKXSIZE=16|BLOCKYSIZE=16",
    )  # fmt: skip
    pixels, counts = assemble(result, (2, 60, 70), "uint16")
    assert (counts == 1).all() and np.array_equal(pixels, read_all(source))


def test_metadata_is_kept(make_raster, tmp_path, log):
    """Every tile and the mosaic have the nodata, scales, offsets, descriptions, units and tags of the source."""
    path = make_raster(list(np.ones((2, 40, 40), "int16")), nodata=-5, scales=[0.5, 2], offsets=[1, 0])
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions, dataset.units = ["red", "near infrared"], ["m", "K"]
        dataset.update_tags(SENSOR="x")
        dataset.update_tags(1, STATISTICS_MEAN="1", GAIN="3")
        dataset.colorinterp = [ColorInterp.gray, ColorInterp.undefined]
    result = tile_raster(path, tmp_path / "out", tile_width=25, tile_height=25, log=log)
    for each in (*result.tiles, result.vrt):
        with rasterio.open(each) as dataset:
            assert dataset.nodatavals == (-5, -5) and dataset.dtypes == ("int16", "int16")
            assert (dataset.scales, dataset.offsets) == ((0.5, 2), (1, 0))
            assert (dataset.descriptions, dataset.units) == (("red", "near infrared"), ("m", "K"))
            assert dataset.tags()["SENSOR"] == "x" and dataset.tags(1) == {"GAIN": "3"}
    assert not log.warnings


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tiling": "hexagons"}, "TILING"),
        ({"remainder": "grow"}, "REMAINDER"),
        ({"alignment": "left"}, "ALIGNMENT"),
        ({"tile_width": 0}, "TILE_WIDTH is 0"),
        ({"tile_height": -3}, "TILE_HEIGHT is -3"),
        ({"tiling": "grid", "columns": 71}, "into 71 columns and 4 rows"),
        ({"tiling": "grid", "rows": 0}, "into 4 columns and 0 rows"),
        ({"overlap": -1}, "OVERLAP is -1"),
        ({"min_valid": 101}, "MIN_VALID is 101"),
        ({"min_valid": float("nan")}, "MIN_VALID is nan"),
        ({"bands": [1, 1]}, "BANDS lists a band more than once: 1, 1"),
        ({"bands": [3]}, "band 3 does not exist"),
        ({"tile_width": 1, "tile_height": 1, "max_tiles": 4000}, "4,200 tiles; MAX_TILES is 4,000"),
        ({"tiling": "grid", "columns": 10, "rows": 10, "max_tiles": 99}, "100 tiles"),
        ({"remainder": "drop", "tile_width": 100}, "No tile of 100 x 2048"),
        ({"name_template": "{name}", "tile_width": 20}, "Two tiles would have the same file name, in.tif"),
        ({"tiling": "polygons"}, "POLYGONS is not set"),
        ({"tiling": "polygons", "polygons": []}, "None of the POLYGONS"),
        ({"tiling": "polygons", "polygons": [{"type": "Point", "coordinates": [0, 0]}]}, "Polygon 0 was skipped"),
        ({"creation_options": "FRUIT=1"}, "FRUIT"),
        ({"extent": (0, 0, 1, 1)}, "does not overlap"),
        ({"alignment": "crs"}, "multiples by 10 in x and 10 in y"),
    ],
)
def test_invalid_parameters(source, tmp_path, state, options, words):
    before = state(tmp_path)
    with pytest.raises(OptionError if "band 3" not in words else Exception, match=words.replace("(", r"\(")):
        tile_raster(source, tmp_path / "out", **options)
    assert state(tmp_path) == before


def test_check_writes_nothing(source, tmp_path, state):
    before = state(tmp_path)
    options = {
        "tiling": "pixels", "columns": 4, "rows": 4, "tile_width": 9, "tile_height": 9, "polygons": None,
        "name_field": None, "overlap": 0, "remainder": "trim", "alignment": "corner", "extent": None, "bands": None,
        "min_valid": 0, "skip_empty": False, "count_valid": False, "name_template": "", "max_tiles": 100,
        "creation_options": "",
        "cog": False, "workers": 0, "memory": 0, "chunk_size": 0,
    }  # fmt: skip
    check_tile_raster(str(source), str(tmp_path / "out"), **options)
    with pytest.raises(OptionError, match="TILE_WIDTH"):
        check_tile_raster(str(source), str(tmp_path / "out"), **{**options, "tile_width": 0})
    assert state(tmp_path) == before


def test_bands_that_cannot_share_a_file(source, make_raster, tmp_path):
    other = make_raster([np.ones((60, 70), "float32")], "other.tif", nodata=3)
    vrt = tmp_path / "both.vrt"
    bands = [
        f"<VRTRasterBand dataType='{kind}' band='{number}'>{nodata}<SimpleSource><SourceFilename relativeToVRT='1'>"
        f"{path.name}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        for number, (kind, path, nodata) in enumerate(
            [("UInt16", source, ""), ("Float32", other, ""), ("UInt16", source, "<NoDataValue>7</NoDataValue>")], 1
        )
    ]
    vrt.write_text(f"<VRTDataset rasterXSize='70' rasterYSize='60'>{''.join(bands)}</VRTDataset>")
    with pytest.raises(Exception, match="band 1 is uint16 and band 2 is float32"):
        tile_raster(vrt, tmp_path / "out")
    with pytest.raises(Exception, match=r"the nodata values of band 1 and band 3 differ \(none and 7\)"):
        tile_raster(vrt, tmp_path / "out", bands=[1, 3])
    assert tile_raster(vrt, tmp_path / "out", bands=[3, 1][:1]).tile_count == 1


def test_too_little_memory(make_raster, tmp_path):
    path = make_raster(list(np.zeros((4, 64, 4000), "float64")))
    with pytest.raises(ResourceError, match="Set MEMORY to at least"):
        tile_raster(path, tmp_path / "out", creation_options="BLOCKXSIZE=4096|BLOCKYSIZE=4096", memory=1)


@pytest.fixture
def webp(make_raster):
    """Function that returns the path of a tiled raster in lossless WEBP, and its pixels."""
    values = np.random.default_rng(6).integers(1, 255, (4, 60, 70)).astype("uint8")

    def make(count=3):
        options = {"compress": "WEBP", "webp_lossless": True, "interleave": "pixel", "photometric": "RGB"}
        path = make_raster(list(values[:count]), blocks=32, **options)
        with rasterio.open(path) as dataset:
            if dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION_REVERSIBILITY") != "LOSSLESS":
                pytest.skip("this GDAL does not report whether WEBP is lossless")
            return path, dataset.read()

    try:
        make()
    except RasterioIOError:
        pytest.skip("this GDAL was built without WEBP")
    return make


@pytest.mark.parametrize(
    ("given", "codec", "block"),
    [
        ("", "WEBP", 32), ("BLOCKXSIZE=16|BLOCKYSIZE=16", "WEBP", 16), ("COMPRESS=WEBP", "WEBP", 32),
        ("COMPRESS=DEFLATE", "DEFLATE", 32), ("INTERLEAVE=BAND", "DEFLATE", 64),
    ],
)  # fmt: skip
def test_tiles_of_a_lossless_webp_raster_are_lossless(webp, tmp_path, given, codec, block):
    path, values = webp()
    result = tile_raster(path, tmp_path / "out", tile_width=50, tile_height=50, creation_options=given)
    assert np.array_equal(read_all(result.vrt), values)
    for tile in result.tiles[:1]:
        with rasterio.open(tile) as dataset:
            structure = dataset.tags(ns="IMAGE_STRUCTURE")
            assert structure["COMPRESSION"] == codec and dataset.block_shapes[0] == (block, block)
            assert structure.get("COMPRESSION_REVERSIBILITY", "LOSSLESS") == "LOSSLESS"


def test_tiles_of_a_lossless_webp_raster_are_lossy_on_request(webp, tmp_path):
    path, _ = webp()
    result = tile_raster(path, tmp_path / "out", tile_width=64, tile_height=64, creation_options="WEBP_LEVEL=50")
    with rasterio.open(result.tiles[0]) as dataset:
        structure = dataset.tags(ns="IMAGE_STRUCTURE")
        assert (structure["COMPRESSION"], structure["COMPRESSION_REVERSIBILITY"]) == ("WEBP", "LOSSY")


@pytest.mark.parametrize(("count", "bands"), [(3, [1, 2]), (4, None)])
def test_bands_that_webp_cannot_store_without_loss_are_stored_with_deflate(webp, tmp_path, count, bands):
    path, values = webp(count)
    result = tile_raster(path, tmp_path / "out", tile_width=50, tile_height=50, bands=bands)
    assert np.array_equal(read_all(result.vrt), values[:2] if bands else values)
    with rasterio.open(result.tiles[0]) as dataset:
        assert dataset.compression.value == "DEFLATE"


@pytest.mark.parametrize("chunk_size", [0, 16])
def test_report_contains_every_chunk(source, tmp_path, chunk_size, monkeypatch):
    """The report contains every chunk of every tile exactly once, at its position in the tiled area."""
    from parallel_raster.core.jobs.tiling import run as tile_run

    records = []
    monkeypatch.setattr(tile_run, "write_report", lambda recorder, record: records.append(record))
    result = tile_raster(
        source, tmp_path / "out", tile_width=32, tile_height=32, extent=(400_300, 4_998_200, 402_100, 5_000_000),
        remainder="pad", overlap=4, chunk_size=chunk_size, creation_options="BLOCKXSIZE=16|BLOCKYSIZE=16",
        report=tmp_path / "report.html",
    )  # fmt: skip
    (record,) = records
    assert (record.width, record.height) == (60, 60) and record.counts == {"Tiles": 4, "Tiles left out": 0}
    assert sorted(span.chunk for span in record.spans) == list(range(len(record.chunks)))
    assert record.pixels == sum(tile.window[2] * tile.window[3] for tile in result.manifest.tiles)
    counts = np.zeros((60, 60), int)
    for chunk in record.chunks:
        counts[Window(*chunk).toslices()] += 1
    assert counts.min() == 1 and counts.max() == 4, "halos overlap neighbouring tiles"
    assert record.parameters["output"] == tmp_path / "out" and record.parameters["overlap"] == 4


def test_report_that_cannot_be_written(source, tmp_path, state):
    before = state(tmp_path)
    for name, words in (("report.pdf", "must end in .html"), ("missing/report.html", "does not exist")):
        with pytest.raises(OutputError, match=words):
            tile_raster(source, tmp_path / "out", report=tmp_path / name)
    assert state(tmp_path) == before


def test_progress_is_reported_in_one_thread(source, tmp_path, make_progress):
    progress = make_progress()
    tile_raster(source, tmp_path / "out", tile_width=20, tile_height=20, progress=progress)
    assert progress.reports == sorted(progress.reports) and progress.reports[-1] == (14, 14)
    assert len(progress.threads) == 1


def triangles():
    """Return two triangles that cover different pixels, and whose bounding boxes overlap."""
    corners = (((0, 0), (200, 0), (0, -200), (0, 0)), ((200, -10), (200, -200), (10, -200), (200, -10)))
    return [{"type": "Polygon", "coordinates": [points]} for points in corners]


@pytest.mark.parametrize(
    ("dtype", "bands", "written"), [("uint8", 4, True), ("float32", 1, True), ("complex64", 1, False)]
)
def test_the_mosaic_of_overlapping_polygons_has_the_pixels_of_the_tiles_or_is_left_out(dtype, bands, written, tmp_path):
    values = np.random.default_rng(0).integers(3, 9, (bands, 20, 20)).astype(dtype)
    colours = {"alpha": "yes", "photometric": "rgb"} if bands == 4 else {}
    with rasterio.open(
        tmp_path / "s.tif", "w", driver="GTiff", width=20, height=20, count=bands, dtype=dtype, nodata=2,
        transform=Affine(10, 0, 0, 0, -10, 0), crs="EPSG:32632", **colours,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    result = tile_raster(tmp_path / "s.tif", tmp_path / "t", tiling="polygons", polygons=triangles())
    assert bool(result.vrt) == written == (tmp_path / "t" / "s.vrt").exists()
    if not written:
        return
    mosaic = np.full((bands, 20, 20), 2, dtype)
    mosaic[3:] = 0
    for tile in result.manifest.tiles:
        col, row, width, height = tile.core
        with rasterio.open(tmp_path / "t" / tile.file) as dataset:
            pixels, part = dataset.read(), mosaic[:, row : row + height, col : col + width]
            np.copyto(part, pixels, where=pixels > 2)
    with rasterio.open(result.vrt) as dataset:
        np.testing.assert_array_equal(dataset.read(), mosaic)
