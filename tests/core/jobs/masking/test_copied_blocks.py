"""Blocks in which no pixel changes are copied without decoding, and all metadata except statistics is kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.transform import from_origin
from rasterio.windows import Window

from georeference import METRES
from parallel_raster.core import OptionError, mask_raster
from parallel_raster.core.jobs.masking.job import plan_mask_raster
from parallel_raster.core.progress import Stop
from parallel_raster.core.reading.metadata import lost_metadata, read_source
from parallel_raster.core.reading.readers import Readers
from parallel_raster.core.tiff.layout import read_encoded, read_layout
from parallel_raster.core.writing.gdal_file import layout_in_memory

SIZE = 96
TRANSFORM = from_origin(400_000, 5_000_000, 10, 10)
TILES = {"tiled": True, "blockxsize": 16, "blockysize": 16}


def write(path, pixels, **profile):
    count, height, width = pixels.shape
    keywords = {"width": width, "height": height, "count": count, "dtype": pixels.dtype, "crs": METRES,
                "transform": TRANSFORM, "driver": "GTiff"}  # fmt: skip
    plain = {"photometric": "minisblack"} if count == 4 else {}  # GDAL would make band 4 alpha
    with rasterio.open(path, "w", **{**keywords, **plain, **profile}) as dataset:
        dataset.write(pixels)
    return path


@pytest.fixture
def pixels():
    """Array with four bands of noise, without the value 0."""
    return np.random.default_rng(2).integers(1, 200, (4, SIZE, SIZE), dtype="uint8")


@pytest.fixture
def layer(tmp_path):
    """Path of a mask with the value 1 in a few pixels of four blocks of 16 x 16 pixels."""
    values = np.zeros((1, SIZE, SIZE), "uint8")
    values[0, 10:20, 14:18] = 1
    values[0, 95, 95] = 1
    return write(tmp_path / "mask.tif", values)


def hides(layer):
    with rasterio.open(layer) as dataset:
        return dataset.read(1) == 1


def encoded(path):
    """Return the encoded bytes and the window of each block of a TIFF, both by block number."""
    layout = read_layout(str(path))
    blocks = {}
    for band, row, col in itertools.product(
        range(layout.bands if layout.separate else 1), range(layout.down), range(layout.across)
    ):
        number = layout.number(row, col, band)
        place = layout.encoded(number)
        window = Window(col * layout.block[1], row * layout.block[0], layout.block[1], layout.block[0])
        blocks[number] = bytes(read_encoded([place])) if place.length else b"", window.toslices()
    return blocks


STORAGES = {
    "pixel": {**TILES, "interleave": "pixel", "compress": "deflate", "predictor": 2},
    "band": {**TILES, "interleave": "band", "compress": "deflate", "zlevel": 9},
    "plain": {**TILES, "interleave": "band"},
    "lzw": {**TILES, "interleave": "pixel", "compress": "lzw", "predictor": 2},
    "packbits": {**TILES, "compress": "packbits"},
    "zstd": {**TILES, "compress": "zstd"},
    "bigtiff": {**TILES, "bigtiff": "yes", "compress": "deflate"},
    "strips": {"blockysize": 16, "compress": "deflate", "interleave": "pixel"},
    "plain strips": {"interleave": "band"},
    "short last strip": {"blockysize": 20, "compress": "deflate", "interleave": "band"},
}


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize("chunk_size", [0, 32])
def test_blocks_without_a_hidden_pixel_are_copied(tmp_path, pixels, layer, storage, chunk_size):
    source = write(tmp_path / "in.tif", pixels, nodata=0, **STORAGES[storage])
    before = source.read_bytes()
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", chunk_size=chunk_size)
    hidden, copied = hides(layer), 0
    old, new = encoded(source), encoded(result.output)
    assert old.keys() == new.keys()
    for number, (content, place) in old.items():
        if hidden[place].any():
            assert new[number][0] != content
        else:
            assert new[number][0] == content
            copied += hidden[place].size
    planes = 4 if len(old) > len({str(place) for _, place in old.values()}) else 1
    assert result.copied_percent == pytest.approx(100 * copied / planes / hidden.size)
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(hidden, 0, pixels))
    assert source.read_bytes() == before


def test_each_block_is_decoded_once(tmp_path, pixels, layer, monkeypatch):
    """Pixels that are read to decide whether a block changes are reused to compute the block."""
    read, counts = Readers.read_stack, []

    def counted(self, bands, window):
        counts.append(window.width * window.height * len(bands))
        return read(self, bands, window)

    source = write(tmp_path / "in.tif", pixels, nodata=0, **STORAGES["pixel"])
    monkeypatch.setattr(Readers, "read_stack", counted)
    mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", chunk_size=32)
    assert sum(counts) == pixels.size + SIZE * SIZE  # the raster and the mask


@pytest.mark.parametrize("storage", [*STORAGES, "jpeg", "ycbcr", "webp", "lerc", "lossy lerc"])
def test_with_a_mask_inside_the_file_no_pixel_is_decoded(tmp_path, pixels, layer, monkeypatch, storage):
    """If the output has an internal mask, all blocks are copied, including those of lossy codecs."""
    lossy = {
        "jpeg": {"compress": "jpeg", "jpeg_quality": 60, "photometric": "rgb", **TILES},
        "ycbcr": {"compress": "jpeg", "jpeg_quality": 90, "photometric": "ycbcr", **TILES},
        "webp": {"compress": "webp", "interleave": "pixel", **TILES},
        "lerc": {"compress": "lerc_deflate", **TILES},
        "lossy lerc": {"compress": "lerc", "max_z_error": 3, **TILES},
    }
    source = write(tmp_path / "in.tif", pixels[:3], **{**STORAGES, **lossy}[storage])
    read = Readers.read_stack

    def fail(self, bands, window):
        assert bands[0].path == str(layer)
        return read(self, bands, window)

    with rasterio.open(source) as dataset:
        wanted = dataset.read()
    monkeypatch.setattr(Readers, "read_stack", fail)
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", chunk_size=32)
    assert {number: content for number, (content, _) in encoded(source).items()} == {
        number: content for number, (content, _) in encoded(result.output).items()
    }
    assert result.copied_percent == 100
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), wanted)
        np.testing.assert_array_equal(dataset.dataset_mask() == 0, hides(layer))
        assert dataset.mask_flag_enums[0] == [rasterio.enums.MaskFlags.per_dataset]
    assert result.hidden_percent == pytest.approx(100 * hides(layer).mean())


def test_a_lossy_input_is_stored_losslessly_if_pixels_change(tmp_path, pixels, layer):
    """A lossy codec is not kept if pixels change: encoding decoded blocks again would change all their pixels."""
    profile = {"compress": "jpeg", "photometric": "ycbcr", **TILES}
    source = write(tmp_path / "in.tif", pixels[:3], **profile)
    with rasterio.open(source) as dataset:
        wanted = dataset.read()
    unused = next(value for value in range(255, -1, -1) if not (wanted == value).any())
    for options in ({"mark": "nodata", "output_nodata": unused}, {"extent": (400_050, 4_999_100, 400_900, 4_999_950)}):
        result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", **options)
        rows = slice(None) if "mark" in options else slice(5, 90)
        hidden = hides(layer) if "mark" in options else np.zeros((SIZE, SIZE), bool)
        with rasterio.open(result.output) as dataset:
            assert dataset.compression.value == "DEFLATE"
            np.testing.assert_array_equal(dataset.read(), np.where(hidden, unused, wanted)[:, rows, rows])
        assert result.copied_percent == 0


def test_hidden_pixels_that_were_nodata_change_nothing(tmp_path, pixels, layer):
    pixels[:, hides(layer)] = 0
    source = write(tmp_path / "in.tif", pixels, nodata=0, **STORAGES["pixel"])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1")
    assert (result.copied_percent, result.hidden_percent) == (100, 0)
    assert result.valid_percent == pytest.approx(100 * (1 - hides(layer).mean()))


@pytest.mark.parametrize(
    ("extent", "copied"),
    [
        ((400_160, 4_999_040, 400_960, 4_999_840), 100 * 24 / 25),  # 5 x 5 blocks, with one hidden pixel
        ((400_160, 4_999_200, 400_800, 4_999_840), 100),
        ((400_100, 4_999_040, 400_960, 4_999_840), 0),  # pixel columns that do not begin at a block edge
    ],
)
def test_an_extent_copies_blocks_that_begin_where_its_own_do(tmp_path, pixels, extent, copied):
    values = np.zeros((1, SIZE, SIZE), "uint8")
    values[0, 95, 95] = 1
    layer = write(tmp_path / "mask.tif", values)
    source = write(tmp_path / "in.tif", pixels, nodata=0, **STORAGES["band"])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", extent=extent)
    assert result.copied_percent == pytest.approx(copied)
    (left, bottom), (right, top) = (
        tuple(map(round, ~TRANSFORM * corner)) for corner in ((extent[0], extent[1]), (extent[2], extent[3]))
    )
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(values[0] == 1, 0, pixels)[:, top:bottom, left:right])


@pytest.mark.parametrize(("interleave", "copied"), [("band", True), ("pixel", False)])
def test_some_bands(tmp_path, pixels, layer, interleave, copied):
    source = write(tmp_path / "in.tif", pixels, nodata=0, interleave=interleave, **TILES)
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", bands=[4, 2])
    assert (result.copied_percent > 0) == copied
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(hides(layer), 0, pixels[[3, 1]]))


@pytest.mark.parametrize(
    "options", [{"cog": True}, {"creation_options": "COMPRESS=LZW"}, {"creation_options": "TILED=NO"}]
)
def test_another_storage_copies_nothing(tmp_path, pixels, layer, options):
    source = write(tmp_path / "in.tif", pixels, nodata=0, **STORAGES["pixel"])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", **options)
    assert result.copied_percent == 0
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(hides(layer), 0, pixels))


@pytest.mark.parametrize("driver", ["VRT", "ENVI"])
def test_other_formats_are_decoded(tmp_path, pixels, layer, driver):
    """If the input is not a GeoTIFF, its blocks are decoded, and the output is a tiled, compressed GeoTIFF."""
    source = write(tmp_path / "plain.tif", pixels, nodata=0)
    other = str(tmp_path / ("in.vrt" if driver == "VRT" else "in.img"))
    rasterio.shutil.copy(source, other, driver=driver)
    result = mask_raster(other, tmp_path / "out.tif", layer, mask_values="1")
    with rasterio.open(result.output) as dataset:
        assert dataset.block_shapes[0] == (512, 512) and dataset.compression.value == "DEFLATE"
        np.testing.assert_array_equal(dataset.read(), np.where(hides(layer), 0, pixels))
    assert result.copied_percent == 0


def test_sparse_blocks_stay_sparse(tmp_path, pixels, layer):
    pixels[:, 48:] = 0
    source = write(tmp_path / "in.tif", pixels, nodata=0, sparse_ok=True, **STORAGES["pixel"])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1")
    assert sum(not content for content, _ in encoded(result.output).values()) == 18
    assert result.copied_percent == pytest.approx(100 * 32 / 36)


def rich(path, pixels, **profile):
    """Write a raster with all kinds of metadata, and return its path."""
    write(path, pixels, **profile)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions = ["blue", "green", "red", "nir"]
        dataset.scales, dataset.offsets = [0.0001] * 4, [-0.1] * 4
        dataset.units = ["reflectance"] * 4
        dataset.update_tags(ACQUIRED="2020-03-27", AREA_OR_POINT="Point")
        dataset.update_tags(ns="PRODUCT", LEVEL="2A")
        for band in range(1, 5):
            dataset.update_tags(band, WAVELENGTH=str(band), STATISTICS_MEAN="3", STATISTICS_MAXIMUM="200")
        dataset.build_overviews([2])
    return path


@pytest.mark.parametrize("nodata", [0, None])
def test_all_metadata_but_statistics_is_kept(tmp_path, pixels, layer, nodata, log):
    source = rich(tmp_path / "in.tif", pixels, nodata=nodata, **STORAGES["pixel"])
    mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", log=log)
    wanted, found = read_source(str(source)).metadata, read_source(str(tmp_path / "out.tif")).metadata
    assert lost_metadata(wanted, found) == ([] if nodata == 0 else ["mask none became mask"])
    assert found.grid == wanted.grid and found.bands[3].scale == 0.0001 and found.tags["PRODUCT"] == {"LEVEL": "2A"}
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.tags(1) == {"WAVELENGTH": "1"} and dataset.overviews(1) == []
    assert log.line("Not kept in the output") == "Not kept in the output: overviews"
    assert not (tmp_path / "out.tif.aux.xml").exists()


def test_a_cog_keeps_all_metadata(tmp_path, pixels, layer):
    """A COG keeps all metadata, although its overviews are new and no block is copied."""
    source = rich(tmp_path / "in.tif", pixels, nodata=0, **STORAGES["pixel"])
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", cog=True)
    wanted, found = read_source(str(source)).metadata, read_source(result.output).metadata
    assert lost_metadata(wanted, found) == [] and result.copied_percent == 0


def test_an_overview_is_not_mixed_with_blocks_of_full_resolution(tmp_path):
    """An overview's blocks are not copied from the full resolution, although the blocks have the same size."""
    pixels = np.random.default_rng(5).integers(1, 200, (1, 512, 512), dtype="uint8")
    source = write(tmp_path / "in.tif", pixels, nodata=0, tiled=True, blockxsize=128, blockysize=128)
    with rasterio.open(source, "r+") as dataset:
        dataset.build_overviews([2])
    with rasterio.open(source, overview_level=0) as dataset:
        level = dataset.read()
    clouds = np.zeros((1, 512, 512), "uint8")
    clouds[0, 10:20, 30:50] = 1
    cloudy = write(tmp_path / "clouds.tif", clouds)
    result = mask_raster(source, tmp_path / "out.tif", cloudy, mask_values="1", overview=0)
    with rasterio.open(result.output) as dataset:
        assert dataset.block_shapes == [(128, 128)]
        np.testing.assert_array_equal(dataset.read(), np.where(clouds[:, 1::2, 1::2] == 1, 0, level))
    assert result.copied_percent == 0


