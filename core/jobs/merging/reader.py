"""Pixels of a merge's inputs in the mosaic's pixels: as they are stored, or brought onto the mosaic's grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from ...raster.dtypes import array_dtype
from ...raster.grid import Grid
from ...raster.nodata import Nodata, stored_nodata, valid_pixels
from ...raster.windows import shifted
from ...reading.metadata import RasterSource
from ...reading.readers import InputBand, Readers
from ...regrid.kernels import reach, resample
from ...regrid.placement import (
    OUTPUT_PIXELS,
    SOURCE_PIXELS,
    Parallel,
    Piece,
    Placement,
    pieces,
    resolve_parallel,
    take_nearest,
)
from ...regrid.warp import resolve_warped
from .pixels import Pixels

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Resampled:
    """How an input that lies off the mosaic's pixels comes onto them: where these lie in it, and by which method."""

    place: Placement
    method: str

    @property
    def scratch_bytes(self) -> int:
        """What a band of a piece costs while it is resampled, whatever the input's resolution."""
        rows, cols = (2 * far + 2 for far in reach(self.method, self.place.steps))
        return max(SOURCE_PIXELS, int(rows * cols)) * 40 + OUTPUT_PIXELS * 24 * 8


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


def resolve_resampled(lattice: Grid, window: Window, source: RasterSource, method: str, first_name: str) -> Resampled:
    """Return how an input comes onto the pixels of `window` of the lattice.

    Raises
    ------
    InputError
        No pixel has a place in the input's CRS.
    """
    target, own = lattice.cropped(window), source.inputs[0].grid
    place = resolve_parallel(target, own) or resolve_warped(target, own, first_name, source.path)
    return Resampled(place, method)


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
        origin = Window(-each.window.col_off, -each.window.row_off, 1, 1)
        own = shifted(window, origin)
        if each.resampled is not None:
            return self._resampled(each, each.resampled, own)
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
        return self._readers.read_visible(
            each.bands, shifted(window, Window(-each.window.col_off, -each.window.row_off, 1, 1))
        )

    def _resampled(self, each: MergeInput, resampled: Resampled, window: Window) -> Pixels:
        """Return the pixels on the mosaic's grid, in the bands' own type, with where each band is valid."""
        shape = (len(each.bands), window.height, window.width)
        values = np.zeros(shape, np.result_type(*(array_dtype(band.dtype) for band in each.bands)))
        valid = np.zeros(shape, bool)
        for piece in pieces(resampled.place, window, reach(resampled.method, resampled.place.steps)):
            if piece.source is not None:
                rows, cols = shifted(piece.window, Window(-window.col_off, -window.row_off, 1, 1)).toslices()
                self._read_piece(each, resampled, piece, piece.source, values[:, rows, cols], valid[:, rows, cols])
        return Pixels(values, valid.any(axis=0), valid)

    def _read_piece(
        self, each: MergeInput, resampled: Resampled, piece: Piece, source: Window, values: Array, valid: Array
    ) -> None:
        """Fill in the values of a piece, and where they are valid."""
        stored = self._readers.read(each.bands, source)
        visible = self._readers.read_visible(each.bands, source)
        origin, alpha = (source.row_off, source.col_off), each.bands[0].alpha_band - 1
        for band, (pixels, shown) in enumerate(zip(stored, self._shown(each, stored, visible))):
            if resampled.method == "nearest" or band == alpha:
                values[band], valid[band] = (take_nearest(array, piece.positions, origin) for array in (pixels, shown))
                continue
            result, valid[band] = resample(
                np.where(shown, pixels, 0).astype(np.float64), shown, piece.positions, origin=origin,
                steps=resampled.place.steps, method=resampled.method, parallel=isinstance(resampled.place, Parallel),
            )  # fmt: skip
            values[band] = _into(result, valid[band], values.dtype)
            marker = stored_nodata(each.nodata[band], values.dtype)
            if marker is not None and self._pixel_rule == "any":  # a band without a value, as the input stores it
                np.copyto(values[band], marker, where=~valid[band])

    def _shown(self, each: MergeInput, stored: Sequence[Array], visible: Array | None) -> list[Array]:
        """Return for each band which of its stored pixels count."""
        shown = []
        for pixels, nodata in zip(stored, each.nodata):
            found = valid_pixels(pixels, nodata)
            found = np.ones(pixels.shape, bool) if found is None else found
            shown.append(found if visible is None else found & visible)
        if self._pixel_rule == "all":
            alpha = each.bands[0].alpha_band - 1
            complete = np.logical_and.reduce([found for band, found in enumerate(shown) if band != alpha])
            shown = [complete] * len(shown)
        return shown


def _into(result: Array, valid: Array, dtype: np.dtype[Any]) -> Array:
    """Return resampled values in the input's type: rounded, and cut where a cubic kernel reaches beyond the type."""
    kept = np.where(valid, result, 0)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        # The largest 64 bit integers are no floats.
        top = np.nextafter(float(limits.max), 0) if dtype.itemsize == 8 else limits.max
        kept = np.clip(np.rint(kept), limits.min, top)
    with np.errstate(over="ignore"):
        return kept.astype(dtype)
