"""Two example jobs, written as a new developer would write them. Each has a kernel class and a plan function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parallel_raster.core.engine.options import RunOptions
from parallel_raster.core.pixels.encoding import Encoding
from parallel_raster.core.pixels.job import PixelJob
from parallel_raster.core.pixels.plan import plan_pixels
from parallel_raster.core.pixels.raster_plan import Counted
from parallel_raster.core.pixels.stack import Pixels, Source
from parallel_raster.core.pixels.terms import Term
from parallel_raster.core.reading.readers import read_bands
from parallel_raster.core.writing.gdal_file import BandDescription


@dataclass(frozen=True)
class SquareRoot:
    """Kernel that computes the square root of band 1 and counts the negative pixels, which have no square root."""

    halo = 0
    bands = (BandDescription("sqrt(B1)"),)
    temporaries = 8

    def __call__(self, stack):
        (values,), (valid,) = stack.values, stack.valid
        real = valid & (values >= 0)
        stored = np.where(real, np.sqrt(np.where(real, values, 0)), -9999).astype("float32")
        return Pixels(stored[np.newaxis], real[np.newaxis], {"negative": int((valid & ~real).sum())})


def plan_square_root(src, dst, run=RunOptions(), resolve=None, creation_options=""):  # noqa: B008 - it is frozen
    """Return the plan of a run that computes the square root of band 1 of a raster."""
    (band,) = read_bands(src, [1])
    counted = (Counted("negative", "Negative pixels", "{} pixels are negative and have no square root."),)
    sources = (Source(band, Term(band.dtype, band.nodata)),)
    encoding = Encoding("float32", -9999.0)
    job = PixelJob("square-root", sources, None, SquareRoot(), encoding, "Square root", counted)
    return plan_pixels(job, dst, run, creation_options=creation_options, resolve=resolve)


@dataclass(frozen=True)
class Highest:
    """Kernel that computes the highest valid value and the valid pixel count in the 3 x 3 window around each pixel."""

    halo = 1
    bands = (BandDescription("highest of 3 x 3"), BandDescription("count"))
    temporaries = 56

    def __call__(self, stack):
        (values,), (valid,) = stack.values, stack.valid
        rows, cols = (size - 2 for size in values.shape)
        highest, count = np.full((rows, cols), -np.inf), np.zeros((rows, cols))
        for row, col in np.ndindex(3, 3):
            at = slice(row, row + rows), slice(col, col + cols)
            np.maximum(highest, np.where(valid[at], values[at], -np.inf), out=highest)
            count += valid[at]
        shown = np.stack([count > 0, np.ones(count.shape, bool)])
        return Pixels(np.where(shown, [highest, count], -9999).astype("float32"), shown)


def plan_highest(src, dst, run=RunOptions(), resolve=None, creation_options=""):  # noqa: B008 - it is frozen
    """Return the plan of a run that computes the 3 x 3 maximum of band 1 of a raster."""
    (band,) = read_bands(src, [1])
    sources = (Source(band, Term(band.dtype, band.nodata)),)
    job = PixelJob("highest", sources, None, Highest(), Encoding("float32", -9999.0), "Highest of 3 x 3")
    return plan_pixels(job, dst, run, creation_options=creation_options, resolve=resolve)
