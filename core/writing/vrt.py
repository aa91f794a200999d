"""VRTs whose bands are put together from parts of other files: the mosaic of a tile set, and those that Merge makes."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.etree import ElementTree  # nosec B405

import numpy as np
import rasterio
from affine import Affine
from rasterio.windows import Window

from ..raster.alignment import union_window
from ..raster.nodata import stored_nodata
from ..raster.windows import relative
from ..reading.metadata import BandMetadata, RasterMetadata
from .sidecar import add_classes, add_points, clean

GDAL_NAMES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32", "float32": "Float32",
    "float64": "Float64", "uint64": "UInt64", "int64": "Int64", "int8": "Int8", "complex_int16": "CInt16",
    "complex_int32": "CInt32", "complex64": "CFloat32", "complex128": "CFloat64",
}  # fmt: skip
"""GDAL's names of the types that a band may have."""


class MosaicTile(NamedTuple):
    """A tile of a mosaic: its file's name, and its window and its core in the grid of the source."""

    file: str
    window: Window
    core: Window


class VrtSource(NamedTuple):
    """A part of a file in a VRT.

    `file` is its name, from the folder of the VRT where it is `relative`. `window` is the part in the file's pixels,
    `place` in those of the VRT. Pixels of the value `undrawn`, a text of `source_nodata`, are not drawn, and with
    `masked` neither are those that the file's mask or alpha band hides.
    """

    file: str
    window: Window
    place: Window
    relative: bool = True
    undrawn: str = ""
    masked: bool = False


def vrt_xml(
    metadata: RasterMetadata, bands: Sequence[Sequence[VrtSource]], mask: Sequence[VrtSource] | None = None
) -> str:
    """Return the text of a VRT.

    Parameters
    ----------
    facts
        What the VRT says of itself.
    bands
        The sources of each band, in the order in which they are drawn; of each file the band of the same number.
    mask
        The sources of the VRT's own mask: their files' masks; None: it has none.
    """
    size = {"rasterXSize": str(metadata.grid.width), "rasterYSize": str(metadata.grid.height)}
    root = ElementTree.Element("VRTDataset", size)
    _add_grid(root, metadata)
    for space, items in metadata.tags.items():
        _add_metadata(root, space, items)
    for number, (band, sources) in enumerate(zip(metadata.bands, bands), 1):
        element = _add_band(root, band, number)
        for source in sources:
            _add_source(element, source, str(number))
    if mask is not None:
        element = ElementTree.SubElement(
            ElementTree.SubElement(root, "MaskBand"), "VRTRasterBand", {"dataType": "Byte"}
        )
        for source in mask:
            _add_source(element, source, "mask,1")
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def mosaic_window(cores: Sequence[Window], whole: Window) -> Window:
    """Return the smallest window that holds every core; `whole` where there is no tile."""
    return union_window(cores) if cores else whole


def mosaic_xml(metadata: RasterMetadata, tiles: Sequence[MosaicTile], *, masked: bool, overlapping: bool) -> str:
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
    window = mosaic_window([tile.core for tile in tiles], Window(0, 0, metadata.grid.width, metadata.grid.height))
    has_alpha = any(band.colour == "alpha" for band in metadata.bands)
    drawn = [VrtSource(tile.file, relative(tile.core, tile.window), relative(tile.core, window)) for tile in tiles]
    bands = []
    for band in metadata.bands:
        undrawn, by_mask = _undrawn(band, masked, has_alpha) if overlapping else ("", False)
        bands.append([source._replace(undrawn=undrawn, masked=by_mask) for source in drawn])
    mask = [source._replace(undrawn="0" if overlapping else "") for source in drawn]
    return vrt_xml(metadata.moved(window), bands, mask if masked else None)


def _undrawn(band: BandMetadata, masked: bool, has_alpha: bool) -> tuple[str, bool]:
    """Return the value of a tile's band that is not drawn, and whether its mask tells which pixels are."""
    if band.colour == "alpha":
        return "0", False
    if masked or has_alpha:
        return "", True
    return "" if band.nodata is None else source_nodata(band.nodata, band.dtype), False


