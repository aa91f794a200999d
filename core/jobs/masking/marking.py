"""Decide how the output marks hidden pixels, and mark them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...errors import OptionError
from ...pixels.storing import check_output_nodata
from ...raster.dtypes import value_dtype
from ...raster.nodata import (
    Nodata,
    equal_pixels,
    format_nodata,
    nodata_pixels,
    same_nodata,
    stored_nodata,
    valid_pixels,
)
from ...reading.metadata import RasterMetadata, RasterSource

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Marking:
    """How the output marks hidden pixels.

    Hidden pixels are set to `nodata` in all bands except alpha, and to 0 in the alpha band with the index `alpha`.
    `nodata` and `alpha` may be None. `mask` is True if the output has an internal mask. If `is_new` is True, the input
    does not declare `nodata`, so a visible pixel may have this value. `replaced` is a nodata value of the input that is
    replaced by `nodata`. If `includes_own` is True, pixels that are already invalid in the input are also set to
    `nodata`.
    """

    nodata: Nodata = None
    alpha: int | None = None
    mask: bool = False
    is_new: bool = False
    replaced: Nodata = None
    includes_own: bool = False

    @property
    def changes_pixels(self) -> bool:
        """True if stored values can change; False if hidden pixels are marked only by an internal mask."""
        return self.nodata is not None or self.alpha is not None

    @property
    def changes_visible(self) -> bool:
        """True if pixels that the mask layer does not hide can also change."""
        return self.replaced is not None or self.includes_own

    def __str__(self) -> str:
        ways = [] if self.nodata is None else [f"nodata {format_nodata(self.nodata)}"]
        ways += ["alpha 0"] * (self.alpha is not None) + ["an internal mask"] * self.mask
        return " and ".join(ways)


class Taken(NamedTuple):
    """Position (band index, row, column) of a visible pixel that has the value used to mark hidden pixels."""

    band: int
    row: int
    col: int


def resolve_marking(mark: str, given: Nodata, source: RasterSource, metadata: RasterMetadata) -> Marking:
    """Return how the output marks hidden pixels.

    Parameters
    ----------
    mark
        A key of `choices.MARKS`.
    given
        Value of OUTPUT_NODATA, or None if it is not set.
    source
        The input.
    metadata
        The part of the input's metadata that the output keeps.

    Raises
    ------
    OptionError
        MARK cannot be used for the input, or OUTPUT_NODATA is missing or not a valid value.
    """
    dtype = value_dtype(metadata.bands[0].dtype)
    declared = metadata.bands[0].nodata
    if stored_nodata(declared, dtype) is None:
        declared = None  # no pixel of the input can have this value
    if mark == "mask":
        if declared is not None:
            raise OptionError(
                f"MARK is 'mask', but {source.path} declares nodata {format_nodata(declared)}, which programs ignore "
                "if a file has a mask. Set MARK to 'input' or 'nodata'.",
                parameter="mark",
            )
        return Marking(mask=True)
    alpha = metadata.alpha_index
    if mark == "input" and declared is None:
        is_alpha = metadata.mask == "alpha"
        return Marking(alpha=alpha if is_alpha else None, mask=not is_alpha)
    if given is None and declared is None:
        raise OptionError(
            f"MARK is 'nodata', but {source.path} declares no nodata value. Set OUTPUT_NODATA to a value that no valid "
            "pixel has.",
            parameter="output_nodata",
        )
    nodata = declared if given is None else check_output_nodata(given, dtype)
    is_new = not same_nodata(nodata, declared)
    return Marking(
        nodata, alpha, mark == "input" and metadata.mask == "mask", is_new, declared if is_new else None,
        mark == "nodata" and metadata.mask in ("mask", "alpha"),
    )  # fmt: skip


def mark_pixels(marking: Marking, pixels: Array, hidden: Mask) -> Mask | None:
    """Mark hidden pixels in place; return a boolean mask of the changed pixels, or None if no pixel has changed.

    Parameters
    ----------
    marking
        How hidden pixels are marked.
    pixels
        Stored pixels (bands, rows, columns).
    hidden
        True for pixels to mark (rows, columns).
    """
    changed = np.zeros(hidden.shape, bool)
    for number, band in enumerate(pixels):
        value = 0 if number == marking.alpha else marking.nodata
        marker = stored_nodata(value, band.dtype)
        if marker is None:
            continue
        different = hidden & ~equal_pixels(band, marker)
        if marking.replaced is not None and number != marking.alpha:
            different |= nodata_pixels(band, stored_nodata(marking.replaced, band.dtype))
        band[different] = marker
        changed |= different
    return changed if changed.any() else None


def find_taken(marking: Marking, pixels: Array, visible: Mask) -> Taken | None:
    """Return the first visible pixel whose value would mark it as hidden; None if there is none.

    `visible` (rows, columns) is False for pixels that the input or the mask layer hides.
    """
    if not marking.is_new:
        return None
    for number, band in enumerate(pixels):
        if number == marking.alpha:
            continue
        taken = visible & nodata_pixels(band, stored_nodata(marking.nodata, band.dtype))
        valid = valid_pixels(band, marking.replaced)
        if valid is not None:
            taken &= valid
        if taken.any():
            row, col = (int(place[0]) for place in np.nonzero(taken))
            return Taken(number, row, col)
    return None
