"""Charts as inline SVG, drawn with plain numbers: no script, no style of the page needed, any browser shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .html import escape

WIDTH = 846
"""Pixels of the page's column."""

LEFT, RIGHT, TOP, BOTTOM = 72, 14, 14, 42
"""Margins of a chart with axes."""

INK, MUTED, GRID = "#1f2933", "#52606d", "#e3e8ee"
COLOURS = ("#1c7c6c", "#7fa8d9", "#d08a2e", "#8a6bb1", "#b3504a", "#5f7f3b")
SHADES = ("#d6efe9", "#a9dccf", "#74c3b1", "#3fa28f", "#1c7c6c", "#0e574b")
"""From little to much."""

UNDONE = "#eef1f4"
DRAWN_CELLS = 2500
"""Of more cells, neighbours are drawn as one."""

COARSE = (60, 40)
"""Columns and rows of the drawing then."""

DRAWN_BARS = 1500
"""Of more bars, those that would touch are drawn as one."""

Point = tuple[float, float]


class Cell(NamedTuple):
    """A rectangle (column, row, width, height) of a map, how much of something it took, and what a pointer reads."""

    place: tuple[int, int, int, int]
    amount: float | None
    title: str


class Bar(NamedTuple):
    """A stretch of time, and what a pointer reads."""

    start: float
    end: float
    title: str


def number(value: float) -> str:
    """Return a number with no more digits than people read."""
    if value and abs(value) < 0.1:
        return f"{value:.2g}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ticks(highest: float, count: int = 5) -> list[float]:
    """Return round numbers from 0 to `highest` or just beyond, about `count` of them."""
    if not highest > 0 or not math.isfinite(highest):
        return [0.0, 1.0]
    rough = highest / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    return [step * index for index in range(math.ceil(highest / step - 1e-9) + 1)]


def curves(
    series: Mapping[str, Sequence[Point]], x_label: str, y_label: str, *, area: bool = False, dots: bool = False,
    line: tuple[float, str] | None = None, right: float = 0, marks: Mapping[float, str] | None = None,
    height: int = 230,
) -> str:  # fmt: skip
    """Return curves over a common axis from 0 on.

    Parameters
    ----------
    series
        Points (x, y) of each curve, by name.
    x_label, y_label
        What the axes show, with the unit.
    area
        Fill what is below.
    dots
        Mark the points.
    line
        A level to compare with, and its name.
    right
        Where the x axis ends at least.
    marks
        What stands along the x axis, and where; None: round numbers.
    height
        Of the drawing, pixels.
    """
    points = [point for each in series.values() for point in each]
    right = max([x for x, _ in points] + [right])
    ys = ticks(max([y for _, y in points] + ([line[0]] if line else []), default=0))
    right = right or 1.0
    marks = marks or {x: number(x) for x in ticks(right, 8) if x <= right * 1.0001}

    def at(x: float, y: float) -> Point:
        return LEFT + x / right * (WIDTH - LEFT - RIGHT), height - BOTTOM - y / ys[-1] * (height - TOP - BOTTOM)

    parts = [_axes(marks, ys, at, x_label, y_label, height)]
    for colour, (name, each) in zip(COLOURS * len(series), series.items()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in each))
        if area and each:
            base = f"{at(each[-1][0], 0)[0]:.1f},{at(0, 0)[1]:.1f} {at(each[0][0], 0)[0]:.1f},{at(0, 0)[1]:.1f}"
            parts.append(f'<polygon points="{path} {base}" fill="{colour}" fill-opacity="0.14"/>')
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round">'
            f"<title>{escape(name)}</title></polyline>"
        )
        for point in each if dots else ():
            x, y = at(*point)
            title = escape(f"{name}: {marks.get(point[0]) or number(point[0])}, {number(point[1])}")
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"><title>{title}</title></circle>')
    if line:
        y = at(0, line[0])[1]
        parts.append(_line(LEFT, y, WIDTH - RIGHT, y, MUTED, ' stroke-dasharray="5 4"'))
        halo = ' stroke="#fff" stroke-width="4" stroke-linejoin="round"'
        parts += [
            _text(WIDTH - RIGHT, y - 6, line[1], "end", colour, more) for colour, more in (("#fff", halo), (MUTED, ""))
        ]
    return _svg(height, parts) + (legend(list(series)) if len(series) > 1 else "")


