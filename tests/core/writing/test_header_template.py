"""Small files created from a header template have the same pixels and metadata as files created by GDAL."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from rasterio.windows import Window

from parallel_raster.core.progress import NoProgress
from parallel_raster.core.raster.grid import Grid
from parallel_raster.core.tiff import deflate
from parallel_raster.core.writing import encoded_file, header_template
from parallel_raster.core.writing.creation_options import resolve_profile
from parallel_raster.core.writing.gdal_file import BandDescription
from parallel_raster.core.writing.header_template import find_template
from parallel_raster.core.writing.writer import RasterWriter

pytestmark = pytest.mark.skipif(deflate.library() is None, reason="libdeflate is not installed")

SIZE = 96
FULL_WINDOW = Window(0, 0, SIZE, SIZE)
DESCRIPTION = BandDescription("NDVI (B4-B3)/(B4+B3)", 0.01, -1.0)


def profile(x=4e5, y=5e6, pixel=10.0, rotation=0.0, epsg=32633, dtype="uint8", given="BLOCKXSIZE=32|BLOCKYSIZE=32"):
    grid = Grid(CRS.from_epsg(epsg), Affine(pixel, rotation, x, rotation, -pixel, y), SIZE, SIZE)
    return resolve_profile(grid, 1, dtype, 255, given, 1)


def tags(number):
    return {f"STATISTICS_{name}": repr(number + 0.1) for name in ("MINIMUM", "MAXIMUM", "MEAN", "STDDEV")}


def write(path, output, seed, metadata=DESCRIPTION, items=None):
    array = np.random.default_rng(seed).integers(0, 200, (1, SIZE, SIZE)).astype(output.dtype)
    with RasterWriter(str(path), output) as target:
        target.write(array, FULL_WINDOW)
        target.describe(1, metadata, tags(seed) if items is None else items)
        target.finish(workers=1, progress=NoProgress())
    return array


def read_all(path):
    """Return the pixels, the metadata and the IMAGE_STRUCTURE tags of a file."""
    with rasterio.open(path) as dataset:
        metadata = (
            dataset.profile,
            dataset.descriptions,
            dataset.scales,
            dataset.offsets,
            dataset.tags(),
            dataset.tags(1),
        )
        structure = dataset.tags(ns="IMAGE_STRUCTURE")
        structure.pop("LAYOUT", None)  # GDAL 3.13 reports COG if the header comes first
        return dataset.read(), metadata, structure


@pytest.mark.parametrize(
    "given", ["BLOCKXSIZE=32|BLOCKYSIZE=32", "BIGTIFF=YES", "TILED=NO|BLOCKYSIZE=96|BLOCKXSIZE=96"]
)
def test_files_from_a_template_equal_those_of_gdal(tmp_path, monkeypatch, given):
    write(tmp_path / "first.tif", profile(given=given), 1)
    assert find_template(profile(given=given)) is not None
    places = [(4e5 + 0.1, 5e6), (-1e-9, 123456.789), (3e5, -7e6)]
    arrays = [write(tmp_path / f"{n}.tif", profile(*place, given=given), n) for n, place in enumerate(places)]
    monkeypatch.setattr(header_template, "_templates", {})
    monkeypatch.setattr(header_template, "may_have_template", lambda _: False)
    monkeypatch.setattr(encoded_file, "may_have_template", lambda _: False)
    for number, place in enumerate(places):
        write(tmp_path / "plain.tif", profile(*place, given=given), number)
        found, plain = read_all(tmp_path / f"{number}.tif"), read_all(tmp_path / "plain.tif")
        assert np.array_equal(found[0], arrays[number]) and np.array_equal(found[0], plain[0])
        assert found[1:] == plain[1:]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["0.tif", "1.tif", "2.tif", "first.tif", "plain.tif"]


@pytest.mark.parametrize(
    ("metadata", "items"),
    [(DESCRIPTION, {}), (BandDescription("another"), None), (DESCRIPTION, {"STATISTICS_MEAN": "3.5"})],
)
def test_metadata_of_the_first_file_is_not_kept(tmp_path, metadata, items):
    """A file with different metadata does not keep any of the first file's metadata, such as its statistics."""
    write(tmp_path / "first.tif", profile(), 1)
    write(tmp_path / "second.tif", profile(x=0), 2, metadata, items)
    with rasterio.open(tmp_path / "second.tif") as dataset:
        assert dataset.descriptions == (metadata.description,)
        assert dataset.tags(1) == (tags(2) if items is None else items)
        assert dataset.scales == (metadata.scale,) and dataset.offsets == (metadata.offset,)


EVI = BandDescription("EVI", tags=(("FORMULA", "a < b & c"), ("SPECTRAL_INDEX", "EVI")))


@pytest.mark.parametrize("metadata", [EVI, DESCRIPTION, replace(EVI, tags=(("SPECTRAL_INDEX", "SAVI"),))])
def test_items_of_the_description_are_those_of_the_file(tmp_path, metadata):
    """Metadata items that all files share come from the template; a file with different items keeps none of these."""
    write(tmp_path / "first.tif", profile(), 1, EVI)
    write(tmp_path / "second.tif", profile(x=0), 2, metadata)
    for path, wanted, number in (("first.tif", EVI, 1), ("second.tif", metadata, 2)):
        with rasterio.open(tmp_path / path) as dataset:
            assert dataset.tags(1) == {**dict(wanted.tags), **tags(number)}
            assert dataset.descriptions == (wanted.description,)


def test_a_file_without_description_has_no_metadata_of_the_template(tmp_path):
    write(tmp_path / "first.tif", profile(), 1)
    with RasterWriter(str(tmp_path / "second.tif"), profile(x=0)) as target:
        target.write(np.ones((1, SIZE, SIZE), "uint8"), FULL_WINDOW)
        target.finish(workers=1, progress=NoProgress())
    with rasterio.open(tmp_path / "second.tif") as dataset:
        assert dataset.tags(1) == {} and dataset.descriptions == (None,) and dataset.scales == (1.0,)


@pytest.mark.parametrize(
    "other",
    [profile(pixel=20), profile(epsg=32634), profile(dtype="uint16"), profile(given="ZLEVEL=9"),
     profile(rotation=1.0), replace(profile(), nodata=None)],
    ids=["pixel size", "CRS", "type", "options", "rotation", "nodata"],
)  # fmt: skip
def test_files_of_another_kind_do_not_use_the_template(tmp_path, other):
    write(tmp_path / "first.tif", profile(), 1)
    assert find_template(other) is None
    array = write(tmp_path / "second.tif", other, 2)
    found, (found_profile, *_), _ = read_all(tmp_path / "second.tif")
    assert np.array_equal(found, array)
    assert found_profile["transform"] == other.grid.transform and found_profile["crs"] == other.grid.crs
    assert found_profile["nodata"] == other.nodata


def test_the_first_file_has_the_same_bytes_as_later_ones(tmp_path):
    """The bytes of a file do not depend on the files written before."""
    for name in ("first.tif", "second.tif"):
        write(tmp_path / name, profile(), 1)
    assert (tmp_path / "first.tif").read_bytes() == (tmp_path / "second.tif").read_bytes()


def test_large_files_have_no_template(tmp_path, monkeypatch):
    monkeypatch.setattr(header_template, "SMALL_BYTES", SIZE * SIZE - 1)
    write(tmp_path / "first.tif", profile(), 1)
    assert header_template._templates == {}
