"""Types of pixels and nodata values to the last digit, where rasterio and GDAL do not say the same."""

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
"""Types that rasterio before 1.3.7 takes for each other; the bits it reads and writes are right."""


def band_dtypes(dataset: Any) -> list[str]:
    """Return the name of each band's type as GDAL has it."""
    found = [SWAPPED_TYPES.get(dtype, dtype) for dtype in dataset.dtypes]
    if "complex64" in found:
        for number, band in virtual_bands(dataset, ("VRTRasterBand",)).items():
            if band.get("dataType") == "CInt32":
                found[number - 1] = WIDE_COMPLEX
    return found


def rasterio_dtype(dtype: str) -> str:
    """Return the type by which rasterio makes a file of a type, or else one of as many bits."""
    return "complex64" if dtype == WIDE_COMPLEX else SWAPPED_TYPES.get(dtype, dtype)


def rasterio_pixels(pixels: Array, dtype: str) -> Array:
    """Return the same bits as pixels of `rasterio_dtype`."""
    if dtype == WIDE_COMPLEX:
        return np.ascontiguousarray(pixels).view(np.float64).astype(np.int32).view(np.complex64)
    return pixels.view(SWAPPED_TYPES[dtype]) if dtype in SWAPPED_TYPES else pixels


def read_pixels(dataset: Any, dtype: str, window: Window | None = None, bands: Sequence[int] | None = None) -> Array:
    """Return pixels (bands, rows, columns) of bands of one type to the last bit, of all where `bands` is None."""
    if dtype == WIDE_COMPLEX:
        wide: Array = dataset.read(bands, window=window, out_dtype="complex128")
        return wide
    found: Array = dataset.read(bands, window=window)
    return found.view(dtype) if found.dtype.name in SWAPPED_TYPES else found


def memory_path(extension: str = ".tif") -> str:
    """Return a name for a file in memory that nobody else uses."""
    return f"/vsimem/parallel_raster_{uuid.uuid4().hex}{extension}"


def usable_predictor(predictor: str, dtype: str) -> str:
    """Return the predictor, or "1" (none) where it is that of integers and this GDAL refuses it for 64 bits.

    The GDAL 3.9 of rasterio 1.4.3's wheels does, although the libtiff beside it could.
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
    except Exception:  # GDAL's own exceptions have no public root
        return False
    delete(path, driver="GTiff")
    return True


def exact_nodata(dataset: Any, path: str, bands: Sequence[int], dtypes: Sequence[str]) -> list[Nodata]:
    """Return the declared nodata value of each of the given bands (from 1), also where rasterio does not tell it.

    `dtypes` are those of all bands, see `band_dtypes`. rasterio has a float at most, which is too short for 64 bit
    integers, and none where the type cannot hold the value. For Float32 it is the number that pixels have, however many
    digits the file tells.
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
    """Return the declared nodata value of bands as it is written; bands without one may be left out."""
    if is_plain_tiff(dataset, path):
        return dict.fromkeys(dataset.indexes, read_text(path, NODATA_TAG))
    found = virtual_bands(dataset, ("NoDataValue",)).items()
    return {band: element.findtext("NoDataValue") or "" for band, element in found}


def is_plain_tiff(dataset: Any, path: str) -> bool:
    """Return whether a dataset is the first image of the TIFF at `path`, so that its tags can be read there."""
    return bool(dataset.driver == "GTiff") and split_subdataset(path) is None


def virtual_bands(dataset: Any, names: Sequence[str]) -> dict[int, ElementTree.Element]:
    """Return the elements of bands in the VRT over an open raster; none where no band has an element of these names.

    Raises
    ------
    InputError
        Their XML declares entities.
    """
    text = virtual_xml(dataset)
    if not any(f"<{name}" in text for name in names):
        return {}
    # What stands before the bands may be XML that came with the raster.
    root = parse_xml(b"<VRTDataset>" + text[text.index("<VRTRasterBand") :].encode(), dataset.name)
    return {int(band.get("band", "0")): band for band in root.findall("VRTRasterBand")}


def virtual_xml(dataset: Any) -> str:
    """Return the XML of a VRT over an open raster, or of one that is open, as GDAL writes it: all that it knows."""
    if dataset.driver == "VRT":
        return _own_xml(dataset)
    path = memory_path(".vrt")
    copy(dataset, path, driver="VRT")
    try:
        with rasterio.open(path, driver="VRT", sharing=False) as virtual:
            return _own_xml(virtual)
    finally:
        delete(path, driver="VRT")


def _own_xml(virtual: Any) -> str:
    # rasterio takes the text for items with a key and a value.
    ((key, value),) = virtual.tags(ns="xml:VRT").items()
    return str(value) if key == "xml:VRT" else f"{key}={value}"
