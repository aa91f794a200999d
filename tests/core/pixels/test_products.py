"""Tests for recognizing products by name, and for the hint on files without scale and offset."""

from __future__ import annotations

import pytest

from parallel_raster.core.pixels.products import scaling_hint

SAFE = "S2A_MSIL2A_20230601T101031_N0509_R022_T32TQM_20230601T150000.SAFE"
SENTINEL = ("SCALE to 0.0001 ", "OFFSET to -0.1.")
LANDSAT = ("SCALE to 0.0000275 ", "OFFSET to -0.2.")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (f"/data/{SAFE}/GRANULE/L2A_T32TQM/IMG_DATA/R10m/T32TQM_20230601T101031_B04_10m.jp2", SENTINEL),
        ("/data/S2B_MSIL2A_20220201T101031_N0400_R022_T32TQM_20220201T150000.SAFE/B04.tif", SENTINEL),
        ("/data/S2C_MSIL2A_20250201T101031_N0511_R022_T32TQM_20250201T150000/B04.tif", SENTINEL),
        ("/data/s2a_msil2a_20300201T101031_N1000_x.tif", SENTINEL),
        ("/data/S2A_MSIL2A_20220201T101031_N0401_R022_T32TQM_20220201T150000_B04.tif", SENTINEL),
        ("/data/S2B_MSIL2A_20210201T101031_N0214_R022_T32TQM_20210201T150000.SAFE/B04.tif", None),
        ("/data/S2B_MSIL2A_20220101T101031_N0301_R022_T32TQM_20220101T150000.SAFE/B04.tif", None),
        ("/data/S2B_MSIL1C_20230101T101031_N0509_R022_T32TQM_20230101T150000.SAFE/B04.tif", None),
        ("/data/LC08_L2SP_193028_20220601_20220609_02_T1_SR_B4.TIF", LANDSAT),
        ("/data/LE07_L2SP_193028_20020601_20200909_02_T1/LE07_L2SP_193028_20020601_20200909_02_T1_SR_B3.TIF", LANDSAT),
        ("/data/LC09_L2SR_193028_20220601_20220609_02_T1_SR_B5.tif", LANDSAT),
        ("/data/LC08_L2SP_193028_20220601_20220609_02_T1_ST_B10.TIF", None),
        ("/data/LC08_L2SP_193028_20220601_20220609_02_T1_QA_PIXEL.TIF", None),
        ("/data/LC08_L1TP_193028_20220601_20220609_02_T1_B4.TIF", None),
        ("/data/ndvi.tif", None),
    ],
)
def test_products_are_recognized_by_name(path, words):
    hint = scaling_hint(path, 1, 0)
    assert bool(hint) == (words is not None)
    for word in words or ():
        assert word in hint and path in hint, hint


@pytest.mark.parametrize(("scale", "offset"), [(0.0001, -0.1), (0.0001, 0), (1, -1000)])
def test_no_hint_for_a_file_with_scale_or_offset(scale, offset):
    assert scaling_hint(f"/data/{SAFE}/B04.tif", scale, offset) == ""


def test_a_relative_path(tmp_path, monkeypatch):
    """A product is recognized by the name of its folder, even if the relative path does not contain that name."""
    (tmp_path / SAFE).mkdir()
    monkeypatch.chdir(tmp_path / SAFE)
    assert "Sentinel-2" in scaling_hint("B04.tif", 1, 0)