def test_windows_outside_the_slice_that_was_split_last(tmp_path, pixels, layer):
    """The pixels kept for the blocks of a slice are not used for a window outside this slice."""
    source = write(tmp_path / "in.tif", pixels, nodata=0, compress="deflate", **TILES)
    plan = plan_mask_raster(source, tmp_path / "out.tif", layer, mask_values="1")
    wanted = np.where(hides(layer), 0, pixels)
    with Readers() as readers:
        opened = plan.task.open(readers)
        opened.find_blocks(lambda: layout_in_memory(plan.profile)).split(Window(16, 16, 32, 32), Stop())
        for window in (Window(16, 16, 16, 16), Window(0, 0, 32, 32), Window(64, 64, 16, 16), Window(16, 16, 48, 16)):
            computed = opened.compute(window, Stop())
            np.testing.assert_array_equal(computed.pixels, wanted[(slice(None), *window.toslices())])


def test_control_points_and_colour_tables_are_kept(tmp_path, pixels, layer):
    source = write(tmp_path / "in.tif", pixels[:1], crs=None, transform=None, **TILES)
    points = [GroundControlPoint(row, col, col * 10, -row * 10, 0) for row, col in ((0, 0), (0, 90), (90, 0), (90, 90))]
    colours = {value: (value, 255 - value, 0, 255) for value in range(256)}
    with rasterio.open(source, "r+") as dataset:
        dataset.gcps = points, CRS.from_epsg(32633)
        dataset.write_colormap(1, colours)
    with rasterio.open(layer) as dataset:
        plain = write(tmp_path / "plain.tif", dataset.read(), crs=None, transform=None)
    with rasterio.open(plain, "r+") as dataset:
        dataset.gcps = points, CRS.from_epsg(32633)
    mask_raster(source, tmp_path / "out.tif", plain, mask_values="1")
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert [(p.row, p.col, p.x, p.y) for p in dataset.gcps[0]] == [(p.row, p.col, p.x, p.y) for p in points]
        assert dataset.gcps[1] == CRS.from_epsg(32633) and dataset.colormap(1) == colours
        np.testing.assert_array_equal(dataset.dataset_mask() == 0, hides(layer))
    with pytest.raises(OptionError, match="has no transform, so EXTENT"):
        mask_raster(source, tmp_path / "cut.tif", plain, mask_values="1", extent=(0, -90, 90, 0))


