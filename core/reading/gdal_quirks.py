"""Exact data types, pixels and nodata values in cases where rasterio does not report them exactly."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree  # nosec B405

import numpy as np
import rasterio
from affine import Affine
from rasterio.shutil import copy, delete
from rasterio.windows import Window

from ..raster.dtypes import WIDE_COMPLEX, WIDE_INTEGERS, array_dtype
from ..raster.nodata import Nodata, nodata_of_type
from ..raster.subdatasets import split_subdataset
from ..tiff.directory import NODATA_TAG, read_text
from .safe_paths import parse_xml

Array = np.ndarray[Any, Any]

SWAPPED_TYPES = {"int64": "uint64", "uint64": "int64"} if rasterio.dtypes.dtype_fwd.get(12) == "int64" else {}
"""Data types that rasterio before 1.3.7 mistakes for each other; the pixel bits are correct. Empty from 1.3.7 on."""


def band_dtypes(dataset: Any) -> list[str]:
    """Return the data type of each band as GDAL defines it."""
    found = [SWAPPED_TYPES.get(dtype, dtype) for dtype in dataset.dtypes]
    if "complex64" in found:
        for number, band in virtual_bands(dataset, ("VRTRasterBand",)).items():
            if band.get("dataType") == "CInt32":
                found[number - 1] = WIDE_COMPLEX
    return found


def rasterio_dtype(dtype: str) -> str:
    """Return the data type for creating a file of `dtype` with rasterio; for complex_int32, a type of the same size."""
    return "complex64" if dtype == WIDE_COMPLEX else SWAPPED_TYPES.get(dtype, dtype)


def rasterio_pixels(pixels: Array, dtype: str) -> Array:
    """Return pixels of type `dtype` as an array of type `rasterio_dtype(dtype)` for writing; the bits are kept."""
    if dtype == WIDE_COMPLEX:
        return np.ascontiguousarray(pixels).view(np.float64).astype(np.int32).view(np.complex64)
    return pixels.view(SWAPPED_TYPES[dtype]) if dtype in SWAPPED_TYPES else pixels


def read_pixels(dataset: Any, dtype: str, window: Window | None = None, bands: Sequence[int] | None = None) -> Array:
    """Return the exact pixels (bands, rows, columns) of `bands`, which all have the data type `dtype`.

    If `bands` is None, all bands are read; if `window` is None, the full raster.
    """
    if dtype == WIDE_COMPLEX:
        wide: Array = dataset.read(bands, window=window, out_dtype="complex128")
        return wide
    found: Array = dataset.read(bands, window=window)
    return found.view(dtype) if found.dtype.name in SWAPPED_TYPES else found


def memory_path(extension: str = ".tif") -> str:
    """Return a unique path for a file in GDAL's memory file system."""
    return f"/vsimem/parallel_raster_{uuid.uuid4().hex}{extension}"


def usable_predictor(predictor: str, dtype: str) -> str:
    """Return `predictor`, or "1" (none) instead of "2" if this GDAL does not support predictor 2 for 64-bit pixels.

    For example, GDAL 3.9 in the wheels of rasterio 1.4.3 does not support it, but the libtiff in these wheels does.
    """
    wide = array_dtype(rasterio_dtype(dtype)).itemsize == 8
    return "1" if predictor == "2" and wide and not _predicts_64_bits() else predictor


@cache
def _predicts_64_bits() -> bool:
    path = memory_path()
    size = {"width": 16, "height": 16, "count": 1, "transform": Affine(1, 0, 0, 0, -1, 0)}
    try:
        with rasterio.open(path, "w", driver="GTiff", dtype="float64", compress="DEFLATE", predictor=2, **size):
            pass
    except Exception:  # GDAL's exceptions have no public base class
        return False
    delete(path, driver="GTiff")
    return True


def exact_nodata(dataset: Any, path: str, bands: Sequence[int], dtypes: Sequence[str]) -> list[Nodata]:
    """Return the exact declared nodata value of each of the given bands (counted from 1).

    rasterio returns nodata as a float, which is not exact for 64-bit integers, and returns None if the data type cannot
    represent the value. For Float32 bands, the value is rounded to Float32, even if the file declares more digits.
    `dtypes` are the data types of all bands, see `band_dtypes`.
    """
    values = dataset.nodatavals
    found: list[Nodata] = []
    texts: Mapping[int, str] | None = None
    for band in bands:
        nodata: Nodata = values[band - 1]
        kind = array_dtype(dtypes[band - 1])
        if dtypes[band - 1] in WIDE_INTEGERS or (nodata is None and kind.kind in "iu"):
            texts = _nodata_texts(dataset, path) if texts is None else texts
            text = texts.get(band, "")
            if text:
                nodata = int(text) if text.lstrip("-").isdigit() else float(text)
        else:
            nodata = nodata_of_type(nodata, kind)
        found.append(nodata)
    return found


def _nodata_texts(dataset: Any, path: str) -> Mapping[int, str]:
    """Return the declared nodata values as strings, by band; a band without a value is missing or has the string ""."""
    if is_plain_tiff(dataset, path):
        return dict.fromkeys(dataset.indexes, read_text(path, NODATA_TAG))
    found = virtual_bands(dataset, ("NoDataValue",)).items()
    return {band: element.findtext("NoDataValue") or "" for band, element in found}


def is_plain_tiff(dataset: Any, path: str) -> bool:
    """Return True if the dataset is the first image of the TIFF at `path`; its tags can then be read directly."""
    return bool(dataset.driver == "GTiff") and split_subdataset(path) is None


def virtual_bands(dataset: Any, names: Sequence[str]) -> dict[int, ElementTree.Element]:
    """Return the XML element of each band in GDAL's VRT description of an open raster, by band number.

    Return {} if the description contains none of the elements `names`.

    Raises
    ------
    InputError
        The XML declares entities.
    """
    text = virtual_xml(dataset)
    if not any(f"<{name}" in text for name in names):
        return {}
    # The text before the bands is skipped because it may contain arbitrary XML metadata of the raster.
    root = parse_xml(b"<VRTDataset>" + text[text.index("<VRTRasterBand") :].encode(), dataset.name)
    return {int(band.get("band", "0")): band for band in root.findall("VRTRasterBand")}


def virtual_xml(dataset: Any) -> str:
    """Return GDAL's VRT description of an open raster as XML text."""
    if dataset.driver == "VRT":
        return _vrt_text(dataset)
    path = memory_path(".vrt")
    copy(dataset, path, driver="VRT")
    try:
        with rasterio.open(path, driver="VRT", sharing=False) as virtual:
            return _vrt_text(virtual)
    finally:
        delete(path, driver="VRT")


def _vrt_text(virtual: Any) -> str:
    # rasterio splits the string at its first equals sign, as if it were a key and a value.
    ((key, value),) = virtual.tags(ns="xml:VRT").items()
    return str(value) if key == "xml:VRT" else f"{key}={value}"
