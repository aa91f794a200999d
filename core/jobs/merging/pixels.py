"""Merge a window of a mosaic: read its inputs in order, combine them, and convert the result to the output type.

The result depends only on the pixels, not on how the mosaic is divided into windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...raster.casting import cast_values, out_of_range
from ...raster.nodata import Nodata, next_to_nodata, nodata_pixels, same_nodata, valid_pixels
from ...raster.windows import WindowIndex, offset_slices
from .accumulate import Accumulators, Layer, MergeRules, Result, all_valid, any_band, edge_distance, shares_mask
from .rules import Types, inexact_in_float64, loses_nan

Array = np.ndarray[Any, Any]


class PlacedInput(Protocol):
    """An input and its window in the mosaic."""

    @property
    def path(self) -> str:
        """Path of the file."""

    @property
    def window(self) -> Window:
        """Window of the mosaic that the input covers."""

    @property
    def core(self) -> Window:
        """The part of `window` that is merged: the tile's core if overlaps are trimmed, otherwise the full window."""

    @property
    def nodata(self) -> Sequence[Nodata]:
        """Nodata value of each band; None for a band without a nodata value."""

    @property
    def is_masked(self) -> bool:
        """True if a mask or an alpha band hides pixels."""

    @property
    def is_resampled(self) -> bool:
        """True if the pixels are resampled, so that a valid value can be equal to the nodata value."""


class Pixels(NamedTuple):
    """Pixels of an input (bands, rows, columns) and their masks.

    `visible`, bool (rows, columns), is False where a mask or alpha band hides a pixel; None if no pixel is hidden.
    `valid` is the valid mask of each band if the pixels are resampled; None if the pixels are as stored in the file.
    """

    values: Array
    visible: Array | None
    valid: Array | None = None


class PixelSource(Protocol):
    """Function that reads the pixels of an input."""

    def __call__(self, number: int, window: Window) -> Pixels:
        """Return the pixels of input `number` in a window of the mosaic; the window must be inside the input."""


class MergeCounts(NamedTuple):
    """Counts of pixels that the log warns about.

    `unmarked` is the number of pixels that are nodata in some bands but not hidden by the mask or alpha band. In these
    bands, they contain the stored input value if `keeps_stored` is true, otherwise 0. `mixed` is the number of pixels
    whose bands come from several inputs, for methods "first" and "last". `moved` is the number of resampled values that
    were equal to the nodata value and were set to the nearest other value.
    """

    unmarked: int = 0
    mixed: int = 0
    keeps_stored: bool = False
    moved: int = 0

    def plus(self, other: MergeCounts) -> MergeCounts:
        """Return the sums of these pixel counts and the corresponding counts in `other`."""
        return MergeCounts(
            self.unmarked + other.unmarked, self.mixed + other.mixed, self.keeps_stored or other.keeps_stored,
            self.moved + other.moved,
        )  # fmt: skip

    def warnings(self) -> list[str]:
        """Return log warnings about the counted pixels."""
        lines = []
        if self.unmarked:
            held = "the stored input value" if self.keeps_stored else "0"
            lines.append(
                f"Pixels that are nodata in only some bands: {self.unmarked}. The mask applies to all bands, so these "
                f"pixels contain {held} in the bands without data. To mark nodata in individual bands, set "
                "OUTPUT_NODATA to a value that no valid pixel has. To leave such pixels out, set PIXEL_RULE to 'all'."
            )
        if self.mixed:
            lines.append(
                f"Pixels that combine bands of several rasters: {self.mixed}. In at least one raster, these pixels are "
                "nodata in only some bands. To take all bands of a pixel from one raster, set PIXEL_RULE to 'any'. To "
                "leave such pixels out, set PIXEL_RULE to 'all'."
            )
        if self.moved:
            lines.append(
                f"Resampled values that are equal to the nodata value: {self.moved}. They were set to the nearest "
                "other value."
            )
        return lines


class MergeTotals:
    """Sums of the pixel counts for all windows merged so far."""

    def __init__(self) -> None:
        self.total = MergeCounts()

    def add(self, counts: MergeCounts) -> None:
        """Add the pixel counts for a window."""
        self.total = self.total.plus(counts)


