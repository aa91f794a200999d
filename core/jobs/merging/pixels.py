"""One piece of a mosaic: the inputs that touch it read in their order, merged, and brought into the stored type.

What comes out depends on the pixels alone, never on how the mosaic is cut into pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from rasterio.windows import Window

from ...errors import InputError
from ...progress import Stop
from ...raster.nodata import Nodata, same_nodata, valid_pixels
from ...raster.windows import WindowIndex, offset_slices
from .accumulate import Accumulators, Layer, MergeRules, Result, all_valid, any_band, edge_distance, shares_mask
from .rules import Types, cast_values, inexact_in_float64, out_of_range

Array = np.ndarray[Any, Any]


class PlacedInput(Protocol):
    """An input in the pixels of the mosaic."""

    @property
    def path(self) -> str:
        """The file."""

    @property
    def window(self) -> Window:
        """Where its pixels lie."""

    @property
    def core(self) -> Window:
        """The part that it gives to the mosaic where only cores count, else all of `window`."""

    @property
    def nodata(self) -> Sequence[Nodata]:
        """The value of each band that hides a pixel; None where there is none."""

    @property
    def is_masked(self) -> bool:
        """Whether a mask or an alpha band hides pixels."""


class Pixels(NamedTuple):
    """Stored pixels (bands, rows, columns), and where no mask and no alpha hides one: (rows, columns), or None.

    `valid` says where each band is valid, for pixels that are not stored but computed; else None.
    """

    values: Array
    visible: Array | None
    valid: Array | None = None


class PixelSource(Protocol):
    """Reads the pixels of an input, by its number, inside a window of the mosaic that lies within the input."""

    def __call__(self, number: int, window: Window) -> Pixels:
        """Return the pixels."""


class MergeCounts(NamedTuple):
    """Numbers of pixels that people should know of.

    `unmarked` pixels show by the mask, or the alpha band, although a band of them is empty; with `whole` that band
    holds what the input stores, else 0. `mixed` pixels have bands of several inputs, by "first" and "last".
    """

    unmarked: int = 0
    mixed: int = 0
    whole: bool = False

    def plus(self, other: MergeCounts) -> MergeCounts:
        """Return the counts of both together."""
        return MergeCounts(self.unmarked + other.unmarked, self.mixed + other.mixed, self.whole or other.whole)

    def warnings(self) -> list[str]:
        """Return the lines of the log."""
        lines = []
        if self.unmarked:
            held = "what the input stores" if self.whole else "0"
            lines.append(
                f"{self.unmarked} pixels have a band where nothing is beside bands that have a value; a mask is for "
                f"all bands, so they hold {held} there. Give OUTPUT_NODATA, a value that no pixel has, to mark them, "
                "or leave them out with PIXEL_RULE all."
            )
        if self.mixed:
            lines.append(
                f"{self.mixed} pixels have bands of several rasters, since each band is merged by itself and only "
                "some bands of the one are nodata there. PIXEL_RULE any takes such pixels whole, all leaves them out."
            )
        return lines


class MergeTotals:
    """The counts of all pieces so far."""

    def __init__(self) -> None:
        self.total = MergeCounts()

    def add(self, counts: MergeCounts) -> None:
        """Add the counts of a piece."""
        self.total = self.total.plus(counts)


class Merged(NamedTuple):
    """Stored pixels (bands, rows, columns), and where the mask shows them: bool (rows, columns), None without mask."""

    stored: Array
    shown: Array | None
    counts: MergeCounts = MergeCounts()


class PieceMerger:
    """Merges pieces of one mosaic; any thread may call `merge`.

    Parameters
    ----------
    rules
        How.
    inputs
        In the order of the list.
    read
        Where the pixels come from.
    """

    def __init__(self, rules: MergeRules, inputs: Sequence[PlacedInput], read: PixelSource) -> None:
        self._rules, self._inputs, self._read = rules, inputs, read
        self._index = WindowIndex([each.core for each in inputs])
        self._colour = [band for band in range(rules.bands) if band != rules.alpha]

    def merge(self, piece: Window, stop: Stop | None = None) -> Merged:
        """Return the pixels of a window of the mosaic; `stop` is asked before each input.

        Raises
        ------
        InputError
            A value does not fit the type, or is the given nodata value; names file and pixel.
        """
        rules = self._rules
        numbers = self._index.touching(piece)
        with np.errstate(all="ignore"):
            if self._is_alone(numbers, piece):
                return self._as_it_is(numbers[0], piece) or self._from_one(numbers[0], piece)
            accumulators = Accumulators(rules, self._colour, (piece.height, piece.width))
            for number in reversed(numbers) if rules.entry.from_last else numbers:
                if stop is not None:
                    stop.check()
                accumulators.add(self._layer(number, piece))
                if accumulators.full:
                    break
            return self._from_accumulators(accumulators, piece)

    def _is_alone(self, numbers: list[int], piece: Window) -> bool:
        """Return whether one input covers all of a piece and no other touches it."""
        return len(numbers) == 1 and piece.intersection(self._inputs[numbers[0]].core) == piece

    def _as_it_is(self, number: int, piece: Window) -> Merged | None:
        """Return the stored pixels of the only input where that is all there is to do, else None."""
        rules, each = self._rules, self._inputs[number]
        if not rules.entry.selects or rules.types.working != rules.types.stored or rules.types.narrows:
            return None
        some = rules.pixel_rule == "all" and set(each.nodata) != {None}
        kept = not some and all(value is None or same_nodata(value, rules.marking.nodata) for value in each.nodata)
        simple = kept and not each.is_masked and not rules.given_nodata
        finite = np.dtype(rules.types.stored).kind in "iu" or rules.keeps_hidden
        if not (simple and finite):
            return None
        stored = self._read(number, piece).values.astype(rules.types.stored, copy=False)
        return Merged(stored, np.ones(stored.shape[1:], bool) if rules.marking.mask else None)

    def _from_one(self, number: int, piece: Window) -> Merged:
        """Return the pixels where there is one input: its values, whatever is done with those of several.

        Only counts are no values, what is hidden under a mask or an alpha band, and pixels that are taken whole, have
        rules of their own, and whether a value can be held must not depend on how the mosaic is cut.
        """
        rules = self._rules
        stored_apart = rules.keeps_hidden or rules.alpha >= 0 or rules.pixel_rule == "any"
        if rules.method == "count" or stored_apart or rules.types.narrows:
            accumulators = Accumulators(rules, self._colour, (piece.height, piece.width))
            accumulators.add(self._layer(number, piece))
            return self._from_accumulators(accumulators, piece)
        each, pixels = self._inputs[number], self._read(number, piece)
        values = pixels.values
        valid = self._valid(each, values, pixels.visible) if pixels.valid is None else pixels.valid
        types = Types(values.dtype.name, rules.types.stored, rules.types.rounds and values.dtype.kind == "f")
        shown = self._shown(each, valid, pixels.visible)
        return self._finished([Result(self._colour, (values, valid), types, rules.fill)], shown, piece)

    def _layer(self, number: int, piece: Window) -> Layer:
        """Return the part of an input inside a piece."""
        each, halo = self._inputs[number], self._rules.feather if self._rules.entry.weighs else 0
        part = piece.intersection(each.core)
        around = _grown(part, halo).intersection(each.window)
        pixels = self._read(number, around)
        values, visible = pixels.values, pixels.visible
        valid = self._valid(each, values, visible) if pixels.valid is None else pixels.valid[self._colour]
        shown = self._shown(each, valid, visible)
        rows, cols = offset_slices(part, around)
        weight = _weights(valid, around, each.window, halo)[:, rows, cols] if halo else None
        values, valid = values[:, rows, cols], valid[:, rows, cols]
        if self._rules.types.narrows and (self._rules.types.working == "float64" or self._rules.entry.stacks):
            self._check_floats(each, values, valid, part)
        return Layer(values, valid, shown[rows, cols], weight, *offset_slices(part, piece))

    def _valid(self, each: PlacedInput, values: Array, visible: Array | None) -> Array:
        """Return where the bands other than alpha are valid, in the shape that `accumulate.Add` describes."""
        shape = (len(self._colour), *values.shape[1:])
        found = [valid_pixels(values[band], each.nodata[band]) for band in self._colour]
        if all(shown is None for shown in found):
            return np.broadcast_to(True if visible is None else visible, shape)
        valid = np.stack([np.broadcast_to(True if shown is None else shown, shape[1:]) for shown in found])
        if self._rules.pixel_rule == "all":
            valid = valid.all(axis=0, keepdims=True)
        return np.broadcast_to(valid if visible is None else valid & visible, shape)

    def _shown(self, each: PlacedInput, valid: Array, visible: Array | None) -> Array:
        """Return which pixels of an input a mask of the output is to show, bool (rows, columns).

        Where the output keeps the nodata value, or the inputs have none, the input's mask is kept as it is, which
        may show pixels that are nodata.
        """
        marking = self._rules.marking
        kept = marking.nodata is not None or all(value is None for value in each.nodata)
        if kept and self._rules.entry.selects and self._rules.pixel_rule != "all":
            return np.broadcast_to(True, valid.shape[1:]) if visible is None else visible
        return any_band(valid)

    def _from_accumulators(self, accumulators: Accumulators, piece: Window) -> Merged:
        """Return what lies on piles, and what was counted meanwhile."""
        merged = self._finished(accumulators.results(), accumulators.shown, piece)
        counted = MergeCounts(accumulators.unmarked, accumulators.mixed, self._rules.pixel_rule == "any")
        return merged._replace(counts=merged.counts.plus(counted))

    def _finished(self, results: Sequence[Result], shown: Array, piece: Window) -> Merged:
        """Return results in the stored type, each empty pixel marked."""
        rules = self._rules
        parts, unmarked = [], 0
        for bands, (values, valid), types, fill in results:
            part = cast_values(values, types)
            wrong = out_of_range(values, part, types)
            if wrong is not None:
                self._check_fits(bands, values, wrong & valid, piece)
            if rules.given_nodata and bands != [rules.alpha]:
                self._check_nodata(bands, values, (part == rules.fill) & valid, piece)
            if not (rules.keeps_hidden or all_valid(valid)):
                part = np.where(valid, part, fill)
            parts.append(part)
            if rules.needs_mark and bands != [rules.alpha]:
                unmarked = int(np.count_nonzero((shown & ~valid).any(axis=0)))
        stored = parts[0]
        if len(parts) > 1:
            order = np.argsort([band for result in results for band in result.bands])
            stored = np.concatenate(parts)[order]
        return Merged(stored, shown if rules.marking.mask else None, MergeCounts(unmarked))

    def _check_floats(self, each: PlacedInput, values: Array, valid: Array, part: Window) -> None:
        """Raise where a 64 bit integer would be rounded before anything is computed."""
        colours = values[self._colour]
        wrong = inexact_in_float64(colours)
        if wrong is not None and (wrong & valid).any():
            band, row, col = _first(wrong & valid)
            row, col = row + part.row_off - each.window.row_off, col + part.col_off - each.window.col_off
            raise InputError(
                f"{each.path}, row {row}, column {col}: {colours[wrong & valid][0]} in band {self._colour[band] + 1} "
                f"cannot be held by float64, in which the method {self._rules.method} computes.",
                parameter="method",
            )

    def _check_fits(self, bands: list[int], values: Array, wrong: Array, piece: Window) -> None:
        """Raise where the stored type could not hold a result."""
        if wrong.any():
            band, row, col = _first(wrong)
            raise InputError(
                f"{self._at(bands[band], row, col, values[band, row, col], piece)}: the result "
                f"{values[band, row, col]} of the method {self._rules.method} cannot be held by "
                f"{self._rules.types.stored}. Choose a wider DATA_TYPE.",
                parameter="data_type",
            )

    def _check_nodata(self, bands: list[int], values: Array, same: Array, piece: Window) -> None:
        """Raise where a valid pixel has the nodata value that the user chose."""
        if same.any():
            band, row, col = _first(same)
            raise InputError(
                f"{self._at(bands[band], row, col, values[band, row, col], piece)}: a valid pixel of band "
                f"{bands[band] + 1} has the value {self._rules.fill}, which is OUTPUT_NODATA. "
                "Choose a value that no pixel has.",
                parameter="output_nodata",
            )

    def _at(self, band: int, row: int, col: int, value: Any, piece: Window) -> str:
        """Return the file and the place of a pixel: of the input that has the value, else of the first that covers."""
        pixel = Window(piece.col_off + col, piece.row_off + row, 1, 1)
        covering = self._index.touching(pixel)
        having = [number for number in covering if self._read(number, pixel).values[band, 0, 0] == value]
        each = self._inputs[(having or covering)[0]]
        place = f"row {pixel.row_off - each.window.row_off}, column {pixel.col_off - each.window.col_off}"
        return f"{each.path}, {place} (row {pixel.row_off}, column {pixel.col_off} of the mosaic)"


def _first(where: Array) -> tuple[int, int, int]:
    """Return band, row and column of the first True."""
    band, row, col = (int(place[0]) for place in np.nonzero(where))
    return band, row, col


def _grown(window: Window, by: int) -> Window:
    return Window(window.col_off - by, window.row_off - by, window.width + 2 * by, window.height + 2 * by)


def _weights(valid: Array, around: Window, whole: Window, limit: int) -> Array:
    """Return the weight of each pixel of `around`: its distance to the nearest invalid one or to the input's edge."""
    bands = valid[:1] if shares_mask(valid) else valid
    top, left = int(around.row_off == whole.row_off), int(around.col_off == whole.col_off)
    bottom = int(around.row_off + around.height == whole.row_off + whole.height)
    right = int(around.col_off + around.width == whole.col_off + whole.width)
    found = [edge_distance(np.pad(band, ((top, bottom), (left, right))), limit) for band in bands]
    return np.stack(found)[:, top : top + around.height, left : left + around.width]
