"""Category names and attribute tables: what the values of a band of classes stand for.

rasterio has no call for them. GDAL writes them to the VRT that describes a dataset, whatever format they come from, so
they are read there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree  # nosec B405

from .gdal_quirks import virtual_bands

TABLE, CATEGORIES = "GDALRasterAttributeTable", "CategoryNames"

PIXEL_COUNT = "1"
"""GDAL's number of a column that counts pixels (GFU_PixelCount); it does not fit a file with other pixels."""


class Classes(NamedTuple):
    """The category names of a band, from value 0 on, and its attribute table as GDAL's XML, without pixel counts.

    `counted` tells that the table had pixel counts.
    """

    categories: tuple[str, ...] = ()
    table: str = ""
    counted: bool = False


def read_classes(dataset: Any, numbers: Sequence[int], files: Sequence[str]) -> list[Classes]:
    """Return what is known of the given bands (from 1) of an open raster that consists of these files."""
    found: dict[int, Classes] = {}
    # A GeoTIFF keeps neither itself; asking GDAL costs as much as opening a small file.
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
    for element in table.iter():  # indentation says nothing
        element.tail = None
        if len(element):
            element.text = None
    return Classes(names, ElementTree.tostring(table, encoding="unicode"), counted)


def _drop_counts(table: ElementTree.Element) -> bool:
    """Take the columns of pixel counts out of a table; return whether there were any."""
    fields = table.findall("FieldDefn")
    counts = [place for place, field in enumerate(fields) if (field.findtext("Usage") or "").strip() == PIXEL_COUNT]
    for place in counts:
        table.remove(fields[place])
    for row in table.findall("Row") if counts else ():
        cells = row.findall("F")
        for place in counts:
            row.remove(cells[place])
    for index, field in enumerate(table.findall("FieldDefn")):
        field.set("index", str(index))
    return bool(counts)
