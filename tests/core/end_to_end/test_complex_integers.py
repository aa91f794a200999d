"""Complex integers (GDAL's CInt16 and CInt32) keep their type and exact values in tiles and mosaics."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.features import geometry_mask

from cases import long
from georeference import METRES
from parallel_raster.core.errors import InputError, OptionError
from parallel_raster.core.jobs.difference.job import normalized_difference
from parallel_raster.core.jobs.merging.job import merge_tiles
from parallel_raster.core.jobs.tiling.job import tile_raster
from parallel_raster.core.tiff.layout import read_encoded, read_layout

LOW, HIGH = -(2**31), 2**31 - 1
LEFT, TOP, STEP = 500_000, 5_000_000, 10
TRANSFORM = Affine(STEP, 0, LEFT, 0, -STEP, TOP)
SIZE = {"tile_width": 32, "tile_height": 32}


def numbers(rows, cols, seed=1):
    """Return random 32-bit complex integers, including the range limits and values that Float32 cannot hold."""
    parts = np.random.default_rng(seed).integers(LOW, HIGH, (2, rows, cols), endpoint=True)
    parts[:, 0, :3] = [[LOW, HIGH, 2**24 + 1], [HIGH, LOW, -(2**24) - 1]]
    return parts[0] + 1j * parts[1]


@pytest.fixture
def make(tmp_path):
    """Return a function that creates a raster of complex integers by copying a VRT with GDAL, and returns its path."""

    def make_raster(values, name="in.tif", at=(0, 0), *, kind="CInt32", nodata=None, mask=None, **options):
        values = values if values.ndim == 3 else values[np.newaxis]
        count, rows, cols = values.shape
        transform = TRANSFORM * Affine.translation(at[1], at[0])
        size = {"width": cols, "height": rows, "count": count, "crs": METRES, "transform": transform}
        plain = tmp_path / "plain.tif"
        with (
            rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
            rasterio.open(plain, "w", driver="GTiff", dtype="complex128", **size) as dataset,
        ):
            dataset.write(values)
            if mask is not None:
                dataset.write_mask(mask)
            crs = dataset.crs.to_wkt().replace('"', "&quot;")
        declared = "" if nodata is None else f"<NoDataValue>{nodata}</NoDataValue>"
        bands = "".join(
            f'<VRTRasterBand dataType="{kind}" band="{band}">{declared}<SimpleSource><SourceFilename>{plain}'
            f"</SourceFilename><SourceBand>{band}</SourceBand></SimpleSource></VRTRasterBand>"
            for band in range(1, count + 1)
        )
        masks = "" if mask is None else (
            f'<MaskBand><VRTRasterBand dataType="Byte"><SimpleSource><SourceFilename>{plain}</SourceFilename>'
            "<SourceBand>mask,1</SourceBand></SimpleSource></VRTRasterBand></MaskBand>"
        )  # fmt: skip
        xml = (
            f'<VRTDataset rasterXSize="{cols}" rasterYSize="{rows}"><SRS>{crs}</SRS>'
            f"<GeoTransform>{', '.join(map(str, transform.to_gdal()))}</GeoTransform>{bands}{masks}</VRTDataset>"
        )
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
            rasterio.shutil.copy(xml, tmp_path / name, driver="GTiff", **options)
        plain.unlink()
        return tmp_path / name

    return make_raster


def kinds(path):
    """Return a set with the data types of a raster's bands, as reported by gdalinfo."""
    found = subprocess.run(["gdalinfo", "-json", path], check=True, capture_output=True, text=True, timeout=60)
    return {band["type"] for band in json.loads(found.stdout)["bands"]}


def pixels(path):
    """Return all pixels of a raster as complex128, which holds complex integers exactly."""
    with rasterio.open(path) as dataset:
        return dataset.read(out_dtype="complex128")


def shown(path):
    with rasterio.open(path) as dataset:
        return dataset.read_masks(1) != 0