def _add_grid(root: ElementTree.Element, metadata: RasterMetadata) -> None:
    if metadata.gcps:
        add_points(root, metadata)
        return
    if metadata.grid.crs:
        _text(root, "SRS", metadata.grid.crs.to_wkt())
    if metadata.grid.transform != Affine.identity():
        _text(root, "GeoTransform", ", ".join(repr(float(each)) for each in metadata.grid.transform.to_gdal()))


def _add_metadata(parent: ElementTree.Element, space: str, items: Mapping[str, str]) -> None:
    if space.startswith("xml:"):
        return  # a VRT holds no text that is XML itself; it stays with the tiles
    element = ElementTree.SubElement(parent, "Metadata", {"domain": space} if space else {})
    for key, value in items.items():
        _text(element, "MDI", value, key=key)


def is_byte(dtype: str) -> bool:
    """Return whether GDAL takes signed bytes for its type Byte: before 3.7 it has no type of their own."""
    return dtype == "int8" and rasterio.dtypes.dtype_rev.get("int8") == 1


def _new_band(root: ElementTree.Element, dtype: str, number: int) -> ElementTree.Element:
    """Return the element of a new band of a type, with what tells signed bytes from others."""
    kind = "Byte" if is_byte(dtype) else GDAL_NAMES[dtype]
    element = ElementTree.SubElement(root, "VRTRasterBand", dataType=kind, band=str(number))
    if is_byte(dtype):
        _add_metadata(element, "IMAGE_STRUCTURE", {"PIXELTYPE": "SIGNEDBYTE"})
    return element


def source_nodata(nodata: int | float, dtype: str) -> str:
    """Return the text of the value that a source of a type does not draw, as GDAL compares it."""
    marker = stored_nodata(nodata, np.dtype("int8")) if is_byte(dtype) else None
    return _number(nodata) if marker is None else str(int(marker) % 256)


def _number(nodata: int | float) -> str:
    """Return the text of a nodata value; GDAL reads that of a 64 bit integer only as far as its digits go."""
    return str(nodata) if isinstance(nodata, int) else f"{nodata:.17g}"


def _add_band(root: ElementTree.Element, band: BandMetadata, number: int) -> ElementTree.Element:
    element = _new_band(root, band.dtype, number)
    for space, items in band.tags.items():
        _add_metadata(element, space, items)
    if band.description:
        _text(element, "Description", band.description)
    if band.unit:
        _text(element, "UnitType", band.unit)
    if band.nodata is not None:
        _text(element, "NoDataValue", _number(band.nodata))
    if (band.scale, band.offset) != (1.0, 0.0):
        _text(element, "Offset", repr(float(band.offset)))
        _text(element, "Scale", repr(float(band.scale)))
    _text(element, "ColorInterp", band.colour.capitalize())
    if band.colormap:
        table = ElementTree.SubElement(element, "ColorTable")
        for value in range(max(band.colormap) + 1):
            colour = band.colormap.get(value, (0, 0, 0, 255))
            ElementTree.SubElement(table, "Entry", {f"c{n}": str(part) for n, part in enumerate(colour, 1)})
    add_classes(element, band.categories, band.table)
    return element


def _add_source(parent: ElementTree.Element, source: VrtSource, band: str) -> None:
    """Add a part of a file; `band` names what of the file is read."""
    simple = not source.undrawn and not source.masked
    element = ElementTree.SubElement(parent, "SimpleSource" if simple else "ComplexSource")
    name = ElementTree.SubElement(element, "SourceFilename", relativeToVRT=str(int(source.relative)))
    name.text = source.file  # as it is: GDAL reads what XML has no way to write, and another name is another file
    _text(element, "SourceBand", band)
    for kind, window in (("SrcRect", source.window), ("DstRect", source.place)):
        place = {"xOff": window.col_off, "yOff": window.row_off, "xSize": window.width, "ySize": window.height}
        ElementTree.SubElement(element, kind, {key: str(value) for key, value in place.items()})
    if source.undrawn:
        _text(element, "NODATA", source.undrawn)
    if source.masked:
        _text(element, "UseMaskBand", "true")


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    cleaned = {key: clean(value) for key, value in attributes.items()}
    ElementTree.SubElement(parent, name, cleaned).text = clean(text)


VIRTUAL = (".vrt",)
"""Extensions of a mosaic that is only a list."""


def is_virtual(destination: str) -> bool:
    """Return whether an output of this name is a list of its tiles."""
    return os.path.splitext(destination)[1].lower() in VIRTUAL
