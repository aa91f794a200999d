"""Find pixels of overlapping float tiles that a virtual mosaic would show differently from a merge.

GDAL draws each tile over the tiles below, and skips only pixels whose value equals or almost equals the nodata value. A
merge differs from GDAL in two ways. It treats NaN and infinity as invalid, whereas GDAL draws infinity, and also NaN if
the nodata value is a number. It treats values that almost equal the nodata value as valid, whereas GDAL skips them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...errors import InputError
from ...parallel.chunks import PREFERRED_EDGE
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop
from ...raster.alignment import union_window
from ...raster.nodata import Nodata, stored_nodata, valid_pixels
from ...raster.windows import WindowIndex, offset_slices, relative, subdivide
from ...reading.readers import Readers
from .plan import MergePlan
from .reader import MergeInput

Array = np.ndarray[Any, Any]

CLOSE_TO_NODATA = 8
"""Maximum difference from the nodata value, in units in the last place, at which at least one version of GDAL treats a
float as nodata."""


class Overlap(NamedTuple):
    """A window of the mosaic in which input `number` overlaps others, and the parts that the other inputs cover."""

    number: int
    window: Window
    others: tuple[Window, ...]


def check_drawn_pixels(plan: MergePlan, progress: Progress) -> None:
    """Raise InputError if a virtual mosaic could differ from a merged file where float tiles overlap.

    Raises
    ------
    InputError
        GDAL would draw an invalid pixel or skip a valid one. The message names the file, band and pixel, and gives the
        reason.
    Cancelled
        `progress` requested cancellation.
    """
    overlaps = list(_overlaps(plan))
    with Readers(plan.open_files) as readers:

        def check(overlap: Overlap, stop: Stop) -> None:
            stop.check()
            _check_overlap(plan, plan.inputs[overlap.number], overlap, readers)

        run_chunks(check, overlaps, name="check-overlap", workers=plan.chunks.in_flight, progress=progress)


def _overlaps(plan: MergePlan) -> Iterator[Overlap]:
    """Yield the parts of float inputs that other inputs overlap, in windows small enough to read at once."""
    cores = [each.core for each in plan.inputs]
    index = WindowIndex(cores)
    for number, each in enumerate(plan.inputs):
        if not any("float" in band.dtype for band in each.bands):
            continue
        shared = [each.core.intersection(cores[other]) for other in index.touching(each.core) if other != number]
        if not shared:
            continue
        index_of_shared = WindowIndex(shared)
        for window in subdivide(union_window(shared), (PREFERRED_EDGE, PREFERRED_EDGE)):
            others = tuple(shared[other].intersection(window) for other in index_of_shared.touching(window))
            if others:
                yield Overlap(number, window, others)


def _check_overlap(plan: MergePlan, each: MergeInput, overlap: Overlap, readers: Readers) -> None:
    window = overlap.window
    shared = np.zeros((window.height, window.width), bool)
    for other in overlap.others:
        shared[offset_slices(other, window)] = True
    place = relative(window, each.window)
    for band, nodata in zip(each.bands, each.nodata):
        (pixels,) = readers.read([band], place)
        wrong = _misdrawn(pixels, nodata)
        if wrong is not None and (wrong & shared).any():
            row, col = (int(at[0]) for at in np.nonzero(wrong & shared))
            raise InputError(
                f"{plan.destination} cannot be a virtual mosaic: {each.path}, which overlaps another tile, has the "
                f"value {pixels[row, col]} in band {band.band}, row {place.row_off + row}, column "
                f"{place.col_off + col}. "
                f"{_reason(pixels[row, col], nodata)} Use a .tif output instead.",
                parameter="dst",
            )


def _reason(value: Any, nodata: Nodata) -> str:
    """Return a sentence that says why GDAL and a merge treat a value differently."""
    if np.isfinite(value):
        return (
            f"This value is valid, but GDAL would skip it because it is very close to the nodata value {nodata:.17g}."
        )
    return "This value is invalid, but GDAL would draw it over the pixel of another tile."


def _misdrawn(pixels: Array, nodata: Nodata) -> Array | None:
    """Return a mask of the invalid pixels that GDAL draws and the valid pixels that it skips; None for integers."""
    valid = valid_pixels(pixels, nodata)
    if valid is None or pixels.dtype.kind != "f":
        return None
    if nodata is None or nodata != nodata:
        left_out = np.isnan(pixels)
    else:
        marker = stored_nodata(nodata, pixels.dtype)
        far = CLOSE_TO_NODATA * np.finfo(pixels.dtype).eps * np.abs(marker)
        with np.errstate(all="ignore"):
            left_out = (pixels == marker) | (np.abs(pixels - marker) <= far)
    wrong: Array = valid == left_out
    return wrong
