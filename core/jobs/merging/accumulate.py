"""Merge methods, each defined by two functions on pixel arrays and their valid masks.

An `Accumulator` stores intermediate values of one window of the mosaic. The function `add` of a method adds an input to
the accumulator; its function `result` returns the merged values. This module does not access files, and each pixel is
merged independently of its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ...parallel.chunks import PREFERRED_EDGE
from ...pixels.median import largest, median_of_planes
from ...raster.nodata import stored_nodata
from ...raster.windows import Shape
from .rules import Marking, Types

Array = np.ndarray[Any, Any]


class Accumulator(NamedTuple):
    """Intermediate values of a merge, as arrays (bands, rows, columns).

    `total` is the current value or the running sum; for "median" it has a leading axis with one layer per input.
    Depending on the method, `seen` records for each pixel whether a valid value was added, the number of valid values,
    or the sum of their weights.

    Two methods use `base`. "feather" stores the first valid value of each pixel. "median" stores the number of inputs
    that were added to each pixel, including inputs that are invalid there; this number is the same for all bands.
    """

    total: Array
    seen: Array
    base: Array

    def inside(self, rows: slice, cols: slice) -> Accumulator:
        """Return a view of the accumulator at these rows and columns."""
        return Accumulator(*(array[..., rows, cols] for array in self))


Add = Callable[[Accumulator, Array, Array, Any], None]
"""Function (accumulator, values, valid, weight) that adds the valid values of an input to the accumulator.

`valid` is bool with the shape of the values, (bands, rows, columns). If all bands share a mask, or all pixels are
valid, `valid` is a view that repeats elements along the shared axes (`numpy.broadcast_to`); `all_valid` and `any_band`
rely on this to save time. `weight` is an array that broadcasts to the values, or None.
"""

MaskedValues = tuple[Array, Array]
"""Merged values and their valid mask, both (bands, rows, columns)."""


class Method(NamedTuple):
    """A merge method: how to add an input, how to compute the result, and what the accumulator stores.

    `seen_type` is the data type of `Accumulator.seen`. `from_last` is true if inputs are added in reverse order,
    `stacks` if `Accumulator.total` has one layer per input, `weighs` if pixels are weighted by their distance to the
    nearest invalid pixel or edge of the input, and `sums` if `Accumulator.total` needs a wide data type.
    """

    add: Add
    result: Callable[[Accumulator], MaskedValues]
    seen_type: str = "bool"
    from_last: bool = False
    stacks: bool = False
    weighs: bool = False
    sums: bool = False

    @property
    def selects(self) -> bool:
        """True if each result is the value of one of the inputs."""
        return self.seen_type == "bool" and not self.sums


def all_valid(valid: Array) -> bool:
    """Return True if all pixels are valid. If the mask is a broadcast of one element, only that element is checked."""
    if valid.size and not any(valid.strides):
        return bool(valid.flat[0])
    return bool(valid.all())


def any_band(valid: Array) -> Array:
    """Return a boolean mask (rows, columns), true where any band is valid."""
    shown: Array = valid[0] if shares_mask(valid) else valid.any(axis=0)
    return shown


def shares_mask(valid: Array) -> bool:
    """Return True if `valid` repeats one mask for all bands."""
    return len(valid) > 0 and valid.strides[0] == 0


def empty_accumulator(method: Method, shape: tuple[int, int, int], dtype: str, depth: int) -> Accumulator:
    """Return an empty accumulator for values of `dtype` and at most `depth` inputs per pixel."""
    total = np.full((depth, *shape), largest(dtype), dtype) if method.stacks else np.zeros(shape, dtype)
    if method.stacks:
        base = np.zeros((1, *shape[1:]), "int32")
    else:
        base = np.zeros(shape if method.weighs else (0, *shape[1:]), dtype)
    return Accumulator(total, np.zeros(shape, method.seen_type), base)


def add_first(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Store the valid values of pixels that have no value yet."""
    new = valid & ~accumulator.seen
    np.copyto(accumulator.total, values, where=new)
    np.copyto(accumulator.seen, True, where=new)


def add_minimum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Keep the smaller of the current and the new value."""
    _replace_where(accumulator, values, valid & (~accumulator.seen | (values < accumulator.total)))


def add_maximum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Keep the larger of the current and the new value."""
    _replace_where(accumulator, values, valid & (~accumulator.seen | (values > accumulator.total)))


