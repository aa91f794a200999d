"""The focal filter as a plain loop over pixels, and its kernel applied to a whole array."""

from __future__ import annotations

import numpy as np

from parallel_raster.core.jobs.focal.kernel import COMPLETE_ONLY, FocalKernel
from parallel_raster.core.jobs.focal.neighbours import Neighbourhood
from parallel_raster.core.jobs.focal.weights import gaussian_weights
from parallel_raster.core.pixels.encoding import Encoding
from parallel_raster.core.pixels.stack import Outside, Stack
from parallel_raster.core.pixels.terms import Term

NODATA = -9999.0
PADDING = {"reflect": "symmetric", "nearest": "edge"}


def make_kernel(
    method, dtype="float64", *, radius=1, circle=False, sigma=1.0, edge="nodata", rule="skip", scale=1.0, offset=0.0,
    stored="float64",
):  # fmt: skip
    """Return a kernel for one band of `dtype`, whose results are stored as `stored`."""
    weights = ()
    if method == "gaussian":
        radius, circle = int(4 * sigma + 0.5), False
        weights = gaussian_weights(sigma, radius)
    if method in COMPLETE_ONLY:
        radius, circle, rule = 1, method == "laplace", "strict"
    term, encoding = Term(str(dtype), None, scale, offset), Encoding(stored, NODATA)
    return FocalKernel(
        method, Neighbourhood(radius, circle), edge, rule, (term,), encoding, ("",), ("band 1",), weights
    )  # fmt: skip


def filtered(kernel, values, valid=None, window=None):
    """Return results and valid pixels of a window (rows, columns) of an array, by default of the whole array."""
    rows, cols = window or tuple(slice(0, size) for size in values.shape)
    halo = kernel.halo
    around = [slice(max(each.start - halo, 0), each.stop + halo) for each in (rows, cols)]
    lacking = Outside(
        *(
            max(number, 0)
            for each, size in ((rows, values.shape[0]), (cols, values.shape[1]))
            for number in (halo - each.start, each.stop + halo - size)
        )
    )
    pads = (lacking.top, lacking.bottom), (lacking.left, lacking.right)
    valid = np.ones(values.shape, bool) if valid is None else valid
    arrays = [np.pad(array[around[0], around[1]], pads) for array in (values, valid)]
    found = kernel(Stack((arrays[0],), (arrays[1],), halo, lacking))
    return found.stored[0], found.valid[0]


def looped(kernel, values, valid):
    """Return the expected results in float64 and the expected valid pixels, computed pixel by pixel."""
    radius, circle = kernel.neighbours.radius, kernel.neighbours.circle
    mode = {"mode": PADDING[kernel.edge]} if kernel.edge in PADDING else {}
    padded, known = (np.pad(array, radius, **mode) for array in (values, valid))
    distances = np.arange(-radius, radius + 1)
    near = distances[:, np.newaxis] ** 2 + distances**2 <= (radius**2 if circle else 2 * radius**2)
    results, shown = np.zeros(values.shape), np.zeros(values.shape, bool)
    for row, col in np.ndindex(*values.shape):
        window = np.s_[row : row + 2 * radius + 1, col : col + 2 * radius + 1]
        used = known[window] & near
        everything = used.sum() == near.sum()
        filled = used.any() or kernel.method == "count"
        shown[row, col] = {"skip": valid[row, col], "fill": filled, "strict": everything}[kernel.rule]
        if shown[row, col]:
            results[row, col] = _result(kernel, padded[window], used, complete=everything)
    return results, shown


def _result(kernel, stored, used, *, complete):
    """Return the result of one pixel from the stored values of its neighbours; only those with `used` true count."""
    term, method = kernel.terms[0], kernel.method
    values = stored.astype(float) * term.scale + term.offset
    some = values[used]
    if method in ("median", "min", "max", "majority"):
        return _selected(method, stored[used].astype(float), term.scale)
    if method == "gaussian":
        weights = np.outer(kernel.weights, kernel.weights)
        return (values * weights)[used].sum() / (1 if complete else weights[used].sum())
    if method == "sobel":
        gradient = np.outer([1, 2, 1], [-1, 0, 1])
        return np.hypot((values * gradient).sum(), (values * gradient.T).sum())
    if method == "laplace":
        return (values * [[0, 1, 0], [1, -4, 1], [0, 1, 0]]).sum()
    simple = {"mean": np.mean, "sum": np.sum, "std": np.std, "range": np.ptp, "count": np.size}
    return simple[method](some)


def _selected(method, stored, scale):
    """Return the stored value that a method selects; values are compared by their physical values."""
    ordered = np.sort(stored * np.sign(scale))
    if method == "majority":
        different, counts = np.unique(ordered, return_counts=True)
        return different[counts.argmax()] * np.sign(scale)
    return ordered[{"min": 0, "max": -1, "median": ordered.size // 2}[method]] * np.sign(scale)
