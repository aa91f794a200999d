"""Classes for pixelwise jobs: the bands to read, the kernel, and the pixels that a kernel receives and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ..progress import Stop
from ..reading.readers import InputBand
from ..regrid.resampled import Resampled
from ..writing.gdal_file import BandDescription
from .terms import Term

Array = npt.NDArray[Any]

VISIBLE = "visible"
"""Key in `Pixels.counts`: number of output pixels that the mask does not hide. Only jobs with a mask count them."""


@dataclass(frozen=True)
class Source:
    """A band to read, its data type and scaling after any resampling, and how to resample the band if needed."""

    band: InputBand
    term: Term
    resampled: Resampled | None = None


class Outside(NamedTuple):
    """Number of rows or columns of a stack that are outside the raster, on each side."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


class Stack(NamedTuple):
    """Input pixels of all sources for one group of output pixels, including the halo around these pixels.

    `values` contains one array of stored values (rows + 2 * halo, columns + 2 * halo) per source, in the data type of
    the source. `valid` contains boolean arrays of the same shape, true for valid pixels. Pixels outside the raster are
    not valid; `outside` counts their rows and columns on each side. All arrays are read-only. `window` is the window of
    the output pixels on the grid of the job. If the kernel has no halo, a stack may contain any pixels of a window,
    arranged as one row; `window` is then None. A kernel that takes more than a second must call `stop.check()` about
    once per second. `visible` is a boolean array of the output pixels, false where the mask of the job hides a pixel;
    None if the job has no mask. The inputs of a hidden pixel are not valid.
    """

    values: tuple[Array, ...]
    valid: tuple[npt.NDArray[np.bool_], ...]
    halo: int = 0
    outside: Outside = Outside()
    stop: Stop = Stop()
    window: Window | None = None
    visible: npt.NDArray[np.bool_] | None = None

    def unmasked(self, valid: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Return the validity mask `valid` (..., rows, columns), set to False where the job's mask hides a pixel."""
        return valid if self.visible is None else valid & self.visible


class Pixels(NamedTuple):
    """Output of a kernel: stored values and a validity mask, both (bands, rows, columns).

    `counts` maps the keys of `Counted` to pixel counts.
    """

    stored: Array
    valid: npt.NDArray[np.bool_]
    counts: Mapping[str, int] = {}


class Kernel(Protocol):
    """Computes the pixels of the output. A kernel must be a frozen dataclass, so that it can be sent to a worker.

    The result for a pixel must depend only on the pixels within the halo around it. A kernel that can return valid
    results where no input is valid must apply `Stack.unmasked` to the validity mask of its results.
    """

    @property
    def halo(self) -> int:
        """Number of neighbouring input pixels, on each side, that are needed to compute an output pixel."""

    @property
    def bands(self) -> tuple[BandDescription, ...]:
        """Descriptions of the output bands; scale and offset are taken from the job's encoding."""

    @property
    def temporaries(self) -> int:
        """Bytes of temporary arrays per pixel, in addition to inputs and result."""

    def __call__(self, stack: Stack) -> Pixels:
        """Return the output pixels for a stack, without its halo."""


@dataclass
class Counts:
    """Pixel counts, summed by key."""

    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the pixel counts of one result, key by key."""
        for name, number in counts.items():
            self.numbers[name] = self.numbers.get(name, 0) + number
