"""Write virtual mosaics: VRT files that refer to their tiles, written completely or not at all."""

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
from ...writing.vrt import VrtSource, background, can_fill, is_byte, reads_alpha, source_nodata, vrt_xml
from .inputs import alpha_index
from .reader import MergeInput

if TYPE_CHECKING:
    from .plan import MergePlan


VIRTUAL_WARNING = "A virtual mosaic does not store pixels: keep its tiles unchanged and in the same location."


def check_virtual(plan: MergePlan) -> None:
    """Raise OptionError unless a VRT of the tiles has the same pixels as a merge of the tiles.

    Raises
    ------
    OptionError
        The VRT would have different pixels. The message gives the reason and recommends a GeoTIFF.
    """
    reason = _pixels_not_in_tiles(plan) or _misread_by_gdal(plan)
    if reason:
        raise OptionError(
            f"{plan.destination} cannot be a virtual mosaic: {reason}. Use a .tif output instead.",
            parameter="dst",
        )


def _pixels_not_in_tiles(plan: MergePlan) -> str:
    """Return the reason why a VRT cannot reproduce the pixels of the mosaic; an empty string if it can."""
    rules = plan.rules
    declared = [value for each in plan.inputs for band, value in enumerate(each.nodata) if band != rules.alpha]
    if plan.profile.is_cog:
        return "a virtual mosaic cannot be a Cloud Optimized GeoTIFF"
    if rules.method not in ("first", "last"):
        return f"METHOD {rules.method!r} computes values that are not stored in any tile"
    if any(each.resampled for each in plan.inputs):
        return "some tiles are not aligned with the grid of the mosaic and must be resampled"
    if rules.types.stored != rules.types.working:
        return f"every pixel would have to be checked for values that {rules.types.stored} cannot hold"
    if rules.given_nodata and not all(same_nodata(value, rules.marking.nodata) for value in declared):
        return "every pixel would have to be checked for the value of OUTPUT_NODATA"
    if rules.given_nodata and ("int" not in rules.types.stored or rules.alpha >= 0):
        return "if OUTPUT_NODATA is set, hidden, NaN and infinite pixels would have to be replaced"
    if rules.needs_mark and rules.bands > 1 and any(value is not None for value in declared):
        return "the tiles have different nodata values, and the mask that would replace them cannot mark single bands"
    if rules.pixel_rule == "all" or rules.pixel_rule == "any" and plan.coverage.depth > 1:
        return f"PIXEL_RULE {rules.pixel_rule!r} depends on all bands of a pixel, but GDAL reads each band separately"
    return ""


def _misread_by_gdal(plan: MergePlan) -> str:
    """Return the reason why GDAL would misread pixels of the VRT; an empty string if all pixels are correct."""
    rules, count, dtype = plan.rules, plan.rules.bands, plan.profile.dtype
    overlapping = plan.coverage.depth > 1
    if any(each.is_masked and _has_undrawn(each, plan) for each in plan.inputs):
        return "some tiles have both a mask and nodata or NaN pixels, but GDAL considers only one of the two"
    if "complex" in dtype and (overlapping or _hides_values(plan)):
        return "if tiles overlap or mark nodata in different ways, GDAL does not check whether complex pixels are valid"
    if _loses_digits(plan):
        return "if some pixels are masked, GDAL reads 64-bit integers as floats, which lose precision"
    if any(is_byte(band.dtype) and band.dtype != dtype for each in plan.inputs for band in each.bands):
        return f"this version of GDAL reads signed bytes as unsigned bytes if the mosaic is {dtype}"
    if is_byte(dtype) and _has_negative_nodata(plan):
        return "this version of GDAL does not support a negative nodata value for signed bytes"
    if rules.alpha >= 0 and not reads_alpha(rules.alpha, count, dtype):
        return (
            "GDAL uses an alpha band as a mask only if it is the last of 2 or 4 bands of type uint8 or uint16 "
            f"(bands: {count}, data type: {dtype})"
        )
    if not can_fill(plan.profile.nodata, dtype) and not plan.coverage.complete:
        return f"the tiles leave gaps, which GDAL cannot fill with the nodata value {plan.profile.nodata}"
    return ""


