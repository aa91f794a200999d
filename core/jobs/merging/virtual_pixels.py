"""Find pixels of overlapping float tiles that a virtual mosaic would show differently from a merge.

GDAL draws all pixels of a source except those with one value. Infinity, and NaN beside another nodata value, are
invalid in a merge, but GDAL would draw them over the tile below. GDAL would not draw a valid pixel close to nodata.
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
"""Difference, in units in the last place, up to which GDAL may treat a float as nodata; smaller in some versions."""


class Overlap(NamedTuple):
    """A window of the mosaic in which input `number` overlaps others, and the windows of the others in it."""

    number: int
    window: Window
    others: tuple[Window, ...]


def check_drawn_pixels(plan: MergePlan, progress: Progress) -> None:
    """Raise InputError if GDAL would draw other pixels of overlapping float tiles than a merge takes.

    Raises
    ------
    InputError
        GDAL would draw another pixel. The message names file, band and pixel.
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
                f"{plan.destination} cannot be a virtual mosaic: in {each.path}, band {band.band}, row "
                f"{place.row_off + row}, column {place.col_off + col} the value is {pixels[row, col]}. Where "
                "tiles overlap, GDAL skips only nodata and values close to it, so it would show a different pixel "
                "than a merge. Give the output the extension .tif.",
                parameter="dst",
            )


def _misdrawn(pixels: Array, nodata: Nodata) -> Array | None:
    """Return a mask of invalid pixels that GDAL would draw and valid ones that it would not; None if none exist."""
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
