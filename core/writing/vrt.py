"""Write VRTs composed of parts of other files: mosaics of tile sets and virtual outputs of Merge tiles."""

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
from ..raster.dtypes import WIDE_INTEGERS
from ..raster.nodata import Nodata, stored_nodata
from ..raster.windows import relative
from ..reading.metadata import BandMetadata, RasterMetadata
from .sidecar import add_classes, add_points, clean

GDAL_NAMES = {
    "uint8": "Byte", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32", "float32": "Float32",
    "float64": "Float64", "uint64": "UInt64", "int64": "Int64", "int8": "Int8", "complex_int16": "CInt16",
    "complex_int32": "CInt32", "complex64": "CFloat32", "complex128": "CFloat64",
}  # fmt: skip
"""GDAL's names of the band data types."""

BANDS_WITH_ALPHA = (2, 4)
TYPES_WITH_ALPHA = ("uint8", "uint16")
"""Band counts and data types of the rasters in which GDAL uses an alpha band as a mask."""


class MosaicTile(NamedTuple):
    """A tile of a mosaic: its file name, and its window and core on the grid of the source raster."""

    file: str
    window: Window
    core: Window


class VrtSource(NamedTuple):
    """A window of a file, and the window of the VRT in which it is drawn.

    `file` is the file name, relative to the folder of the VRT if `relative` is True. `window` is in pixels of the file,
    `place` in pixels of the VRT. Pixels whose value is `undrawn` (from `source_nodata`) are not drawn. If `masked` is
    True, pixels hidden by the file's mask or alpha band are not drawn either. `band` is the number of the band to read
    from the file; 0 means the number that the band has in the VRT. If `constant` is not empty, all drawn pixels get
    this number instead of their value.
    """

    file: str
    window: Window
    place: Window
    relative: bool = True
    undrawn: str = ""
    masked: bool = False
    band: int = 0
    constant: str = ""


def vrt_xml(
    metadata: RasterMetadata,
    bands: Sequence[Sequence[VrtSource]],
    mask: Sequence[VrtSource] | None = None,
    *,
    own_masks: bool = False,
) -> str:
    """Return the XML text of a VRT.

    Parameters
    ----------
    metadata
        Grid, bands and tags of the VRT.
    bands
        Sources of each band in drawing order.
    mask
        Sources of the mask band, read from the masks of their files; None for a VRT without a mask.
    own_masks
        True to give each band its own mask, read from the masks of its source files.
    """
    size = {"rasterXSize": str(metadata.grid.width), "rasterYSize": str(metadata.grid.height)}
    root = ElementTree.Element("VRTDataset", size)
    _add_grid(root, metadata)
    for space, items in metadata.tags.items():
        _add_metadata(root, space, items)
    for number, (band, sources) in enumerate(zip(metadata.bands, bands), 1):
        element = _add_band(root, band, number)
        for source in sources:
            _add_source(element, source, str(source.band or number))
        if own_masks:
            _add_mask(element, sources)
    if mask is not None:
        _add_mask(root, mask)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _add_mask(parent: ElementTree.Element, sources: Sequence[VrtSource]) -> None:
    """Add a mask band to a VRT or to one of its bands."""
    element = ElementTree.SubElement(ElementTree.SubElement(parent, "MaskBand"), "VRTRasterBand", {"dataType": "Byte"})
    for source in sources:
        _add_source(element, source, "mask,1")


def mosaic_window(cores: Sequence[Window], whole: Window) -> Window:
    """Return the smallest window that contains all cores; `whole` if there are no cores."""
    return union_window(cores) if cores else whole


def mosaic_xml(metadata: RasterMetadata, tiles: Sequence[MosaicTile], *, masked: bool, overlapping: bool) -> str:
    """Return the XML text of a VRT that covers the cores of tiles.

    Parameters
    ----------
    metadata
        Metadata of the source raster.
    tiles
        Tiles in drawing order.
    masked
        True if the mosaic has a mask, composed of the masks of the tiles.
    overlapping
        True if cores overlap; nodata pixels of one tile must then not hide pixels of another tile.
    """
    window = mosaic_window([tile.core for tile in tiles], Window(0, 0, metadata.grid.width, metadata.grid.height))
    alpha = metadata.alpha_index
    drawn = [VrtSource(tile.file, relative(tile.core, tile.window), relative(tile.core, window)) for tile in tiles]
    bands = []
    for number, band in enumerate(metadata.bands):
        is_alpha = number == alpha
        undrawn, by_mask = "", False
        if overlapping:
            undrawn, by_mask = ("0", False) if is_alpha else _undrawn(band, masked or alpha is not None)
        sources = [source._replace(undrawn=undrawn, masked=by_mask) for source in drawn]
        bands.append([*background(band, drawn, window, is_alpha=is_alpha), *sources])
    mask = [source._replace(undrawn="0" if overlapping else "") for source in drawn]
    return vrt_xml(metadata.moved(window), bands, mask if masked else None)


def misread_overlaps(metadata: RasterMetadata, *, masked: bool) -> str:
    """Return why GDAL would misread the VRT of `mosaic_xml` if cores overlap; an empty string if it would not.

    The parameters are those of `mosaic_xml`.
    """
    first, alpha = metadata.bands[0], metadata.alpha_index
    if "complex" in first.dtype:
        return "the tiles overlap, and GDAL does not check whether complex pixels are valid"
    if first.dtype in WIDE_INTEGERS:
        return "the tiles overlap, and GDAL then reads 64-bit integers as floats, which lose precision"
    marked = masked or first.nodata is not None
    if alpha is not None and not marked and not reads_alpha(alpha, len(metadata.bands), first.dtype):
        return "the tiles overlap, and GDAL does not use their alpha band as a mask"
    return ""


