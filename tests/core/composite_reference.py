"""Plain numpy reference for temporal composites: loops over pixels, with numpy's own functions."""

from __future__ import annotations

import numpy as np


def reduce_pixel(values, days, reducer, percent, scores):
    """Return the value of each band and the chosen day, for the valid observations (n, bands) of one pixel."""
    wide = values.astype(np.float64)
    if reducer == "median":
        return np.median(wide, axis=0), None
    if reducer == "mean":
        return wide.mean(axis=0), None
    if reducer in ("min", "max"):
        return getattr(values, reducer)(axis=0), None
    if reducer == "std":
        return wide.std(axis=0), None
    if reducer == "percentile":
        return np.percentile(wide, percent, axis=0), None
    if reducer == "count":
        return np.full(values.shape[1], len(values)), None
    if reducer == "medoid":
        distances = [[np.sqrt(((a - b) ** 2).sum()) for b in wide] for a in wide]
        chosen = int(np.argmin([sum(row) for row in distances]))
    else:
        chosen = {"first": 0, "last": len(values) - 1, "best": int(np.argmax(scores)) if len(scores) else 0}[reducer]
    return values[chosen], days[chosen]


def composite(observations, reducer, *, percent=25.0, min_count=1, score=None, days=None):
    """Return the expected values, valid mask, counts and days for the observations of one period.

    `observations` is a list of (values, valid) pairs with the shape (bands, rows, columns). `score` is a function of
    the bands of a pixel.
    """
    whole = reducer in ("first", "last", "medoid", "best")
    stack = np.stack([values for values, _ in observations])
    valid = np.stack([valid for _, valid in observations])
    if whole:
        valid = np.broadcast_to(valid.all(axis=1, keepdims=True), valid.shape)
    days = list(range(len(observations))) if days is None else days
    depth, bands, rows, cols = stack.shape
    result, counts = np.zeros((bands, rows, cols)), valid.sum(axis=0)
    chosen_days = np.zeros((rows, cols), int)
    for row, col in np.ndindex(rows, cols):
        for group in [range(bands)] if whole else [[band] for band in range(bands)]:
            seen = np.flatnonzero(valid[:, group[0], row, col])
            if not seen.size:
                continue
            pixel = stack[seen][:, list(group), row, col]
            scores = [score(each.astype(float)) for each in pixel] if score else []
            found, day = reduce_pixel(pixel, [days[number] for number in seen], reducer, percent, scores)
            result[list(group), row, col] = found
            if day is not None:
                chosen_days[row, col] = day
    return result, counts >= min_count, counts, chosen_days
