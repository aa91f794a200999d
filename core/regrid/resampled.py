"""Bands of a file that lie on another grid than a job's: their pixels on the job's grid, read in pieces.

The pieces are of a bounded size whatever the file's resolution, and no pixel depends on the window that it is asked for
with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..progress import Stop
from ..raster.dtypes import array_dtype
from ..raster.grid import Grid
from ..raster.nodata import Nodata, both_valid, stored_nodata, valid_pixels
from ..raster.windows import offset_slices
from ..reading.readers import InputBand, Readers
from .kernels import reach, resample
from .placement import (
    OUTPUT_PIXELS,
    SOURCE_PIXELS,
    Parallel,
    Piece,
    Placement,
    Positions,
    pieces,
    resolve_parallel,
    take_nearest,
)
from .warp import resolve_warped

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Resampled:
    """Bands of one file, where the pixels of a job's grid lie in it, and by which method they come onto that grid.

    Parameters
    ----------
    bands, nodata
        The bands, and the value of each that hides a pixel.
    place
        How the pixels of the job's grid lie in the grid of the bands.
    method
        A word of `choices.RESAMPLING`, but for "refuse".
    as_stored
        Interpolated values are brought back into the type of the bands, and an alpha band is taken from the nearest
        pixel, as befits pixels that stand in for stored ones. Otherwise they are float64.
    """

    bands: tuple[InputBand, ...]
    nodata: tuple[Nodata, ...]
    place: Placement
    method: str
    as_stored: bool = False

    @property
    def interpolates(self) -> bool:
        """Whether values are computed, and not those of pixels."""
        return self.method != "nearest"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values on the job's grid."""
        if self.interpolates and not self.as_stored:
            return np.dtype("float64")
        return np.result_type(*(array_dtype(band.dtype) for band in self.bands))

    @property
    def scratch_bytes(self) -> int:
        """What a chunk under way costs for pieces of these bands, whatever their resolution."""
        rows, cols = (2 * far + 2 for far in self._reach)
        stored = sum(array_dtype(band.dtype).itemsize + 1 for band in self.bands)
        one_band = 3 * 8 + 2  # they are interpolated one after the other, in float64
        return max(SOURCE_PIXELS, int(rows * cols)) * (stored + one_band) + OUTPUT_PIXELS * 24 * 8

    @property
    def _reach(self) -> tuple[float, float]:
        return reach(self.method, self.place.steps)

    def read(
        self, readers: Readers, window: Window, stop: Stop | None = None, *, pixel_rule: str = "band"
    ) -> tuple[Array, Array]:
        """Return the values on the job's grid inside `window`, and where each band is valid.

        Parameters
        ----------
        readers
            The open files of the run.
        window
            In the job's grid.
        stop
            Is asked between pieces; None: this read cannot be stopped.
        pixel_rule
            Which stored pixels count, a word of `choices.PIXEL_RULES`. With "any" a band that is not valid has its
            nodata value, where it has one, as a stored pixel would.

        Returns
        -------
        values, valid
            Arrays (bands, rows, columns), `valid` of bool.

        Raises
        ------
        Cancelled
            The run was stopped.
        InputError
            A block is damaged; names file, band, row and column.
        """
        values = np.zeros((len(self.bands), window.height, window.width), self.dtype)
        valid = np.zeros(values.shape, bool)
        for piece in pieces(self.place, window, self._reach):
            if stop is not None:
                stop.check()
            if piece.source is not None:
                rows, cols = offset_slices(piece.window, window)
                self._read_piece(readers, piece, piece.source, pixel_rule, values[:, rows, cols], valid[:, rows, cols])
        return values, valid

    def _read_piece(
        self, readers: Readers, piece: Piece, source: Window, pixel_rule: str, values: Array, valid: Array
    ) -> None:
        """Fill in the values of a piece, and where they are valid."""
        stored = readers.read(self.bands, source)
        shown = self._shown(stored, readers.read_visible(self.bands, source), pixel_rule)
        origin = (source.row_off, source.col_off)
        for number, band in enumerate(self.bands):
            if not self.interpolates or self.as_stored and band.band == band.alpha_band:
                values[number] = take_nearest(stored[number], piece.positions, origin)
                valid[number] = take_nearest(shown[number], piece.positions, origin)
                continue
            result, valid[number] = self._interpolated(stored[number], shown[number], piece.positions, origin)
            values[number] = _in_type(result, valid[number], values.dtype) if self.as_stored else result
            marker = stored_nodata(self.nodata[number], values.dtype) if pixel_rule == "any" else None
            if marker is not None:
                np.copyto(values[number], marker, where=~valid[number])

    def _interpolated(
        self, stored: Array, shown: Array, positions: Positions, origin: tuple[int, int]
    ) -> tuple[Array, Array]:
        return resample(
            stored.astype(np.float64), shown, positions,
            origin=origin, steps=self.place.steps, method=self.method, parallel=isinstance(self.place, Parallel),
        )  # fmt: skip

    def _shown(self, stored: Sequence[Array], visible: Array | None, pixel_rule: str) -> list[Array]:
        """Return for each band which of its stored pixels count."""
        shown = []
        for pixels, nodata in zip(stored, self.nodata):
            found = both_valid(valid_pixels(pixels, nodata), visible)
            shown.append(np.ones(pixels.shape, bool) if found is None else found)
        if pixel_rule == "all":
            colours = [found for band, found in zip(self.bands, shown) if band.band != band.alpha_band]
            return [np.logical_and.reduce(colours)] * len(shown)
        return shown


def resolve_placement(grid: Grid, other: Grid, grid_name: str, other_name: str) -> Placement:
    """Return how the pixels of `grid` lie in `other`, whatever their CRSs and orientations.

    Raises
    ------
    InputError
        Only one of them has a CRS, or no pixel has a place in the other CRS; names both.
    """
    return resolve_parallel(grid, other) or resolve_warped(grid, other, grid_name, other_name)


def _in_type(result: Array, valid: Array, dtype: np.dtype[Any]) -> Array:
    """Return interpolated values in another type: rounded, and cut where a cubic kernel reaches beyond the type."""
    kept = np.where(valid, result, 0)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        # The largest 64 bit integers are no floats.
        top = np.nextafter(float(limits.max), 0) if dtype.itemsize == 8 else limits.max
        kept = np.clip(np.rint(kept), limits.min, top)
    with np.errstate(over="ignore"):
        return kept.astype(dtype)