def virtual_warnings(plan: MergePlan) -> list[str]:
    """Return log warnings about the limitations of a VRT compared with the same mosaic as a GeoTIFF."""
    lines = [VIRTUAL_WARNING]
    marked = plan.rules.bands > 1 and any(value is not None for each in plan.inputs for value in each.nodata)
    if marked and plan.rules.pixel_rule == "band" and plan.coverage.depth > 1:
        lines.append(
            "GDAL reads the bands of a virtual mosaic separately: if only some bands of a pixel are nodata, the pixel "
            "combines bands of several rasters. To take all bands of a pixel from one raster, write a GeoTIFF with "
            "PIXEL_RULE 'any'."
        )
    return lines


def _has_negative_nodata(plan: MergePlan) -> bool:
    """Return True if GDAL would have to use a negative nodata value of an input to fill or hide pixels."""
    masked = plan.profile.masked or any(each.is_masked for each in plan.inputs)
    needed = plan.coverage.depth > 1 or not plan.coverage.complete or masked
    return needed and any(value is not None and value < 0 for each in plan.inputs for value in each.nodata)


def _hides_values(plan: MergePlan) -> bool:
    """Return True if a source can contain pixels, such as nodata pixels, that GDAL must not copy."""
    return any(_has_undrawn(each, plan) or _reads_mask(each, plan) for each in plan.inputs)


def _has_undrawn(each: MergeInput, plan: MergePlan) -> bool:
    """Return True if GDAL must skip a value, such as nodata, in a band of the input."""
    return any(_undrawn(nodata, plan) is not None for nodata in each.nodata)


def _reads_mask(each: MergeInput, plan: MergePlan) -> bool:
    """Return True if the input has a mask or alpha band that must be applied to its pixels.

    Without overlaps, the mask or alpha band of the mosaic hides the same pixels.
    """
    kept = plan.profile.masked or plan.rules.alpha >= 0
    return each.is_masked and (plan.coverage.depth > 1 or not kept)


def _loses_digits(plan: MergePlan) -> bool:
    """Return True if a source of 64-bit integers has hidden pixels; GDAL then reads the source as floats."""
    return any(
        band.dtype in WIDE_INTEGERS and (_reads_mask(each, plan) or _undrawn(nodata, plan) is not None)
        for each in plan.inputs
        for band, nodata in zip(each.bands, each.nodata)
    )


def write_virtual(plan: MergePlan) -> None:
    """Write the VRT, replacing an existing file.

    Raises
    ------
    OutputError
        The VRT cannot be written, or GDAL does not open it with the size and band count of the mosaic.
    """
    partial = PartialFile(plan.destination)
    try:
        text = _vrt_text(plan, os.path.dirname(partial.destination))
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
    except Exception as error:  # the errors of rasterio and GDAL have no common base class
        raise OutputError(f"{plan.destination} could not be written: GDAL cannot open it ({error}).") from error
    if found != wanted:
        sizes = ["{} x {} pixels (bands: {})".format(*size) for size in (found, wanted)]
        raise OutputError(f"{plan.destination} could not be written: GDAL reads {' instead of '.join(sizes)}.")


def _vrt_text(plan: MergePlan, folder: str) -> str:
    """Return the XML of a VRT in `folder`."""
    profile = plan.profile
    metadata = profile.metadata or RasterMetadata(profile.grid, (BandMetadata(profile.dtype),) * profile.count)
    bands = tuple(replace(band, dtype=profile.dtype, nodata=profile.nodata) for band in metadata.bands)
    painted = [(each, source) for each in _in_drawing_order(plan) for source in _sources(each, plan, folder)]
    whole = Window(0, 0, profile.grid.width, profile.grid.height)
    drawn = [
        [
            *background(band, [source for _, source in painted], whole, is_alpha=number == plan.rules.alpha),
            *(source for each, source in painted if _is_drawn_twice(each, number, plan)),
            *(_band_source(source, each, number, plan) for each, source in painted),
        ]
        for number, band in enumerate(bands)
    ]
    mask = [_mask_source(source, each, plan) for each, source in painted] if profile.masked else None
    return vrt_xml(replace(metadata, bands=bands), drawn, mask)


