"""The block that a user's function receives, and checks of the result that the function returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from affine import Affine
from rasterio.windows import Window

from ...errors import Cancelled, OptionError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Block:
    """The input pixels of a block and of the halo around it. The user's function may modify the arrays.

    Attributes
    ----------
    values : numpy.ndarray
        Values of all bands of all sources, in the order of the sources. The shape is (bands, rows + 2 * halo,
        columns + 2 * halo). By default, the values are float64, with scale and offset applied according to `scaling`,
        and NaN where `valid` is False. With `raw=True`, they are stored values in the smallest data type that can
        represent the values of all bands.
    valid : numpy.ndarray of bool
        Valid pixels, with the shape of `values`. Pixels outside the raster are not valid if `edge` is "nodata".
    window : rasterio.windows.Window
        Position of the block, without the halo, in the first source or in the overview that is read.
    transform : affine.Affine
        Transform from the columns and rows of the block, without the halo, to coordinates.
    halo : int
        Width of the halo on each side of the block, in pixels.
    """

    values: Array
    valid: npt.NDArray[np.bool_]
    window: Window
    transform: Affine
    halo: int

    def __str__(self) -> str:
        window = self.window
        return f"the block at row {window.row_off}, column {window.col_off} ({window.width} x {window.height} pixels)"


Function = Callable[[Block], Any]


def call_function(function: Function, block: Block) -> Any:
    """Call a user's function with a block, and return its result.

    Raises
    ------
    OptionError
        The function raised an exception; the message names the block.
    """
    try:
        return function(block)
    except (Cancelled, MemoryError):
        raise
    except Exception as error:
        text = " ".join(str(error).split()).rstrip(".")
        raise OptionError(
            f"The function raised {type(error).__name__} for {block}{': ' + text if text else ''}. Fix the function, "
            "or make it return NaN pixels for such blocks.",
            parameter="function",
        ) from error


def returned_pixels(result: Any, block: Block, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Return a function's result as float64 values and a boolean mask of valid pixels, both (bands, rows, columns).

    Parameters
    ----------
    result
        Bands, or a tuple of bands and a boolean array of valid pixels. Without the boolean array, all pixels are valid
        except NaN and, in masked arrays, masked elements.
    block
        The block that the function received.
    count
        Number of bands.

    Raises
    ------
    OptionError
        The result has the wrong shape or the wrong data type.
    """
    bands, shown = result if isinstance(result, tuple) and len(result) == 2 else (result, None)
    shape = (count, block.window.height, block.window.width)
    stored, mask = _as_array(bands, block)
    if stored.dtype.kind not in "biuf" or stored.shape not in ((shape, shape[1:]) if count == 1 else (shape,)):
        raise OptionError(
            f"The function returned {_described(stored)} for {block}, instead of a numeric array of shape {shape} "
            "(bands, rows, columns). Return the block without the halo, and set `count` to the number of bands.",
            parameter="function",
        )
    values = stored.reshape(shape).astype(np.float64)
    valid = ~np.isnan(values)
    if mask is not np.ma.nomask:
        valid &= ~mask.reshape(shape)
    if shown is None:
        return values, valid
    given, _ = _as_array(shown, block)
    if given.dtype != bool or given.shape not in (shape, shape[1:]):
        raise OptionError(
            f"The function returned {_described(given)} as the valid pixels of {block}, instead of a boolean array of "
            f"shape {shape} (bands, rows, columns) or {shape[1:]}.",
            parameter="function",
        )
    return values, valid & given


def _as_array(bands: Any, block: Block) -> tuple[Array, Any]:
    """Convert the bands that a function returned to an array; return it and its mask (`numpy.ma.nomask` if none)."""
    try:
        if isinstance(bands, (list, tuple)) and any(isinstance(each, np.ma.MaskedArray) for each in bands):
            bands = np.ma.stack(list(bands))
        mask = np.ma.getmask(bands)  # type: ignore[no-untyped-call]
        return np.asarray(bands if mask is np.ma.nomask else bands.data), mask
    except (TypeError, ValueError) as error:
        raise OptionError(
            f"The result of the function for {block} cannot be converted to an array: {error}. Return one array of "
            "shape (bands, rows, columns).",
            parameter="function",
        ) from error


def _described(array: Array) -> str:
    return f"an array of {array.dtype} with shape {array.shape}" if array.ndim else f"a single {array.dtype} value"