def reads_alpha(alpha: int, count: int, dtype: str) -> bool:
    """Return True if GDAL uses the alpha band with index `alpha` of `count` bands as a mask."""
    return alpha == count - 1 and count in BANDS_WITH_ALPHA and dtype in TYPES_WITH_ALPHA


def can_fill(nodata: Nodata, dtype: str) -> bool:
    """Return False if GDAL cannot fill gaps with a nodata value: a 64-bit integer that float64 cannot represent."""
    return dtype not in WIDE_INTEGERS or nodata is None or int(float(nodata)) == nodata


def background(band: BandMetadata, sources: Sequence[VrtSource], whole: Window, *, is_alpha: bool) -> list[VrtSource]:
    """Return a list with a source that fills a band before its other sources are drawn; empty if none is needed.

    GDAL fills a band with its nodata value, but an alpha band must be filled with 0, and some versions of GDAL (3.6)
    fill 64-bit integers with 0. The source stretches one pixel of the first file over the window `whole`.
    """
    special = is_alpha or band.dtype in WIDE_INTEGERS
    if not sources or not special or not band.nodata:
        return []
    value = "0" if is_alpha else _number(band.nodata)
    corner = Window(sources[0].window.col_off, sources[0].window.row_off, 1, 1)
    place = Window(0, 0, whole.width, whole.height)
    return [sources[0]._replace(window=corner, place=place, undrawn="", masked=False, constant=value)]


def _undrawn(band: BandMetadata, masked: bool) -> tuple[str, bool]:
    """Return the band value that is not drawn ("" for none), and whether the tile's mask or alpha band hides pixels."""
    if masked:
        return "", True
    return "" if band.nodata is None else source_nodata(band.nodata, band.dtype), False


def _add_grid(root: ElementTree.Element, metadata: RasterMetadata) -> None:
    """Add the CRS and transform, or the ground control points, to the dataset element."""
    if metadata.gcps:
        add_points(root, metadata)
        return
    if metadata.grid.crs:
        _text(root, "SRS", metadata.grid.crs.to_wkt())
    if metadata.grid.transform != Affine.identity():
        _text(root, "GeoTransform", ", ".join(repr(float(each)) for each in metadata.grid.transform.to_gdal()))


def _add_metadata(parent: ElementTree.Element, space: str, items: Mapping[str, str]) -> None:
    """Add the metadata items of a domain to an element."""
    if space.startswith("xml:"):
        return  # XML domains cannot be stored as items in a VRT; the tiles keep these domains
    element = ElementTree.SubElement(parent, "Metadata", {"domain": space} if space else {})
    for key, value in items.items():
        _text(element, "MDI", value, key=key)


def is_byte(dtype: str) -> bool:
    """Return True if the data type is int8, but GDAL stores it as Byte (GDAL before 3.7 has no Int8 type)."""
    return dtype == "int8" and rasterio.dtypes.dtype_rev.get("int8") == 1


def _new_band(root: ElementTree.Element, dtype: str, number: int) -> ElementTree.Element:
    """Add a band element; before GDAL 3.7, mark int8 bands as signed bytes."""
    kind = "Byte" if is_byte(dtype) else GDAL_NAMES[dtype]
    element = ElementTree.SubElement(root, "VRTRasterBand", dataType=kind, band=str(number))
    if is_byte(dtype):
        _add_metadata(element, "IMAGE_STRUCTURE", {"PIXELTYPE": "SIGNEDBYTE"})
    return element


def source_nodata(nodata: int | float, dtype: str) -> str:
    """Return the nodata value of a source as a string, in the form that GDAL compares with pixels."""
    marker = stored_nodata(nodata, np.dtype("int8")) if is_byte(dtype) else None
    return _number(nodata) if marker is None else str(int(marker) % 256)


def _number(nodata: int | float) -> str:
    """Return a nodata value as a string; integers keep all digits because 64-bit integers exceed float precision."""
    return str(nodata) if isinstance(nodata, int) else f"{nodata:.17g}"


def _add_band(root: ElementTree.Element, band: BandMetadata, number: int) -> ElementTree.Element:
    """Add a band with its metadata; return its element."""
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
    """Add a source to a band element; `band` is the number of the band to read, or "mask,1" for the mask."""
    simple = not source.undrawn and not source.masked and not source.constant
    element = ElementTree.SubElement(parent, "SimpleSource" if simple else "ComplexSource")
    name = ElementTree.SubElement(element, "SourceFilename", relativeToVRT=str(int(source.relative)))
    name.text = source.file  # not cleaned: GDAL reads control characters, and a changed name is another file
    _text(element, "SourceBand", band)
    for kind, window in (("SrcRect", source.window), ("DstRect", source.place)):
        place = {"xOff": window.col_off, "yOff": window.row_off, "xSize": window.width, "ySize": window.height}
        ElementTree.SubElement(element, kind, {key: str(value) for key, value in place.items()})
    if source.constant:
        _text(element, "ScaleOffset", source.constant)
        _text(element, "ScaleRatio", "0")
    if source.undrawn:
        _text(element, "NODATA", source.undrawn)
    if source.masked:
        _text(element, "UseMaskBand", "true")


def _text(parent: ElementTree.Element, name: str, text: str, **attributes: str) -> None:
    """Add an element with text and attributes; characters that XML cannot represent are removed."""
    cleaned = {key: clean(value) for key, value in attributes.items()}
    ElementTree.SubElement(parent, name, cleaned).text = clean(text)


VIRTUAL = (".vrt",)
"""Extensions of virtual mosaics, which only reference their tiles."""


def is_virtual(destination: str) -> bool:
    """Return True if an output has the extension of a virtual mosaic."""
    return os.path.splitext(destination)[1].lower() in VIRTUAL
