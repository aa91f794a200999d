"""Compute the windows and cores of tiles in pixels of the raster.

The two axes are independent: each has a list of spans (pixel ranges), and each pair of spans, one per axis, is a tile.
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
"""Maximum width and height of a tile in pixels. GDAL stores them as 32-bit integers."""


class Span(NamedTuple):
    """Extent of a tile along one axis: its row or column number, and the pixel ranges of the tile and its core."""

    number: int
    start: int
    stop: int
    core_start: int
    core_stop: int


class TileWindow(NamedTuple):
    """Row and column of a tile, its window (which padding may extend beyond the raster), and its core."""

    row: int
    col: int
    window: Window
    core: Window


def even_spans(begin: int, end: int, count: int) -> list[Span]:
    """Divide [begin, end) into `count` spans whose sizes differ by at most one pixel."""
    edges = [begin + (end - begin) * number // count for number in range(count + 1)]
    return [Span(number, *edges[number : number + 2], *edges[number : number + 2]) for number in range(count)]


def count_steps(begin: int, end: int, step: int, origin: int) -> int:
    """Return how many intervals of `step` pixels, starting at `origin`, overlap [begin, end)."""
    return (end - 1 - origin) // step - (begin - origin) // step + 1


def fixed_spans(begin: int, end: int, step: int, remainder: str, origin: int) -> list[Span]:
    """Return spans of `step` pixels that cover [begin, end); span 0 starts at `origin`.

    Parameters
    ----------
    begin, end, step, origin
        Begin and end of the area, size of a span, and start of span 0, in pixels.
    remainder
        How to handle a span that extends beyond the area: "trim" cuts it, "pad" keeps it, "shift" moves it inward (its
        core then contains only pixels that no earlier span covers), "drop" leaves it out.
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
    """Return the spans extended by `overlap` pixels on each side, but not beyond [begin, end)."""
    return [
        span._replace(
            start=min(span.start, max(begin, span.start - overlap)), stop=max(span.stop, min(end, span.stop + overlap))
        )
        for span in spans
    ]


def tile_windows(rows: Sequence[Span], cols: Sequence[Span]) -> Iterator[TileWindow]:
    """Yield the windows of the tiles in all rows and columns, row by row."""
    for row in rows:
        for col in cols:
            yield TileWindow(
                row.number,
                col.number,
                Window(col.start, row.start, col.stop - col.start, row.stop - row.start),
                Window(col.core_start, row.core_start, col.core_stop - col.core_start, row.core_stop - row.core_start),
            )


def whole_pixels(width: float, height: float, grid: Grid, *, map_units: bool) -> tuple[int, int]:
    """Return a tile size (columns, rows) in whole pixels; a size in map units is rounded to whole pixels.

    Raises
    ------
    OptionError
        A size is not positive or is too large; a size in pixels is not a whole number; or a size in map units is less
        than half a pixel.
    """
    for name, size in (("TILE_WIDTH", width), ("TILE_HEIGHT", height)):
        if not (math.isfinite(size) and size > 0):
            raise OptionError(f"{name} is {size:g}; it must be a finite number above 0.", parameter=name.lower())
    pixel = pixel_size(grid) if map_units else (1, 1)
    if max(width / pixel[0], height / pixel[1]) > LARGEST_EDGE:
        side = "tile_width" if width / pixel[0] > LARGEST_EDGE else "tile_height"
        raise OptionError(
            f"Tiles of {width / pixel[0]:.12g} x {height / pixel[1]:.12g} pixels are too large. The limit is "
            f"{LARGEST_EDGE:,} pixels per side.",
            parameter=side,
        )
    if not map_units:
        if width != int(width) or height != int(height):
            side = "tile_width" if width != int(width) else "tile_height"
            raise OptionError(
                f"Tiles cannot have {width:g} x {height:g} pixels. Width and height must be whole numbers.",
                parameter=side,
            )
        return int(width), int(height)
    cols, rows = round(width / pixel[0]), round(height / pixel[1])
    if cols < 1 or rows < 1:
        side = "tile_width" if cols < 1 else "tile_height"
        raise OptionError(
            f"Tiles of {width:g} x {height:g} map units are less than half a pixel wide or high (a pixel is "
            f"{pixel[0]:g} x {pixel[1]:g} map units). Use larger tiles.",
            parameter=side,
        )
    return cols, rows


def aligned_origin(grid: Grid) -> tuple[int, int]:
    """Return the column and row of the point (0, 0) of the CRS, in pixels of the raster.

    Raises
    ------
    OptionError
        The raster is rotated, or its pixel edges are not at multiples of the pixel size. The message gives the offset.
    """
    a, b, c, d, e, f = tuple(grid.transform)[:6]
    if b or d:
        raise OptionError(
            "The raster is rotated, so tiles cannot be aligned to the origin of its CRS. Set ALIGNMENT to 'corner'.",
            parameter="alignment",
        )
    exact = -c / a, -f / e
    origin = round(exact[0]), round(exact[1])
    offset = exact[0] - origin[0], exact[1] - origin[1]
    if max(map(abs, offset)) > PIXEL_TOLERANCE:
        raise OptionError(
            "The corner coordinates of the raster are not multiples of its pixel size, so tiles cannot be aligned to "
            f"the origin of its CRS. The coordinates differ from the nearest multiples by {abs(offset[0] * a):.6g} in "
            f"x and {abs(offset[1] * e):.6g} in y ({abs(offset[0]):.3g} and {abs(offset[1]):.3g} pixels). Set "
            "ALIGNMENT to 'corner'.",
            parameter="alignment",
        )
    return origin
