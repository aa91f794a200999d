"""Draw `docs/images/folders.svg`: the folders of the package and the imports between them.

Folders and arrows come from the table in `tests/repository/test_arrows.py`, texts from the docstrings of the packages.
Arrows that are implied by a path of other arrows are left out.
"""

from __future__ import annotations

import ast
import html
import importlib.util
import math
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "folders.svg"

PLACES = {
    "plugin": (0, 0, 4),
    "shell": (1, 0, 1),
    "algorithms": (1, 1, 3),
    "benchmark": (2, 0, 2),
    "diagnostics": (2, 2, 2),
    "jobs": (3, 0, 4),
    "indexes": (4, 0, 1),
    "expression": (5, 0, 1),
    "vector": (5, 1, 1),
    "pixels": (6, 0, 4),
    "engine": (7, 0, 3),
    "stac": (7, 3, 1),
    "tileset": (8, 1, 1),
    "report": (8, 2, 1),
    "regrid": (9, 0, 1),
    "writing": (9, 1, 1),
    "scenes": (9, 2, 1),
    "reading": (10, 0, 1),
    "cluster": (10, 3, 1),
    "tiff": (11, 0, 1),
    "parallel": (11, 3, 1),
    "raster": (12, 0, 4),
}
"""Position of each folder in the diagram: row, column, and width in columns."""

COLUMN, GAP, MARGIN, LINE, BETWEEN = 200, 24, 36, 15, 34
"""Column width, gap between columns, margin around the core, line height, and gap between rows, in pixels."""

ABOVE = {"plugin": ("algorithms",), "algorithms": ("benchmark", "diagnostics"), "shell": ("benchmark",)}
"""For each folder outside the core, the folders it imports, except those that it also imports indirectly."""

TEXTS = {
    "plugin": "What QGIS loads: provider, menu, settings",
    "shell": "The command parallel-raster, without QGIS",
    "algorithms": "One Processing algorithm per file; algorithms/shared/ contains common code",
}
"""Descriptions of the folders outside the core."""


def table() -> dict[str, tuple[str, ...]]:
    """Return a dict that maps each existing folder of the core to the folders from which it may import."""
    sys.path.append(str(ROOT / "tests"))  # the module `test_arrows` imports a helper from tests/
    spec = importlib.util.spec_from_file_location("arrows", ROOT / "tests" / "repository" / "test_arrows.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    existing = {name for name in module.ARROWS if (ROOT / "core" / name / "__init__.py").is_file()}
    return {name: tuple(other for other in module.ARROWS[name] if other in existing) for name in sorted(existing)}


def reduced(arrows: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """Return only the arrows that are not implied by a path through another folder."""

    def reachable(name: str) -> set[str]:
        return {name}.union(*map(reachable, arrows[name]))

    return {
        name: [each for each in others if not any(each in reachable(other) for other in others if other != each)]
        for name, others in arrows.items()
    }


def description(name: str) -> str:
    """Return the description of a folder, without the final full stop."""
    path = ROOT / "core" / name / "__init__.py"
    text = TEXTS.get(name) or ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return text.rstrip(".")


class Box:
    """The box of a folder: its position, size and lines of text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.row, column, wide = PLACES[name]
        self.x = MARGIN + column * (COLUMN + GAP)
        self.width = wide * COLUMN + (wide - 1) * GAP
        self.lines = textwrap.wrap(description(name), int(self.width / 7.2))
        self.height = 26 + LINE * len(self.lines)
        self.y = 0

    def draw(self) -> str:
        """Return the box as SVG."""
        label = self.name if self.name in TEXTS else f"core/{self.name}"
        fill = "#e8f0e4" if self.name in TEXTS else "#ffffff"
        shapes = [
            f'<rect x="{self.x}" y="{self.y}" width="{self.width}" height="{self.height}" rx="5" fill="{fill}" '
            'stroke="#4a6b3f"/>',
            f'<text x="{self.x + 10}" y="{self.y + 18}" font-weight="bold">{label}/</text>',
        ]
        shapes += [
            f'<text x="{self.x + 10}" y="{self.y + 20 + LINE * number}" font-size="11.5">{html.escape(line)}</text>'
            for number, line in enumerate(self.lines, 1)
        ]
        return "\n".join(shapes)


def arrow(source: Box, target: Box) -> str:
    """Return an arrow from the lower edge of one box to the upper edge of another, vertical if possible."""
    left, right = max(source.x, target.x), min(source.x + source.width, target.x + target.width)
    if left < right:
        start = end = (left + right) / 2
    else:
        beside = target.x < source.x
        start = source.x + (20 if beside else source.width - 20)
        end = target.x + (target.width - 20 if beside else 20)
    top, bottom = source.y + source.height, target.y
    turn = math.degrees(math.atan2(end - start, top - bottom)) + 180
    return (
        f'<line x1="{start:g}" y1="{top}" x2="{end:g}" y2="{bottom}" stroke="#4a6b3f" stroke-width="1.4"/>'
        f'<path d="M0 0 l-4 -8 l8 0 z" fill="#4a6b3f" transform="translate({end:g} {bottom}) rotate({turn:.1f})"/>'
    )


def picture() -> str:
    """Return the diagram of all folders as SVG."""
    arrows = table()
    if arrows.keys() - PLACES.keys():
        sys.exit(f"Add these folders of core/ to PLACES: {', '.join(arrows.keys() - PLACES.keys())}.")
    boxes = {name: Box(name) for name in PLACES}
    y = top = 0
    for row in range(1 + max(box.row for box in boxes.values())):
        here = [box for box in boxes.values() if box.row == row]
        if row == 2:
            top, y = y, y + 20
        for box in here:
            box.y = y + 16
        y += max(box.height for box in here) + BETWEEN
    width, height = 2 * MARGIN + 4 * COLUMN + 3 * GAP, y + 50
    lines = [
        arrow(boxes[name], boxes[other]) for name, others in {**ABOVE, **reduced(arrows)}.items() for other in others
    ]
    root = (
        "All folders may import the modules that are directly in core/: errors, suggestions, choices, progress, units, "
        "versions, dependencies"
    )
    return "\n".join((
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="DejaVu Sans, Verdana, Helvetica, Arial, sans-serif" font-size="13" fill="#1d2b18">',
        "<title>The folders of the package and the imports between them</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<rect x="12" y="{top}" width="{width - 24}" height="{height - top - 12}" rx="8" fill="#f4f6f2" '
        'stroke="#b9c6b3"/>',
        f'<text x="{MARGIN}" y="{height - 30}" font-size="11.5">{root}.</text>',
        *lines,
        *(box.draw() for box in boxes.values()),
        "</svg>\n",
    ))  # fmt: skip


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