class Merged(NamedTuple):
    """Merged pixels (bands, rows, columns) in the output type. Their mask `shown` is None if the output has no mask."""

    stored: Array
    shown: Array | None
    counts: MergeCounts = MergeCounts()


class WindowMerger:
    """Merges windows of one mosaic; `merge` is thread-safe.

    Parameters
    ----------
    rules
        Rules of the merge.
    inputs
        Inputs in merge order.
    read
        Function that reads the pixels of an input.
    """

    def __init__(self, rules: MergeRules, inputs: Sequence[PlacedInput], read: PixelSource) -> None:
        self._rules, self._inputs, self._read = rules, inputs, read
        self._index = WindowIndex([each.core for each in inputs])
        self._colour = [band for band in range(rules.bands) if band != rules.alpha]
        self._resamples = any(each.is_resampled for each in inputs)

    def merge(self, window: Window, stop: Stop | None = None) -> Merged:
        """Return the merged pixels of a window of the mosaic. `stop` is checked before each input is read.

        Raises
        ------
        InputError
            The output type cannot hold a value, or a valid value equals the nodata value that the user set. The message
            names the file and the pixel.
        """
        rules = self._rules
        numbers = self._index.touching(window)
        with np.errstate(all="ignore"):
            if self._covers_alone(numbers, window):
                return self._stored(numbers[0], window) or self._from_one(numbers[0], window)
            accumulators = Accumulators(rules, self._colour, (window.height, window.width))
            for number in reversed(numbers) if rules.entry.from_last else numbers:
                if stop is not None:
                    stop.check()
                accumulators.add(self._layer(number, window))
                if accumulators.full:
                    break
            return self._from_accumulators(accumulators, window)

    def _covers_alone(self, numbers: list[int], window: Window) -> bool:
        """Return True if one input covers the whole window and no other input overlaps the window."""
        return len(numbers) == 1 and window.intersection(self._inputs[numbers[0]].core) == window

    def _stored(self, number: int, window: Window) -> Merged | None:
        """Return the pixels of the only input in the window; None if they cannot be stored unchanged."""
        rules, each = self._rules, self._inputs[number]
        if not rules.entry.selects or rules.types.working != rules.types.stored or rules.types.narrows:
            return None
        drops = rules.pixel_rule == "all" and set(each.nodata) != {None}
        kept = not drops and rules.marking.marks_all(each.nodata, has_mask=each.is_masked)
        simple = kept and not each.is_masked and not rules.given_nodata
        finite = np.dtype(rules.types.stored).kind in "iu" or rules.keeps_hidden
        if not (simple and finite):
            return None
        stored = self._read(number, window).values.astype(rules.types.stored, copy=False)
        return Merged(stored, np.ones(stored.shape[1:], bool) if rules.marking.mask else None)

    def _from_one(self, number: int, window: Window) -> Merged:
        """Return the merged pixels of a window that only one input covers.

        For most methods, the merged pixels are the input's values. Accumulators are needed for counts, for hidden
        pixels that keep their values, for alpha bands, and for PIXEL_RULE 'any'. They are also needed if an
        input may have values that the working or stored data type cannot hold, so that the errors do not depend on
        how the mosaic is divided into windows.
        """
        rules = self._rules
        stored_apart = rules.keeps_hidden or rules.alpha >= 0 or rules.pixel_rule == "any"
        if rules.method == "count" or stored_apart or rules.types.narrows:
            accumulators = Accumulators(rules, self._colour, (window.height, window.width))
            accumulators.add(self._layer(number, window))
            return self._from_accumulators(accumulators, window)
        each, pixels = self._inputs[number], self._read(number, window)
        values = pixels.values
        valid = self._valid(each, values, pixels.visible) if pixels.valid is None else pixels.valid
        types = Types(values.dtype.name, rules.types.stored, rules.types.rounds and values.dtype.kind == "f")
        shown = self._shown(each, values, valid, pixels.visible)
        return self._finish([Result(self._colour, (values, valid), types, rules.fill)], shown, window)

    def _layer(self, number: int, window: Window) -> Layer:
        """Return the part of an input inside a window."""
        each, halo = self._inputs[number], self._rules.feather if self._rules.entry.weighs else 0
        part = window.intersection(each.core)
        around = _grown(part, halo).intersection(each.window)
        pixels = self._read(number, around)
        values, visible = pixels.values, pixels.visible
        valid = self._valid(each, values, visible) if pixels.valid is None else pixels.valid[self._colour]
        shown = self._shown(each, values, valid, visible)
        rows, cols = offset_slices(part, around)
        weight = _weights(valid, around, each.window, halo)[:, rows, cols] if halo else None
        values, valid = values[:, rows, cols], valid[:, rows, cols]
        if self._rules.types.narrows and (self._rules.types.working == "float64" or self._rules.entry.stacks):
            self._check_floats(each, values, valid, part)
        return Layer(values, valid, shown[rows, cols], weight, *offset_slices(part, window))

    def _valid(self, each: PlacedInput, values: Array, visible: Array | None) -> Array:
        """Return the valid mask of the bands other than alpha, in the form described at `accumulate.Add`."""
        shape = (len(self._colour), *values.shape[1:])
        valid = self._not_nodata(each, values)
        if valid is None:
            return np.broadcast_to(True if visible is None else visible, shape)
        if self._rules.pixel_rule == "all":
            valid = valid.all(axis=0, keepdims=True)
        return np.broadcast_to(valid if visible is None else valid & visible, shape)

    def _not_nodata(self, each: PlacedInput, values: Array) -> Array | None:
        """Return a mask of the bands other than alpha, False for nodata; None if no band can contain nodata."""
        if len(self._colour) == len(values) and all(same_nodata(value, each.nodata[0]) for value in each.nodata):
            return valid_pixels(values, each.nodata[0])
        found = [valid_pixels(values[band], each.nodata[band]) for band in self._colour]
        if all(shown is None for shown in found):
            return None
        shape = values.shape[1:]
        valid: Array = np.stack([np.broadcast_to(True if shown is None else shown, shape) for shown in found])
        return valid

    def _shown(self, each: PlacedInput, values: Array, valid: Array, visible: Array | None) -> Array:
        """Return a mask (rows, columns), True for the pixels of an input that the mask of the output marks as valid.

        The input's own mask is returned if the method selects input values, the pixel rule is not "all", the output's
        data type can hold the invalid values of the input, and either the output has a nodata value or the input has
        none. Otherwise, a pixel is True if any of its bands is valid.
        """
        rules = self._rules
        kept = rules.marking.nodata is not None or all(value is None for value in each.nodata)
        if kept and rules.entry.selects and rules.pixel_rule != "all" and not loses_nan(values.dtype, rules.types):
            return np.broadcast_to(True, valid.shape[1:]) if visible is None else visible
        return any_band(valid)

    def _from_accumulators(self, accumulators: Accumulators, window: Window) -> Merged:
        """Return the merged pixels of the accumulators and the pixel counts for the log."""
        merged = self._finish(accumulators.results(), accumulators.shown, window)
        counted = MergeCounts(accumulators.unmarked, accumulators.mixed, self._rules.pixel_rule == "any")
        return merged._replace(counts=merged.counts.plus(counted))

    def _finish(self, results: Sequence[Result], shown: Array, window: Window) -> Merged:
        """Convert results to the stored type and mark missing pixels."""
        rules = self._rules
        parts, unmarked, moved = [], 0, 0
        for bands, (values, valid), types, fill in results:
            part = cast_values(values, types.stored, types.rounds)
            wrong = out_of_range(values, part, types.rounds, types.exact)
            if wrong is not None:
                self._check_fits(bands, values, wrong & valid, window)
            if rules.given_nodata and bands != [rules.alpha]:
                self._check_nodata(bands, values, nodata_pixels(part, rules.fill) & valid, window)
            elif self._resamples and rules.marking.nodata is not None and bands != [rules.alpha]:
                equal = nodata_pixels(part, rules.fill) & valid
                if equal.any():
                    part = np.where(equal, next_to_nodata(rules.fill), part)
                    moved += int(np.count_nonzero(equal))
            if not (rules.keeps_hidden or all_valid(valid)):
                part = np.where(valid, part, fill)
            parts.append(part)
            if rules.needs_mark and bands != [rules.alpha]:
                unmarked = int(np.count_nonzero(shown & ~valid.all(axis=0)))
        stored = parts[0]
        if len(parts) > 1:
            order = np.argsort([band for result in results for band in result.bands])
            stored = np.concatenate(parts)[order]
        return Merged(stored, shown if rules.marking.mask else None, MergeCounts(unmarked, moved=moved))

    def _check_floats(self, each: PlacedInput, values: Array, valid: Array, part: Window) -> None:
        """Raise InputError if float64 cannot represent a valid 64-bit integer of the input exactly."""
        colours = values[self._colour]
        wrong = inexact_in_float64(colours)
        if wrong is not None and (wrong & valid).any():
            band, row, col = _first(wrong & valid)
            row, col = row + part.row_off - each.window.row_off, col + part.col_off - each.window.col_off
            raise InputError(
                f"{each.path}, row {row}, column {col}: METHOD {self._rules.method!r} converts the inputs to "
                f"float64, which cannot represent the value {colours[wrong & valid][0]} of band "
                f"{self._colour[band] + 1} exactly. Choose another METHOD, or convert all inputs to the same data "
                "type.",
                parameter="method",
            )

    def _check_fits(self, bands: list[int], values: Array, wrong: Array, window: Window) -> None:
        """Raise InputError if the stored type cannot hold a result."""
        if wrong.any():
            band, row, col = _first(wrong)
            if self._rules.types.exact and np.isnan(values[band, row, col]):
                raise InputError(
                    f"{self._at(bands[band], row, col, values[band, row, col], window)}: METHOD 'sum' adds 64-bit "
                    f"integers in float64, which cannot represent the sum of band {bands[band] + 1}, or an "
                    "intermediate sum, exactly. Choose another METHOD, or convert the inputs to Float64 if rounded "
                    "sums are acceptable.",
                    parameter="method",
                )
            raise InputError(
                f"{self._at(bands[band], row, col, values[band, row, col], window)}: the result "
                f"{values[band, row, col]} of METHOD {self._rules.method!r} is not a valid "
                f"{self._rules.types.stored} value. Choose a wider DATA_TYPE.",
                parameter="data_type",
            )

    def _check_nodata(self, bands: list[int], values: Array, same: Array, window: Window) -> None:
        """Raise InputError if a valid pixel has the nodata value that the user chose."""
        if same.any():
            band, row, col = _first(same)
            raise InputError(
                f"{self._at(bands[band], row, col, values[band, row, col], window)}: a valid pixel of band "
                f"{bands[band] + 1} has the value {self._rules.fill}, which is the value of OUTPUT_NODATA. "
                "Set OUTPUT_NODATA to a value that no valid pixel has.",
                parameter="output_nodata",
            )

    def _at(self, band: int, row: int, col: int, value: Any, window: Window) -> str:
        """Return text for an error: the path of the first input that has `value` at a pixel, and the pixel's position.

        If no input has `value` there, the first input that covers the pixel is used.
        """
        pixel = Window(window.col_off + col, window.row_off + row, 1, 1)
        covering = self._index.touching(pixel)
        having = [number for number in covering if self._read(number, pixel).values[band, 0, 0] == value]
        each = self._inputs[(having or covering)[0]]
        place = f"row {pixel.row_off - each.window.row_off}, column {pixel.col_off - each.window.col_off}"
        return f"{each.path}, {place} (row {pixel.row_off}, column {pixel.col_off} of the mosaic)"


def _first(where: Array) -> tuple[int, int, int]:
    """Return band, row and column of the first true element."""
    band, row, col = (int(place[0]) for place in np.nonzero(where))
    return band, row, col


def _grown(window: Window, by: int) -> Window:
    return Window(window.col_off - by, window.row_off - by, window.width + 2 * by, window.height + 2 * by)


def _weights(valid: Array, around: Window, full: Window, limit: int) -> Array:
    """Return the pixel weights in `around`: distance to the nearest invalid pixel or input edge, at most `limit`."""
    bands = valid[:1] if shares_mask(valid) else valid
    top, left = int(around.row_off == full.row_off), int(around.col_off == full.col_off)
    bottom = int(around.row_off + around.height == full.row_off + full.height)
    right = int(around.col_off + around.width == full.col_off + full.width)
    found = [edge_distance(np.pad(band, ((top, bottom), (left, right))), limit) for band in bands]
    return np.stack(found)[:, top : top + around.height, left : left + around.width]
