"""What a GeoTIFF cannot carry and GDAL keeps in a file beside it, `.aux.xml`: some CRSs, attribute tables, categories.

The file beside is written here, not by GDAL, so that it holds this and nothing else. It lies beside the unfinished
file, and takes its name together with it (see `partial_file.replace_file`).
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import uuid
from typing import Any
from xml.etree import ElementTree  # nosec B405

from affine import Affine
from rasterio.crs import CRS
from rasterio.enums import WktVersion
from rasterio.io import MemoryFile

from ..raster.grid import same_crs
from ..reading.classes import CATEGORIES
from ..reading.datasets import open_dataset
from ..reading.metadata import BESIDE_ONLY, RasterMetadata
from ..reading.safe_paths import AUXILIARY
from .creation_options import OutputProfile

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What XML has no way to write."""

WKT_VERSIONS = (WktVersion.WKT2_2019, WktVersion.WKT1_GDAL)
"""In which the file beside may hold a CRS, the better one first."""


def sidecar_text(profile: OutputProfile) -> str:
    """Return the text of the file beside a GeoTIFF of this profile; "" where it needs none."""
    root = ElementTree.Element("PAMDataset")
    metadata = profile.metadata
    if metadata is not None and metadata.is_placed_by_points:
        if _kept_crs(metadata.gcp_crs):
            add_points(root, metadata)
    elif _kept_crs(profile.grid.crs):
        ElementTree.SubElement(root, "SRS").text = _kept_crs(profile.grid.crs)
    if metadata is not None:
        _add_facts(root, metadata)
    if not len(root):
        return ""
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def lost_crs(crs: CRS | None) -> str:
    """Return in words that neither a GeoTIFF nor the file beside it can carry a CRS; "" where one can."""
    if crs is None or _kept_crs(crs) is not None:
        return ""
    return f"the CRS as it is, since GDAL does not read {crs.to_string()[:80]} as it writes it"


def _add_facts(root: ElementTree.Element, metadata: RasterMetadata) -> None:
    for space in BESIDE_ONLY:
        if space in metadata.tags:
            element = ElementTree.SubElement(root, "Metadata", domain=space)
            for key, value in metadata.tags[space].items():
                ElementTree.SubElement(element, "MDI", key=clean(key)).text = clean(value)
    for number, band in enumerate(metadata.bands, 1):
        if band.categories or band.table:
            add_classes(ElementTree.SubElement(root, "PAMRasterBand", band=str(number)), band.categories, band.table)


def add_classes(element: ElementTree.Element, categories: tuple[str, ...], table: str) -> None:
    """Add a band's category names and attribute table to its element in a file of GDAL's."""
    if categories:
        names = ElementTree.SubElement(element, CATEGORIES)
        for name in categories:
            ElementTree.SubElement(names, "Category").text = clean(name)
    if table:
        element.append(ElementTree.fromstring(table))  # noqa: S314 # nosec B314 - as `read_classes` made it


def add_points(element: ElementTree.Element, metadata: RasterMetadata) -> None:
    """Add ground control points to the element of a dataset in a file of GDAL's."""
    crs = (_kept_crs(metadata.gcp_crs) or metadata.gcp_crs.to_wkt()) if metadata.gcp_crs else ""
    points = ElementTree.SubElement(element, "GCPList", {"Projection": crs})
    for number, point in enumerate(metadata.gcps, 1):
        places = {"Pixel": point.col, "Line": point.row, "X": point.x, "Y": point.y, "Z": point.z or 0.0}
        numbers = {key: repr(float(value)) for key, value in places.items()}
        ElementTree.SubElement(points, "GCP", {"Id": str(number), **numbers})


def clean(text: str) -> str:
    """Return a text without what XML cannot write."""
    return _CONTROL.sub("", text)


def write_sidecar(path: str, text: str) -> None:
    """Leave beside an unfinished file what belongs there; an `OSError` is the caller's."""
    if text:
        with open(path + AUXILIARY, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    with contextlib.suppress(FileNotFoundError):
        os.remove(path + AUXILIARY)  # what GDAL says there is in the file, or belongs to other pixels


def has_sidecar(path: str, text: str) -> bool:
    """Return whether what lies beside a file is what belongs there."""
    try:
        with open(path + AUXILIARY, encoding="utf-8", newline="\n") as file:
            return file.read() == text
    except (OSError, UnicodeError):
        return not text


def _kept_crs(crs: CRS | None) -> str | None:
    """Return the text of a CRS for the file beside; "" where a GeoTIFF carries it itself, None where nothing does."""
    return _kept_wkt(crs.to_wkt()) if crs else ""  # a text is quicker to compare than a CRS


@functools.lru_cache(maxsize=256)
def _kept_wkt(wkt: str) -> str | None:
    crs = CRS.from_wkt(wkt)
    folder = f"parallel_raster_{uuid.uuid4().hex}"
    keywords: dict[str, Any] = {"driver": "GTiff", "width": 1, "height": 1, "count": 1, "dtype": "uint8"}
    with MemoryFile(dirname=folder, filename="crs.tif") as file:
        with file.open(crs=crs, transform=Affine(2, 0, 1, 0, -2, 1), **keywords):
            pass
        with open_dataset(file.name, driver="GTiff", sharing=False, GEOREF_SOURCES="INTERNAL") as dataset:
            if same_crs(crs, dataset.crs):
                return ""
        for version in WKT_VERSIONS:
            text = str(crs.to_wkt(version=version))
            root = ElementTree.Element("PAMDataset")
            ElementTree.SubElement(root, "SRS").text = text
            beside = MemoryFile(ElementTree.tostring(root), dirname=folder, filename=f"crs.tif{AUXILIARY}")
            with beside, open_dataset(file.name, driver="GTiff", sharing=False) as dataset:
                if same_crs(crs, dataset.crs):
                    return text
    return None
