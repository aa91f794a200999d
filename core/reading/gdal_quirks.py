"""Types of pixels and nodata values to the last digit, where rasterio and GDAL do not say the same."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree  # nosec B405

import rasterio
from affine import Affine
from rasterio.shutil import copy, delete

from ..raster.dtypes import WIDE_INTEGERS, array_dtype
from ..raster.nodata import Nodata, nodata_of_type
from ..raster.subdatasets import split_subdataset
from ..tiff.directory import NODATA_TAG, read_text
from .safe_paths import parse_xml

SWAPPED_TYPES = {"int64": "uint64", "uint64": "int64"} if rasterio.dtypes.dtype_fwd.get(12) == "int64" else {}
"""Types that rasterio before 1.3.7 takes for each other; the bits it reads and writes are right."""


def band_dtypes(dataset: Any) -> list[str]:
    """Return the name of each band's type as GDAL has it."""
    return [SWAPPED_TYPES.get(dtype, dtype) for dtype in dataset.dtypes]


def has_wide_complex_integers(dataset: Any) -> bool:
    """Return whether a band is CInt32, which rasterio takes for floats that are too short for its integers."""
    if "complex64" not in dataset.dtypes:
        return False
    bands = virtual_bands(dataset, ("VRTRasterBand",))
    return any(band.get("dataType") == "CInt32" for band in bands.values())


def memory_path(extension: str = ".tif") -> str:
    """Return a name for a file in memory that nobody else uses."""
    return f"/vsimem/parallel_raster_{uuid.uuid4().hex}{extension}"


def usable_predictor(predictor: str, dtype: str) -> str:
    """Return the predictor, or "1" (none) where it is that of integers and this GDAL refuses it for 64 bits.

    The GDAL 3.9 of rasterio 1.4.3's wheels does, although the libtiff beside it could.
    """
    return "1" if predictor == "2" and array_dtype(dtype).itemsize == 8 and not _predicts_64_bits() else predictor


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


def exact_nodata(dataset: Any, path: str, bands: Sequence[int]) -> list[Nodata]:
    """Return the declared nodata value of each of the given bands (from 1), also where rasterio does not tell it.

    rasterio has a float at most, which is too short for 64 bit integers, and none where the type cannot hold the value.
    For Float32 it is the number that pixels have, however many digits the file tells.
    """
    values, dtypes = dataset.nodatavals, band_dtypes(dataset)
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
