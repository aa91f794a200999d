"""For random parameters, chips equal windows of the raster, and labels equal `rasterio.features.rasterize`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.features import rasterize

from georeference import METRES
from parallel_raster.core import OptionError, training_chips

TRANSFORMS = (
    Affine(10, 0, 400_005, 0, -10, 5_000_000),
    Affine(10, 0, 400_005, 0, 10, 5_000_000),  # south-up
    Affine(8, 3, 400_000, 3, -8, 5_000_000),  # rotated
)


@st.composite
def cases(draw):
    """Draw a raster and the parameters of a run."""
    dtype = draw(st.sampled_from(["uint8", "int16", "uint16", "int32", "float32", "float64"]))
    size = draw(st.integers(8, 30))
    return {
        "dtype": dtype,
        "bands": draw(st.integers(1, 4)),
        "shape": (draw(st.integers(4, 50)), draw(st.integers(4, 50))),
        "hidden": draw(st.sampled_from(["nothing", "nodata", "mask", "both"])),
        "transform": draw(st.sampled_from(TRANSFORMS)),
        "seed": draw(st.integers(0, 1000)),
        "all_touched": draw(st.booleans()),
        "options": {
            "mode": draw(st.sampled_from(["grid", "centred", "random"])),
            "size": size,
            "stride": draw(st.sampled_from([0, size // 2 + 1, size + 3, 2 * size])),
            "count": draw(st.integers(1, 8)),
            "remainder": draw(st.sampled_from(["drop", "pad", "shift"])),
            "split": draw(st.sampled_from(["100,0,0", "60,20,20"])),
            "format": draw(st.sampled_from(["tif", "npz"])),
            "chunk_size": draw(st.sampled_from([0, 20])),
            "seed": draw(st.integers(0, 5)),
            "background": draw(st.sampled_from([0, 7])),
            "ignore": draw(st.sampled_from([255, 999, -1])),
        },
    }


def write(path, case):
    """Write the raster of a case; return its pixels and a boolean array of the valid pixels."""
    random = np.random.default_rng(case["seed"])
    shape = (case["bands"], *case["shape"])
    values = random.integers(0, 100, shape).astype(case["dtype"])
    valid = np.ones(shape, bool)
    nodata = None
    if np.dtype(case["dtype"]).kind == "f":
        values[random.random(shape) < 0.05] = np.nan
        valid &= np.isfinite(values)
    if case["hidden"] in ("nodata", "both"):
        nodata = 7
        valid &= values != nodata
    mask = random.random(shape[1:]) < 0.8
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(
        path, "w", driver="GTiff", count=shape[0], height=shape[1], width=shape[2], dtype=case["dtype"], nodata=nodata,
        crs=METRES, transform=case["transform"], tiled=True, blockxsize=16, blockysize=32,
        photometric="minisblack",
    ) as dataset:  # fmt: skip
        dataset.write(values)
        if case["hidden"] == "mask":
            dataset.write_mask(mask)
            valid &= mask
    return values, valid


def features(case):
    """Return GeoJSON polygons that overlap each other and the edge of the raster, and GeoJSON points."""
    random = np.random.default_rng(case["seed"] + 1)
    rows, cols = case["shape"]
    polygons, points = [], []
    for number in range(6):
        corners = random.uniform((-0.2 * cols, -0.2 * rows), (1.2 * cols, 1.2 * rows), (3, 2)).round(2)
        ring = [case["transform"] * tuple(corner) for corner in (*corners, corners[0])]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        polygons.append({"type": "Feature", "properties": {"class": 1 + number % 4}, "geometry": geometry})
        place = case["transform"] * tuple(random.uniform(0, (cols, rows)))
        points.append({"type": "Point", "coordinates": place})
    return polygons, points


def read_file(folder, name):
    """Return the pixels of an image or label; the dates and bands of an image share one axis."""
    if name.endswith(".npz"):
        with np.load(folder / name, allow_pickle=False) as found:
            (array,) = found.values()
        return array.reshape(-1, *array.shape[-2:]), None
    with rasterio.open(folder / name) as dataset:
        return dataset.read(), dataset


def dataset_mask(path):
    """Return True for the pixels that are valid according to the nodata value or the mask of a file."""
    with rasterio.open(path) as dataset:
        return dataset.dataset_mask() > 0


def window_of(array, window, fill):
    """Return a window of an array (bands, rows, columns). Pixels outside the array have the fill value."""
    col, row, width, height = window
    edge = max(width, height) + max(0, -col, -row)
    padded = np.pad(array, ((0, 0), (edge, edge), (edge, edge)), constant_values=fill)
    return padded[:, row + edge : row + edge + height, col + edge : col + edge + width]


@pytest.mark.repeated
@settings(settings.get_profile("round trips"))
@given(cases())
def test_chips_and_labels_equal_the_raster_and_rasterize(case):
    polygons, points = features(case)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values, valid = write(folder / "in.tif", case)
        options = {**case["options"], "all_touched": case["all_touched"], "labels": polygons, "class_field": "class"}
        if options["mode"] == "centred":
            options["centres"] = points
        try:
            result = training_chips(folder / "in.tif", folder / "out", **options)
        except OptionError as error:
            assert error.parameter in ("size", "labels"), error  # no chip fits, or no polygon contains a pixel
            return
        drawn = rasterize(
            [(each["geometry"], each["properties"]["class"]) for each in polygons], case["shape"],
            fill=options["background"], transform=case["transform"], all_touched=case["all_touched"], dtype="int32",
        )  # fmt: skip
        drawn[~valid.all(axis=0)] = options["ignore"]
        check_chips(folder / "out", result, case, values, valid, drawn)


def check_chips(folder, result, case, values, valid, drawn):
    document = json.loads((folder / "chips.json").read_text())
    assert [chip["id"] for chip in document["chips"]] == [chip.id for chip in result.chips]
    nodata, train = document["nodata"], []
    for chip in document["chips"]:
        pixels, dataset = read_file(folder, chip["image"])
        wanted = window_of(values, chip["window"], 0)
        shown = window_of(valid, chip["window"], False)
        assert pixels.dtype == case["dtype"] and pixels.shape == wanted.shape
        assert np.array_equal(pixels[shown], wanted[shown])
        missing = ~shown.all(axis=0)
        assert (pixels[~shown] == (0 if nodata is None else nodata)).all()
        if nodata is None:
            assert not missing.any() or case["options"]["format"] == "tif"
            assert dataset is None or np.array_equal(dataset_mask(folder / chip["image"]), ~missing)
        assert chip["dates"] == [
            {
                "date": "",
                "nan_percent": 100 * missing.sum() / missing.size,
                "cloud_percent": None,
                "scene_cloud_cover": None,
            }
        ]
        codes, label = read_file(folder, chip["label"])
        wanted_codes = window_of(drawn[None], chip["window"], case["options"]["ignore"])
        wanted_codes[0, missing] = case["options"]["ignore"]
        assert np.array_equal(codes, wanted_codes)
        assert chip["class_percent"] == {
            str(code): 100 * (codes == code).sum() / codes.size for code in np.unique(codes)
        }
        if dataset is not None:
            col, row, *_ = chip["window"]
            for each in (dataset, label):
                assert each.transform.almost_equals(case["transform"] * Affine.translation(col, row), 1e-6)
                assert each.crs == METRES
            assert label.nodata == case["options"]["ignore"]
        if chip["split"] == "train":
            train.append((pixels, shown))
    check_statistics(folder, train)


def check_statistics(folder, train):
    """Compare `statistics.json` with statistics computed by numpy."""
    found = json.loads((folder / "statistics.json").read_text())
    for number, band in enumerate(found["bands"]):
        parts = [pixels[number][shown[number]] for pixels, shown in train]
        values = np.concatenate(parts).astype("float64") if parts else np.zeros(0)
        assert band["count"] == values.size
        if not values.size:
            assert band["mean"] is band["std"] is band["percentiles"] is None
            continue
        for key, wanted in (("mean", values.mean()), ("std", values.std())):
            assert band[key] == pytest.approx(wanted, rel=1e-12, abs=1e-12)
        assert (band["minimum"], band["maximum"]) == (values.min(), values.max())
        small = train[0][0].dtype.kind in "iu" and train[0][0].dtype.itemsize <= 2
        assert (band["percentiles"] is not None) == small
        for percent, value in (band["percentiles"] or {}).items():
            assert value == pytest.approx(np.percentile(values, int(percent)), rel=1e-12)