@pytest.mark.parametrize(("nodata", "bits"), [(15, "4"), (200, None)])
def test_bits_are_kept_if_nodata_fits(tmp_path, pixels, layer, nodata, bits):
    """A raster with 4 bits per pixel keeps NBITS unless the nodata value needs more bits."""
    pixels %= 15
    source = write(tmp_path / "in.tif", pixels, nbits=4, compress="deflate", **TILES)
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1", mark="nodata", output_nodata=nodata)
    with rasterio.open(result.output) as dataset:
        np.testing.assert_array_equal(dataset.read(), np.where(hides(layer), nodata, pixels))
        assert dataset.tags(1, ns="IMAGE_STRUCTURE").get("NBITS") == bits
    assert (result.copied_percent > 0) == (bits is not None)


def test_signed_bytes(tmp_path, pixels, layer):
    """Signed bytes are kept, both as Byte with PIXELTYPE (GDAL before 3.7) and as Int8 (later versions)."""
    signed = pixels[:2].astype("int16").astype("int8")
    kind = {} if "int8" in rasterio.dtypes.dtype_rev else {"dtype": "int8"}
    try:
        source = write(tmp_path / "in.tif", signed, nodata=-128, **kind, **STORAGES["band"])
    except (TypeError, ValueError, rasterio.errors.RasterioError):
        pytest.skip("this rasterio cannot write signed bytes")
    result = mask_raster(source, tmp_path / "out.tif", layer, mask_values="1")
    with rasterio.open(result.output) as dataset:
        assert dataset.dtypes == ("int8", "int8")
        np.testing.assert_array_equal(dataset.read(), np.where(hides(layer), -128, signed))
    assert 0 < result.copied_percent < 100
