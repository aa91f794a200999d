"""Tests for SVG charts: positions, sizes and labels of the drawn elements."""

from __future__ import annotations

import re

import pytest

from pages import Page
from parallel_raster.core.report.charts import (
    COARSE,
    LEFT,
    SHADES,
    UNDONE,
    WIDTH,
    Bar,
    Cell,
    curves,
    gantt,
    grid_map,
    legend,
    number,
    share_bar,
    ticks,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"), (0.00123, "0.0012"), (0.5, "0.5"), (3.14159, "3.14"), (31.4159, "31.4"), (100, "100"),
        (1234567.8, "1,234,568"),
    ],
)  # fmt: skip
def test_numbers_are_shortened(value, text):
    assert number(value) == text


@pytest.mark.parametrize("highest", [1e-6, 0.3, 1, 7, 99, 100, 101, 12345.6, 1e12])
def test_ticks_are_round_and_reach_the_top(highest):
    found = ticks(highest)
    assert found[0] == 0 and found[-2] < highest <= found[-1] * (1 + 1e-9)
    assert 3 <= len(found) <= 8
    assert re.fullmatch(r"(1|2|2\.5|5)0*e[+-]\d+", f"{found[1]:.1e}".replace(".0e", "e"))


def test_ticks_without_a_positive_maximum():
    assert ticks(0) == ticks(float("nan")) == ticks(float("inf")) == [0, 1]


def rectangles(svg):
    page = Page(svg)
    return [attributes for tag, attributes in page.tags if tag == "rect"], page


def test_bars_are_drawn_at_their_times():
    bars = {"w <1>": [Bar(0, 5, "a"), Bar(5, 6, "b")], "w2": [Bar(2, 8, "c")]}
    found, page = rectangles(gantt(bars, (0, 8), 10, "seconds", "reading back"))
    stage, *drawn = found
    scale = float(stage["width"]) / 8
    expected = [LEFT + bar.start * scale for each in bars.values() for bar in each]
    assert [float(each["x"]) for each in drawn] == pytest.approx(expected, abs=0.1)
    assert [float(each["width"]) for each in drawn] == pytest.approx([5 * scale, scale, 6 * scale], abs=0.1)
    assert page.titles == ["a", "b", "c"]
    assert "75% busy" in page.text and "w <1>" in page.text and "reading back" in page.text
    assert "reading back" not in Page(gantt(bars, (0, 8), 8.1, "seconds", "reading back")).text  # the text does not fit


def test_very_many_bars_are_combined():
    bars = {"w1": [Bar(index, index + 0.9, "x") for index in range(50_000)]}
    found, page = rectangles(gantt(bars, (0, 50_000), 50_000, "seconds"))
    assert len(found) < 100
    assert "90% busy" in page.text


def test_cells_are_drawn_at_their_positions_and_the_slowest_is_darkest():
    cells = [Cell((0, 0, 100, 50), 1, "a"), Cell((100, 0, 100, 50), 3, "b"), Cell((0, 50, 200, 50), None, "c")]
    found, page = rectangles(grid_map(200, 100, cells, "s"))
    scale = 3.6  # a map has a maximum height
    windows = [[float(each[name]) / scale for name in ("x", "y", "width", "height")] for each in found[:3]]
    assert windows == [pytest.approx(cell.place, abs=0.01) for cell in cells]
    assert [each["fill"] for each in found[:3]] == [SHADES[0], SHADES[-1], UNDONE]
    assert "1 s" in page.text and "3 s" in page.text


def test_very_many_cells_are_combined():
    cells = [Cell((x, y, 1, 1), float(x), f"{x}") for y in range(200) for x in range(300)]
    found, page = rectangles(grid_map(300, 200, cells, "s"))
    assert len(found) == COARSE[0] * COARSE[1] + len(SHADES)
    assert page.titles[0] == "chunks: 25"
    fills = [each["fill"] for each in found[: COARSE[0]]]
    assert (fills[0], fills[-1]) == (SHADES[0], SHADES[-1])
    area = sum(float(each["width"]) * float(each["height"]) for each in found[: -len(SHADES)])
    assert area == pytest.approx(540 * 360, rel=0.01)


def test_very_many_strips_are_combined_into_strips():
    cells = [Cell((0, y, 5000, 1), 1.0, "x") for y in range(5000)]
    found, _ = rectangles(grid_map(5000, 5000, cells, "s"))
    assert len(found) == COARSE[1]
    assert {each["width"] for each in found} == {"360.00"}


@pytest.mark.parametrize("size", [(1, 1), (1, 100_000), (100_000, 1)])
def test_cells_are_visible_for_any_shape(size):
    (only,), page = rectangles(grid_map(*size, [Cell((0, 0, *size), 1, "x")], "s"))
    assert float(only["width"]) >= 8 and float(only["height"]) >= 8
    assert float(only["width"]) <= WIDTH + 8


def test_curves_share_axes():
    svg = curves({"one": [(0, 0), (10, 5)], "two": [(0, 10), (5, 10)]}, "s", "MB <x>", dots=True, line=(20, "bound"))
    page = Page(svg)
    lines = [attributes["points"].split() for tag, attributes in page.tags if tag == "polyline"]
    points = [[tuple(map(float, point.split(","))) for point in line] for line in lines]
    (x0, y0), (x10, y5) = points[0]
    (_, y10), (x5, _) = points[1]
    assert (x0, x10) == (LEFT, WIDTH - 14) and x5 == pytest.approx((x0 + x10) / 2)
    assert y0 - y10 == pytest.approx(2 * (y0 - y5))
    assert page.count("circle") == 4
    assert "MB <x>" in page.text and "bound" in page.text and "20" in page.text
    assert "one" in page.text.split("two")[0]


def test_a_curve_can_end_before_the_axis_does():
    page = Page(curves({"one": [(0, 1), (5, 1)]}, "s", "y", area=True, right=10))
    (line,) = [attributes["points"] for tag, attributes in page.tags if tag == "polyline"]
    assert float(line.split()[1].split(",")[0]) == pytest.approx((LEFT + WIDTH - 14) / 2)
    assert page.count("polygon") == 1


def test_custom_labels_of_the_x_axis():
    """With `marks`, the x axis shows the given labels at the given positions instead of numbers."""
    page = Page(curves({"one": [(0.5, 10), (1.5, 20)]}, "x", "y", dots=True, right=2, marks={0.5: "512", 1.5: "1024"}))
    assert "512" in page.text.split() and "1024" in page.text.split() and "0.5" not in page.text.split()
    (line,) = [attributes["points"].split() for tag, attributes in page.tags if tag == "polyline"]
    assert float(line[0].split(",")[0]) == pytest.approx(LEFT + (WIDTH - 14 - LEFT) / 4)
    assert [title for title in page.titles if "," in title] == ["one: 512, 10", "one: 1024, 20"]


def test_empty_charts_do_not_fail():
    for svg in (curves({}, "x", "y"), curves({"a": []}, "x", "y", area=True), gantt({}, (0, 0), 0, "s"), share_bar({})):
        Page(svg)
    assert legend([]) == ""


def test_share_bar():
    found, page = rectangles(share_bar({"valid": 30, "nodata": 10}))
    assert [float(each["width"]) for each in found] == pytest.approx([WIDTH * 0.75, WIDTH * 0.25], abs=0.01)
    assert page.titles == ["valid: 30 (75.00%)", "nodata: 10 (25.00%)"]