@pytest.mark.parametrize(
    "options",
    ["",
     *long("COMPRESS=DEFLATE|PREDICTOR=2", "COMPRESS=LZW", "COMPRESS=NONE", "COMPRESS=ZSTD", "TILED=NO", "BIGTIFF=YES",
           "INTERLEAVE=BAND|COMPRESS=PACKBITS")],
)  # fmt: skip
def test_tiles_are_merged_to_the_same_raster(options, make, tmp_path):
    values = np.stack([numbers(70, 90, seed) for seed in range(3)])
    result = tile_raster(make(values), tmp_path / "out", creation_options=options, **SIZE)
    assert result.tile_count == 9
    for path, record in zip(result.tiles, result.manifest.tiles):
        col, row, width, height = record.window
        assert kinds(path) == {"CInt32"}
        assert np.array_equal(pixels(path), values[:, row : row + height, col : col + width])
    assert kinds(result.vrt) == {"CInt32"} and np.array_equal(pixels(result.vrt), values)
    for method in ("first", "last"):
        merge_tiles(result.tiles, tmp_path / f"{method}.tif", method=method, creation_options=options)
        assert kinds(tmp_path / f"{method}.tif") == {"CInt32"}
        assert np.array_equal(pixels(tmp_path / f"{method}.tif"), values)


def test_pixels_with_the_bits_of_special_floats(make, tmp_path):
    """Integers with the bit patterns of the floats -0.0 and 1.0 are not mistaken for empty or nodata pixels."""
    values = np.full((64, 64), LOW + 0j)
    values[:32, :32] = LOW * (1 + 1j)
    values[32:, :32] = int(np.float32(1).view("int32"))
    result = tile_raster(make(values, nodata=1), tmp_path / "out", **SIZE)
    assert np.array_equal(pixels(result.vrt), [values])


def test_encoded_blocks_are_copied_unchanged(make, tmp_path):
    values = numbers(64, 96)
    source = make(values, nodata=7, tiled=True, blockxsize=32, blockysize=32, compress="LZW")
    tiles = tile_raster(source, tmp_path / "out", tile_width=32, tile_height=64).tiles
    merge_tiles(tiles, tmp_path / "m.tif")

    def blocks(path):
        layout = read_layout(str(path))
        return [bytes(read_encoded([layout.encoded(number)])) for number in range(len(layout.offsets))]

    found = blocks(source)
    assert blocks(tmp_path / "m.tif") == found
    assert [block for path in tiles for block in blocks(path)] == [found[number] for number in (0, 3, 1, 4, 2, 5)]
    assert kinds(tmp_path / "m.tif") == {"CInt32"} and np.array_equal(pixels(tmp_path / "m.tif"), [values])


@pytest.mark.parametrize("nodata", [None, HIGH, 0.5])
def test_padded_tiles(nodata, make, tmp_path):
    """If the source has no nodata value, or one that is not an integer, a mask marks the padding of the tiles."""
    values = numbers(30, 50)
    result = tile_raster(make(values, nodata=nodata), tmp_path / "out", remainder="pad", count_valid=True, **SIZE)
    with rasterio.open(result.tiles[1]) as dataset:
        assert dataset.nodata == nodata
    found = pixels(result.tiles[1])[0]
    assert kinds(result.tiles[1]) == {"CInt32"} and np.array_equal(found[:30, :18], values[:, 32:])
    assert (found[30:] == (HIGH if nodata == HIGH else 0)).all()
    assert shown(result.tiles[1])[:30, :18].all() and not shown(result.tiles[1])[30:].any()
    assert result.manifest.tiles[1].valid_share == 30 * 18 / 1024
    assert np.array_equal(pixels(result.vrt), [values])


def test_tiles_without_a_valid_pixel(make, tmp_path):
    values = numbers(32, 64)
    values[:, 32:] = LOW
    result = tile_raster(make(values, nodata=LOW), tmp_path / "out", skip_empty=True, **SIZE)
    assert result.tile_count == 1 and np.array_equal(pixels(result.vrt)[0, :, :32], values[:, :32])


def test_a_mask_and_the_tiles_of_a_vrt(make, tmp_path):
    values, mask = numbers(40, 64), np.random.default_rng(3).random((40, 64)) < 0.5
    source = make(values, mask=mask)
    rasterio.shutil.copy(source, tmp_path / "in.vrt", driver="VRT")
    result = tile_raster(tmp_path / "in.vrt", tmp_path / "out", **SIZE)
    merge_tiles(result.tiles, tmp_path / "m.tif")
    for path in (result.vrt, tmp_path / "m.tif"):
        assert np.array_equal(pixels(path), [values]) and np.array_equal(shown(path), mask)


