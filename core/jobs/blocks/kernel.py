"""The kernel of `map_blocks`: calls a user's function with blocks, and encodes the returned bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from affine import Affine
from rasterio.windows import Window

from ...engine.parts import window_tuple
from ...pixels.edges import extended
from ...pixels.encoding import Encoding
from ...pixels.stack import Array, Pixels, Stack
from ...pixels.storing import store_values
from ...pixels.terms import Term, exact_floats
from ...writing.gdal_file import BandDescription
from .block import Block, Function, call_function, returned_pixels

ADVICE = "Set raw=True to pass stored values to the function, or convert the band to another data type."
"""Advice in the error for 64-bit integers that float64 cannot represent exactly."""


@dataclass(frozen=True)
class FunctionKernel:
    """Calls a user's function with a block, and encodes the `count` bands that the function returns.

    `edge` is a key of `choices.FOCAL_EDGES`. If `raw` is True, the function receives stored values instead of physical
    ones. `names` are the files and bands of the sources, for error messages. `transform` is the transform of the
    job's grid.
    """

    function: Function
    halo: int
    edge: str
    count: int
    raw: bool
    terms: tuple[Term, ...]
    names: tuple[str, ...]
    transform: Affine
    encoding: Encoding

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """Descriptions of the output bands, all of them empty."""
        return (BandDescription(),) * self.count

    @property
    def temporaries(self) -> int:
        """Bytes of memory per pixel: the arrays of the block, two copies of them for the function, and the result."""
        return 3 * 9 * len(self.terms) + 2 * 9 * self.count

    def __call__(self, stack: Stack) -> Pixels:
        """Call the function with the input pixels in `stack`, and return its bands, encoded for the output.

        Raises
        ------
        OptionError
            The function raised an exception, or did not return bands of the expected shape and type.
        """
        block = self.block(stack)
        returned, valid = returned_pixels(call_function(self.function, block), block, self.count)
        stored = [store_values(values, shown, self.encoding) for values, shown in zip(returned, stack.unmasked(valid))]
        counts = {key: sum(each.counts.get(key, 0) for each in stored) for key in stored[0].counts}
        return Pixels(np.stack([each.stored for each in stored]), np.stack([each.valid for each in stored]), counts)

    def block(self, stack: Stack) -> Block:
        """Return the input pixels in `stack` as the `Block` that the function receives.

        Raises
        ------
        InputError
            A valid 64-bit integer exceeds 2^53, the limit up to which float64 represents integers exactly.
        """
        window = stack.window
        if window is None:
            raise ValueError("the stack has no window")
        values = np.stack([self._values(number, stack) for number in range(len(self.terms))])
        valid = np.stack([extended(valid, stack.outside, self.edge) for valid in stack.valid])
        if not self.raw:
            values[~valid] = np.nan
        transform = self.transform * Affine.translation(window.col_off, window.row_off)
        return Block(values, valid, Window(*window_tuple(window)), transform, self.halo)

    def _values(self, number: int, stack: Stack) -> Array:
        stored = extended(stack.values[number], stack.outside, self.edge)
        if self.raw:
            return stored
        valid = extended(stack.valid[number], stack.outside, self.edge)
        with np.errstate(all="ignore"):
            return self.terms[number].scaled(exact_floats(stored, valid, self.names[number], "sources", ADVICE))
