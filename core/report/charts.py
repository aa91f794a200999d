"""Charts as inline SVG, without scripts or style sheets, so that any browser can show them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .html import escape

WIDTH = 846
"""Width of a chart in pixels."""

LEFT, RIGHT, TOP, BOTTOM = 72, 14, 14, 42
"""Margins of a chart with axes, in pixels."""

INK, MUTED, GRID = "#1f2933", "#52606d", "#e3e8ee"
COLOURS = ("#1c7c6c", "#7fa8d9", "#d08a2e", "#8a6bb1", "#b3504a", "#5f7f3b")
SHADES = ("#d6efe9", "#a9dccf", "#74c3b1", "#3fa28f", "#1c7c6c", "#0e574b")
"""Colours of the cells of a map, from the smallest to the largest amount."""

UNDONE = "#eef1f4"
DRAWN_CELLS = 2500
"""Maximum number of cells drawn one by one; if there are more, neighbouring cells are combined."""

COARSE = (60, 40)
"""Maximum number of columns and rows into which the cells of a map are combined."""

DRAWN_BARS = 1500
"""Maximum number of bars drawn one by one; if there are more, adjacent bars are combined."""

Point = tuple[float, float]


class Cell(NamedTuple):
    """A rectangle of a map: column, row, width, height, amount shown as a colour (None: unprocessed), and tooltip."""

    place: tuple[int, int, int, int]
    amount: float | None
    title: str


class Bar(NamedTuple):
    """A time span with its tooltip."""

    start: float
    end: float
    title: str


def number(value: float) -> str:
    """Format a number with two or three significant digits and thousands separators."""
    if value and abs(value) < 0.1:
        return f"{value:.2g}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ticks(highest: float, count: int = 5) -> list[float]:
    """Return about `count` evenly spaced round numbers from 0 to `highest` or slightly above."""
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
    """Return a line chart of one or more curves as SVG. Both axes start at 0.

    Parameters
    ----------
    series
        Points (x, y) of each curve, by name.
    x_label, y_label
        Labels of the axes, with units.
    area
        Fill the area below the curves.
    dots
        Mark the points with dots.
    line
        Value and label of a horizontal reference line; None draws no line.
    right
        Minimum for the right end of the x axis.
    marks
        Labels of the x axis by position; None uses round numbers.
    height
        Height of the chart in pixels.
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
    """Return a timeline as SVG, with one row of bars per worker.

    `stage` is the start and end of the shaded time span, for which the busy share of each worker is computed. `total`
    is the end of the axis. `afterwards` is a label for the time after the shaded span.
    """
    step = max(12, min(30, 420 // max(1, len(rows))))
    height, right = TOP + step * len(rows) + BOTTOM, WIDTH - RIGHT - 62
    scale, bottom = (right - LEFT) / (total or 1), height - BOTTOM
    combined = sum(len(bars) for bars in rows.values()) > DRAWN_BARS
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
        for bar in _merged(bars, 1 / scale) if combined else bars:
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
    """Return a map of cells in a raster of `width` x `height` pixels as SVG; darker cells have larger amounts.

    `unit` is the unit of the amounts in the legend.
    """
    drawn = cells if len(cells) <= DRAWN_CELLS else _coarse(width, height, cells)
    scale = _map_scale(width, height)
    # At least 8 pixels, so that a raster of one row is visible.
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
    """Return a bar divided in proportion to the amounts in `parts`, with a legend of the names."""
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
    """Return a legend as HTML, with a coloured square before each name."""
    items = (
        f'<span style="margin-right:22px"><span style="display:inline-block;width:11px;height:11px;'
        f'margin-right:7px;background:{colour}"></span>{escape(name)}</span>'
        for colour, name in zip(tuple(colours) * (len(names) // len(colours) + 1), names)
    )
    return f'<p class="note">{"".join(items)}</p>' if names else ""


def _merged(bars: Sequence[Bar], pixel: float) -> list[Bar]:
    """Combine adjacent bars into bars of up to 20 pixels; `pixel` is the duration that one pixel represents."""
    merged: list[Bar] = []
    for bar in sorted(bars):
        last = merged[-1] if merged else None
        if last and bar.start - last.end < pixel and bar.end - last.start < 20 * pixel:
            merged[-1] = Bar(last.start, max(last.end, bar.end), "several chunks")
        else:
            merged.append(bar)
    return merged


def _coarse(width: int, height: int, cells: Sequence[Cell]) -> list[Cell]:
    """Combine cells into a coarse grid; each new cell has the mean amount of the cells whose centre it contains."""
    # Strips as wide as the raster stay in one column. A narrow raster gets fewer columns, so that each stays visible.
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
        coarse.append(Cell((left, top, right - left, bottom - top), amount, f"chunks: {len(group)}"))
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
