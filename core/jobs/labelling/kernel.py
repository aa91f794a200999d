"""The kernel of Label objects: selects the pixels that belong to objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...expression.kernel import FormulaKernel
from ...pixels.stack import Pixels, Stack

LABEL_BYTES = 32
"""Bytes of memory per pixel for labelling: the mask, the labels (before and after objects outside the size limits are
removed) and the runs of pixels. This is enough even for noise, which has the most runs."""


@dataclass(frozen=True)
class ObjectKernel(FormulaKernel):
    """Returns True for pixels at which the formula has a valid result other than 0."""

    @property
    def temporaries(self) -> int:
        """Bytes of memory per pixel, including those for labels."""
        return super().temporaries + LABEL_BYTES

    def __call__(self, stack: Stack) -> Pixels:
        """Return a boolean array, true for pixels that belong to objects.

        Raises
        ------
        InputError
            A valid 64-bit integer is beyond 2^53, so float64 cannot represent it exactly.
        """
        ((values, valid),) = self.results(stack)
        found = (valid & (values != 0) & np.isfinite(values))[np.newaxis]
        return Pixels(found, found)
