"""Read the inputs of a merge on the mosaic's grid, as stored or resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from ...raster.nodata import Nodata
from ...raster.windows import relative
from ...reading.metadata import RasterSource
from ...reading.readers import InputBand, Readers
from ...regrid.resampled import Resampled
from .pixels import Pixels

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class MergeInput:
    """An input of a merge, with its window in the mosaic, the part of that window that is merged, and its resampling.

    `nodata` contains the effective nodata value of each band; `resampled` is None if the input is on the mosaic's grid.
    """

    source: RasterSource
    nodata: tuple[Nodata, ...]
    window: Window
    core: Window
    resampled: Resampled | None = None

    @property
    def path(self) -> str:
        """Path of the file."""
        return self.source.path

    @property
    def bands(self) -> tuple[InputBand, ...]:
        """All bands of the file."""
        return self.source.inputs

    @property
    def is_masked(self) -> bool:
        """True if a mask or alpha band hides pixels, or if the input is resampled and might not fill its window."""
        return bool(self.bands[0].hidden_by) or self.is_resampled

    @property
    def is_resampled(self) -> bool:
        """True if the pixels are resampled, so that a valid value can be equal to the nodata value."""
        return self.resampled is not None


class InputReader:
    """Reads inputs by index; thread-safe.

    Parameters
    ----------
    inputs, readers
        Inputs in merge order, and the readers for their files.
    pixel_rule
        Which input pixels are used in resampling: a key of `choices.PIXEL_RULES`.
    """

    def __init__(self, inputs: Sequence[MergeInput], readers: Readers, pixel_rule: str = "band") -> None:
        self._inputs, self._readers, self._pixel_rule = inputs, readers, pixel_rule

    def __call__(self, number: int, window: Window) -> Pixels:
        """Return the pixels of an input in a window of the mosaic. The window must be inside the input.

        Raises
        ------
        InputError
            A block is damaged. The message names the file, band, row and column.
        """
        each = self._inputs[number]
        inside = relative(window, each.window)
        if each.resampled is not None:
            values, valid = each.resampled.read(self._readers, inside, pixel_rule=self._pixel_rule)
            return Pixels(values, valid.any(axis=0), valid)
        stored = self._readers.read(each.bands, inside)
        alpha = each.bands[0].alpha_band - 1
        visible = stored[alpha] != 0 if alpha >= 0 else self._readers.read_visible(each.bands, inside)
        return Pixels(np.stack(stored), visible)

    def visible(self, number: int, window: Window) -> Array | None:
        """Return a mask of the visible pixels of an input that is not resampled; None if the input has no mask.

        Raises
        ------
        InputError
            A block is damaged. The message names the file, band, row and column.
        """
        each = self._inputs[number]
        if each.bands[0].hidden_by != "mask":
            return None
        return self._readers.read_visible(each.bands, relative(window, each.window))
