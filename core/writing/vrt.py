"""The virtual mosaic of a tile set: a VRT whose sources are the cores of the tiles, by relative names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree  # nosec B405

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

from ..raster.nodata import stored_nodata
from ..reading.metadata import BandMetadata, RasterFacts
from .sidecar import add_classes, add_points, clean

GDAL_NAMES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32", "float32": "Float32",
    "float64": "Float64", "uint64": "UInt64", "int64": "Int64", "int8": "Int8", "complex_int16": "CInt16",
    "complex64": "CFloat32", "complex128": "CFloat64",
}  # fmt: skip
COLOURS = {"gray": "Gray", "palette": "Palette", "undefined": "Undefined"}


class MosaicTile(NamedTuple):
    """A tile of a mosaic: its file's name, and its window and its core in the grid of the source."""

    file: str
    window: Window
    core: Window


def mosaic_window(cores: Sequence[Window], whole: Window) -> Window:
    """Return the smallest window that holds every core; `whole` where there is no tile."""
    if not cores:
        return whole
    left, top = min(core.col_off for core in cores), min(core.row_off for core in cores)
    right = max(core.col_off + core.width for core in cores)
    bottom = max(core.row_off + core.height for core in cores)
    return Window(left, top, right - left, bottom - top)


def mosaic_xml(facts: RasterFacts, tiles: Sequence[MosaicTile], *, masked: bool, overlapping: bool) -> str:
    """Return the text of the VRT.

    Parameters
    ----------
    facts
        Of the source; the mosaic covers the cores.
    tiles
        In the order in which they are drawn.
    masked
        The mosaic has a mask, made of the tiles' masks.
    overlapping
        Cores may overlap, so a tile's empty pixels must not hide another's.
    """
    window = mosaic_window([tile.core for tile in tiles], Window(0, 0, facts.grid.width, facts.grid.height))
    facts = facts.moved(window)
    size = {"rasterXSize": str(window.width), "rasterYSize": str(window.height)}
    root = ElementTree.Element("VRTDataset", size)
    _add_grid(root, facts)
    for space, items in facts.tags.items():
        _add_metadata(root, space, items)
    has_alpha = any(band.colour == "alpha" for band in facts.bands)
    for number, band in enumerate(facts.bands, 1):
        element = _add_band(root, band, number)
        empty = _empty_pixels(band, masked, has_alpha) if overlapping else {}
        for tile in tiles:
            _add_source(element, tile, window, str(number), empty)
    if masked:
        element = ElementTree.SubElement(
            ElementTree.SubElement(root, "MaskBand"), "VRTRasterBand", {"dataType": "Byte"}
        )
        for tile in tiles:
            _add_source(element, tile, window, "mask,1", {"NODATA": "0"} if overlapping else {})
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _empty_pixels(band: BandMetadata, masked: bool, has_alpha: bool) -> dict[str, str]:
    """Return the element of a source that tells which pixels of it are not drawn."""
    if band.colour == "alpha":
        return {"NODATA": "0"}
    if masked or has_alpha:
        return {"UseMaskBand": "true"}
    return {} if band.nodata is None else {"NODATA": source_nodata(band.nodata, band.dtype)}


def _add_grid(root: ElementTree.Element, facts: RasterFacts) -> None:
    if facts.gcps:
        add_points(root, facts)
        return
    if facts.grid.crs:
        _text(root, "SRS", facts.grid.crs.to_wkt())
    if facts.grid.transform != Affine.identity():
        _text(root, "GeoTransform", ", ".join(repr(float(each)) for each in facts.grid.transform.to_gdal()))


def _add_metadata(parent: ElementTree.Element, space: str, items: Mapping[str, str]) -> None:
    if space.startswith("xml:"):
        return  # a VRT holds no text that is XML itself; it stays with the tiles
    element = ElementTree.SubElement(parent, "Metadata", {"domain": space} if space else {})
    for key, value in items.items():
        _text(element, "MDI", value, key=key)


def is_byte(dtype: str) -> bool:
    """Return whether GDAL takes signed bytes for its type Byte: before 3.7 it has no type of their own."""
    return dtype == "int8" and rasterio.dtypes.dtype_rev.get("int8") == 1


def new_band(root: ElementTree.Element, dtype: str, number: int) -> ElementTree.Element:
    """Return the element of a new band of a type, with what tells signed bytes from others."""
    kind = "Byte" if is_byte(dtype) else GDAL_NAMES[dtype]
    element = ElementTree.SubElement(root, "VRTRasterBand", dataType=kind, band=str(number))
    if is_byte(dtype):
        _add_metadata(element, "IMAGE_STRUCTURE", {"PIXELTYPE": "SIGNEDBYTE"})
    return element


def source_nodata(nodata: int | float, dtype: str) -> str:
    """Return the text of the value that a source of a type does not draw, as GDAL compares it."""
    marker = stored_nodata(nodata, np.dtype("int8")) if is_byte(dtype) else None
    return repr(nodata) if marker is None else str(int(marker) % 256)


def _add_band(root: ElementTree.Element, band: BandMetadata, number: int) -> ElementTree.Element:
    element = new_band(root, band.dtype, number)
    for space, items in band.tags.items():
        _add_metadata(element, space, items)
    if band.description:
        _text(element, "Description", band.description)
    if band.unit:
        _text(element, "UnitType", band.unit)
    if band.nodata is not None:
        _text(element, "NoDataValue", repr(band.nodata))
    if (band.scale, band.offset) != (1.0, 0.0):
        _text(element, "Offset", repr(band.offset))
        _text(element, "Scale", repr(band.scale))
    _text(element, "ColorInterp", COLOURS.get(band.colour, band.colour.capitalize()))
    if band.colormap:
        table = ElementTree.SubElement(element, "ColorTable")
        for value in range(max(band.colormap) + 1):
            colour = band.colormap.get(value, (0, 0, 0, 255))
            ElementTree.SubElement(table, "Entry", {f"c{n}": str(part) for n, part in enumerate(colour, 1)})
    add_classes(element, band.categories, band.table)
    return element


def _add_source(
    parent: ElementTree.Element, tile: MosaicTile, mosaic: Window, band: str, empty: Mapping[str, str]
) -> None:
    """Add the core of a tile."""
    source = ElementTree.SubElement(parent, "ComplexSource" if empty else "SimpleSource")
    _text(source, "SourceFilename", tile.file, relativeToVRT="1")
    _text(source, "SourceBand", band)
    core = tile.core
    size = {"xSize": str(core.width), "ySize": str(core.height)}
    left, top = core.col_off - tile.window.col_off, core.row_off - tile.window.row_off
    ElementTree.SubElement(source, "SrcRect", {"xOff": str(left), "yOff": str(top), **size})
    place = {"xOff": str(core.col_off - mosaic.col_off), "yOff": str(core.row_off - mosaic.row_off)}
    ElementTree.SubElement(source, "DstRect", {**place, **size})
    for name, text in empty.items():
        _text(source, name, text)


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    cleaned = {key: clean(value) for key, value in attributes.items()}
    ElementTree.SubElement(parent, name, cleaned).text = clean(text)


VIRTUAL = (".vrt",)
"""Extensions of a mosaic that is only a list."""


def is_virtual(destination: str) -> bool:
    """Return whether an output of this name is a list of its tiles."""
    return os.path.splitext(destination)[1].lower() in VIRTUAL
