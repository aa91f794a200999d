"""Lay out the tiles of a raster: check the parameters, compute the windows and name the files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from rasterio.windows import Window

from ...choices import ALIGNMENT, REMAINDER, TILING, resolve_choice
from ...errors import OptionError
from ...raster.grid import Grid
from ...tileset.names import DEFAULT_TEMPLATE, POLYGON_TEMPLATE, check_names, padded, tile_name
from ...vector.polygons import PixelPolygon, read_polygons
from ...writing.raster_copy import check_distinct
from .windows import (
    Span,
    TileWindow,
    aligned_origin,
    count_steps,
    even_spans,
    fixed_spans,
    tile_windows,
    whole_pixels,
    with_halo,
)


@dataclass(frozen=True)
class TileOptions:
    """Parameters that determine the content of the tiles. See `tile_raster` for their meaning."""

    tiling: str
    columns: int
    rows: int
    tile_width: float
    tile_height: float
    name_field: str | None
    overlap: int
    remainder: str
    alignment: str
    extent: tuple[float, float, float, float] | None
    bands: Sequence[int] | None
    min_valid: float
    skip_empty: bool
    count_valid: bool
    name_template: str
    creation_options: str | Mapping[str, object]


class Tile(NamedTuple):
    """A tile to write: file name, row, column, ID, window, core, and polygon (None unless TILING is "polygons")."""

    file: str
    row: int
    col: int
    id: int | str
    window: Window
    core: Window
    polygon: PixelPolygon | None


@dataclass(frozen=True)
class Layout:
    """The tiles, their polygons (empty unless TILING is "polygons"), and remarks for the log."""

    tiles: tuple[Tile, ...]
    polygons: tuple[PixelPolygon, ...]
    remarks: tuple[str, ...]


def resolve_layout(
    options: TileOptions, polygons: Iterable[Any] | None, grid: Grid, area: Window, name: str, max_tiles: int
) -> Layout:
    """Return the tiles that cover the window `area` of a raster.

    Parameters
    ----------
    options
        The options as returned by `check_options`.
    polygons
        Features if the option `tiling` is "polygons", see `read_polygons`; otherwise None.
    grid, name
        The grid of the raster, and the value of the token `{name}`.
    max_tiles
        Maximum number of tiles.

    Raises
    ------
    OptionError
        A parameter is invalid, or there would be no tiles, too many tiles, or two tiles with the same name.
    """
    if options.tiling == "polygons":
        outlines, remarks = _read_polygons(options, polygons, grid, area)
        _check_count(len(outlines), max_tiles)
        windows = _polygon_windows(options, outlines, area)
    else:
        outlines = []
        windows, remarks = _grid_windows(options, grid, area, max_tiles)
    return Layout(_named_tiles(windows, outlines, options, name, grid), tuple(outlines), tuple(remarks))


def check_options(options: TileOptions) -> TileOptions:
    """Check options that do not depend on the input; return all options, with choices as keys of `core.choices`.

    Raises
    ------
    OptionError
        An option is invalid.
    """
    if options.overlap < 0:
        raise OptionError(f"OVERLAP is {options.overlap}; it must be 0 or more pixels.", parameter="overlap")
    if not 0 <= options.min_valid <= 100:
        raise OptionError(
            f"MIN_VALID is {options.min_valid:g}; it must be a percentage from 0 to 100.", parameter="min_valid"
        )
    check_distinct(options.bands)
    return replace(
        options,
        tiling=resolve_choice(TILING, options.tiling, "TILING"),
        remainder=resolve_choice(REMAINDER, options.remainder, "REMAINDER"),
        alignment=resolve_choice(ALIGNMENT, options.alignment, "ALIGNMENT"),
        name_field=options.name_field or None,
        bands=tuple(options.bands) if options.bands else None,
        skip_empty=bool(options.skip_empty),
        count_valid=bool(options.count_valid),
    )


def _read_polygons(
    options: TileOptions, polygons: Iterable[Any] | None, grid: Grid, area: Window
) -> tuple[list[PixelPolygon], list[str]]:
    if polygons is None:
        raise OptionError(
            "TILING is 'polygons', but POLYGONS is not set. Set POLYGONS, or choose another TILING.",
            parameter="polygons",
        )
    outlines, skipped = read_polygons(polygons, options.name_field, grid, area)
    if not outlines:
        problem = "None of the POLYGONS can be used as a tile. Use valid polygons that overlap the raster and EXTENT."
        raise OptionError(" ".join([problem, *skipped[:5]]), parameter="polygons")
    return outlines, skipped


def _polygon_windows(options: TileOptions, outlines: Sequence[PixelPolygon], area: Window) -> list[TileWindow]:
    windows = []
    for number, polygon in enumerate(outlines):
        spans = ([Span(0, start, stop, start, stop)] for start, stop in _edges(polygon.window))
        row, col = (with_halo(span, options.overlap, *edge) for span, edge in zip(spans, _edges(area)))
        windows += [window._replace(row=number) for window in tile_windows(row, col)]
    return windows


def _grid_windows(options: TileOptions, grid: Grid, area: Window, max_tiles: int) -> tuple[list[TileWindow], list[str]]:
    """Return the windows of all tiles for layouts with rows and columns, and remarks for the log."""
    ends = _edges(area)
    remarks: list[str] = []
    if options.tiling == "grid":
        counts = options.rows, options.columns
        if min(counts) < 1 or counts[0] > area.height or counts[1] > area.width:
            wrong = "rows" if 1 <= options.columns <= area.width else "columns"
            raise OptionError(
                f"Cannot divide {area.width} x {area.height} pixels into {_counted(options.columns, 'column')} and "
                f"{_counted(options.rows, 'row')}. COLUMNS must be from 1 to {area.width}, and ROWS from 1 to "
                f"{area.height}.",
                parameter=wrong,
            )
        _check_count(counts[0] * counts[1], max_tiles)
        rows, cols = (even_spans(*edge, count) for edge, count in zip(ends, counts))
    else:
        width, height = whole_pixels(
            options.tile_width, options.tile_height, grid, map_units=options.tiling == "map_units"
        )
        if options.tiling == "map_units":
            remarks.append(f"Tile size: {width} x {height} pixels")
        origin = (area.col_off, area.row_off) if options.alignment == "corner" else aligned_origin(grid)
        steps = (height, origin[1]), (width, origin[0])
        _check_count(math.prod(count_steps(*edge, *step) for edge, step in zip(ends, steps)), max_tiles)
        rows, cols = (fixed_spans(*edge, step, options.remainder, start) for edge, (step, start) in zip(ends, steps))
        if not rows or not cols:
            raise OptionError(
                f"No tile of {width} x {height} pixels fits into the area of {area.width} x {area.height} "
                "pixels, and REMAINDER 'drop' leaves out tiles that extend beyond the area. Use smaller tiles or a "
                "different REMAINDER.",
                parameter="remainder",
            )
    rows, cols = (with_halo(each, options.overlap, *edge) for each, edge in zip((rows, cols), ends))
    return list(tile_windows(rows, cols)), remarks


def _edges(window: Window) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the (start, stop) of a window's rows, and the (start, stop) of its columns."""
    return (
        (window.row_off, window.row_off + window.height),
        (window.col_off, window.col_off + window.width),
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _check_count(count: int, max_tiles: int) -> None:
    if count > max_tiles:
        raise OptionError(
            f"These parameters would produce {count:,} tiles; MAX_TILES is {max_tiles:,}. Use larger tiles or a higher "
            "MAX_TILES.",
            parameter="max_tiles",
        )


def _named_tiles(
    windows: Sequence[TileWindow], outlines: Sequence[PixelPolygon], options: TileOptions, name: str, grid: Grid
) -> tuple[Tile, ...]:
    template = options.name_template or (POLYGON_TEMPLATE if outlines else DEFAULT_TEMPLATE)
    rows, cols = padded(window.row for window in windows), padded(window.col for window in windows)
    tiles = []
    for number, window in enumerate(windows):
        polygon = outlines[number] if outlines else None
        label = polygon.id if polygon is not None else number
        x, y = grid.transform * (window.core.col_off, window.core.row_off)
        values = {
            "name": name, "row": rows[window.row], "col": cols[window.col], "id": str(label),
            "x": f"{x:.12g}", "y": f"{y:.12g}",
        }  # fmt: skip
        tiles.append(Tile(tile_name(template, values), *window[:2], label, *window[2:], polygon))
    description = "polygon {0.id}" if outlines else "row {0.row}, column {0.col}"
    check_names([(description.format(tile), tile.file) for tile in tiles])
    return tuple(tiles)
