"""How pixels of several inputs become one: each method a pair of small functions on arrays and on where they are valid.

A `Pile` holds what the inputs seen so far have left of a piece of the mosaic. `add` lays one more input on it, in the
order of the list, and `result` takes the values off. Nothing here knows files, and no pixel knows its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...pixels.median import largest, median_of_planes

Array = np.ndarray[Any, Any]


class Pile(NamedTuple):
    """What is known of each pixel, arrays of (bands, rows, columns).

    `total` is the value so far, or the sum; with "median" it has the inputs as an axis before the others. `seen` says
    whether there was a valid pixel, how many there were, or how much weight they had. `base` is the first value, with
    "median" the number of inputs laid down, valid or not, for all bands.
    """

    total: Array
    seen: Array
    base: Array

    def inside(self, rows: slice, cols: slice) -> Pile:
        """Return the part of the pile at these rows and columns, to be changed in place."""
        return Pile(*(array[..., rows, cols] for array in self))


Add = Callable[[Pile, Array, Any, Any], None]
"""Lays values on a pile where they are valid; `valid` and `weight` are arrays that broadcast to the values."""

Taken = tuple[Array, Any]
"""The values of a pile and where they are valid."""


class Method(NamedTuple):
    """A way to merge: what is done with each input, what at the end, and what has to be kept in between.

    `kept` names the type of `Pile.seen`; `from_last` has the inputs laid down in reverse; `stacks` wants a layer of
    `Pile.total` for each input, `weighs` the distances to the edge, `sums` a wide type for `Pile.total`.
    """

    add: Add
    result: Callable[[Pile], Taken]
    kept: str = "bool"
    from_last: bool = False
    stacks: bool = False
    weighs: bool = False
    sums: bool = False

    @property
    def selects(self) -> bool:
        """Whether a result is always the value of one of the inputs."""
        return self.kept == "bool" and not self.sums


def empty_pile(method: Method, shape: tuple[int, int, int], dtype: str, depth: int) -> Pile:
    """Return a pile without any input, for values of `dtype` and at most `depth` inputs over one pixel."""
    total = np.full((depth, *shape), largest(dtype), dtype) if method.stacks else np.zeros(shape, dtype)
    if method.stacks:
        base = np.zeros((1, *shape[1:]), "int32")
    else:
        base = np.zeros(shape if method.weighs else (0, *shape[1:]), dtype)
    return Pile(total, np.zeros(shape, method.kept), base)


def add_first(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Keep the value that was there before."""
    new = valid & ~pile.seen
    np.copyto(pile.total, values, where=new)
    np.copyto(pile.seen, True, where=new)


def add_minimum(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Keep the smaller value."""
    _replace_by(pile, values, valid & (~pile.seen | (values < pile.total)))


def add_maximum(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Keep the larger value."""
    _replace_by(pile, values, valid & (~pile.seen | (values > pile.total)))


def _replace_by(pile: Pile, values: Array, where: Array) -> None:
    np.copyto(pile.total, values, where=where)
    np.copyto(pile.seen, True, where=where)


def add_sum(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Add value to value; count them, or note that there was one."""
    np.add(pile.total, values, out=pile.total, where=valid)
    np.add(pile.seen, True, out=pile.seen, where=valid)


def add_count(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Count the valid pixels."""
    np.add(pile.seen, True, out=pile.seen, where=np.broadcast_to(valid, pile.seen.shape))


def add_to_stack(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Lay the values on the layers that are there already; where they are not valid, the largest value."""
    height = pile.base[0]
    valid = np.broadcast_to(valid, values.shape)
    for rows, cols in _level_parts(height):
        layer = pile.total[int(height[rows.start, cols.start]), :, rows, cols]
        shown = valid[:, rows, cols]
        layer[...] = values[:, rows, cols]
        if not shown.all():
            np.copyto(layer, largest(layer.dtype), where=~shown)
    pile.seen[...] += valid
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


def add_weighted(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
    """Add the weighted difference to the first value, so that equal values give themselves to the last bit."""
    np.copyto(pile.base, values, where=valid & (pile.seen == 0))
    np.add(pile.total, (values - pile.base) * weight, out=pile.total, where=valid)
    np.add(pile.seen, weight, out=pile.seen, where=valid)


def selected(pile: Pile) -> Taken:
    """Return the values kept, or the sums."""
    return pile.total, pile.seen


def mean(pile: Pile) -> Taken:
    """Return sums over counts, float64."""
    valid = pile.seen > 0
    return pile.total / np.maximum(pile.seen, 1), valid


def count(pile: Pile) -> Taken:
    """Return the counts."""
    return pile.seen, pile.seen > 0


def median(pile: Pile) -> Taken:
    """Return the middle value, float64; of an even count the mean of the middle two."""
    depth, shape = len(pile.total), pile.seen.shape
    middle = median_of_planes(pile.total.reshape(depth, -1), pile.seen.reshape(-1))
    return middle.reshape(shape), pile.seen > 0


def weighted_mean(pile: Pile) -> Taken:
    """Return sum(w v) / sum(w), float64."""
    valid = pile.seen > 0
    return pile.base + pile.total / np.where(valid, pile.seen, 1), valid


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
"""By the words of `options.MERGE_METHODS`."""


def with_falling_bands(name: str, falling: Sequence[bool]) -> Method:
    """Return "min" or "max" of physical values, for bands of which some have a negative scale.

    Their physical minimum is the stored maximum, and the other way round.
    """
    if all(falling):
        return METHODS["max" if name == "min" else "min"]
    sign = np.array([-1 if down == (name == "min") else 1 for down in falling]).reshape(-1, 1, 1)

    def add(pile: Pile, values: Array, valid: Any, weight: Any) -> None:
        better = np.where(sign > 0, values < pile.total, values > pile.total)
        _replace_by(pile, values, valid & (~pile.seen | better))

    return METHODS[name]._replace(add=add)


def with_shifts(shifts: Sequence[float]) -> Method:
    """Return the sum of physical values in terms of stored ones, for bands whose offset is so many of their scales.

    Of n values scale * x + offset the sum is scale * (sum(x) + (n - 1) * shift) + offset.
    """

    def shifted_sum(pile: Pile) -> Taken:
        valid, shift = pile.seen > 0, np.array(shifts, pile.total.dtype).reshape(-1, 1, 1)
        more = np.maximum(pile.seen, 1) - 1
        return pile.total + more.astype(pile.total.dtype) * shift, valid

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