def gantt(
    rows: Mapping[str, Sequence[Bar]], stage: tuple[float, float], total: float, x_label: str, afterwards: str = ""
) -> str:
    """Return bars over time, a row for each worker with its share of busy time between start and end of the stage.

    `afterwards` says what the time after the stage is for.
    """
    step = max(12, min(30, 420 // max(1, len(rows))))
    height, right = TOP + step * len(rows) + BOTTOM, WIDTH - RIGHT - 62
    scale, bottom = (right - LEFT) / (total or 1), height - BOTTOM
    many = sum(len(bars) for bars in rows.values()) > DRAWN_BARS
    shaded = f'x="{LEFT + stage[0] * scale:.1f}" y="{TOP}" width="{(stage[1] - stage[0]) * scale:.1f}"'
    parts = [f'<rect {shaded} height="{bottom - TOP}" fill="#f3f6f8"/>']
    for tick in ticks(total, 8):
        if tick <= total * 1.0001:
            x = LEFT + tick * scale
            parts += [_line(x, TOP, x, bottom, GRID), _text(x, bottom + 16, number(tick), "middle", MUTED)]
    for index, (name, bars) in enumerate(rows.items()):
        y = TOP + step * index
        busy = sum(bar.end - bar.start for bar in bars) / max(stage[1] - stage[0], 1e-9)
        parts.append(_text(LEFT - 8, y + step / 2 + 4, name, "end", INK))
        parts.append(_text(right + 8, y + step / 2 + 4, f"{min(1, busy):.0%} busy", "start", MUTED))
        for bar in _merged(bars, 1 / scale) if many else bars:
            width = max(0.4, (bar.end - bar.start) * scale)
            parts.append(
                f'<rect x="{LEFT + bar.start * scale:.2f}" y="{y + 2}" width="{width:.2f}" height="{step - 4}" '
                f'fill="{COLOURS[0]}" stroke="#fff" stroke-width="{0.7 if width > 3 else 0}">'
                f"<title>{escape(bar.title)}</title></rect>"
            )
    if (total - stage[1]) * scale > 7 * len(afterwards):
        middle = LEFT + (stage[1] + total) / 2 * scale
        parts.append(_text(middle, (TOP + bottom) / 2 + 4, afterwards, "middle", MUTED))
    parts.append(_text((LEFT + right) / 2, height - 4, x_label, "middle", MUTED))
    return _svg(height, parts)


def grid_map(width: int, height: int, cells: Sequence[Cell], unit: str) -> str:
    """Return the cells of a raster of `width` x `height` pixels, the darker the larger their amount."""
    drawn = cells if len(cells) <= DRAWN_CELLS else _coarse(width, height, cells)
    scale = _map_scale(width, height)
    # A raster of one row would not be seen.
    across, down = max(8 / width, scale), max(8 / height, scale)
    amounts = [cell.amount for cell in drawn if cell.amount is not None]
    least, most = min(amounts, default=0.0), max(amounts, default=0.0)
    parts = []
    for cell in drawn:
        col, row, cols, rows = cell.place
        share = 0.0 if cell.amount is None or most == least else (cell.amount - least) / (most - least)
        colour = UNDONE if cell.amount is None else SHADES[round(share * (len(SHADES) - 1))]
        parts.append(
            f'<rect x="{col * across:.2f}" y="{row * down:.2f}" width="{cols * across:.2f}" '
            f'height="{rows * down:.2f}" fill="{colour}" stroke="#fff" stroke-width="1">'
            f"<title>{escape(cell.title)}</title></rect>"
        )
    bottom = math.ceil(height * down)
    if least == most:
        return _svg(bottom, parts)
    parts.append(_text(0, bottom + 24, f"{number(least)} {unit}", "start", MUTED))
    for index, shade in enumerate(SHADES):
        parts.append(f'<rect x="{90 + 28 * index}" y="{bottom + 13}" width="28" height="13" fill="{shade}"/>')
    parts.append(_text(98 + 28 * len(SHADES), bottom + 24, f"{number(most)} {unit}", "start", MUTED))
    return _svg(bottom + 32, parts)


def _map_scale(width: int, height: int) -> float:
    return min(WIDTH / width, 360 / height)


def share_bar(parts: Mapping[str, float]) -> str:
    """Return one bar divided as the amounts are, with their names."""
    total = sum(parts.values()) or 1
    drawn, x = [], 0.0
    for colour, (name, amount) in zip(("#1c7c6c", "#cfd8e0", *COLOURS[2:]), parts.items()):
        width = amount / total * WIDTH
        title = escape(f"{name}: {number(amount)} ({amount / total:.2%})")
        drawn.append(
            f'<rect x="{x:.2f}" y="2" width="{width:.2f}" height="22" fill="{colour}"><title>{title}</title></rect>'
        )
        x += width
    return _svg(28, drawn) + legend(list(parts), ("#1c7c6c", "#cfd8e0", *COLOURS[2:]))


def legend(names: Sequence[str], colours: Sequence[str] = COLOURS) -> str:
    """Return the names, each beside its colour."""
    items = (
        f'<span style="margin-right:22px"><span style="display:inline-block;width:11px;height:11px;'
        f'margin-right:7px;background:{colour}"></span>{escape(name)}</span>'
        for colour, name in zip(tuple(colours) * (len(names) // len(colours) + 1), names)
    )
    return f'<p class="note">{"".join(items)}</p>' if names else ""


def _merged(bars: Sequence[Bar], pixel: float) -> list[Bar]:
    """Return fewer bars: those that lie side by side as one, up to the length of twenty pixels."""
    merged: list[Bar] = []
    for bar in sorted(bars):
        last = merged[-1] if merged else None
        if last and bar.start - last.end < pixel and bar.end - last.start < 20 * pixel:
            merged[-1] = Bar(last.start, max(last.end, bar.end), "several chunks")
        else:
            merged.append(bar)
    return merged


def _coarse(width: int, height: int, cells: Sequence[Cell]) -> list[Cell]:
    """Return fewer cells, each with the mean amount of those whose middle lies in it."""
    # Strips, as wide as the raster, stay one column; a narrow raster has fewer columns, so that they can be seen.
    scale = _map_scale(width, height)
    cols, rows = (
        max(1, min(most, len({cell.place[axis] for cell in cells}), int(size * scale / 6)))
        for axis, (most, size) in enumerate(zip(COARSE, (width, height)))
    )
    groups: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        col, row, wide, high = cell.place
        place = (
            min(cols - 1, int((col + wide / 2) * cols / width)),
            min(rows - 1, int((row + high / 2) * rows / height)),
        )
        groups.setdefault(place, []).append(cell)
    coarse = []
    for (col, row), group in groups.items():
        left, top = col * width // cols, row * height // rows
        right, bottom = (col + 1) * width // cols, (row + 1) * height // rows
        amounts = [cell.amount for cell in group if cell.amount is not None]
        amount = sum(amounts) / len(amounts) if amounts else None
        coarse.append(Cell((left, top, right - left, bottom - top), amount, f"{len(group)} chunks"))
    return coarse


def _axes(
    marks: Mapping[float, str],
    ys: Sequence[float],
    at: Callable[[float, float], Point],
    x_label: str,
    y_label: str,
    height: int,
) -> str:
    parts = []
    for y in ys:
        level = at(0, y)[1]
        parts += [_line(LEFT, level, WIDTH - RIGHT, level, GRID), _text(LEFT - 8, level + 4, number(y), "end", MUTED)]
    for x, mark in marks.items():
        parts.append(_text(at(x, 0)[0], height - BOTTOM + 16, mark, "middle", MUTED))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 6, x_label, "middle", MUTED))
    middle = (height + TOP - BOTTOM) / 2
    parts.append(f'<g transform="translate(12 {middle:.1f}) rotate(-90)">{_text(0, 0, y_label, "middle", MUTED)}</g>')
    return "".join(parts)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, more: str = "") -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"{more}/>'


def _text(x: float, y: float, text: str, anchor: str, colour: str, more: str = "") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}"{more}>{escape(text)}</text>'


def _svg(height: float, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" '
        f'height="{height:g}">{"".join(parts)}</svg>\n'
    )
