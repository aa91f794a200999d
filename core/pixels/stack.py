"""What pixelwise jobs are made of: sources that are read together, and a kernel that makes pixels of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ..reading.readers import InputBand
from ..regrid.resampled import Resampled
from ..writing.gdal_file import BandDescription
from .terms import Term

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Source:
    """A band that a job reads: the rules for its pixels on the job's grid, and how it comes onto that, if it must."""

    band: InputBand
    term: Term
    resampled: Resampled | None = None


class Stack(NamedTuple):
    """Pixels of all sources around the same output pixels.

    `values` are stored values, an array (rows + 2 * halo, columns + 2 * halo) for each source in its own type; `valid`,
    bool of the same shape, tells for each which of them count. Pixels outside the raster do not. All are read-only. A
    kernel without a halo may be given any part of a window, as one row.
    """

    values: tuple[Array, ...]
    valid: tuple[npt.NDArray[np.bool_], ...]
    halo: int = 0


class Pixels(NamedTuple):
    """What a kernel makes of a stack, both (bands, rows, columns): stored values, and where they are valid.

    `counts` are numbers of pixels by what is to be known of them.
    """

    stored: Array
    valid: npt.NDArray[np.bool_]
    counts: Mapping[str, int] = {}


class Kernel(Protocol):
    """Makes the pixels of the output: a frozen dataclass that can be sent to a worker.

    The result for a pixel depends on the pixels within the halo around it alone.
    """

    @property
    def halo(self) -> int:
        """How many pixels around an output pixel are seen."""

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """What the output's bands say of themselves; their scale and offset are those of the job's encoding."""

    @property
    def temporaries(self) -> int:
        """Bytes per pixel besides the inputs and the result."""

    def __call__(self, stack: Stack) -> Pixels:
        """Return the pixels of the stack without its halo."""


@dataclass
class Counts:
    """Sums of the counts of all pieces."""

    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of a piece."""
        for name, number in counts.items():
            self.numbers[name] = self.numbers.get(name, 0) + number
