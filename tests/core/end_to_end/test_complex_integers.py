"""Complex numbers of integers (GDAL's CInt16) in mosaics."""

from __future__ import annotations

import json
import subprocess

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine

from parallel_raster.core.errors import OptionError
from parallel_raster.core.jobs.merging.job import merge_tiles

LEFT, TOP, STEP = 500_000, 5_000_000, 10


@pytest.fixture
def make(tmp_path):
    """Factory of a raster of complex integers, by GDAL's copy of a VRT; returns the path."""

    def make_raster(values, name="in.tif", at=(0, 0), *, kind="CInt16", nodata=None, mask=None, **options):
        values = np.atleast_3d(values) if values.ndim == 3 else values[np.newaxis]
        count, rows, cols = values.shape
        transform = Affine(STEP, 0, LEFT + STEP * at[1], 0, -STEP, TOP - STEP * at[0])
        size = {"width": cols, "height": rows, "count": count, "crs": "EPSG:32633", "transform": transform}
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
    """Return the types of a raster's bands, by GDAL's own word."""
    found = subprocess.run(["gdalinfo", "-json", path], check=True, capture_output=True, text=True, timeout=60)
    return {band["type"] for band in json.loads(found.stdout)["bands"]}


def pixels(path):
    """Return the pixels to the last bit."""
    with rasterio.open(path) as dataset:
        return dataset.read(out_dtype="complex128")


def shown(path):
    with rasterio.open(path) as dataset:
        return dataset.read_masks(1) != 0


@pytest.mark.parametrize("kind", ["CInt16"])
@pytest.mark.parametrize("rule", ["band", "any", "all"])
def test_what_lies_under_no_raster_is_marked(kind, rule, make, tmp_path):
    """By a mask, since integers have no NaN; or by the value that the user gives."""
    values = np.arange(400).reshape(20, 20) * (1 - 2j)
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


def test_values_that_the_type_does_not_hold(make, tmp_path):
    values = np.arange(400).reshape(20, 20) * (1 - 2j)
    paths = [make(values, "a.tif", kind="CInt16"), make(values, "b.tif", (0, 30), kind="CInt16")]
    for value in (0.5, 2**15):
        with pytest.raises(OptionError, match="OUTPUT_NODATA .* cannot be held by int16"):
            merge_tiles(paths, tmp_path / "m.tif", output_nodata=value)
