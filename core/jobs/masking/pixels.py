"""Reads the pixels of a window, marks those that the mask layer hides, and counts valid and hidden pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...raster.nodata import format_nodata, mask_band, unhidden_pixels
from ...raster.windows import contains, offset_slices, shifted
from ...reading.readers import Readers
from ...reading.visible import any_valid, visible_pixels
from .marking import find_taken, mark_pixels
from .masked import MaskedRaster

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


class MaskCounts(NamedTuple):
    """Number of valid output pixels, and number of valid input pixels that the mask layer hides."""

    valid: int
    hidden: int


@dataclass(frozen=True)
class MaskedWindow:
    """Pixels of a window of the output; all arrays but `pixels` are boolean (rows, columns).

    `pixels` (bands, rows, columns) is None if the pixels were not read because they do not change. `changed` is true
    for pixels that differ from those of the input, and None if there are no such pixels. `shown` is the mask of the
    output, or None if the output has no mask. `valid` and `hidden` mark the pixels that `MaskCounts` counts.
    """

    window: Window
    pixels: Array | None
    changed: Mask | None
    shown: Mask | None
    valid: Mask
    hidden: Mask

    def contains(self, window: Window) -> bool:
        """Return True if a window lies inside this one."""
        return contains(self.window, window)

    def part(self, window: Window) -> MaskedWindow:
        """Return the pixels of a window inside this one."""
        at = offset_slices(window, self.window)
        pixels = None if self.pixels is None else self.pixels[:, at[0], at[1]]
        changed = None if self.changed is None else self.changed[at]
        shown = None if self.shown is None else self.shown[at]
        return MaskedWindow(window, pixels, changed, shown, self.valid[at], self.hidden[at])

    @property
    def mask(self) -> npt.NDArray[np.uint8] | None:
        """Mask band of the window; None if the output has no mask."""
        return None if self.shown is None else mask_band(self.shown)

    @property
    def counts(self) -> MaskCounts:
        """Pixel counts of the window."""
        return MaskCounts(int(np.count_nonzero(self.valid)), int(np.count_nonzero(self.hidden)))


def mask_window(readers: Readers, raster: MaskedRaster, window: Window, stop: Stop, *, read: bool) -> MaskedWindow:
    """Return the masked pixels of a window of the output. If `read` is False, no pixels of the input are read.

    Raises
    ------
    InputError
        The input or the mask layer cannot be read, or a visible pixel has the value of OUTPUT_NODATA.
    """
    inside, inputs, marking = shifted(window, raster.window), raster.source.inputs, raster.marking
    visible = raster.mask.read_visible(readers, inside, stop)
    if read:
        pixels = readers.read_stack(inputs, inside)
        own = visible_pixels(readers, inputs, raster.metadata, inside, pixels)
        before = any_valid(raster.metadata, pixels, own, unhidden_pixels)
    else:
        pixels = None
        before = own = readers.read_visible(inputs[:1], inside)
    hidden = ~visible if before is None else before & ~visible
    valid = visible if before is None else before & visible
    shown = visible if own is None else own & visible
    changed = None
    if pixels is not None and marking.changes_pixels:
        _check_taken(raster, pixels, shown, inside)
        changed = mark_pixels(marking, pixels, ~(shown if marking.includes_own else visible))
    mask = (valid if raster.profile.lost else shown) if raster.profile.masked else None
    return MaskedWindow(window, pixels, changed, mask, valid, hidden)


def _check_taken(raster: MaskedRaster, pixels: Array, visible: Mask, window: Window) -> None:
    """Raise InputError if a visible pixel has the value of OUTPUT_NODATA."""
    found = find_taken(raster.marking, pixels, visible)
    if found is None:
        return
    band = raster.source.inputs[found.band]
    raise InputError(
        f"{band.place}, row {window.row_off + found.row}, column {window.col_off + found.col}: a visible pixel of band "
        f"{band.band} has the value {format_nodata(raster.marking.nodata)}, which is the value of OUTPUT_NODATA. Set "
        "OUTPUT_NODATA to a value that no visible pixel has.",
        parameter="output_nodata",
    )