@pytest.mark.parametrize("method", ["first", "last"])
def test_overlapping_rasters(method, make, tmp_path):
    """Nodata is compared exactly: values that Float32 cannot distinguish from the nodata value are valid."""
    one, two = numbers(40, 50), numbers(40, 50, 2)
    one[10:, 25:], two[:30, :20] = LOW, LOW
    one[12, 30], two[12, 3] = LOW + 1, LOW + 1
    one[13, 30] = LOW + 5j
    paths = [make(one, "a.tif", nodata=LOW), make(two, "b.tif", (0, 20), nodata=LOW)]
    merge_tiles(paths, tmp_path / "m.tif", method=method)
    whole = np.full((2, 40, 70), LOW + 0j)
    whole[0, :, :50], whole[1, :, 20:] = one, two
    top, below = whole if method == "first" else whole[::-1]
    assert np.array_equal(pixels(tmp_path / "m.tif")[0], np.where(top != LOW, top, below))
    assert kinds(tmp_path / "m.tif") == {"CInt32"}


@pytest.mark.parametrize("kind", [*long("CInt16"), "CInt32"])
@pytest.mark.parametrize("rule", ["band", "any", "all"])
def test_uncovered_pixels_are_marked(kind, rule, make, tmp_path):
    """A mask marks uncovered pixels, because integers have no NaN. If OUTPUT_NODATA is given, it replaces the mask."""
    values = numbers(20, 20) if kind == "CInt32" else np.arange(400).reshape(20, 20) * (1 - 2j)
    values = np.stack([values, values[::-1]])
    paths = [make(values, "a.tif", kind=kind), make(values, "b.tif", (5, 30), kind=kind)]
    covered = np.zeros((25, 50), bool)
    covered[:20, :20] = covered[5:, 30:] = True
    for name, given in (("m.tif", {}), ("n.tif", {"output_nodata": -30_000}), ("m.vrt", {})):
        merge_tiles(paths, tmp_path / name, pixel_rule=rule, **given)
        found = pixels(tmp_path / name)
        assert np.array_equal(shown(tmp_path / name), covered) and kinds(tmp_path / name) == {kind}
        assert np.array_equal(found[:, :20, :20], values) and np.array_equal(found[:, 5:, 30:], values)
        assert (found[:, ~covered] == given.get("output_nodata", 0)).all()


def test_nodata_values_beyond_the_type_are_rejected(make, tmp_path):
    paths = [make(numbers(20, 20), "a.tif"), make(numbers(20, 20), "b.tif", (0, 30))]
    for value in (0.5, 2**31):
        with pytest.raises(OptionError, match="OUTPUT_NODATA .* is not a valid int32 value"):
            merge_tiles(paths, tmp_path / "m.tif", output_nodata=value)


def test_misaligned_rasters(make, tmp_path):
    one, two = numbers(20, 20), numbers(20, 20, 2)
    paths = [make(one, "a.tif"), make(two, "b.tif", (0.2, 19.8))]
    merge_tiles(paths, tmp_path / "m.tif", resampling="nearest")
    found = pixels(tmp_path / "m.tif")[0]
    assert np.array_equal(found[:20, :20], one) and np.array_equal(found[:20, 20:40], two)
    with pytest.raises(InputError, match="Set RESAMPLING to 'nearest'"):
        merge_tiles(paths, tmp_path / "m.tif", resampling="bilinear")


def test_merging_with_other_complex_types(make, make_raster, tmp_path):
    """CInt32 can be merged with complex128, which holds its values exactly, but not with complex64."""
    values, place = numbers(20, 20), TRANSFORM * Affine.translation(20, 0)
    path = make(values, "a.tif")
    for dtype in ("complex128", "complex64"):
        make_raster([np.full((20, 20), 0.5 + 0.1j, dtype)], f"{dtype}.tif", transform=place)
    merge_tiles([path, tmp_path / "complex128.tif"], tmp_path / "m.tif")
    assert kinds(tmp_path / "m.tif") == {"CFloat64"}
    assert np.array_equal(pixels(tmp_path / "m.tif")[0], np.hstack([values, np.full((20, 20), 0.5 + 0.1j)]))
    with pytest.raises(InputError, match="No data type can represent"):
        merge_tiles([path, tmp_path / "complex64.tif"], tmp_path / "n.tif")


