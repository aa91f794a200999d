"""Category names and raster attribute tables of thematic bands.

rasterio cannot read category names and attribute tables. They are read from the VRT description (XML) that GDAL creates
for any dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree  # nosec B405

from .gdal_quirks import virtual_bands

TABLE, CATEGORIES = "GDALRasterAttributeTable", "CategoryNames"

PIXEL_COUNT = "1"
"""GDAL's usage code for columns with pixel counts (GFU_PixelCount). They are dropped: a copy may have other pixels."""


class Classes(NamedTuple):
    """Category names and raster attribute table of a band.

    `categories` begins with the name of value 0; `table` is GDAL XML without pixel counts. Either is
    empty if the band has none. `counted` is True if pixel counts were removed from the table.
    """

    categories: tuple[str, ...] = ()
    table: str = ""
    counted: bool = False


def read_classes(dataset: Any, numbers: Sequence[int], files: Sequence[str]) -> list[Classes]:
    """Return the classes of each of the given bands (counted from 1) of an open raster that consists of `files`."""
    found: dict[int, Classes] = {}
    # A GeoTIFF without sidecar files has no classes, and the query takes as long as opening a small file.
    if dataset.driver != "GTiff" or len(files) > 1:
        bands = virtual_bands(dataset, (TABLE, CATEGORIES))
        found = {number: _classes(band) for number, band in bands.items()}
    return [found.get(number, Classes()) for number in numbers]


def _classes(band: ElementTree.Element) -> Classes:
    names = tuple(each.text or "" for each in band.findall(f"{CATEGORIES}/Category"))
    table = band.find(TABLE)
    if table is None:
        return Classes(names)
    counted = _drop_counts(table)
    if table.find("FieldDefn") is None:
        return Classes(names, "", counted)
    for element in table.iter():  # remove the indentation, which has no meaning
        element.tail = None
        if len(element):
            element.text = None
    return Classes(names, ElementTree.tostring(table, encoding="unicode"), counted)


def _drop_counts(table: ElementTree.Element) -> bool:
    """Remove the pixel count columns from a raster attribute table. Return True if it had any."""
    fields = table.findall("FieldDefn")
    counts = [index for index, field in enumerate(fields) if (field.findtext("Usage") or "").strip() == PIXEL_COUNT]
    for index in counts:
        table.remove(fields[index])
    for row in table.findall("Row") if counts else ():
        cells = row.findall("F")
        for index in counts:
            row.remove(cells[index])
    for index, field in enumerate(table.findall("FieldDefn")):
        field.set("index", str(index))
    return bool(counts)
