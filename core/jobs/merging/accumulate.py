"""The merge methods: each is a pair of functions on pixel arrays and their valid masks.

An `Accumulator` holds the state of one window of the mosaic. `add` adds the next input, in list order; `result` returns
the merged values. This module does not touch files, and no pixel depends on its neighbours.
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
    """What is known of each pixel, arrays of (bands, rows, columns).

    `total` is the value so far, or the sum; with "median" it has the inputs as an axis before the others. `seen` says
    whether there was a valid pixel, how many there were, or how much weight they had. `base` is the first value, with
    "median" the number of inputs laid down, valid or not, for all bands.
    """

    total: Array
    seen: Array
    base: Array

    def inside(self, rows: slice, cols: slice) -> Accumulator:
        """Return the part of the pile at these rows and columns, to be changed in place."""
        return Accumulator(*(array[..., rows, cols] for array in self))


Add = Callable[[Accumulator, Array, Array, Any], None]
"""Lays values on a pile where they are valid; `weight` is an array that broadcasts to the values, or None.

`valid` is bool (bands, rows, columns), as the values are. Where bands share a mask, or all pixels are valid, it is a
view that repeats one element along those axes (`numpy.broadcast_to`), which `all_valid` and `any_band` make use of.
"""

Taken = tuple[Array, Array]
"""The values of a pile and where they are valid, both (bands, rows, columns)."""


class Method(NamedTuple):
    """A way to merge: what is done with each input, what at the end, and what has to be kept in between.

    `kept` names the type of `Accumulator.seen`; `from_last` adds the inputs in reverse order; `stacks` keeps a layer of
    `Accumulator.total` for each input, `weighs` needs the distances to the edge, `sums` a wide type for
    `Accumulator.total`.
    """

    add: Add
    result: Callable[[Accumulator], Taken]
    kept: str = "bool"
    from_last: bool = False
    stacks: bool = False
    weighs: bool = False
    sums: bool = False

    @property
    def selects(self) -> bool:
        """Whether a result is always the value of one of the inputs."""
        return self.kept == "bool" and not self.sums


def all_valid(valid: Array) -> bool:
    """Return whether all pixels are valid; one that stands for all is looked at once."""
    if valid.size and not any(valid.strides):
        return bool(valid.flat[0])
    return bool(valid.all())


def any_band(valid: Array) -> Array:
    """Return where any band is valid, (rows, columns); a mask that bands share is that already."""
    shown: Array = valid[0] if shares_mask(valid) else valid.any(axis=0)
    return shown


def shares_mask(valid: Array) -> bool:
    """Return whether the first band stands for all."""
    return len(valid) > 0 and valid.strides[0] == 0


def empty_accumulator(method: Method, shape: tuple[int, int, int], dtype: str, depth: int) -> Accumulator:
    """Return a pile without any input, for values of `dtype` and at most `depth` inputs over one pixel."""
    total = np.full((depth, *shape), largest(dtype), dtype) if method.stacks else np.zeros(shape, dtype)
    if method.stacks:
        base = np.zeros((1, *shape[1:]), "int32")
    else:
        base = np.zeros(shape if method.weighs else (0, *shape[1:]), dtype)
    return Accumulator(total, np.zeros(shape, method.kept), base)


def add_first(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Keep the value that was there before."""
    new = valid & ~accumulator.seen
    np.copyto(accumulator.total, values, where=new)
    np.copyto(accumulator.seen, True, where=new)


def add_minimum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Keep the smaller value."""
    _replace_by(accumulator, values, valid & (~accumulator.seen | (values < accumulator.total)))


def add_maximum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Keep the larger value."""
    _replace_by(accumulator, values, valid & (~accumulator.seen | (values > accumulator.total)))


def _replace_by(accumulator: Accumulator, values: Array, where: Array) -> None:
    np.copyto(accumulator.total, values, where=where)
    np.copyto(accumulator.seen, True, where=where)


