"""A mosaic that is only a list: a VRT which names its tiles, whole under its name or not there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import rasterio
from rasterio.windows import Window

from ...errors import OptionError, OutputError
from ...raster.dtypes import WIDE_INTEGERS
from ...raster.nodata import Nodata, same_nodata
from ...raster.subdatasets import split_subdataset
from ...raster.windows import relative
from ...reading.metadata import BandMetadata, RasterMetadata
from ...writing.partial_file import PartialFile
from ...writing.vrt import VrtSource, is_byte, source_nodata, vrt_xml
from .inputs import alpha_index
from .reader import MergeInput

if TYPE_CHECKING:
    from .plan import MergePlan


BANDS_WITH_ALPHA = (2, 4)
TYPES_WITH_ALPHA = ("uint8", "uint16")
"""GDAL takes an alpha band for a mask in rasters of so many bands and of these types."""

VIRTUAL_WARNING = "A virtual mosaic has no pixels of its own: it needs its tiles, unchanged and where they are."


def check_virtual(plan: MergePlan) -> None:
    """Return when a list of tiles reads as the mosaic that the rules describe.

    Raises
    ------
    OptionError
        It would not: says why, and that a GeoTIFF does.
    """
    reason = _unlike_tiles(plan) or _misread(plan)
    if reason:
        raise OptionError(
            f"{plan.destination} cannot be a virtual mosaic: {reason}. Give the output the extension .tif.",
            parameter="dst",
        )


def _unlike_tiles(plan: MergePlan) -> str:
    """Return why the mosaic has pixels that no tile has; an empty text where it has none."""
    rules = plan.rules
    declared = [value for each in plan.inputs for band, value in enumerate(each.nodata) if band != rules.alpha]
    if plan.profile.is_cog:
        return "a Cloud Optimized GeoTIFF is wanted"
    if rules.method not in ("first", "last"):
        return f"the method {rules.method} has values that no tile has"
    if any(each.resampled for each in plan.inputs):
        return "tiles off the grid have to be resampled"
    if rules.types.stored != rules.types.working:
        return f"whether {rules.types.stored} holds every value has to be looked at pixel by pixel"
    if rules.given_nodata and not all(same_nodata(value, rules.marking.nodata) for value in declared):
        return "whether a pixel has the value of OUTPUT_NODATA has to be looked at pixel by pixel"
    if rules.needs_mark and rules.bands > 1 and any(value is not None for value in declared):
        return "the tiles' nodata values differ, and a mask is one for all bands"
    if rules.pixel_rule == "all" or rules.pixel_rule == "any" and plan.coverage.depth > 1:
        return f"PIXEL_RULE {rules.pixel_rule} looks at all bands of a pixel, and GDAL reads each by itself"
    return ""


def _misread(plan: MergePlan) -> str:
    """Return why GDAL would read the list as other pixels; an empty text where it would not."""
    rules, count, dtype = plan.rules, plan.rules.bands, plan.profile.dtype
    overlapping = plan.coverage.depth > 1
    if overlapping and any(each.is_masked and ("float" in dtype or set(each.nodata) != {None}) for each in plan.inputs):
        return "tiles that overlap have a mask and a nodata value, or NaN, of which GDAL heeds the mask only"
    if "complex" in dtype and (overlapping or _hides_values(plan)):
        return "GDAL does not look whether a complex number is valid where tiles overlap or their nodata values differ"
    if _rounds(plan):
        return "GDAL reads 64 bit integers as floats where some of them are not to show"
    if any(is_byte(band.dtype) and band.dtype != dtype for each in plan.inputs for band in each.bands):
        return f"this version of GDAL takes signed bytes among {dtype} for unsigned ones"
    if is_byte(dtype) and _has_negative_nodata(plan):
        return "this version of GDAL knows no negative nodata value of signed bytes"
    if rules.alpha >= 0 and (
        rules.alpha != count - 1 or count not in BANDS_WITH_ALPHA or dtype not in TYPES_WITH_ALPHA
    ):
        return f"GDAL takes no alpha band for a mask among {count} bands of {dtype}"
    return ""


def virtual_warnings(plan: MergePlan) -> list[str]:
    """Return what a list of tiles cannot do as the same mosaic in a GeoTIFF would."""
    lines = [VIRTUAL_WARNING]
    marked = plan.rules.bands > 1 and any(value is not None for each in plan.inputs for value in each.nodata)
    if marked and plan.rules.pixel_rule == "band" and plan.coverage.depth > 1:
        lines.append(
            "In a virtual mosaic bands are read one by one: where only some bands of a pixel are nodata, the others "
            "and those of another raster come together. A GeoTIFF with PIXEL_RULE any takes such pixels whole."
        )
    return lines


def _has_negative_nodata(plan: MergePlan) -> bool:
    """Return whether GDAL would have to fill pixels with a negative nodata value, or hide them by it."""
    needed = plan.coverage.depth > 1 or not plan.coverage.complete or plan.profile.masked
    return needed and any(value is not None and value < 0 for each in plan.inputs for value in each.nodata)


def _hides_values(plan: MergePlan) -> bool:
    """Return whether a source has a value that must not be drawn."""
    return any(_undrawn(nodata, plan) is not None for each in plan.inputs for nodata in each.nodata)


def _rounds(plan: MergePlan) -> bool:
    """Return whether a source of 64 bit integers has pixels that are not drawn, so that GDAL computes with them."""
    return any(
        band.dtype in WIDE_INTEGERS and (each.is_masked or _undrawn(nodata, plan) is not None)
        for each in plan.inputs
        for band, nodata in zip(each.bands, each.nodata)
    )


def write_virtual(plan: MergePlan) -> None:
    """Write the list in place of an older one.

    Raises
    ------
    OutputError
        It cannot be written, or does not open as the mosaic.
    """
    partial = PartialFile(plan.destination)
    try:
        text = _list_text(plan, os.path.dirname(partial.destination))
        try:
            Path(partial.path).write_bytes(text.encode("utf-8", "xmlcharrefreplace"))
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


def _list_text(plan: MergePlan, folder: str) -> str:
    """Return the text of the list for a folder."""
    profile = plan.profile
    metadata = profile.metadata or RasterMetadata(profile.grid, (BandMetadata(profile.dtype),) * profile.count)
    bands = tuple(replace(band, dtype=profile.dtype, nodata=profile.nodata) for band in metadata.bands)
    painted = [(each, source) for each in _painted(plan) for source in _sources(each, plan, folder)]
    drawn = [[_drawn(source, each, band, plan) for each, source in painted] for band in range(profile.count)]
    mask = [source._replace(undrawn="0") for _, source in painted] if profile.masked else None
    return vrt_xml(replace(metadata, bands=bands), drawn, mask)


def _painted(plan: MergePlan) -> Sequence[MergeInput]:
    """Return the inputs in the order in which GDAL reads them: the last one stays on top."""
    touching = [each for each in plan.inputs if _part(each, plan) is not None]
    return touching[::-1] if plan.rules.method == "first" else touching


def _sources(each: MergeInput, plan: MergePlan, folder: str) -> Iterator[VrtSource]:
    """Yield the part of an input that lies in the mosaic, where there is one."""
    part = _part(each, plan)
    if part is not None:
        path, is_relative = _source_path(each.path, folder)
        yield VrtSource(path, relative(part, each.window), part, is_relative)


def _drawn(source: VrtSource, each: MergeInput, band: int, plan: MergePlan) -> VrtSource:
    """Return the part of an input with what of a band is not drawn."""
    if band == alpha_index(each.source):
        return source._replace(undrawn="0")
    nodata = _undrawn(each.nodata[band], plan)
    undrawn = "" if nodata is None else source_nodata(nodata, each.bands[0].dtype)
    return source._replace(undrawn=undrawn, masked=each.is_masked)


def _undrawn(nodata: Nodata, plan: MergePlan) -> Nodata:
    """Return the value of a source that must not be drawn; None where it may, for want of something to hide.

    A source that draws all its pixels is read in its own type: 64 bit integers keep all their digits.
    """
    if plan.coverage.depth <= 1 and (nodata is None or same_nodata(nodata, plan.rules.marking.nodata)):
        return None
    return float("nan") if nodata is None and "float" in plan.profile.dtype else nodata


def _part(each: MergeInput, plan: MergePlan) -> Window | None:
    """Return the part of the mosaic that an input gives, None where it gives nothing."""
    grid, core = plan.profile.grid, each.core
    left, top = max(0, core.col_off), max(0, core.row_off)
    right, bottom = min(grid.width, core.col_off + core.width), min(grid.height, core.row_off + core.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


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
