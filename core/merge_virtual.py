"""A mosaic that is only a list: a VRT which names its tiles, whole under its name or not there."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree  # nosec B405
from xml.etree.ElementTree import Element, SubElement  # nosec B405

import rasterio
from rasterio.windows import Window

from .cog_profile import CogProfile
from .errors import OptionError, OutputError
from .merge_inputs import alpha_index
from .merge_reader import MergeInput
from .metadata import BandMetadata, Domains
from .nodata import Nodata, same_nodata
from .partial_file import PartialFile
from .subdatasets import split_subdataset

if TYPE_CHECKING:
    from .merge_job import MergePlan

VIRTUAL = (".vrt",)
"""Extensions of a mosaic that is only a list."""

GDAL_TYPES = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "uint64": "UInt64", "int64": "Int64", "float32": "Float32", "float64": "Float64", "complex_int16": "CInt16",
    "complex64": "CFloat32", "complex128": "CFloat64",
}  # fmt: skip
"""GDAL's names of the types."""

COLOURS = {"gray": "Gray", "palette": "Palette", "red": "Red", "green": "Green", "blue": "Blue", "alpha": "Alpha"}
"""GDAL's names of the colour interpretations that a band is likely to have."""

BANDS_WITH_ALPHA = (2, 4)
TYPES_WITH_ALPHA = ("uint8", "uint16")
"""GDAL takes an alpha band for a mask in rasters of so many bands and of these types."""


def is_virtual(destination: str) -> bool:
    """Return whether an output of this name is a list of its tiles."""
    return os.path.splitext(destination)[1].lower() in VIRTUAL


def check_virtual(plan: MergePlan) -> None:
    """Return when a list of tiles reads as the mosaic that the rules describe.

    Raises
    ------
    OptionError
        It would not: says why, and that a GeoTIFF does.
    """
    rules, count, dtype = plan.rules, plan.rules.bands, plan.profile.dtype
    declared = [value for each in plan.inputs for band, value in enumerate(each.nodata) if band != rules.alpha]
    if isinstance(plan.profile, CogProfile):
        reason = "a Cloud Optimized GeoTIFF is wanted"
    elif rules.method not in ("first", "last"):
        reason = f"the method {rules.method} has values that no tile has"
    elif any(each.resampled for each in plan.inputs):
        reason = "tiles off the grid have to be resampled"
    elif rules.types.stored != rules.types.working:
        reason = f"whether {rules.types.stored} holds every value has to be looked at pixel by pixel"
    elif rules.given_nodata and not all(same_nodata(value, rules.marking.nodata) for value in declared):
        reason = "whether a pixel has the value of OUTPUT_NODATA has to be looked at pixel by pixel"
    elif rules.needs_mark and count > 1 and any(value is not None for value in declared):
        reason = "the tiles' nodata values differ, and a mask is one for all bands"
    elif plan.coverage.depth > 1 and any(
        each.is_masked and ("float" in dtype or set(each.nodata) != {None}) for each in plan.inputs
    ):
        reason = "tiles that overlap have a mask and a nodata value, or NaN, of which GDAL heeds the mask only"
    elif rules.alpha >= 0 and (
        rules.alpha != count - 1 or count not in BANDS_WITH_ALPHA or dtype not in TYPES_WITH_ALPHA
    ):
        reason = f"GDAL takes no alpha band for a mask among {count} bands of {dtype}"
    else:
        return
    raise OptionError(f"{plan.destination} cannot be a virtual mosaic: {reason}. Give the output the extension .tif.")


def virtual_warnings(plan: MergePlan) -> list[str]:
    """Return what a list of tiles cannot do as the same mosaic in a GeoTIFF would."""
    floats = any("float" in band.dtype for each in plan.inputs for band in each.bands)
    lines = ["A virtual mosaic has no pixels of its own: it needs its tiles, unchanged and where they are."]
    if floats and plan.coverage.depth > 1:
        lines.append("In a virtual mosaic a pixel that is infinite, or NaN beside another nodata value, hides others.")
    return lines


def write_virtual(plan: MergePlan) -> None:
    """Write the list in place of an older one.

    Raises
    ------
    OutputError
        It cannot be written, or does not open as the mosaic.
    """
    partial = PartialFile(plan.destination)
    try:
        root = _mosaic(plan, os.path.dirname(partial.destination))
        try:
            ElementTree.ElementTree(root).write(partial.path, encoding="utf-8", xml_declaration=False)
        except OSError as error:
            raise OutputError(f"{plan.destination} could not be written: {error.strerror}.") from error
        partial.sync()
        _check_opens(plan, partial.path)
        partial.commit()
    except BaseException:
        partial.discard()
        raise


def _check_opens(plan: MergePlan, path: str) -> None:
    profile = plan.profile
    wanted = profile.grid.width, profile.grid.height, profile.count
    try:
        with rasterio.open(path, driver="VRT", sharing=False) as dataset:
            found = dataset.width, dataset.height, dataset.count
            dataset.read(1, window=Window(0, 0, 1, 1))
    except Exception as error:  # rasterio's errors and GDAL's own, which have no common root
        raise OutputError(f"{plan.destination} could not be written: GDAL does not open it ({error}).") from error
    if found != wanted:
        raise OutputError(f"{plan.destination} could not be written: GDAL finds {found} in place of {wanted}.")