def _replace_where(accumulator: Accumulator, values: Array, where: Array) -> None:
    np.copyto(accumulator.total, values, where=where)
    np.copyto(accumulator.seen, True, where=where)


def add_sum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Add the valid values to the sums, and count them if `seen` contains counts."""
    np.add(accumulator.total, values, out=accumulator.total, where=valid)
    np.add(accumulator.seen, True, out=accumulator.seen, where=valid)


def add_exact_sum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Add valid integers to float64 sums; a sum becomes NaN if float64 cannot represent it exactly.

    The values must be exact in float64. A sum of two numbers is exact if and only if subtracting either number from it
    gives the other one.
    """
    before, values = accumulator.total.copy(), values.astype("float64")
    add_sum(accumulator, values, valid, weight)
    np.copyto(accumulator.total, np.nan, where=valid & ~_is_exact(accumulator.total, before, values))


def _is_exact(total: Array, one: Array, other: Array) -> Array:
    """Return a boolean array, true where the float64 sum of two numbers is exact, and false for NaN."""
    exact: Array = (total - one == other) & (total - other == one)
    return exact


def add_count(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Count the valid values of each pixel."""
    np.add(accumulator.seen, True, out=accumulator.seen, where=valid)


def add_to_stack(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Store the values in the next free layer of `total`; invalid pixels get the largest value of the data type."""
    height = accumulator.base[0]
    for rows, cols in _equal_rectangles(height):
        layer = accumulator.total[int(height[rows.start, cols.start]), :, rows, cols]
        shown = valid[:, rows, cols]
        layer[...] = values[:, rows, cols]
        if not all_valid(shown):
            np.copyto(layer, largest(layer.dtype), where=~shown)
    accumulator.seen[...] += valid
    height += 1


def _equal_rectangles(height: Array) -> Iterator[tuple[slice, slice]]:
    """Yield (rows, columns) slices of rectangles that cover the array; within each rectangle, all values are equal."""
    if (height == height[0, 0]).all():
        yield slice(0, height.shape[0]), slice(0, height.shape[1])
        return
    below, beside = (height[1:] != height[:-1]).any(axis=1), (height[:, 1:] != height[:, :-1]).any(axis=0)
    rows, cols = ([0, *(1 + np.flatnonzero(steps)).tolist(), steps.size + 1] for steps in (below, beside))
    for top, bottom in zip(rows, rows[1:]):
        for left, right in zip(cols, cols[1:]):
            yield slice(top, bottom), slice(left, right)


def add_weighted(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Add weighted differences from the first value, so that merging equal values gives exactly the same value."""
    np.copyto(accumulator.base, values, where=valid & (accumulator.seen == 0))
    np.add(accumulator.total, (values - accumulator.base) * weight, out=accumulator.total, where=valid)
    np.add(accumulator.seen, weight, out=accumulator.seen, where=valid)


def selected(accumulator: Accumulator) -> MaskedValues:
    """Return the merged values (selected or summed, depending on the method) and their valid mask."""
    return accumulator.total, accumulator.seen


def mean(accumulator: Accumulator) -> MaskedValues:
    """Return the means of the valid values, float64."""
    valid = accumulator.seen > 0
    return accumulator.total / np.maximum(accumulator.seen, 1), valid


def count(accumulator: Accumulator) -> MaskedValues:
    """Return the number of valid values of each pixel."""
    return accumulator.seen, accumulator.seen > 0


def median(accumulator: Accumulator) -> MaskedValues:
    """Return the medians, float64; for an even number of values, the mean of the middle two."""
    depth, shape = len(accumulator.total), accumulator.seen.shape
    middle = median_of_planes(accumulator.total.reshape(depth, -1), accumulator.seen.reshape(-1))
    return middle.reshape(shape), accumulator.seen > 0


def weighted_mean(accumulator: Accumulator) -> MaskedValues:
    """Return the weighted means, sum(w v) / sum(w), float64."""
    valid = accumulator.seen > 0
    return accumulator.base + accumulator.total / np.where(valid, accumulator.seen, 1), valid


METHODS: dict[str, Method] = {
    "first": Method(add_first, selected),
    "last": Method(add_first, selected, from_last=True),
    "min": Method(add_minimum, selected),
    "max": Method(add_maximum, selected),
    "mean": Method(add_sum, mean, "uint32", sums=True),
    "sum": Method(add_sum, selected, sums=True),
    "count": Method(add_count, count, "uint32"),
    "median": Method(add_to_stack, median, "int32", stacks=True),
    "feather": Method(add_weighted, weighted_mean, "float64", weighs=True, sums=True),
}
"""Merge methods by key of `choices.MERGE_METHODS`."""


def with_falling_bands(name: str, falling: Sequence[bool]) -> Method:
    """Return a "min" or "max" method that compares physical values; `falling` marks bands with a negative scale.

    In a band with a negative scale, the physical minimum is the stored maximum and vice versa.
    """
    if all(falling):
        return METHODS["max" if name == "min" else "min"]
    sign = np.array([-1 if down == (name == "min") else 1 for down in falling]).reshape(-1, 1, 1)

    def add(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
        better = np.where(sign > 0, values < accumulator.total, values > accumulator.total)
        _replace_where(accumulator, values, valid & (~accumulator.seen | better))

    return METHODS[name]._replace(add=add)


def with_shifts(shifts: Sequence[float], *, exact: bool = False) -> Method:
    """Return a "sum" method that adds physical values; `shifts` contains offset / scale of each band.

    If `exact` is true, results that float64 cannot represent exactly are NaN, as in `add_exact_sum`.

    For n stored values x, the sum of scale * x + offset is scale * (sum(x) + (n - 1) * shift) + offset.
    """

    def shifted_sum(accumulator: Accumulator) -> MaskedValues:
        valid, shift = accumulator.seen > 0, np.array(shifts, accumulator.total.dtype).reshape(-1, 1, 1)
        further = np.maximum(accumulator.seen, 1) - 1
        further_shift = further.astype(accumulator.total.dtype) * shift
        total = accumulator.total + further_shift
        if exact:
            total[~_is_exact(total, accumulator.total, further_shift)] = np.nan
        return total, valid

    return METHODS["sum"]._replace(result=shifted_sum, seen_type="uint32")


def edge_distance(valid: Array, limit: int) -> Array:
    """Return the Euclidean distance of each pixel to the nearest invalid pixel, at most `limit`; 0 at invalid pixels.

    Parameters
    ----------
    valid
        bool (rows, columns). Pixels beyond the array are ignored. To treat them as invalid, pad the array with False.
    limit
        Maximum distance in pixels, at least 1.

    Returns
    -------
    numpy.ndarray
        float64. Computed along the columns, then along the rows, after Felzenszwalb and Huttenlocher (2012), "Distance
        transforms of sampled functions", Theory of Computing 8, but only with parabolas no wider than `limit`.
    """
    if valid.all():
        return np.full(valid.shape, float(limit))
    rows = np.arange(len(valid), dtype=np.int64)[:, np.newaxis]
    far = limit + len(valid)
    above = np.maximum.accumulate(np.where(valid, -far, rows), axis=0)
    below = np.minimum.accumulate(np.where(valid, len(valid) + far, rows)[::-1], axis=0)[::-1]
    column = np.minimum(np.minimum(rows - above, below - rows), limit) ** 2
    best = column.copy()
    for step in range(1, min(limit, valid.shape[1])):
        if step * step >= best.max():
            break
        np.minimum(best[:, step:], column[:, :-step] + step * step, out=best[:, step:])
        np.minimum(best[:, :-step], column[:, step:] + step * step, out=best[:, :-step])
    distance: Array = np.sqrt(best)
    return distance


@dataclass(frozen=True)
class MergeRules:
    """Rules that, together with the input pixels, determine the mosaic's pixels.

    `alpha` is the index of the alpha band, or -1 if there is none. `given_nodata` is true if the user set the output's
    nodata value; a valid pixel with that value is then an error. `depth` is the maximum number of inputs that cover one
    pixel. For each band except alpha, `falling` is true if its scale is negative, and `shifts` contains its offset /
    scale; both are empty if the method does not need them. `pixel_rule` is a key of `choices.PIXEL_RULES`; it is "band"
    if the requested rule gives the same result as "band". `complex_integers` is true if the output stores complex
    integers, which cannot hold NaN.
    """

    method: str
    types: Types
    marking: Marking
    bands: int
    alpha: int
    given_nodata: bool
    feather: int
    depth: int
    falling: tuple[bool, ...] = ()
    shifts: tuple[float, ...] = ()
    pixel_rule: str = "band"
    complex_integers: bool = False

    @property
    def entry(self) -> Method:
        """Merge method, adapted to physical values if a band has a negative scale or bands with offsets are summed.

        If sums must be exact, the method is also adapted to detect sums that are not.
        """
        if self.falling:
            return with_falling_bands(self.method, self.falling)
        exact = self.types.exact
        entry = with_shifts(self.shifts, exact=exact) if self.shifts else METHODS[self.method]
        return entry._replace(add=add_exact_sum) if exact else entry

    @property
    def alpha_entry(self) -> Method:
        """Method for the alpha band: the merge method if this is "first", "last" or "count"; otherwise "max"."""
        return self.entry if self.method in ("first", "last", "count") else METHODS["max"]

    @property
    def fill(self) -> Any:
        """Value stored in missing pixels."""
        if self.marking.nodata is not None:
            return stored_nodata(self.marking.nodata, np.dtype(self.types.stored))
        return np.dtype(self.types.stored).type(0 if self._stores_integers or self.method == "count" else np.nan)

    @property
    def _stores_integers(self) -> bool:
        return self.complex_integers or np.dtype(self.types.stored).kind in "iu"

    @property
    def needs_mark(self) -> bool:
        """True if no stored value can mark missing pixels; a mask or alpha band is then needed."""
        return self._stores_integers and self.marking.nodata is None and self.method != "count"

    @property
    def keeps_hidden(self) -> bool:
        """True if pixels hidden in both input and output keep the stored values of the first input that covers them."""
        chosen = self.method in ("first", "last") and self.pixel_rule != "all"
        return chosen and self.types.working == self.types.stored and not self.given_nodata

    def halo_pixels(self, size: Shape) -> int:
        """Return how many additional pixels are read around each chunk if the mosaic has `size` (rows, columns)."""
        sides = sum(min(PREFERRED_EDGE, side) for side in size)
        return 2 * self.feather * (sides + 2 * self.feather) if self.entry.weighs else 0

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk: accumulator, pixels of one input, result and temporaries."""
        entry, working = self.entry, np.dtype(self.types.working).itemsize
        stored = np.dtype(self.types.stored).itemsize
        accumulator = (
            working * (self.depth if entry.stacks else 1) + np.dtype(entry.seen_type).itemsize + working * entry.weighs
        )
        temporary = 24 if entry.weighs else 8 * 2 if entry.stacks else 4 * working if self.types.exact else working + 2
        return self.bands * (accumulator + working + stored + temporary + 4) + 12


class Layer(NamedTuple):
    """The part of an input inside the window being merged; `rows` and `cols` are slices of the window.

    `values` contains all bands. `valid` is the valid mask of the bands other than alpha, in the form described at
    `Add`. `shown`, bool (rows, columns), is True for the pixels that the output's mask marks as valid. `weight` is the
    weight of each pixel, or None.
    """

    values: Array
    valid: Array
    shown: Array
    weight: Any
    rows: slice
    cols: slice


class Result(NamedTuple):
    """Merged values and valid mask of the alpha band or of all other bands, with their data types and fill value."""

    bands: list[int]
    merged: MaskedValues
    types: Types
    fill: Any


class Accumulators:
    """Accumulators of a window: one for the alpha band, one for all other (colour) bands; and the mask, `shown`."""

    def __init__(self, rules: MergeRules, colour: list[int], size: tuple[int, int]) -> None:
        self._rules, self._colour_bands = rules, colour
        shape = (len(colour), *size)
        self._accumulator = empty_accumulator(rules.entry, shape, rules.types.working, rules.depth)
        if rules.keeps_hidden:
            self._accumulator.total[...] = rules.fill
        self._hidden = np.zeros(shape, bool) if rules.keeps_hidden else None
        self._alpha = (
            empty_accumulator(rules.alpha_entry, (1, *size), rules.types.working, 1) if rules.alpha >= 0 else None
        )
        self.shown = np.zeros(size, bool)
        self.full = False
        self._taken = np.zeros(size, bool) if rules.pixel_rule == "any" else None
        may_mix = rules.pixel_rule == "band" and rules.entry.add is add_first and len(colour) > 1
        self._mixed = np.zeros(size, bool) if may_mix else None
        self._empty = True
        self.unmarked = 0

    def add(self, layer: Layer) -> None:
        """Add the part of an input that is inside the window."""
        rules, values = self._rules, layer.values
        colours = values if self._alpha is None else values[self._colour_bands]
        accumulator = self._accumulator.inside(layer.rows, layer.cols)
        if self._mixed is not None and not self._empty:
            self._mark_mixed(self._mixed[layer.rows, layer.cols], accumulator, layer)
        self._empty = False
        claimed = self._claim(layer)
        if self._hidden is not None and not all_valid(layer.valid):
            self._keep_hidden(accumulator, self._hidden[:, layer.rows, layer.cols], colours, layer)
        if claimed is None:
            rules.entry.add(accumulator, colours, layer.valid, layer.weight)
        else:
            self._take_all_bands(accumulator, colours, layer.valid, claimed)
        if self._alpha is not None:
            opaque = self._alpha.inside(layer.rows, layer.cols)
            rules.alpha_entry.add(opaque, values[[rules.alpha]], layer.shown[np.newaxis], None)
            if claimed is not None:
                np.copyto(opaque.total, values[[rules.alpha]], where=claimed)
        self.shown[layer.rows, layer.cols] |= layer.shown
        if rules.entry.add is add_first:
            self.full = bool((self._accumulator.seen if self._taken is None else self._taken).all())

    @property
    def mixed(self) -> int:
        """Number of pixels whose bands come from several inputs because one input has nodata in only some bands."""
        return 0 if self._mixed is None else int(np.count_nonzero(self._mixed))

    def _mark_mixed(self, mixed: Array, accumulator: Accumulator, layer: Layer) -> None:
        """Mark pixels that already have values in some bands and get values in other bands from this input."""
        partial = accumulator.seen.any(axis=0) & ~accumulator.seen.all(axis=0)
        if partial.any():
            mixed |= partial & (layer.valid & ~accumulator.seen).any(axis=0)

    def _claim(self, layer: Layer) -> Array | None:
        """Return a mask of the pixels that take all bands from this input; None if each band is merged separately.

        The pixels are marked as taken, so that later inputs do not change them.
        """
        if self._taken is None:
            return None
        taken = self._taken[layer.rows, layer.cols]
        claimed: Array = ~taken & any_band(layer.valid)
        taken |= claimed
        return claimed

    def _take_all_bands(self, accumulator: Accumulator, values: Array, valid: Array, claimed: Array) -> None:
        """Copy all bands of an input to the accumulator, for the pixels where `claimed` is true.

        An invalid band of a claimed pixel stays empty if a stored value can mark it as empty. Otherwise, the output has
        only a mask that applies to all bands, and the band keeps its stored input value.
        """
        rules = self._rules
        np.copyto(accumulator.total, values, where=claimed)
        if rules.needs_mark:
            np.copyto(accumulator.seen, True, where=claimed)
            self.unmarked += int(np.count_nonzero((claimed & ~valid).any(axis=0)))
            return
        np.copyto(accumulator.seen, valid, where=claimed)
        if rules.keeps_hidden:
            np.copyto(accumulator.total, rules.fill, where=claimed & ~valid & ~_marks_empty(values, rules.fill))

    def _keep_hidden(self, accumulator: Accumulator, hidden: Array, values: Array, layer: Layer) -> None:
        """For pixels hidden in both input and output, copy the values of the first input that covers them."""
        new = ~layer.valid & ~accumulator.seen & ~hidden
        if self._taken is not None:
            new &= ~self._taken[layer.rows, layer.cols]
        marking = self._rules.marking
        if marking.mask or self._alpha is not None:
            kept = new & ~layer.shown | new & _marks_empty(values, self._rules.fill)
        else:
            kept = new & _marks_empty(values, self._rules.fill)
        np.copyto(accumulator.total, values, where=kept)
        hidden |= new

    def results(self) -> list[Result]:
        """Return the merged values of the colour bands and, if there is one, of the alpha band."""
        rules = self._rules
        if self._hidden is not None and (rules.marking.mask or self._alpha is not None):
            # A pixel that is hidden in one input may be nodata in another input whose mask or alpha band shows it.
            exposed = self.shown & ~self._accumulator.seen & ~_marks_empty(self._accumulator.total, rules.fill)
            np.copyto(self._accumulator.total, rules.fill, where=exposed)
        results = [Result(self._colour_bands, rules.entry.result(self._accumulator), rules.types, rules.fill)]
        if self._alpha is not None:
            types = Types(rules.types.working, rules.types.stored)
            merged, fill = rules.alpha_entry.result(self._alpha), np.dtype(types.stored).type(0)
            results.append(Result([rules.alpha], merged, types, fill))
        return results


def _marks_empty(values: Array, fill: Any) -> Array:
    """Return an array, true for values that mark missing pixels: `fill`, and in float types also NaN and infinity."""
    empty: Array = values == fill
    return empty if values.dtype.kind in "iu" else empty | ~np.isfinite(values)