def add_sum(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Add value to value; count them, or note that there was one."""
    np.add(accumulator.total, values, out=accumulator.total, where=valid)
    np.add(accumulator.seen, True, out=accumulator.seen, where=valid)


def add_count(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Count the valid pixels."""
    np.add(accumulator.seen, True, out=accumulator.seen, where=valid)


def add_to_stack(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Lay the values on the layers that are there already; where they are not valid, the largest value."""
    height = accumulator.base[0]
    for rows, cols in _level_parts(height):
        layer = accumulator.total[int(height[rows.start, cols.start]), :, rows, cols]
        shown = valid[:, rows, cols]
        layer[...] = values[:, rows, cols]
        if not all_valid(shown):
            np.copyto(layer, largest(layer.dtype), where=~shown)
    accumulator.seen[...] += valid
    height += 1


def _level_parts(height: Array) -> Iterator[tuple[slice, slice]]:
    """Yield rectangles in each of which all values are the same; together they are the whole array."""
    if (height == height[0, 0]).all():
        yield slice(0, height.shape[0]), slice(0, height.shape[1])
        return
    below, beside = (height[1:] != height[:-1]).any(axis=1), (height[:, 1:] != height[:, :-1]).any(axis=0)
    rows, cols = ([0, *(1 + np.flatnonzero(steps)).tolist(), steps.size + 1] for steps in (below, beside))
    for top, bottom in zip(rows, rows[1:]):
        for left, right in zip(cols, cols[1:]):
            yield slice(top, bottom), slice(left, right)


def add_weighted(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
    """Add the weighted difference to the first value, so that equal values give themselves to the last bit."""
    np.copyto(accumulator.base, values, where=valid & (accumulator.seen == 0))
    np.add(accumulator.total, (values - accumulator.base) * weight, out=accumulator.total, where=valid)
    np.add(accumulator.seen, weight, out=accumulator.seen, where=valid)


def selected(accumulator: Accumulator) -> Taken:
    """Return the values kept, or the sums."""
    return accumulator.total, accumulator.seen


def mean(accumulator: Accumulator) -> Taken:
    """Return sums over counts, float64."""
    valid = accumulator.seen > 0
    return accumulator.total / np.maximum(accumulator.seen, 1), valid


def count(accumulator: Accumulator) -> Taken:
    """Return the counts."""
    return accumulator.seen, accumulator.seen > 0


def median(accumulator: Accumulator) -> Taken:
    """Return the middle value, float64; of an even count the mean of the middle two."""
    depth, shape = len(accumulator.total), accumulator.seen.shape
    middle = median_of_planes(accumulator.total.reshape(depth, -1), accumulator.seen.reshape(-1))
    return middle.reshape(shape), accumulator.seen > 0


def weighted_mean(accumulator: Accumulator) -> Taken:
    """Return sum(w v) / sum(w), float64."""
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
"""By the words of `choices.MERGE_METHODS`."""


def with_falling_bands(name: str, falling: Sequence[bool]) -> Method:
    """Return "min" or "max" of physical values, for bands of which some have a negative scale.

    Their physical minimum is the stored maximum, and the other way round.
    """
    if all(falling):
        return METHODS["max" if name == "min" else "min"]
    sign = np.array([-1 if down == (name == "min") else 1 for down in falling]).reshape(-1, 1, 1)

    def add(accumulator: Accumulator, values: Array, valid: Array, weight: Any) -> None:
        better = np.where(sign > 0, values < accumulator.total, values > accumulator.total)
        _replace_by(accumulator, values, valid & (~accumulator.seen | better))

    return METHODS[name]._replace(add=add)


def with_shifts(shifts: Sequence[float]) -> Method:
    """Return the sum of physical values in terms of stored ones, for bands whose offset is so many of their scales.

    Of n values scale * x + offset the sum is scale * (sum(x) + (n - 1) * shift) + offset.
    """

    def shifted_sum(accumulator: Accumulator) -> Taken:
        valid, shift = accumulator.seen > 0, np.array(shifts, accumulator.total.dtype).reshape(-1, 1, 1)
        more = np.maximum(accumulator.seen, 1) - 1
        return accumulator.total + more.astype(accumulator.total.dtype) * shift, valid

    return METHODS["sum"]._replace(result=shifted_sum, kept="uint32")


def edge_distance(valid: Array, limit: int) -> Array:
    """Return how far each pixel is from the nearest invalid one, Euclidean, at most `limit`; 0 where it is invalid.

    Parameters
    ----------
    valid
        bool (rows, columns). What lies beyond the array is not asked for: an edge that counts is a ring of False.
    limit
        Pixels, at least 1.

    Returns
    -------
    numpy.ndarray
        float64. First down and up the columns, then along the rows, after Felzenszwalb and Huttenlocher (2012),
        "Distance transforms of sampled functions", Theory of Computing 8, with the parabolas up to the limit only.
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
    """All that decides a pixel of the mosaic besides the inputs' pixels.

    `alpha` is the index of the alpha band, or -1; `given_nodata` says that the user chose the nodata value, so that a
    pixel that has it by chance is an error; `depth` is the most inputs over one pixel. Of the bands other than alpha,
    `falling` says which have a negative scale, and `shifts` how many scales their offsets are, where that matters to
    the method; both are empty where it does not. `pixel_rule` is a word of `choices.PIXEL_RULES`, "band" also where the
    others would give the same. `complex_integers` says that the output stores complex numbers of integers, which have
    no NaN.
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
        """The method's functions, which mean physical values."""
        if self.falling:
            return with_falling_bands(self.method, self.falling)
        return with_shifts(self.shifts) if self.shifts else METHODS[self.method]

    @property
    def alpha_entry(self) -> Method:
        """How alpha bands are merged: as the pixels are chosen, else the most opaque one."""
        return self.entry if self.method in ("first", "last", "count") else METHODS["max"]

    @property
    def fill(self) -> Any:
        """What is stored where nothing is."""
        if self.marking.nodata is not None:
            return stored_nodata(self.marking.nodata, np.dtype(self.types.stored))
        return np.dtype(self.types.stored).type(0 if self._stores_integers or self.method == "count" else np.nan)

    @property
    def _stores_integers(self) -> bool:
        return self.complex_integers or np.dtype(self.types.stored).kind in "iu"

    @property
    def needs_mark(self) -> bool:
        """Whether only a mask or the alpha band can tell that a band of a pixel is empty."""
        return self._stores_integers and self.marking.nodata is None and self.method != "count"

    @property
    def keeps_hidden(self) -> bool:
        """Whether a pixel that is hidden in the input stays as it is stored, as long as it is hidden in the output."""
        chosen = self.method in ("first", "last") and self.pixel_rule != "all"
        return chosen and self.types.working == self.types.stored and not self.given_nodata

    def halo_pixels(self, size: Shape) -> int:
        """Return how many pixels around a chunk are read with it, in a mosaic of so many rows and columns."""
        sides = sum(min(PREFERRED_EDGE, side) for side in size)
        return 2 * self.feather * (sides + 2 * self.feather) if self.entry.weighs else 0

    @property
    def bytes_per_pixel(self) -> int:
        """What a pixel of a piece costs while it is merged: the pile, one input's pixels, the result, temporaries."""
        entry, working = self.entry, np.dtype(self.types.working).itemsize
        stored = np.dtype(self.types.stored).itemsize
        accumulator = (
            working * (self.depth if entry.stacks else 1) + np.dtype(entry.kept).itemsize + working * entry.weighs
        )
        temporary = 24 if entry.weighs else 8 * 2 if entry.stacks else working + 2
        return self.bands * (accumulator + working + stored + temporary + 4) + 12


class Layer(NamedTuple):
    """An input's part of a piece: its pixels, where each band is valid, which pixels a mask would show, and where.

    `values` has all bands, `valid` those other than alpha, as `Add` says; `shown` is bool (rows, columns).
    """

    values: Array
    valid: Array
    shown: Array
    weight: Any
    rows: slice
    cols: slice


class Result(NamedTuple):
    """What came of some of the bands: values and where they are valid, types, and what is stored elsewhere."""

    bands: list[int]
    taken: Taken
    types: Types
    fill: Any


class Accumulators:
    """The piles of a piece: one of the colour bands, one of the alpha band, and what a mask shows."""

    def __init__(self, rules: MergeRules, colour: list[int], size: tuple[int, int]) -> None:
        self._rules, self._colour = rules, colour
        shape = (len(colour), *size)
        self._pile = empty_accumulator(rules.entry, shape, rules.types.working, rules.depth)
        if rules.keeps_hidden:
            self._pile.total[...] = rules.fill
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
        """Lay a part of an input down."""
        rules, values = self._rules, layer.values
        colours = values if self._alpha is None else values[self._colour]
        accumulator = self._pile.inside(layer.rows, layer.cols)
        if self._mixed is not None and not self._empty:
            self._note_mixed(self._mixed[layer.rows, layer.cols], accumulator, layer)
        self._empty = False
        won = self._won(layer)
        if self._hidden is not None and not all_valid(layer.valid):
            self._keep_hidden(accumulator, self._hidden[:, layer.rows, layer.cols], colours, layer)
        if won is None:
            rules.entry.add(accumulator, colours, layer.valid, layer.weight)
        else:
            self._take_whole(accumulator, colours, layer.valid, won)
        if self._alpha is not None:
            opaque = self._alpha.inside(layer.rows, layer.cols)
            rules.alpha_entry.add(opaque, values[[rules.alpha]], layer.shown[np.newaxis], None)
            if won is not None:
                np.copyto(opaque.total, values[[rules.alpha]], where=won)
        self.shown[layer.rows, layer.cols] |= layer.shown
        if rules.entry.add is add_first:
            self.full = bool((self._pile.seen if self._taken is None else self._taken).all())

    @property
    def mixed(self) -> int:
        """The number of pixels that have bands of several inputs, since some of their bands are nodata in one."""
        return 0 if self._mixed is None else int(np.count_nonzero(self._mixed))

    def _note_mixed(self, mixed: Array, accumulator: Accumulator, layer: Layer) -> None:
        """Mark the pixels that have some of their bands already, and get others of this input."""
        partial = accumulator.seen.any(axis=0) & ~accumulator.seen.all(axis=0)
        if partial.any():
            mixed |= partial & (layer.valid & ~accumulator.seen).any(axis=0)

    def _won(self, layer: Layer) -> Array | None:
        """Return which pixels of an input are taken whole, and note them; None where bands are merged one by one."""
        if self._taken is None:
            return None
        taken = self._taken[layer.rows, layer.cols]
        won: Array = ~taken & any_band(layer.valid)
        taken |= won
        return won

    def _take_whole(self, accumulator: Accumulator, values: Array, valid: Array, won: Array) -> None:
        """Take all bands of some pixels.

        A band without a value stays without one where the output can say so; where only a mask of all bands could,
        the pixel shows what the input stores.
        """
        rules = self._rules
        np.copyto(accumulator.total, values, where=won)
        if rules.needs_mark:
            np.copyto(accumulator.seen, True, where=won)
            self.unmarked += int(np.count_nonzero((won & ~valid).any(axis=0)))
            return
        np.copyto(accumulator.seen, valid, where=won)
        if rules.keeps_hidden:
            np.copyto(accumulator.total, rules.fill, where=won & ~valid & ~_is_nothing(values, rules.fill))

    def _keep_hidden(self, accumulator: Accumulator, hidden: Array, values: Array, layer: Layer) -> None:
        """Take the stored values of pixels that are hidden and may stay as they are, from the first that has any."""
        new = ~layer.valid & ~accumulator.seen & ~hidden
        if self._taken is not None:
            new &= ~self._taken[layer.rows, layer.cols]
        marking = self._rules.marking
        if marking.mask or self._alpha is not None:
            kept = new & ~layer.shown | new & _is_nothing(values, self._rules.fill)
        else:
            kept = new & _is_nothing(values, self._rules.fill)
        np.copyto(accumulator.total, values, where=kept)
        hidden |= new

    def results(self) -> list[Result]:
        """Return what each pile holds."""
        rules = self._rules
        if self._hidden is not None and (rules.marking.mask or self._alpha is not None):
            # The mask or alpha of another input, which is nodata there, shows what one hid.
            exposed = self.shown & ~self._pile.seen & ~_is_nothing(self._pile.total, rules.fill)
            np.copyto(self._pile.total, rules.fill, where=exposed)
        found = [Result(self._colour, rules.entry.result(self._pile), rules.types, rules.fill)]
        if self._alpha is not None:
            types = Types(rules.types.working, rules.types.stored)
            taken, nothing = rules.alpha_entry.result(self._alpha), np.dtype(types.stored).type(0)
            found.append(Result([rules.alpha], taken, types, nothing))
        return found


def _is_nothing(values: Array, fill: Any) -> Array:
    """Return where stored values say themselves that nothing is there, in the input as in the output."""
    nothing: Array = values == fill
    return nothing if values.dtype.kind in "iu" else nothing | ~np.isfinite(values)