def _mosaic(plan: MergePlan, folder: str) -> Element:
    profile, facts = plan.profile, plan.profile.facts
    root = Element("VRTDataset", rasterXSize=str(profile.grid.width), rasterYSize=str(profile.grid.height))
    if profile.grid.crs:
        SubElement(root, "SRS").text = profile.grid.crs.to_wkt()
    SubElement(root, "GeoTransform").text = ", ".join(map(repr, profile.grid.transform.to_gdal()))
    if facts is not None:
        _add_metadata(root, facts.tags)
        for number, band in enumerate(facts.bands, 1):
            _add_band(root, plan, number, band, folder)
    if profile.masked:
        element = SubElement(SubElement(root, "MaskBand"), "VRTRasterBand", dataType="Byte")
        for each in _painted(plan):
            _add_source(element, each, "mask,1", 0, masked=False, folder=folder, plan=plan)
    return root


def _painted(plan: MergePlan) -> Sequence[MergeInput]:
    """Return the inputs in the order in which GDAL reads them: the last one stays on top."""
    touching = [each for each in plan.inputs if _part(each, plan) is not None]
    return touching[::-1] if plan.rules.method == "first" else touching


def _add_band(root: Element, plan: MergePlan, number: int, band: BandMetadata, folder: str) -> None:
    profile = plan.profile
    element = SubElement(root, "VRTRasterBand", dataType=GDAL_TYPES[profile.dtype], band=str(number))
    if band.description:
        SubElement(element, "Description").text = band.description
    _add_metadata(element, band.tags)
    if profile.nodata is not None:
        SubElement(element, "NoDataValue").text = _number(profile.nodata)
    if band.unit:
        SubElement(element, "UnitType").text = band.unit
    if (band.scale, band.offset) != (1.0, 0.0):
        SubElement(element, "Offset").text = repr(float(band.offset))
        SubElement(element, "Scale").text = repr(float(band.scale))
    if band.colour in COLOURS:
        SubElement(element, "ColorInterp").text = COLOURS[band.colour]
    if band.colormap:
        table = SubElement(element, "ColorTable")
        for value in range(max(band.colormap) + 1):
            colour = band.colormap.get(value, (0, 0, 0, 255))
            SubElement(table, "Entry", {f"c{place}": str(part) for place, part in enumerate(colour, 1)})
    for each in _painted(plan):
        nodata: Nodata = each.nodata[number - 1]
        alpha = number - 1 == alpha_index(each.source)
        if alpha:
            nodata = 0
        elif nodata is None and "float" in profile.dtype:
            nodata = float("nan")
        _add_source(element, each, str(number), nodata, masked=each.is_masked and not alpha, folder=folder, plan=plan)


def _add_source(
    element: Element, each: MergeInput, band: str, nodata: Nodata, *, masked: bool, folder: str, plan: MergePlan
) -> None:
    part = _part(each, plan)
    if part is None:
        return
    source = SubElement(element, "SimpleSource" if nodata is None and not masked else "ComplexSource")
    path, relative = _source_path(each.path, folder)
    SubElement(source, "SourceFilename", relativeToVRT=str(int(relative))).text = path
    SubElement(source, "SourceBand").text = band
    SubElement(source, "SrcRect", _rectangle(part, each.window))
    SubElement(source, "DstRect", _rectangle(part, Window(0, 0, 1, 1)))
    if nodata is not None:
        SubElement(source, "NODATA").text = _number(nodata)
    if masked:
        SubElement(source, "UseMaskBand").text = "true"


def _part(each: MergeInput, plan: MergePlan) -> Window | None:
    """Return the part of the mosaic that an input gives, None where it gives nothing."""
    grid, core = plan.profile.grid, each.core
    left, top = max(0, core.col_off), max(0, core.row_off)
    right, bottom = min(grid.width, core.col_off + core.width), min(grid.height, core.row_off + core.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _rectangle(part: Window, origin: Window) -> dict[str, str]:
    return {
        "xOff": str(part.col_off - origin.col_off), "yOff": str(part.row_off - origin.row_off),
        "xSize": str(part.width), "ySize": str(part.height),
    }  # fmt: skip


def _source_path(path: str, folder: str) -> tuple[str, bool]:
    """Return how the list names a file: from its own folder, where there is such a way."""
    inside = split_subdataset(path)
    if inside is not None:
        return inside.with_file(os.path.abspath), False
    if path.startswith("/vsi") or "://" in path:
        return path, False
    try:
        return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/"), True
    except ValueError:  # another drive of Windows
        return os.path.abspath(path), False


def _add_metadata(element: Element, tags: Domains) -> None:
    for space, items in tags.items():
        if not space.startswith("xml:"):
            metadata = SubElement(element, "Metadata", {"domain": space} if space else {})
            for key, value in items.items():
                SubElement(metadata, "MDI", key=key).text = value


def _number(value: int | float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.17g}"
