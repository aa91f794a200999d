"""Mask layers of known products are recognized by their names, and hide clouds and shadows."""

from __future__ import annotations

import numpy as np
import pytest

from parallel_raster.core.pixels.mask_products import MASK_PRODUCTS, mask_product
from parallel_raster.core.pixels.masks import hidden_by_rule, resolve_mask_rule


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/data/T32UPU_20200101T101411_SCL_20m.jp2", "Sentinel-2 scene classification"),
        ("SCL.tif", "Sentinel-2 scene classification"),
        (r"C:\data\scl.tif", "Sentinel-2 scene classification"),
        ("LC08_L2SP_193027_20200101_20200823_02_T1_QA_PIXEL.TIF", "Landsat QA_PIXEL"),
        ("HLS.S30.T32UPU.2020001T101411.v2.0.Fmask.tif", "HLS Fmask"),
        ('HDF4_EOS:EOS_GRID:"/data/MOD09GA.hdf":MODIS_Grid_1km_2D:state_1km_1', "MODIS state"),
        ("MOD09A1.A2020001.h18v04.sur_refl_state_500m.tif", "MODIS state"),
        ("MOD09Q1.A2020001.h18v04.sur_refl_state_250m.tif", "MODIS state"),
    ],
)
def test_known_names(path, label):
    assert mask_product(path).label == label


@pytest.mark.parametrize("path", ["/SCL/scene.tif", "MUSCLE.tif", "qa.tif", "estate_1kmx.tif", "B04.tif", ""])
def test_unknown_names(path):
    assert mask_product(path) is None


def hidden(label, value, dtype):
    """Return True if the rule of a product hides a value."""
    (product,) = [each for each in MASK_PRODUCTS if each.label == label]
    rule = resolve_mask_rule(product.values, product.bits or None, dtype, "mask")
    return bool(hidden_by_rule(np.array([value], dtype), rule)[0])


@pytest.mark.parametrize("value", range(12))
def test_sentinel_2_classes(value):
    """Cloud shadow, both cloud classes and thin cirrus are hidden."""
    assert hidden("Sentinel-2 scene classification", value, "uint8") == (value in (3, 8, 9, 10))


@pytest.mark.parametrize(
    ("value", "expected"),
    [(21824, False), (22280, True), (23888, True), (21826, True), (21828, True), (5442, True), (21952, False)],
)
def test_landsat_bits(value, expected):
    """Clear and water pixels are kept; cloud, shadow, dilated cloud and cirrus are hidden."""
    assert hidden("Landsat QA_PIXEL", value, "uint16") is expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0, False), (0b10, True), (0b100, True), (0b1000, True), (0b11110001, False)]
)
def test_hls_bits(value, expected):
    """Cloud, adjacent to cloud, and cloud shadow are hidden; snow, water, aerosol and the unused bit are not."""
    assert hidden("HLS Fmask", value, "uint8") is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, False), (1, True), (2, True), (3, False), (4, True), (1 << 8, False), (2 << 8, True), (3 << 8, True)],
)
def test_modis_bits(value, expected):
    """Cloudy, mixed, shadow and average or high cirrus are hidden; small cirrus and "not set" are not."""
    assert hidden("MODIS state", value, "uint16") is expected
