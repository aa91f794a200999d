"""The kernel of jobs that compute formulas. It evaluates the formulas for the pixels of a window."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..pixels.encoding import Encoding
from ..pixels.stack import Counts, Pixels, Stack
from ..pixels.storing import store_values
from ..pixels.terms import Term, exact_floats, scales_cancel
from ..writing.gdal_file import BandDescription
from .evaluate import Array, Values, evaluate
from .tree import Band, Node, children, normalized_difference_of
from .tree import bands as bands_of

ADVICE = "If the value marks missing pixels, set NODATA to it. Otherwise, convert the band to Float64."
"""Advice in the error for 64-bit integers that float64 cannot represent exactly."""


@dataclass(frozen=True)
class FormulaKernel:
    """Computes one output band per formula in float64, and rounds each result once.

    `trees` are the formulas, and `bands` the descriptions of their output bands. `inputs` are the bands that the
    formulas use, in the order of the job's sources. `names` are the names of these bands in error messages.
    """

    trees: tuple[Node, ...]
    bands: tuple[BandDescription, ...]
    inputs: tuple[Band, ...]
    names: tuple[str, ...]
    terms: tuple[Term, ...]
    encoding: Encoding

    @property
    def halo(self) -> int:
        """Overlap in pixels: 0 because each result depends on only one pixel."""
        return 0

    @property
    def temporaries(self) -> int:
        """Bytes per pixel: raw inputs, scaled inputs, and the intermediate values of the most complex formula."""
        return 16 * len(self.inputs) + 10 * max(map(_width, self.trees))

    def results(self, stack: Stack) -> Iterator[tuple[Array, Array]]:
        """Yield the float64 values and the validity mask of each formula.

        Raises
        ------
        InputError
            A valid 64-bit integer is beyond 2^53, so float64 cannot represent it exactly.
        """
        raw: dict[Band, Values] = {}
        scaled: dict[Band, Values] = {}
        for band, term, name, stored, valid in zip(self.inputs, self.terms, self.names, stack.values, stack.valid):
            values = exact_floats(stored, valid, name, "sources", ADVICE)
            # If all pixels are valid, a single True stands for the mask, so that no masks have to be combined.
            raw[band] = scaled[band] = Values(values, True if valid.all() else valid)
            if term.is_scaled:
                with np.errstate(all="ignore"):
                    scaled[band] = raw[band]._replace(values=term.scaled(values))
        shape = stack.values[0].shape
        for tree, cancel in zip(self.trees, self._scales_cancel):
            values, valid, _ = evaluate(tree, raw if cancel else scaled)
            # A formula can be valid where no band is: `coalesce`, `isnodata`, `count`, or a constant.
            yield _spread(values, shape), stack.unmasked(_spread(valid, shape))

    def __call__(self, stack: Stack) -> Pixels:
        """Return the results of all formulas in the form in which the output stores them.

        Raises
        ------
        InputError
            A valid 64-bit integer is beyond 2^53, so float64 cannot represent it exactly.
        """
        made, counts = [], Counts()
        for values, valid in self.results(stack):
            made.append(store_values(values, valid, self.encoding))
            counts.add(made[-1].counts)
        if len(made) == 1:  # np.stack would copy the band
            return Pixels(made[0].stored[np.newaxis], made[0].valid[np.newaxis], counts.numbers)
        return Pixels(np.stack([each.stored for each in made]), np.stack([each.valid for each in made]), counts.numbers)

    @functools.cached_property
    def _scales_cancel(self) -> tuple[bool, ...]:
        """For each formula, True if it is a normalized difference whose scales cancel out.

        Such a formula is computed from stored values, so the result is bit-identical to that of Parallel normalized
        difference.
        """
        return tuple(
            pair is not None and scales_cancel(*(self.terms[self.inputs.index(band)] for band in pair))
            for pair in map(normalized_difference_of, self.trees)
        )


def _spread(found: Any, shape: tuple[int, ...]) -> Array:
    """Return `found` if it has the shape `shape`; if it is a single value, return an array filled with this value."""
    return found if np.shape(found) == shape else np.full(shape, found)


def _width(node: Node) -> int:
    """Return the maximum number of intermediate arrays that exist at once while a formula is evaluated."""
    below = [_width(child) for child in children(node)]
    return 1 + max((number + width for number, width in enumerate(below)), default=0)


def used_bands(trees: Iterable[Node]) -> tuple[Band, ...]:
    """Return the bands that formulas use, ordered by input and band number."""
    used = {band for tree in trees for band in bands_of(tree)}
    return tuple(sorted(used, key=lambda band: (band.raster, band.band)))