@pytest.mark.parametrize(("nodata", "masked"), [(None, True), (HIGH, False), *long((None, False), (HIGH, True))])
def test_a_virtual_mosaic(nodata, masked, make, tmp_path):
    values, mask = numbers(20, 20), np.random.default_rng(3).random((20, 20)) < 0.5 if masked else None
    paths = [make(values, f"{col}.tif", (0, col), nodata=nodata, mask=mask) for col in (0, 20)]
    merge_tiles(paths, tmp_path / "m.vrt")
    merge_tiles(paths, tmp_path / "m.tif")
    rasterio.shutil.copy(tmp_path / "m.vrt", tmp_path / "copy.tif", driver="GTiff")
    for name in ("m.vrt", "m.tif", "copy.tif"):
        assert kinds(tmp_path / name) == {"CInt32"}
        assert np.array_equal(pixels(tmp_path / name), [np.hstack([values, values])])
        assert np.array_equal(shown(tmp_path / name), shown(tmp_path / "m.tif"))


def test_a_virtual_mosaic_that_gdal_would_read_differently_is_rejected(make, tmp_path, state):
    one, two, over = (make(numbers(20, 20), f"{col}.tif", (0, col), nodata=value)
                      for col, value in ((0, 5), (20, None), (10, 5)))  # fmt: skip
    before = state(tmp_path)
    for paths in ([one, two], [one, over]):
        with pytest.raises(OptionError, match=r"does not check whether complex pixels .*Use a \.tif"):
            merge_tiles(paths, tmp_path / "m.vrt")
    assert state(tmp_path) == before


def test_polygons(make, tmp_path):
    values = numbers(60, 60)
    corners = [(LEFT, TOP), (LEFT + 450, TOP), (LEFT, TOP - 450), (LEFT, TOP)]
    inside = geometry_mask([{"type": "Polygon", "coordinates": [corners]}], (45, 45), TRANSFORM, invert=True)
    for nodata in (None, 7):
        result = tile_raster(
            make(values, nodata=nodata), tmp_path / "out", tiling="polygons",
            polygons=[{"type": "Polygon", "coordinates": [corners]}],
        )  # fmt: skip
        for path in (result.tiles[0], result.vrt):
            assert kinds(path) == {"CInt32"} and np.array_equal(shown(path), inside)
            assert np.array_equal(pixels(path), [np.where(inside, values[:45, :45], nodata or 0)])


def test_a_cloud_optimized_mosaic(make, tmp_path):
    values = numbers(600, 600)
    merge_tiles([make(values)], tmp_path / "m.tif", cog=True)
    assert kinds(tmp_path / "m.tif") == {"CInt32"} and np.array_equal(pixels(tmp_path / "m.tif"), [values])
    with rasterio.open(tmp_path / "m.tif") as dataset:
        assert dataset.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG" and dataset.overviews(1)


def test_unsupported_operations_are_rejected(make, tmp_path, state):
    path = make(np.stack([numbers(20, 20)] * 2))
    before = state(tmp_path)
    for error, match, run in (
        (OptionError, "COMPRESS=LERC.* cannot store 2 bands of complex_int32", lambda: tile_raster(
            path, tmp_path / "out", creation_options="COMPRESS=LERC", **SIZE)),
        (InputError, "complex.* METHOD 'mean' cannot merge", lambda: merge_tiles(
            [path], tmp_path / "m.tif", method="mean")),
        (InputError, "complex.* 'float64' cannot hold", lambda: merge_tiles(
            [path], tmp_path / "m.tif", data_type="float64")),
        (InputError, "band 1 contains complex numbers", lambda: normalized_difference(
            path, tmp_path / "n.tif", band_a=1, band_b=2)),
    ):  # fmt: skip
        with pytest.raises(error, match=match):
            run()
    assert state(tmp_path) == before
