"""The kernel of the focal filter: reads the neighbours of each pixel, applies a filter, and encodes the results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...pixels.edges import extended
from ...pixels.encoding import Encoding
from ...pixels.stack import Array, Counts, Pixels, Stack
from ...pixels.storing import store_selected, store_values
from ...pixels.terms import Term, check_exact, exact_floats
from ...raster.dtypes import WIDE_INTEGERS, is_small_integer
from ...writing.gdal_file import BandDescription
from .neighbours import Neighbourhood
from .ranks import majority, maximum, median, minimum, spread
from .strip import Strip
from .sums import deviation, mean, total
from .weights import gaussian, laplace, sobel

STRIP_PIXELS = 64_000
"""Number of pixels computed at once, chosen so that temporary arrays fit in the CPU cache."""

STRIP_HALOS = 8
"""Minimum height of a strip, as a multiple of the radius of the neighbourhood. Two adjacent strips both process
the rows near their common edge, so strips with few rows waste time."""

SELECTIONS = ("median", "min", "max", "majority")
"""Methods that select one of the stored input values as the result."""

COMPLETE_ONLY = ("sobel", "laplace")
"""Methods whose result is valid only where all neighbours are valid."""


def neighbour_count(strip: Strip) -> Array:
    """Return the number of valid neighbours."""
    return np.broadcast_to(np.asarray(strip.count, np.uint16), strip.shape)


FILTERS: dict[str, Callable[[Strip], Array]] = {
    "mean": mean,
    "median": median,
    "min": minimum,
    "max": maximum,
    "range": spread,
    "sum": total,
    "std": deviation,
    "count": neighbour_count,
    "majority": majority,
    "sobel": sobel,
    "laplace": laplace,
}
"""Functions by method; each returns the results for a strip. `gaussian` is not listed because it also needs weights."""


@dataclass(frozen=True)
class FocalKernel:
    """Applies a focal filter, and returns one output band for each input band.

    `method`, `edge` and `rule` are keys of `FOCAL_METHODS`, `FOCAL_EDGES` and `NODATA_RULES`. `weights` are the weights
    of a Gaussian filter along one axis. `names` lists each input band with its file, for error messages. `all_valid` is
    True if no result can be invalid, so the output needs no nodata value.
    """

    method: str
    neighbours: Neighbourhood
    edge: str
    rule: str
    terms: tuple[Term, ...]
    encoding: Encoding
    descriptions: tuple[str, ...]
    names: tuple[str, ...]
    weights: tuple[float, ...] = ()
    all_valid: bool = False

    @property
    def halo(self) -> int:
        """Radius of the neighbourhood."""
        return self.neighbours.radius

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """Descriptions of the output bands."""
        return tuple(BandDescription(text) for text in self.descriptions)

    @property
    def temporaries(self) -> int:
        """Bytes of memory per pixel: temporary arrays, and a copy of one band, extended beyond the raster's edge."""
        small = all(is_small_integer(term.dtype) for term in self.terms)
        of_method = (20 if small else 125) * (self.method == "std") + 15 * self.neighbours.circle
        return max(np.dtype(term.dtype).itemsize for term in self.terms) + 33 + of_method

    def __call__(self, stack: Stack) -> Pixels:
        """Return the filtered bands.

        Raises
        ------
        InputError
            A valid 64-bit integer is beyond 2^53 and could lose precision when converted to a float.
        Cancelled
            The run was stopped.
        """
        rows, cols = (size - 2 * self.halo for size in stack.values[0].shape)
        stored = np.empty((len(stack.values), rows, cols), self.encoding.dtype)
        valid = np.empty(stored.shape, bool)
        counts = Counts()
        height = max(STRIP_PIXELS // cols, STRIP_HALOS * self.halo, 1)
        for number in range(len(stack.values)):
            values, shown = self._extended(number, stack)
            for start in range(0, rows, height):
                stack.stop.check()
                part = slice(start, min(start + height, rows))
                around = slice(part.start, part.stop + 2 * self.halo)
                strip = Strip(values[around], shown[around], self.terms[number], self.neighbours, stack.stop)
                found = self._filtered(strip)
                stored[number, part], valid[number, part] = found.stored, found.valid
                counts.add(found.counts)
        return Pixels(stored, valid, counts.numbers)

    def _extended(self, number: int, stack: Stack) -> tuple[Array, Array]:
        """Return the values and valid pixels of a source, with pixels outside the raster filled according to EDGE."""
        values, valid = stack.values[number], stack.valid[number]
        if self.method in SELECTIONS:
            self._check_selectable(values, valid, self.names[number])
        elif self.method != "count":
            values = exact_values(values, valid, self.names[number])
        return extended(values, stack.outside, self.edge), extended(valid, stack.outside, self.edge)

    def _check_selectable(self, values: Array, valid: Array, name: str) -> None:
        """Raise InputError if 64-bit integers would be stored as floats and a valid value is beyond 2^53."""
        if values.dtype.name in WIDE_INTEGERS and np.dtype(self.encoding.dtype).kind == "f":
            check_exact(values, valid, name, "data_type", "Set DATA_TYPE to 'auto' to keep 64-bit integers.")

    def _filtered(self, strip: Strip) -> Pixels:
        """Return the filtered pixels of a strip, as the output stores them."""
        with np.errstate(all="ignore"):
            if self.method == "gaussian":
                results = gaussian(strip, self.weights)
            else:
                results = FILTERS[self.method](strip)
        shown = self._shown(strip)
        if self.all_valid:
            return Pixels(results, shown)
        store = store_selected if self.method in (*SELECTIONS, "count") else store_values
        return store(results, shown, self.encoding)

    def _shown(self, strip: Strip) -> Array:
        """Return a boolean array, true where the result is valid."""
        if strip.complete or self.rule == "fill" and self.method == "count":
            return np.ones(strip.shape, bool)
        if self.rule == "strict":
            return strip.has_all
        return strip.centre if self.rule == "skip" else strip.count > 0


def exact_values(values: Array, valid: Array, name: str) -> Array:
    """Return the values; 64-bit integers are converted to float64, other values are unchanged.

    Raises
    ------
    InputError
        A valid 64-bit integer exceeds 2^53.
    """
    if values.dtype.name not in WIDE_INTEGERS:
        return values
    return exact_floats(values, valid, name, "src", "Convert the band to Float64 first.")
