"""A strip of pixels that a focal filter computes in one step, with the pixels around it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ...pixels.stack import Array
from ...pixels.terms import Term
from ...progress import Stop
from ...raster.dtypes import is_small_integer
from .neighbours import Combine, Neighbourhood


class Strip:
    """Rows of a band, extended by the radius of the neighbourhood on each side.

    Parameters
    ----------
    values, valid
        Stored values and valid pixels, (rows, columns), including the pixels around the strip.
    term
        Data type and scaling of the band.
    neighbours
        The neighbourhood of a pixel.
    stop
        Flag that stops the run; checked at least once per second.
    """

    def __init__(self, values: Array, valid: Array, term: Term, neighbours: Neighbourhood, stop: Stop) -> None:
        self.values, self.valid, self.term, self.neighbours, self.stop = values, valid, term, neighbours, stop
        self.complete = bool(valid.all())
        self.width = values.shape[1]
        self.shape = values.shape[0] - 2 * neighbours.radius, self.width - 2 * neighbours.radius

    @property
    def centre(self) -> Array:
        """Boolean array of the strip without the pixels around it, true for valid pixels."""
        radius = self.neighbours.radius
        return self.valid[radius : radius + self.shape[0], radius : radius + self.shape[1]]

    @property
    def size(self) -> int:
        """Length of a flat array from `Neighbourhood.combined`: rows of the strip times columns of `values`."""
        return self.shape[0] * self.width

    @property
    def count_dtype(self) -> npt.DTypeLike:
        """Smallest data type that can hold the number of pixels in the neighbourhood."""
        return np.min_scalar_type(self.neighbours.cells)

    @cached_property
    def flat_count(self) -> Any:
        """Number of valid neighbours of each pixel in flat order; a single number if all pixels are valid."""
        if self.complete:
            return self.neighbours.cells
        return self.neighbours.combined(np.add, self.flat(self.valid, self.count_dtype), self.width)

    @property
    def count(self) -> Any:
        """Number of valid neighbours of each pixel, (rows, columns); a single number if all pixels are valid."""
        return self.flat_count if self.complete else self.shaped(self.flat_count)

    @property
    def has_all(self) -> Array:
        """Boolean array, true where all neighbours are valid."""
        return np.broadcast_to(self.count == self.neighbours.cells, self.shape)

    def flat(self, array: Array, dtype: npt.DTypeLike = None) -> Array:
        """Return `array`, which has the shape of `values`, as a flat array padded with a few zeros at the end.

        Without the padding, `Neighbourhood.combined` would return fewer than `size` values.
        """
        flat = np.empty(array.size + 2 * self.neighbours.radius, dtype or array.dtype)
        self.rows_of(flat)[...] = array
        flat[array.size :] = 0
        return flat

    def filled(self, value: float, dtype: npt.DTypeLike = None) -> Array:
        """Return the stored values as a flat array, with `value` in place of invalid pixels."""
        flat = self.flat(self.values, dtype)
        self._fill(flat, value)
        return flat

    @property
    def physical(self) -> Array:
        """Flat array of values with scale and offset applied, 0 where invalid; int32 for unscaled small integers."""
        if is_small_integer(self.term.dtype) and not self.term.is_scaled:
            return self.filled(0, np.int32)
        flat = self.term.scaled(self.filled(0, np.float64))
        self._fill(flat, 0)
        return flat

    def _fill(self, flat: Array, value: float) -> None:
        """Set the invalid pixels of a flat array to `value`."""
        if not self.complete:
            np.copyto(self.rows_of(flat), flat.dtype.type(value), where=~self.valid)

    def rows_of(self, flat: Array) -> Array:
        """Return the pixels of a flat array as an array with the shape of `values`."""
        return flat[: self.values.size].reshape(self.values.shape)

    def shaped(self, flat: Array) -> Array:
        """Return combined values in flat order as an array (rows, columns), without the pixels around the strip."""
        rows, cols = self.shape
        return flat[: rows * self.width].reshape(rows, self.width)[:, :cols]

    def combined(self, combine: Combine, flat: Array) -> Array:
        """Return the combined values of the neighbours of each pixel, (rows, columns)."""
        return self.shaped(self.neighbours.combined(combine, flat, self.width))