def _in_drawing_order(plan: MergePlan) -> Sequence[MergeInput]:
    """Return the inputs in the order in which GDAL draws them; the last one is on top."""
    touching = [each for each in plan.inputs if _part(each, plan) is not None]
    return touching[::-1] if plan.rules.method == "first" else touching


def _sources(each: MergeInput, plan: MergePlan, folder: str) -> Iterator[VrtSource]:
    """Yield a VRT source for the part of an input inside the mosaic, if there is such a part."""
    part = _part(each, plan)
    if part is not None:
        path, is_relative = _source_path(each.path, folder)
        yield VrtSource(path, relative(part, each.window), part, is_relative)


def _band_source(source: VrtSource, each: MergeInput, band: int, plan: MergePlan) -> VrtSource:
    """Return a VRT source for one band, with the value that marks pixels that GDAL must skip."""
    if band == alpha_index(each.source):
        return source._replace(undrawn="0" if plan.coverage.depth > 1 else "")
    nodata = _undrawn(each.nodata[band], plan)
    undrawn = "" if nodata is None else source_nodata(nodata, each.bands[0].dtype)
    return source._replace(undrawn=undrawn, masked=_reads_mask(each, plan))


def _is_drawn_twice(each: MergeInput, band: int, plan: MergePlan) -> bool:
    """Return True if GDAL must draw a band twice: first all its pixels, then only the valid ones.

    Overlapping float tiles thus keep their NaN pixels. Outside overlaps, they also keep pixels that GDAL skips because
    these almost equal the nodata value.
    """
    nodata = each.nodata[band]
    same = nodata is None or same_nodata(nodata, plan.rules.marking.nodata)
    return same and plan.coverage.depth > 1 and "float" in plan.profile.dtype


def _mask_source(source: VrtSource, each: MergeInput, plan: MergePlan) -> VrtSource:
    """Return the VRT source of an input for the mask of the mosaic.

    If an input has no mask, GDAL derives one from its nodata value. If the mosaic has a nodata value, its mask must not
    hide nodata pixels, as in a GeoTIFF; the derived mask is then replaced by 255.
    """
    derived = plan.rules.marking.nodata is None and any(value is not None for value in each.nodata)
    return source._replace(undrawn="0") if each.is_masked or derived else source._replace(constant="255")


def _undrawn(nodata: Nodata, plan: MergePlan) -> Nodata:
    """Return the value that marks the pixels of a source that GDAL must skip; None if GDAL can draw all pixels.

    If GDAL can draw all pixels, it reads them in the data type of the source, so 64-bit integers keep all digits.
    """
    if plan.coverage.depth <= 1 and (nodata is None or same_nodata(nodata, plan.rules.marking.nodata)):
        return None
    return float("nan") if nodata is None and "float" in plan.profile.dtype else nodata


def _part(each: MergeInput, plan: MergePlan) -> Window | None:
    """Return the window of the mosaic that an input's core fills; None if the core is outside the mosaic."""
    grid, core = plan.profile.grid, each.core
    left, top = max(0, core.col_off), max(0, core.row_off)
    right, bottom = min(grid.width, core.col_off + core.width), min(grid.height, core.row_off + core.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None


def _source_path(path: str, folder: str) -> tuple[str, bool]:
    """Return the path of a source as written in the VRT, and True if it is relative to the VRT's folder."""
    inside = split_subdataset(path)
    if inside is not None:
        return inside.with_file(os.path.abspath), False
    if path.startswith("/vsi") or "://" in path:
        return path, False
    try:
        return os.path.relpath(os.path.abspath(path), folder).replace(os.sep, "/"), True
    except ValueError:  # on another drive (Windows)
        return os.path.abspath(path), False
