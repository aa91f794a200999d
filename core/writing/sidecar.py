"""Write the `.aux.xml` sidecar with metadata that a GeoTIFF cannot store: some CRSs, attribute tables, category names.

The sidecar of a Cloud Optimized GeoTIFF also contains the metadata domains that GDAL's COG driver does not copy.

The sidecar is written here, not by GDAL, so that it contains only this metadata. It is written next to the unfinished
file and renamed together with that file (see `partial_file.replace_file`).
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
from ..reading.metadata import BESIDE_ONLY, COG_DOMAINS, Domains, RasterMetadata, writable_domains
from ..reading.safe_paths import AUXILIARY
from .creation_options import OutputProfile

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""Control characters that XML cannot represent."""

WKT_VERSIONS = (WktVersion.WKT2_2019, WktVersion.WKT1_GDAL)
"""WKT versions for a CRS in the sidecar, in order of preference."""


def sidecar_text(profile: OutputProfile) -> str:
    """Return the text of the sidecar for a GeoTIFF with this profile; "" if no sidecar is needed."""
    root = ElementTree.Element("PAMDataset")
    metadata = profile.metadata
    if metadata is not None and metadata.is_placed_by_points:
        if _sidecar_crs(metadata.gcp_crs):
            add_points(root, metadata)
    elif _sidecar_crs(profile.grid.crs):
        ElementTree.SubElement(root, "SRS").text = _sidecar_crs(profile.grid.crs)
    if metadata is not None:
        _add_metadata(root, metadata, cog=profile.is_cog)
    if not len(root):
        return ""
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def lost_crs(crs: CRS | None) -> str:
    """Describe a CRS that neither a GeoTIFF nor its sidecar can store, for a warning; return "" for any other CRS."""
    if crs is None or _sidecar_crs(crs) is not None:
        return ""
    return f"the CRS (GDAL reads {crs.to_string()[:80]} back as a different CRS)"


def _add_metadata(root: ElementTree.Element, metadata: RasterMetadata, *, cog: bool) -> None:
    """Add metadata domains, category names and attribute tables that only a sidecar can store."""
    _add_domains(root, {
        space: items
        for space, items in metadata.tags.items()
        if space in BESIDE_ONLY or cog and space not in COG_DOMAINS
    })  # fmt: skip
    for number, band in enumerate(metadata.bands, 1):
        domains = {space: items for space, items in band.tags.items() if cog and space}
        if band.categories or band.table or domains:
            element = ElementTree.SubElement(root, "PAMRasterBand", band=str(number))
            _add_domains(element, domains)
            add_classes(element, band.categories, band.table)


def _add_domains(element: ElementTree.Element, domains: Domains) -> None:
    """Add metadata items to the XML element of a dataset or band."""
    for space, items in writable_domains(domains):
        domain = ElementTree.SubElement(element, "Metadata", domain=space)
        for key, value in items.items():
            ElementTree.SubElement(domain, "MDI", key=clean(key)).text = clean(value)


def add_classes(element: ElementTree.Element, categories: tuple[str, ...], table: str) -> None:
    """Add category names and an attribute table to a band element of a GDAL XML file."""
    if categories:
        names = ElementTree.SubElement(element, CATEGORIES)
        for name in categories:
            ElementTree.SubElement(names, "Category").text = clean(name)
    if table:
        element.append(ElementTree.fromstring(table))  # noqa: S314 # nosec B314 - built by `read_classes`


def add_points(element: ElementTree.Element, metadata: RasterMetadata) -> None:
    """Add ground control points to the dataset element of a GDAL XML file."""
    crs = (_sidecar_crs(metadata.gcp_crs) or metadata.gcp_crs.to_wkt()) if metadata.gcp_crs else ""
    points = ElementTree.SubElement(element, "GCPList", {"Projection": crs})
    for number, point in enumerate(metadata.gcps, 1):
        coordinates = {"Pixel": point.col, "Line": point.row, "X": point.x, "Y": point.y, "Z": point.z or 0.0}
        numbers = {key: repr(float(value)) for key, value in coordinates.items()}
        ElementTree.SubElement(points, "GCP", {"Id": str(number), **numbers})


def clean(text: str) -> str:
    """Remove characters that XML cannot represent."""
    return _CONTROL.sub("", text)


def write_sidecar(path: str, text: str) -> None:
    """Write the sidecar of an unfinished file, or remove it if `text` is empty. An OSError is not caught."""
    if text:
        with open(path + AUXILIARY, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        return
    with contextlib.suppress(FileNotFoundError):
        os.remove(path + AUXILIARY)  # GDAL's sidecar repeats the file's metadata or describes different pixels


def has_sidecar(path: str, text: str) -> bool:
    """Return True if the sidecar of a file has this text, or if there is no sidecar and the text is empty."""
    try:
        with open(path + AUXILIARY, encoding="utf-8", newline="\n") as file:
            return file.read() == text
    except (OSError, UnicodeError):
        return not text


def _sidecar_crs(crs: CRS | None) -> str | None:
    """Return the WKT of a CRS for the sidecar; "" if the GeoTIFF stores the CRS, None if neither file can store it."""
    return _sidecar_wkt(crs.wkt) if crs else ""  # the cache of `_sidecar_wkt` compares strings faster than CRSs


@functools.lru_cache(maxsize=256)
def _sidecar_wkt(wkt: str) -> str | None:
    """Return the result of `_sidecar_crs` for a WKT, found by writing the CRS to a file in memory and reading it."""
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
            sidecar = MemoryFile(ElementTree.tostring(root), dirname=folder, filename=f"crs.tif{AUXILIARY}")
            with sidecar, open_dataset(file.name, driver="GTiff", sharing=False) as dataset:
                if same_crs(crs, dataset.crs):
                    return text
    return None
