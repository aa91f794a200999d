"""Tests for the metadata of copied rasters: every item is kept, and positions are relative to the copied window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from cases import long
from parallel_raster.core.errors import InputError
from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.windows import subdivide
from parallel_raster.core.reading.gdal_quirks import SWAPPED_TYPES
from parallel_raster.core.reading.metadata import lost_metadata, read_source
from parallel_raster.core.tiff.directory import NODATA_TAG, replace_text
from parallel_raster.core.writing import gdal_file
from parallel_raster.core.writing.creation_options import inherited_options, resolve_profile
from parallel_raster.core.writing.writer import RasterWriter

SIZE = 48
WINDOW = Window(16, 8, 20, 30)
RPC = {
    "LINE_OFF": "100.5", "SAMP_OFF": "50", "LAT_OFF": "1", "LONG_OFF": "2", "HEIGHT_OFF": "3", "LINE_SCALE": "4",
    "SAMP_SCALE": "5", "LAT_SCALE": "6", "LONG_SCALE": "7", "HEIGHT_SCALE": "8",
    **{f"{axis}_{part}_COEFF": " ".join(map(str, range(20))) for axis in ("LINE", "SAMP") for part in ("NUM", "DEN")},
}  # fmt: skip


@pytest.fixture
def make(tmp_path):
    """Return a function that creates a GeoTIFF and calls `edit` with the open dataset before writing the pixels."""

    def make_file(dtype="uint8", count=1, name="in.tif", edit=lambda dataset: None, values=None, **profile):
        keywords = {"width": SIZE, "height": SIZE, "count": count, "dtype": SWAPPED_TYPES.get(dtype, dtype)}
        keywords.update(crs="EPSG:32633", transform=Affine(30, 0, 4e5, 0, -30, 5e6))
        if values is None:
            values = np.random.default_rng(3).integers(0, 100, (count, SIZE, SIZE))
        path = tmp_path / name
        with rasterio.open(path, "w", driver="GTiff", **{**keywords, **profile}) as dataset:
            edit(dataset)
            kind = "complex64" if "complex" in dtype else keywords["dtype"]
            dataset.write(values.astype(kind))
        return str(path)

    return make_file


def copied(path, tmp_path, window=WINDOW, bands=None, given=""):
    """Copy a window of a raster with its metadata; return the expected and the actual metadata of the copy."""
    source = read_source(path, bands)
    metadata = source.metadata.moved(window)
    first = metadata.bands[0]
    profile = resolve_profile(
        metadata.grid, len(metadata.bands), first.dtype, first.nodata, given, 2,
        inherited=inherited_options(source), fit_blocks=True,
    )  # fmt: skip
    profile = replace(profile, metadata=metadata, masked=metadata.mask == "mask")
    destination = str(tmp_path / "copy.tif")
    with rasterio.open(path) as dataset, RasterWriter(destination, profile) as target:
        numbers = [each.band for each in source.inputs]
        pixels = dataset.read(numbers, window=window)
        if SWAPPED_TYPES:
            pixels = pixels.view(SWAPPED_TYPES.get(pixels.dtype.name, pixels.dtype))
        mask = dataset.dataset_mask(window=window)
        for piece in subdivide(Window(0, 0, window.width, window.height), (profile.block[0], window.width)):
            rows = piece.toslices()[0]
            target.write(pixels[:, rows], piece, mask[rows] if profile.masked else None)
        target.finish(workers=2, progress=NoProgress())
        expected = dataset.read(numbers, window=window)
        masks = dataset.read_masks(numbers, window=window)
    with rasterio.open(destination) as dataset:
        assert np.array_equal(dataset.read(), expected, equal_nan=pixels.dtype.kind in "fc")
        assert np.array_equal(dataset.read_masks(), masks)
    return metadata, read_source(destination).metadata


def assert_kept(wanted, found):
    assert lost_metadata(wanted, found) == []
    assert found.grid == wanted.grid and len(found.bands) == len(wanted.bands)


def rich(dataset):
    dataset.update_tags(AREA_OR_POINT="Point", TIFFTAG_SOFTWARE="maker", own="a=b\nc", STATISTICS_MEAN="5")
    dataset.update_tags(ns="DOMAIN", **{"with space": "ä"})
    dataset.update_tags(ns="xml:XMP", **{"<x a": "'1'>ü</x>"})
    dataset.update_tags(ns="RPC", **RPC)
    dataset.update_tags(1, STATISTICS_MEAN="5", kept="yes")
    dataset.update_tags(2, ns="BAND_DOMAIN", key="value")
    dataset.descriptions = ["first", "", "third"]
    dataset.units = ["m", "", "K"]
    dataset.scales, dataset.offsets = [0.1, 1, 2], [5, 0, -1]


@pytest.mark.parametrize("options", [{}, {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "lzw"}])
@pytest.mark.parametrize("flush", [2**30, 1])
def test_everything_is_kept(make, tmp_path, monkeypatch, options, flush):
    """All metadata are kept, even if the output is closed and reopened while it is being written."""
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (flush,) * 3)
    path = make("int16", 3, edit=rich, nodata=-7, **options)
    wanted, found = copied(path, tmp_path)
    assert wanted.tags[""]["own"] == "a=b\nc"
    assert not any("STATISTICS_MEAN" in metadata.tags[""] for metadata in (wanted, wanted.bands[0], found))
    assert wanted.bands[0].tags[""]["kept"] == "yes" and wanted.bands[1].tags["BAND_DOMAIN"] == {"key": "value"}
    assert (wanted.bands[2].unit, wanted.bands[2].scale, wanted.bands[2].description) == ("K", 2, "third")
    assert float(found.tags["RPC"]["LINE_OFF"]) == 92.5 and float(found.tags["RPC"]["SAMP_OFF"]) == 34
    assert found.mask == "nodata" and found.tags["xml:XMP"]
    assert_kept(wanted, found)


def test_chosen_bands_keep_their_metadata(make, tmp_path):
    wanted, found = copied(make("int16", 3, edit=rich, nodata=-7), tmp_path, bands=[3, 1])
    assert [band.description for band in found.bands] == ["third", "first"]
    assert_kept(wanted, found)


def test_a_colour_table(make, tmp_path):
    table = {0: (0, 0, 0, 255), 1: (9, 8, 7, 255), 255: (1, 2, 3, 255)}
    wanted, found = copied(make(edit=lambda dataset: dataset.write_colormap(1, table)), tmp_path)
    assert found.bands[0].colour == "palette" and found.bands[0].colormap[1] == (9, 8, 7, 255)
    assert_kept(wanted, found)


@pytest.mark.parametrize(
    "colours",
    [
        ["gray", "undefined", "undefined"],
        ["red", "green", "blue"],
        ["red", "green", "blue", "alpha"],
        ["red", "green", "blue", "undefined"],
        ["gray", "alpha"],
        ["gray", "undefined", "alpha", "undefined"],
        ["gray", "red", "green", "blue"],
        ["undefined"],
    ],
)
def test_colour_interpretations(make, tmp_path, colours):
    def paint(dataset):
        dataset.colorinterp = [ColorInterp[colour] for colour in colours]

    wanted, found = copied(make("uint16", len(colours), edit=paint, photometric="MINISBLACK"), tmp_path)
    assert [band.colour for band in found.bands] == (colours if colours != ["undefined"] else ["gray"])
    assert found.mask == ("alpha" if "alpha" in colours else "none")
    assert_kept(wanted, found)


@pytest.mark.parametrize("internal", [True, False])
@pytest.mark.parametrize("flush", [2**30, 1])
def test_a_mask(make, tmp_path, monkeypatch, internal, flush):
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (flush,) * 3)
    path = make("int16", 2)
    mask = np.random.default_rng(1).integers(0, 2, (SIZE, SIZE)).astype(bool)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    wanted, found = copied(path, tmp_path)
    assert wanted.mask == "mask" and sorted(each.name for each in tmp_path.glob("copy*")) == ["copy.tif"]
    assert_kept(wanted, found)


def test_ground_control_points(make, tmp_path):
    points = [GroundControlPoint(r, c, 4e5 + c, 5e6 - r, 2.0) for r, c in ((0, 0), (0, 48), (48, 0))]

    def place(dataset):
        dataset.gcps = points, CRS.from_epsg(32633)

    wanted, found = copied(make(edit=place, crs=None, transform=None), tmp_path)
    assert [(p.row, p.col, p.x, p.z) for p in found.gcps][0] == (-8, -16, 4e5, 2.0)
    assert found.gcp_crs == CRS.from_epsg(32633)
    assert_kept(wanted, found)


def test_ground_control_points_with_area_or_point(make, tmp_path):
    """AREA_OR_POINT=Point is not copied, because GDAL 3.6 would shift the ground control points by a pixel."""

    def place(dataset):
        dataset.gcps = [GroundControlPoint(r, c, c, r, 0.0) for r, c in ((0, 0), (0, 48), (48, 0))], CRS()
        dataset.update_tags(AREA_OR_POINT="Point")

    path = make(edit=place, crs=None, transform=None)
    wanted, found = copied(path, tmp_path)
    assert_kept(wanted, found)
    with rasterio.open(path) as dataset:
        assert [p.row - 8 for p in dataset.gcps[0]] == [p.row for p in found.gcps]
    assert "AREA_OR_POINT" in read_source(path).unkept[0]


@pytest.mark.parametrize(
    "transform",
    [
        Affine(30, 0, 4e5, 0, -30, 5e6),
        Affine(20, 5, 4e5, 7, -30, 5e6),
        Affine(1, 0, 0, 0, 1, 0) * Affine.translation(3, 4),
        Affine(0.1, 0, 10, 0, 0.2, -5),
    ],
)
def test_grids(make, tmp_path, transform):
    wanted, found = copied(make(transform=transform), tmp_path)
    assert found.grid.transform.almost_equals(transform * Affine.translation(16, 8), 1e-12)
    assert lost_metadata(wanted, found) == []


@pytest.mark.parametrize(
    ("dtype", "nodata"),
    [
        ("int64", -(2**63)),
        ("int64", 2**53 + 1),
        ("uint64", 2**64 - 1),
        ("int64", None),
        ("uint64", 0),
        ("float64", float("nan")),
        ("float32", -3.4028234663852886e38),
        ("uint8", -9999),
        ("uint16", 0.5),
        ("complex64", None),
        ("complex_int16", None),
        ("complex128", None),
    ],
)
@pytest.mark.parametrize("values", ["noise", "zeros"])
@pytest.mark.parametrize("flush", [1, *long(2**30)])
def test_types_and_nodata_are_exact(make, tmp_path, monkeypatch, dtype, nodata, values, flush):
    """Data types and nodata values are kept exactly. Zeros are tested because GDAL omits blocks that are all nodata."""
    monkeypatch.setattr(gdal_file, "FLUSH_BYTES", (flush,) * 3)
    values = np.zeros((1, SIZE, SIZE)) if values == "zeros" else None
    patched = dtype in ("int64", "uint64") or dtype.startswith("uint") and nodata in (-9999, 0.5)
    path = make(dtype, values=values, nodata=nodata if not patched or nodata is None else 0, sparse_ok=False)
    if patched and nodata is not None:
        replace_text(path, NODATA_TAG, str(nodata))
    wanted, found = copied(path, tmp_path)
    assert wanted.bands[0].dtype == dtype
    if nodata is not None:
        assert wanted.bands[0].nodata == nodata or nodata != nodata
    assert lost_metadata(wanted, found) == []


@pytest.mark.parametrize("bits", [1, 4, 12])
def test_unusual_numbers_of_bits(make, tmp_path, bits):
    path = make("uint8" if bits < 8 else "uint16", values=np.ones((1, SIZE, SIZE)), nbits=bits)
    copied(path, tmp_path)
    with rasterio.open(tmp_path / "copy.tif") as dataset:
        assert dataset.tags(1, ns="IMAGE_STRUCTURE")["NBITS"] == str(bits)


def test_metadata_that_cannot_be_copied_is_listed(make):
    path = make(edit=lambda dataset: dataset.update_tags(ns="GEOLOCATION", X_BAND="1"))
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2])
    with open(path + ".aux.xml", "w") as file:
        file.write("<PAMDataset><PAMRasterBand band='1'><CategoryNames/><GDALRasterAttributeTable/></PAMRasterBand>")
        file.write("</PAMDataset>")
    unkept = " ".join(read_source(path).unkept)
    for words in ("geolocation", "overviews", "raster attribute table", "category names"):
        assert words in unkept


def test_lost_metadata_is_listed(make, tmp_path):
    path = make("int16", 3, edit=rich, nodata=-7)
    metadata = read_source(path).metadata
    bare = read_source(make("int16", 3, name="bare.tif")).metadata
    lost = "; ".join(lost_metadata(metadata, bare))
    for words in (
        "band 1: nodata -7.0 became none", "band 1: unit m", "band 3: scale 2.0 became 1.0", "item own",
        "key of BAND_DOMAIN", "LINE_OFF of RPC", "with space of DOMAIN", "mask nodata became none",
    ):  # fmt: skip
        assert words in lost
    assert lost_metadata(metadata, metadata) == []


def test_a_missing_band_is_an_error(make):
    with pytest.raises(InputError, match="band 4 does not exist"):
        read_source(make(count=3), [1, 4])


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"compress": "lzw", "blockxsize": 32}, {"COMPRESS": "LZW", "BLOCKXSIZE": "32", "PREDICTOR": "1"}),
        ({"compress": "deflate", "predictor": 2}, {"COMPRESS": "DEFLATE", "BLOCKXSIZE": "16", "PREDICTOR": "2"}),
        ({"interleave": "band"}, {"COMPRESS": "NONE", "INTERLEAVE": "BAND"}),
        ({"tiled": False, "compress": "lzw"}, {"COMPRESS": "DEFLATE", "BLOCKXSIZE": "512", "PREDICTOR": "2"}),
        ({"compress": "jpeg"}, {"COMPRESS": "DEFLATE", "BLOCKXSIZE": "512", "PREDICTOR": "2"}),
    ],
)
def test_an_output_inherits_the_storage_of_a_tiled_lossless_input(make, profile, expected):
    profile = {"tiled": True, "blockxsize": 16, "blockysize": 16, **profile}
    if not profile["tiled"]:
        profile = {"tiled": False, "compress": "lzw"}
    source = read_source(make(count=2, **profile))
    options = resolve_profile(
        source.metadata.grid, 2, "uint8", None, "", 1, inherited=inherited_options(source)
    ).options
    assert {key: options.get(key) for key in expected} == expected
    assert ("PREDICTOR" in options) == ("PREDICTOR" in expected)


def test_given_options_override_inherited_ones(make):
    source = read_source(make(tiled=True, blockxsize=16, blockysize=32, compress="deflate", predictor=2))
    inherited, grid = inherited_options(source), source.metadata.grid
    options = resolve_profile(grid, 1, "uint8", None, "COMPRESS=NONE|BLOCKXSIZE=64", 1, inherited=inherited).options
    assert (options["COMPRESS"], options["BLOCKXSIZE"], options["BLOCKYSIZE"]) == ("NONE", "64", "32")
    assert "PREDICTOR" not in options
    strips = resolve_profile(grid, 1, "uint8", None, "TILED=NO", 1, inherited=inherited).options
    assert "BLOCKXSIZE" not in strips and "BLOCKYSIZE" not in strips and strips["PREDICTOR"] == "2"


def test_the_predictor_matches_the_output_type(make):
    source = read_source(make("float32", tiled=True, blockxsize=16, blockysize=16, compress="zstd", predictor=3))
    inherited, grid = inherited_options(source), source.metadata.grid
    assert resolve_profile(grid, 1, "float32", None, "", 1, inherited=inherited).options["PREDICTOR"] == "3"
    assert resolve_profile(grid, 1, "uint16", None, "", 1, inherited=inherited).options["PREDICTOR"] == "2"


def test_blocks_no_larger_than_needed(make):
    grid = read_source(make()).metadata.grid
    assert resolve_profile(grid, 1, "uint8", None, "", 1, fit_blocks=True).block == (48, 48)
    assert resolve_profile(grid, 1, "uint8", None, "BLOCKXSIZE=128", 1, fit_blocks=True).block == (48, 128)


ENVI = """ENVI
samples = 30
lines = 20
bands = 3
header offset = 0
file type = ENVI Standard
data type = 2
interleave = bsq
byte order = 0
sensor type = Unknown
map info = {{UTM, 1, 1, 500000, 5000000, 10, 10, 33, North, WGS-84}}
band names = {{one, two, three}}
wavelength units = Nanometers
wavelength = {{450, 550, 650}}
fwhm = {{{fwhm}}}
bbl = {{1, 1, 0}}
default bands = {{3, 2, 1}}
"""


@pytest.fixture
def envi(tmp_path):
    """Return a function that creates an ENVI raster with three bands."""

    def make(fwhm="7, 8, 9", name="in.img"):
        np.ones((3, 20, 30), "int16").tofile(tmp_path / name)
        (tmp_path / name).with_suffix(".hdr").write_text(ENVI.format(fwhm=fwhm))
        return str(tmp_path / name)

    return make


@pytest.mark.parametrize("bands", [None, [3, 1]])
def test_envi_metadata_is_reduced_to_the_copied_bands(envi, tmp_path, bands):
    tags = read_source(envi(), bands).metadata.tags
    chosen = {
        "band_names": "{three, one}", "wavelength": "{650, 450}", "fwhm": "{9, 7}", "bbl": "{0, 1}",
    } if bands else {
        "band_names": "{one, two, three}", "wavelength": "{450, 550, 650}", "fwhm": "{7, 8, 9}", "bbl": "{1, 1, 0}",
    }  # fmt: skip
    assert tags["ENVI"] == {"sensor_type": "Unknown", "wavelength_units": "Nanometers", **chosen}
    names = {key: value for key, value in tags[""].items() if key.startswith("Band_")}
    assert len(names) == len(bands or [1, 2, 3])
    assert names["Band_1"].startswith("three" if bands else "one")


def test_a_list_of_another_length_is_left_out(envi):
    tags = read_source(envi("7, 8"), [2]).metadata.tags["ENVI"]
    assert "fwhm" not in tags and tags["wavelength"] == "{550}"
