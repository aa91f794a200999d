"""Tests for the contact sheet in the report: chosen chips, pictures, stretch, outlines and captions."""

from __future__ import annotations

import base64
import re

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile

from chip_scenes import polygon
from parallel_raster.core import training_chips
from parallel_raster.core.errors import OutputError
from parallel_raster.core.jobs.chips.sheet import (
    MISSING,
    OUTLINE,
    PICTURES,
    chosen_chips,
    png,
    shown_bands,
)

PICTURE = re.compile(r'<img src="data:image/png;base64,([^"]+)" alt="([^"]+)"><div>([^/]*?(?:<br>[^/]*?)*)</div>')


def decoded(text):
    """Return the pixels (rows, columns, 3) of an encoded PNG file, as GDAL reads it."""
    with MemoryFile(base64.b64decode(text)) as memory, rasterio.Env(GDAL_PAM_ENABLED="NO"), memory.open() as dataset:
        assert dataset.driver == "PNG"
        return np.moveaxis(dataset.read(), 0, -1)


def test_png_is_read_by_gdal():
    colours = np.random.default_rng(2).integers(0, 256, (13, 21, 3)).astype("uint8")
    assert np.array_equal(decoded(base64.b64encode(png(colours))), colours)


def test_pictures_show_pixels_outlines_and_shares(source, tmp_path):
    features = [polygon([(10, 0), (70, 0), (70, 60), (10, 60)])]
    report = tmp_path / "report.html"
    result = training_chips(source, tmp_path / "out", size=30, labels=features, split="100,0,0", report=report)
    page = report.read_text()
    found = {name: (image, caption) for image, name, caption in PICTURE.findall(page)}
    assert list(found) == [chip.id for chip in result.chips] and len(found) == 6
    with rasterio.open(source) as dataset:
        values = dataset.read().astype(float)
    low, high = (np.percentile(values[:, (values != 0).all(axis=0)], each, axis=1) for each in (2, 98))
    image, caption = found["r000000_c000000"]
    picture, part = decoded(image), values[:, :30, :30]
    missing = (part == 0).any(axis=0)
    scaled = np.clip((part - low[:, None, None]) / (high - low)[:, None, None] * 255, 0, 255)
    wanted = np.moveaxis(scaled.astype("uint8"), 0, -1)
    inner = ~missing.copy()
    inner[:, 1:] &= ~missing[:, :-1] & ~missing[:, 1:]
    inner[1:] &= ~missing[:-1]
    inner[:, 9:12] = False
    assert inner.sum() > 300 and np.array_equal(picture[inner], wanted[inner])
    assert (picture[missing] == MISSING).all()
    assert (picture[:, 10][~missing[:, 10]] == OUTLINE).all()
    assert caption == f"r000000_c000000<br>train<br>missing {100 * missing.mean():.4g} %"
    assert "6 of 6 chips. Bands 1, 2, 3" in page


def test_a_report_that_is_the_list_of_scenes_is_rejected(make_scenes, tmp_path):
    """The list of scenes is not replaced, even if the path of the report is a link to it."""
    scenes, report = make_scenes(), tmp_path / "report.html"
    report.symlink_to(scenes)
    with pytest.raises(OutputError, match="The report .* is the same file as .*scenes"):
        training_chips(None, tmp_path / "out", scenes=scenes, size=30, report=report)
    assert report.is_symlink()


def test_captions_name_the_clearest_date(make_scenes, tmp_path):
    report = tmp_path / "report.html"
    result = training_chips(None, tmp_path / "out", scenes=make_scenes(), size=30, split="100,0,0", report=report)
    captions = {name: caption for _, name, caption in PICTURE.findall(report.read_text())}
    for chip in result.chips:
        date = min(chip.dates, key=lambda each: each.nan_percent + each.cloud_percent)
        assert captions[chip.id].startswith(
            f"{chip.id}<br>train {date.date}<br>missing {date.nan_percent:.4g} %, cloud "
        )


def test_large_chips_are_thinned(make_raster, tmp_path):
    source = make_raster([np.zeros((400, 400), "uint8")])
    training_chips(source, tmp_path / "out", size=400, split="100,0,0", report=tmp_path / "report.html")
    ((image, _, _),) = PICTURE.findall((tmp_path / "report.html").read_text())
    assert decoded(image).shape == (134, 134, 3)


def test_all_splits_are_shown(source, tmp_path):
    result = training_chips(source, tmp_path / "out", size=7, split="60,20,20")
    found = chosen_chips(result.chips)
    assert len(found) == PICTURES == len({chip.id for chip in found})
    counts = {split: sum(chip.split == split for chip in found) for split in ("train", "val", "test")}
    assert min(counts.values()) >= 4
    assert chosen_chips(()) == []


@pytest.mark.parametrize(
    ("labels", "bands"),
    [(("1",), (0,)), (("a", "b", "c", "d"), (0, 1, 2)), (("B02", "B03", "B04", "B08"), (2, 1, 0)), (("x", "y"), (0,))],
)
def test_bands_that_are_shown(labels, bands):
    assert shown_bands(labels) == bands
