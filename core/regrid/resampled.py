"""Reads bands that are on a different grid and resamples them to the job's grid.

Bands are read in pieces of limited size, regardless of their resolution. Pixel values do not depend on the requested
window.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Bands of one file that are resampled to the grid of a job.

    Parameters
    ----------
    bands, nodata
        The bands, and the nodata value of each.
    place
        Positions of the job's pixels within the grid of the bands.
    method
        A key of `choices.RESAMPLING`, except "refuse".
    as_stored
        If True, interpolated values are converted to the data type of the bands, and an alpha band uses the nearest
        pixel, so that the results can replace stored pixels. If False, interpolated values are float64.
    """

    bands: tuple[InputBand, ...]
    nodata: tuple[Nodata, ...]
    place: Placement
    method: str
    as_stored: bool = False

    @property
    def interpolates(self) -> bool:
        """True if the method computes new values instead of taking the values of the nearest pixels."""
        return self.method != "nearest"

    @property
    def dtype(self) -> np.dtype[Any]:
        """Data type of the resampled values."""
        if self.interpolates and not self.as_stored:
            return np.dtype("float64")
        return np.result_type(*(array_dtype(band.dtype) for band in self.bands))

    @property
    def scratch_bytes(self) -> int:
        """Maximum temporary memory in bytes that a chunk needs to resample these bands, at any resolution."""
        rows, cols = (2 * far + 2 for far in self._reach)
        stored = sum(array_dtype(band.dtype).itemsize + 1 for band in self.bands)
        one_band = 3 * 8 + 2  # bands are interpolated one at a time in float64
        return max(SOURCE_PIXELS, int(rows * cols)) * (stored + one_band) + OUTPUT_PIXELS * 24 * 8

    @property
    def _reach(self) -> tuple[float, float]:
        return reach(self.method, self.place.steps)

    def read(
        self,
        readers: Readers,
        window: Window,
        stop: Stop | None = None,
        *,
        pixel_rule: str = "band",
        shows: Callable[[Window], Array] | None = None,
        unhidden: tuple[int, Array] | None = None,
    ) -> tuple[Array, Array]:
        """Return the resampled values inside `window`, and a boolean array that is True for valid pixels.

        Parameters
        ----------
        readers
            Open inputs of the run.
        window
            Window in the job's grid.
        stop
            Checked for cancellation before each part of the window is read; None if the read cannot be cancelled.
        pixel_rule
            Rule that decides which stored pixels are valid: a key of `choices.PIXEL_RULES`. With "any", invalid pixels
            of a band are set to its nodata value if it has one, as in a stored raster.
        shows
            Function that returns a boolean array for a window of the stored pixels. Pixels that are False in this
            array do not contribute to resampled values. None uses all pixels.
        unhidden
            Index of a band, and a boolean array (rows, columns) that becomes True where the band would be valid if
            `shows` did not hide any pixels.

        Returns
        -------
        values, valid
            Arrays (bands, rows, columns); `valid` is boolean.

        Raises
        ------
        Cancelled
            The run was cancelled.
        InputError
            A block is damaged. The error names the file, band, row and column.
        """
        values = np.zeros((len(self.bands), window.height, window.width), self.dtype)
        valid = np.zeros(values.shape, bool)
        for piece in pieces(self.place, window, self._reach):
            if stop is not None:
                stop.check()
            if piece.source is not None:
                rows, cols = offset_slices(piece.window, window)
                shown = None if shows is None else shows(piece.source)
                own = unhidden and (unhidden[0], unhidden[1][rows, cols])
                self._read_piece(
                    readers, piece, piece.source, shown, pixel_rule, values[:, rows, cols], valid[:, rows, cols], own
                )
        return values, valid

    def read_shown(self, window: Window, shows: Callable[[Window], Array], stop: Stop) -> Array:
        """Return a boolean array that is False where a pixel of `window` is invalid because stored pixels are hidden.

        `shows` returns False for the stored pixels to hide, as in `read`. Pixels outside the file are True.

        Raises
        ------
        Cancelled
            The run was cancelled.
        """
        found = np.ones((window.height, window.width), bool)
        for piece in pieces(self.place, window, self._reach):
            stop.check()
            if piece.source is None:
                continue
            shown = shows(piece.source)
            outside = ~self._reached(np.ones_like(shown), piece, piece.source)
            found[offset_slices(piece.window, window)] = outside | self._reached(shown, piece, piece.source)
        return found

    def covered(self, window: Window, stop: Stop) -> Array:
        """Return a boolean array that is False where a pixel of `window` is outside the file.

        Raises
        ------
        Cancelled
            The run was cancelled.
        """
        found = np.zeros((window.height, window.width), bool)
        for piece in pieces(self.place, window, self._reach):
            stop.check()
            if piece.source is None:
                continue
            everything = np.ones((piece.source.height, piece.source.width), bool)
            found[offset_slices(piece.window, window)] = self._reached(everything, piece, piece.source)
        return found

    def _reached(self, shown: Array, piece: Piece, source: Window) -> Array:
        """Return a boolean array, True where a pixel of a piece has a value if only pixels in `shown` are used."""
        origin = (source.row_off, source.col_off)
        if self.interpolates:
            return self._interpolated(shown, shown, piece.positions, origin)[1]
        return take_nearest(shown, piece.positions, origin)

    def _read_piece(
        self,
        readers: Readers,
        piece: Piece,
        source: Window,
        shown: Array | None,
        pixel_rule: str,
        values: Array,
        valid: Array,
        unhidden: tuple[int, Array] | None,
    ) -> None:
        """Read and resample part of a window into `values`, `valid` and `unhidden`; pixels not `shown` are hidden."""
        stored = readers.read(self.bands, source)
        visible = readers.read_visible_bands(self.bands, source)
        usable = self._valid_stored(stored, [both_valid(own, shown) for own in visible], pixel_rule)
        origin = (source.row_off, source.col_off)
        for number, band in enumerate(self.bands):
            if not self.interpolates or self.as_stored and band.band == band.alpha_band:
                values[number] = take_nearest(stored[number], piece.positions, origin)
                valid[number] = take_nearest(usable[number], piece.positions, origin)
                continue
            result, valid[number] = self._interpolated(stored[number], usable[number], piece.positions, origin)
            values[number] = _to_dtype(result, valid[number], values.dtype) if self.as_stored else result
            marker = stored_nodata(self.nodata[number], values.dtype) if pixel_rule == "any" else None
            if marker is not None:
                np.copyto(values[number], marker, where=~valid[number])
        if unhidden is not None:
            number, target = unhidden
            if shown is None or shown.all():
                target[...] = valid[number]
                return
            del usable  # keeps the memory within `scratch_bytes`
            everything = self._valid_stored(stored, visible, pixel_rule)[number]
            if self.method == "average":
                _, target[...] = self._interpolated(stored[number], everything, piece.positions, origin)
            else:
                target[...] = take_nearest(everything, piece.positions, origin)

    def _interpolated(
        self, stored: Array, shown: Array, positions: Positions, origin: tuple[int, int]
    ) -> tuple[Array, Array]:
        return resample(
            stored.astype(np.float64), shown, positions,
            origin=origin, steps=self.place.steps, method=self.method, parallel=isinstance(self.place, Parallel),
        )  # fmt: skip

    def _valid_stored(self, stored: Sequence[Array], visible: Sequence[Array | None], pixel_rule: str) -> list[Array]:
        """Return, for each band, a boolean array that is True where a stored pixel is valid and visible."""
        shown = []
        for pixels, nodata, own in zip(stored, self.nodata, visible):
            found = both_valid(valid_pixels(pixels, nodata), own)
            shown.append(np.ones(pixels.shape, bool) if found is None else found)
        if pixel_rule == "all":
            colours = [found for band, found in zip(self.bands, shown) if band.band != band.alpha_band]
            return [np.logical_and.reduce(colours)] * len(shown)
        return shown


def resolve_placement(grid: Grid, other: Grid, grid_name: str, other_name: str) -> Placement:
    """Return the positions of the pixels of `grid` within the grid `other`, for any CRS and orientation.

    Raises
    ------
    InputError
        Only one grid has a CRS, or no pixel can be transformed to the other CRS. The error names both rasters.
    """
    return resolve_parallel(grid, other) or resolve_warped(grid, other, grid_name, other_name)


def _to_dtype(result: Array, valid: Array, dtype: np.dtype[Any]) -> Array:
    """Convert interpolated values to a different data type; integers are rounded and limited to the type's range."""
    kept = np.where(valid, result, 0)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        # The largest 64-bit integers cannot be represented as floats.
        top = np.nextafter(float(limits.max), 0) if dtype.itemsize == 8 else limits.max
        kept = np.clip(np.rint(kept), limits.min, top)
    with np.errstate(over="ignore"):
        return kept.astype(dtype)
