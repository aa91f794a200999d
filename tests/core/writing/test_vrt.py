"""Tests for VRTs composed of sources: metadata, and pixels that are drawn or hidden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from parallel_raster.core.reading.metadata import BandMetadata, RasterMetadata
from parallel_raster.core.reading.readers import read_bands
from parallel_raster.core.writing.vrt import VrtSource, source_nodata, vrt_xml

SIZE = Window(0, 0, 70, 60)


@pytest.fixture
def make_vrt(make_raster, tmp_path):
    """Return a function that creates a VRT of one raster over its complete grid and returns the path of the VRT."""

    def make(bands, band, *, given="in.tif", **options):
        path = make_raster(bands, "in.tif", **options)
        (first,) = read_bands(str(path), [1])
        source = VrtSource(given, SIZE, SIZE)._replace(**band)
        metadata = BandMetadata(str(bands[0].dtype), first.nodata, colour="cyan", offset=1, scale=2)
        text = vrt_xml(
            RasterMetadata(first.grid, (metadata,) * len(bands), {"": {"KEY": "<&>\x01"}}),
            [[source]] * len(bands),
            [source._replace(undrawn="0", masked=False)] if "mask" in options else None,
        )
        (tmp_path / "out.vrt").write_text(text, encoding="utf-8")
        return tmp_path / "out.vrt"

    return make


def test_bands_keep_their_pixels_colours_and_scales(make_vrt, random_bands):
    bands = random_bands()
    with rasterio.open(make_vrt(bands, {})) as dataset:
        assert np.array_equal(dataset.read(), bands)
        assert dataset.colorinterp == (ColorInterp.cyan,) * 2
        assert (dataset.scales, dataset.offsets) == ((2, 2), (1, 1))
        assert dataset.tags()["KEY"] == "<&>"


def test_hidden_pixels_are_not_drawn(make_vrt, random_bands):
    band = np.maximum(random_bands()[0], 1)
    band[:9] = 5
    with rasterio.open(make_vrt([band], {"undrawn": source_nodata(5.0, "uint16")})) as dataset:
        assert np.array_equal(dataset.read(1), np.where(band == 5, 0, band))
    shown = band % 3 == 0
    for options in ({"masked": True},):
        with rasterio.open(make_vrt([band], options, mask=shown)) as dataset:
            assert not dataset.read(1)[~shown].any()
            assert np.array_equal(dataset.dataset_mask() != 0, shown)


def test_an_absolute_file_name(make_vrt, random_bands, tmp_path):
    path = make_vrt(random_bands(), {"relative": False}, given=str(tmp_path / "in.tif"))
    assert 'relativeToVRT="0"' in path.read_text()
    with rasterio.open(path) as dataset:
        assert dataset.read(1).any()


@pytest.mark.parametrize(
    ("nodata", "text"), [(0, "0"), (-9999.0, "-9999"), (1e16, "10000000000000000"), (2**63 - 1, str(2**63 - 1))]
)
def test_nodata_values_keep_all_digits(nodata, text, make_raster):
    (metadata,) = read_bands(str(make_raster([np.ones((60, 70), "int64")])), [1])
    band = replace(BandMetadata("int64"), nodata=nodata)
    assert f"<NoDataValue>{text}</NoDataValue>" in vrt_xml(RasterMetadata(metadata.grid, (band,)), [[]])
    assert source_nodata(nodata, "int64") == text
