"""Where the tiles of a raster lie: windows and cores in the raster's pixels, arithmetic without any file.

Rows and columns are independent, so each tiling is a list of spans along either axis and the tiles are their product.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rasterio.windows import Window

from ...errors import OptionError
from ...raster.alignment import pixel_size
from ...raster.grid import PIXEL_TOLERANCE, Grid

LARGEST_EDGE = 2**31 - 1
"""Pixels; GDAL counts them in 32 bits."""


class Span(NamedTuple):
    """A tile along one axis: its number, its pixels, and those of them that are its own (the core)."""

    number: int
    start: int
    stop: int
    core_start: int
    core_stop: int


class TileWindow(NamedTuple):
    """A tile's place in the tiling, its window (which padding may extend beyond the raster), and its core."""

    row: int
    col: int
    window: Window
    core: Window


def even_spans(begin: int, end: int, count: int) -> list[Span]:
    """Return `count` spans that differ by at most one pixel and cover [begin, end)."""
    edges = [begin + (end - begin) * number // count for number in range(count + 1)]
    return [Span(number, *edges[number : number + 2], *edges[number : number + 2]) for number in range(count)]


def count_steps(begin: int, end: int, step: int, origin: int) -> int:
    """Return how many steps of `step` pixels, counted from `origin`, touch [begin, end)."""
    return (end - 1 - origin) // step - (begin - origin) // step + 1


def fixed_spans(begin: int, end: int, step: int, remainder: str, origin: int) -> list[Span]:
    """Return spans of `step` pixels over [begin, end); span 0 starts at `origin`.

    Parameters
    ----------
    begin, end, step, origin
        Pixels.
    remainder
        What becomes of a span that reaches beyond the area: "trim" cuts it, "pad" lets it, "shift" moves it inward
        (its core is what no earlier span has), "drop" leaves it out.
    """
    spans: list[Span] = []
    covered = begin
    first = (begin - origin) // step
    for number in range(first, first + count_steps(begin, end, step, origin)):
        start = origin + number * step
        stop = start + step
        inside = max(start, begin), min(stop, end)
        if inside == (start, stop) or remainder == "trim":
            start, stop = inside
        elif remainder == "drop":
            continue
        elif remainder == "shift":
            start = max(begin, min(start, end - step)) if start >= begin else begin
            stop = min(end, start + step)
        core = max(start, covered), min(stop, end)
        if core[0] < core[1]:
            spans.append(Span(number, start, stop, *core))
            covered = core[1]
    return spans


def with_halo(spans: Sequence[Span], overlap: int, begin: int, end: int) -> list[Span]:
    """Return the spans with `overlap` more pixels on either side, cut at the edges of [begin, end)."""
    return [
        span._replace(
            start=min(span.start, max(begin, span.start - overlap)), stop=max(span.stop, min(end, span.stop + overlap))
        )
        for span in spans
    ]


def tile_windows(rows: Sequence[Span], cols: Sequence[Span]) -> Iterator[TileWindow]:
    """Yield the tiles of all rows and columns, row by row."""
    for row in rows:
        for col in cols:
            yield TileWindow(
                row.number,
                col.number,
                Window(col.start, row.start, col.stop - col.start, row.stop - row.start),
                Window(col.core_start, row.core_start, col.core_stop - col.core_start, row.core_stop - row.core_start),
            )


def whole_pixels(width: float, height: float, grid: Grid, *, map_units: bool) -> tuple[int, int]:
    """Return a tile size (columns, rows) in whole pixels; map units are rounded to the nearest pixel.

    Raises
    ------
    OptionError
        A size is no positive number, no whole number of pixels, less than half a pixel, or more than GDAL counts.
    """
    for name, size in (("TILE_WIDTH", width), ("TILE_HEIGHT", height)):
        if not (math.isfinite(size) and size > 0):
            raise OptionError(f"{name} is {size:g}; a size larger than 0 is needed.", parameter=name.lower())
    pixel = pixel_size(grid) if map_units else (1, 1)
    if max(width / pixel[0], height / pixel[1]) > LARGEST_EDGE:
        side = "tile_width" if width / pixel[0] > LARGEST_EDGE else "tile_height"
        raise OptionError(
            f"Tiles of {width / pixel[0]:.12g} x {height / pixel[1]:.12g} pixels: a raster has {LARGEST_EDGE:,} on a "
            "side at most.",
            parameter=side,
        )
    if not map_units:
        if width != int(width) or height != int(height):
            side = "tile_width" if width != int(width) else "tile_height"
            raise OptionError(f"Tiles of {width:g} x {height:g} pixels: whole numbers are needed.", parameter=side)
        return int(width), int(height)
    cols, rows = round(width / pixel[0]), round(height / pixel[1])
    if cols < 1 or rows < 1:
        side = "tile_width" if cols < 1 else "tile_height"
        raise OptionError(
            f"Tiles of {width:g} x {height:g} map units are smaller than half a pixel of {pixel[0]:g} x {pixel[1]:g}.",
            parameter=side,
        )
    return cols, rows


def aligned_origin(grid: Grid) -> tuple[int, int]:
    """Return the column and row, in the raster's pixels, of the point (0, 0) of its CRS.

    Raises
    ------
    OptionError
        The raster is rotated, or its pixels do not lie on whole multiples of the pixel size; tells the offset.
    """
    a, b, c, d, e, f = tuple(grid.transform)[:6]
    if b or d:
        raise OptionError(
            "The raster is rotated, so its tiles cannot be aligned to its CRS; set ALIGNMENT to corner.",
            parameter="alignment",
        )
    exact = -c / a, -f / e
    whole = round(exact[0]), round(exact[1])
    offset = exact[0] - whole[0], exact[1] - whole[1]
    if max(map(abs, offset)) > PIXEL_TOLERANCE:
        raise OptionError(
            "The raster does not lie on whole multiples of its pixel size, so its tiles cannot be aligned to its CRS: "
            f"it is off by {abs(offset[0] * a):.6g} in x and {abs(offset[1] * e):.6g} in y "
            f"({abs(offset[0]):.3g} and {abs(offset[1]):.3g} pixels). Set ALIGNMENT to corner.",
            parameter="alignment",
        )
    return whole
