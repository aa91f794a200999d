"""Values beyond the edge of a raster, for kernels with a halo."""

from __future__ import annotations

from typing import Any

import numpy as np

from .stack import Array, Outside

PADDING: dict[str, Any] = {"reflect": "symmetric", "nearest": "edge"}
"""Modes of `numpy.pad` for the keys of `choices.FOCAL_EDGES`, except for "nodata"."""


def extended(array: Array, outside: Outside, edge: str) -> Array:
    """Return an array whose pixels outside the raster are replaced by copies of pixels inside.

    Parameters
    ----------
    array
        Pixel values of a band, or the mask of its valid pixels, (rows, columns).
    outside
        Number of rows or columns of the array outside the raster, on each side.
    edge
        A key of `choices.FOCAL_EDGES`; with "nodata" the array is returned unchanged.
    """
    if edge == "nodata" or not any(outside):
        return array
    rows, cols = array.shape
    inside = array[outside.top : rows - outside.bottom, outside.left : cols - outside.right]
    return np.pad(inside, ((outside.top, outside.bottom), (outside.left, outside.right)), mode=PADDING[edge])
