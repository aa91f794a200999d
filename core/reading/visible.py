"""Masks of the visible and valid pixels of a raster, and the values that replace its hidden pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..raster.dtypes import value_dtype
from ..raster.nodata import Nodata, stored_nodata, valid_pixels
from .metadata import RasterMetadata
from .readers import InputBand, Readers

Array = np.ndarray[Any, Any]


def visible_pixels(
    readers: Readers, inputs: Sequence[InputBand], metadata: RasterMetadata, window: Window, pixels: Array
) -> Array | None:
    """Return a boolean mask, False for pixels that the raster's alpha band or mask hides; None if none are hidden.

    Parameters
    ----------
    readers
        Readers of the raster.
    inputs, metadata
        The bands, and their metadata in the same order.
    window
        Window of the raster.
    pixels
        Stored pixels of the bands in the window (bands, rows, columns).
    """
    if inputs[0].hidden_by == "alpha" and metadata.alpha_index is not None:
        shown: Array = pixels[metadata.alpha_index] != 0
        return shown
    return readers.read_visible(inputs[:1], window)


def any_valid(
    metadata: RasterMetadata,
    pixels: Array,
    visible: Array | None,
    rule: Callable[[Array, Nodata], Array | None] = valid_pixels,
) -> Array | None:
    """Return a mask, True for visible pixels that are valid in at least one non-alpha band; None means all True.

    `rule` is `valid_pixels` or `unhidden_pixels`, which differ for complex numbers.
    """
    found = None
    numbers = [number for number in range(len(pixels)) if number != metadata.alpha_index] or [0]
    for number in numbers:
        valid = rule(pixels[number], metadata.bands[number].nodata)
        if valid is None or valid.all():
            return visible
        found = valid if found is None else np.logical_or(found, valid, out=found)
    return found if visible is None or found is None else found & visible


def fill_values(metadata: RasterMetadata) -> list[Any]:
    """Return the value for hidden pixels of each band: 0 for alpha, else nodata or, if unset, NaN (floats) or 0."""
    values = []
    for number, band in enumerate(metadata.bands):
        dtype = value_dtype(band.dtype)
        nodata = stored_nodata(band.nodata, dtype)
        empty = dtype.type(np.nan if dtype.kind in "fc" else 0) if nodata is None else nodata
        values.append(dtype.type(0) if number == metadata.alpha_index else empty)
    return values
