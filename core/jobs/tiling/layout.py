"""Which tiles a tiling makes: its parameters, the tiles' places and their names."""

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
from .polygons import TilePolygon, read_polygons
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
    """The parameters of `tile_raster` that decide what is in the tiles, where they are explained."""

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
    """A tile to be made: its file's name, its place, and the polygon that it shows."""

    file: str
    row: int
    col: int
    id: int | str
    window: Window
    core: Window
    polygon: TilePolygon | None


@dataclass(frozen=True)
class Layout:
    """The tiles, the polygons that they show (none in the other tilings), and what is to be said about them."""

    tiles: tuple[Tile, ...]
    polygons: tuple[TilePolygon, ...]
    remarks: tuple[str, ...]


def resolve_layout(
    options: TileOptions, polygons: Iterable[Any] | None, grid: Grid, area: Window, name: str, max_tiles: int
) -> Layout:
    """Return the tiles of the part `area` of a raster.

    Parameters
    ----------
    options
        As `check_options` returns them.
    polygons
        For the tiling by polygons, see `polygons.read_polygons`.
    grid, name
        The raster's grid, and what `{name}` stands for.
    max_tiles
        More tiles are refused.

    Raises
    ------
    OptionError
        A parameter cannot be used, or there would be no tile, too many, or two of one name.
    """
    if options.tiling == "polygons":
        drawn, remarks = _polygons(options, polygons, grid, area)
        _check_count(len(drawn), max_tiles)
        windows = _polygon_windows(options, drawn, area)
    else:
        drawn = []
        windows, remarks = _grid_windows(options, grid, area, max_tiles)
    return Layout(_named(windows, drawn, options, name, grid), tuple(drawn), tuple(remarks))


def check_options(options: TileOptions) -> TileOptions:
    """Return the options with their words resolved.

    Raises
    ------
    OptionError
        What can be said without the input.
    """
    if options.overlap < 0:
        raise OptionError(f"OVERLAP is {options.overlap}; 0 or more pixels are needed.", parameter="overlap")
    if not 0 <= options.min_valid <= 100:
        raise OptionError(
            f"MIN_VALID is {options.min_valid:g}; a percentage from 0 to 100 is needed.", parameter="min_valid"
        )
    if options.bands is not None and len(set(options.bands)) != len(options.bands):
        raise OptionError(f"BANDS names a band twice: {', '.join(map(str, options.bands))}.", parameter="bands")
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


def _polygons(
    options: TileOptions, polygons: Iterable[Any] | None, grid: Grid, area: Window
) -> tuple[list[TilePolygon], list[str]]:
    if polygons is None:
        raise OptionError("TILING is polygons, but no POLYGONS are given.", parameter="polygons")
    drawn, left_out = read_polygons(polygons, options.name_field, grid, area)
    if not drawn:
        raise OptionError(" ".join(["None of the POLYGONS gives a tile.", *left_out[:5]]), parameter="polygons")
    return drawn, left_out


def _polygon_windows(options: TileOptions, drawn: Sequence[TilePolygon], area: Window) -> list[TileWindow]:
    places = []
    for number, polygon in enumerate(drawn):
        spans = ([Span(0, start, stop, start, stop)] for start, stop in _edges(polygon.window))
        row, col = (with_halo(span, options.overlap, *edge) for span, edge in zip(spans, _edges(area)))
        places += [place._replace(row=number) for place in tile_windows(row, col)]
    return places


def _grid_windows(options: TileOptions, grid: Grid, area: Window, max_tiles: int) -> tuple[list[TileWindow], list[str]]:
    """Return the places of all tiles of the tilings in rows and columns, and what is to be said about them."""
    ends = _edges(area)
    remarks: list[str] = []
    if options.tiling == "grid":
        counts = options.rows, options.columns
        if min(counts) < 1 or counts[0] > area.height or counts[1] > area.width:
            wrong = "rows" if 1 <= options.columns <= area.width else "columns"
            raise OptionError(
                f"COLUMNS {options.columns} and ROWS {options.rows} do not divide {area.width} x {area.height} pixels: "
                "from 1 to as many as there are pixels are needed.",
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
                f"No whole tile of {width} x {height} pixels fits into {area.width} x {area.height} pixels, and "
                "REMAINDER drops the others.",
                parameter="remainder",
            )
    rows, cols = (with_halo(each, options.overlap, *edge) for each, edge in zip((rows, cols), ends))
    return list(tile_windows(rows, cols)), remarks


def _edges(window: Window) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a window begins and ends, in rows and in columns."""
    return (
        (window.row_off, window.row_off + window.height),
        (window.col_off, window.col_off + window.width),
    )


def _check_count(count: int, max_tiles: int) -> None:
    if count > max_tiles:
        raise OptionError(
            f"These parameters would make {count:,} tiles; MAX_TILES is {max_tiles:,}. Make larger tiles, or set "
            "MAX_TILES higher.",
            parameter="max_tiles",
        )


def _named(
    windows: Sequence[TileWindow], drawn: Sequence[TilePolygon], options: TileOptions, name: str, grid: Grid
) -> tuple[Tile, ...]:
    template = options.name_template or (POLYGON_TEMPLATE if drawn else DEFAULT_TEMPLATE)
    rows, cols = padded(window.row for window in windows), padded(window.col for window in windows)
    tiles = []
    for number, place in enumerate(windows):
        polygon = drawn[number] if drawn else None
        label = polygon.id if polygon is not None else number
        x, y = grid.transform * (place.core.col_off, place.core.row_off)
        values = {
            "name": name, "row": rows[place.row], "col": cols[place.col], "id": str(label),
            "x": f"{x:.12g}", "y": f"{y:.12g}",
        }  # fmt: skip
        tiles.append(Tile(tile_name(template, values), *place[:2], label, *place[2:], polygon))
    words = "polygon {0.id}" if drawn else "row {0.row}, column {0.col}"
    check_names([(words.format(tile), tile.file) for tile in tiles])
    return tuple(tiles)
