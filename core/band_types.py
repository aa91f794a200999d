"""Types of pixels and nodata values to the last digit, where rasterio and GDAL do not say the same."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree  # nosec B405

import numpy as np
import rasterio
from affine import Affine
from rasterio.shutil import copy, delete

from .nodata import Nodata
from .subdatasets import split_subdataset
from .tiff_directory import NODATA_TAG, read_text

SWAPPED_TYPES = {"int64": "uint64", "uint64": "int64"} if rasterio.dtypes.dtype_fwd.get(12) == "int64" else {}
"""Types that rasterio before 1.3.7 takes for each other; the bits it reads and writes are right."""

WIDE_INTEGERS = ("int64", "uint64")


def band_dtypes(dataset: Any) -> list[str]:
    """Return the name of each band's type as GDAL has it."""
    return [SWAPPED_TYPES.get(dtype, dtype) for dtype in dataset.dtypes]


def array_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type that holds pixels of a band; complex numbers of 16 bit integers fit two floats."""
    return np.dtype("complex64" if dtype == "complex_int16" else dtype)


def value_dtype(dtype: str) -> np.dtype[Any]:
    """Return the numpy type of the values that a band stores: of the parts of complex 16 bit integers."""
    return np.dtype("int16" if dtype == "complex_int16" else dtype)


def usable_predictor(predictor: str, dtype: str) -> str:
    """Return the predictor, or "1" (none) where it is that of integers and this GDAL refuses it for 64 bits.

    The GDAL 3.9 of rasterio 1.4.3's wheels does, although the libtiff beside it could.
    """
    return "1" if predictor == "2" and array_dtype(dtype).itemsize == 8 and not _predicts_64_bits() else predictor


@cache
def _predicts_64_bits() -> bool:
    path = f"/vsimem/parallel_raster_{uuid.uuid4().hex}.tif"
    size = {"width": 16, "height": 16, "count": 1, "transform": Affine(1, 0, 0, 0, -1, 0)}
    try:
        with rasterio.open(path, "w", driver="GTiff", dtype="float64", compress="DEFLATE", predictor=2, **size):
            pass
    except Exception:  # GDAL's own exceptions have no public root
        return False
    delete(path, driver="GTiff")
    return True


def exact_nodata(dataset: Any, path: str, bands: Sequence[int]) -> list[Nodata]:
    """Return the declared nodata value of each of the given bands (from 1), also where rasterio does not tell it.

    rasterio has a float at most, which is too short for 64 bit integers, and none where the type cannot hold the value.
    """
    values, dtypes = dataset.nodatavals, band_dtypes(dataset)
    found: list[Nodata] = [values[band - 1] for band in bands]
    unsure = {
        place
        for place, band in enumerate(bands)
        if dtypes[band - 1] in WIDE_INTEGERS
        or (found[place] is None and array_dtype(dtypes[band - 1]).kind in "iu" and is_plain_tiff(dataset, path))
    }
    if unsure:
        texts = _nodata_texts(dataset, path)
        for place in unsure:
            text = texts[bands[place] - 1]
            if text:
                found[place] = int(text) if text.lstrip("-").isdigit() else float(text)
    return found


def _nodata_texts(dataset: Any, path: str) -> list[str]:
    """Return the declared nodata value of every band as it is written; "" where there is none."""
    if is_plain_tiff(dataset, path):
        return [read_text(path, NODATA_TAG)] * int(dataset.count)
    words = ElementTree.fromstring(virtual_xml(dataset))  # noqa: S314 # nosec B314 - GDAL wrote it
    return [band.findtext("NoDataValue") or "" for band in words.findall("VRTRasterBand")]


def is_plain_tiff(dataset: Any, path: str) -> bool:
    """Return whether a dataset is the first image of the TIFF at `path`, so that its tags can be read there."""
    return bool(dataset.driver == "GTiff") and split_subdataset(path) is None


def virtual_xml(dataset: Any) -> str:
    """Return the XML of a VRT over an open raster, as GDAL writes it: all that GDAL knows of the raster, as text."""
    path = f"/vsimem/parallel_raster_{uuid.uuid4().hex}.vrt"
    copy(dataset, path, driver="VRT")
    try:
        with rasterio.open(path, driver="VRT", sharing=False) as virtual:
            # rasterio takes the text for items with a key and a value.
            ((key, value),) = virtual.tags(ns="xml:VRT").items()
    finally:
        delete(path, driver="VRT")
    return str(value) if key == "xml:VRT" else f"{key}={value}"
