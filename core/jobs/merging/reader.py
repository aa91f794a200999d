"""Pixels of a merge's inputs in the mosaic's pixels: as they are stored, or brought onto the mosaic's grid."""

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
    """An input in the pixels of the mosaic: all its pixels, the part that counts, and how it comes onto the grid.

    `nodata` has the value of each band that hides a pixel; `resampled` is None for an input on the mosaic's grid.
    """

    source: RasterSource
    nodata: tuple[Nodata, ...]
    window: Window
    core: Window
    resampled: Resampled | None = None

    @property
    def path(self) -> str:
        """The file."""
        return self.source.path

    @property
    def bands(self) -> tuple[InputBand, ...]:
        """All bands of the file."""
        return self.source.inputs

    @property
    def is_masked(self) -> bool:
        """Whether a mask or an alpha band hides pixels, or the input does not fill its window."""
        return bool(self.bands[0].hidden_by) or self.resampled is not None


class InputReader:
    """Reads inputs by their number; any thread may call.

    Parameters
    ----------
    inputs, readers
        The inputs in the order of the list, and their open files.
    pixel_rule
        Which of their pixels count, and so go into resampled ones: a word of `options.PIXEL_RULES`.
    """

    def __init__(self, inputs: Sequence[MergeInput], readers: Readers, pixel_rule: str = "band") -> None:
        self._inputs, self._readers, self._pixel_rule = inputs, readers, pixel_rule

    def __call__(self, number: int, window: Window) -> Pixels:
        """Return the pixels of an input inside a window of the mosaic, which lies within the input's.

        Raises
        ------
        InputError
            A block is damaged; names file, band, row and column.
        """
        each = self._inputs[number]
        own = relative(window, each.window)
        if each.resampled is not None:
            values, valid = each.resampled.read(self._readers, own, pixel_rule=self._pixel_rule)
            return Pixels(values, valid.any(axis=0), valid)
        stored = self._readers.read(each.bands, own)
        alpha = each.bands[0].alpha_band - 1
        visible = stored[alpha] != 0 if alpha >= 0 else self._readers.read_visible(each.bands, own)
        return Pixels(np.stack(stored), visible)

    def visible(self, number: int, window: Window) -> Array | None:
        """Return where the mask of an input that lies on the grid shows its pixels; None where it has none.

        Raises
        ------
        InputError
            A block is damaged; names file, band, row and column.
        """
        each = self._inputs[number]
        if each.bands[0].hidden_by != "mask":
            return None
        return self._readers.read_visible(each.bands, relative(window, each.window))
