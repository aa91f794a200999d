"""Self-contained HTML pages without scripts or external resources.

The pages must work in any browser, including QtWebKit, so they use no flexbox and no CSS variables. `escape` is applied
to all text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence

from ..writing.partial_file import write_texts

UNSHOWN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
"""Pattern of the characters to replace in HTML: control characters, undecodable bytes (surrogates), and text direction
controls. Compiling it takes 14 ms, so it is compiled only when it is first used."""

CSS = """
body { margin: 0; background: #f3f5f7; color: #1f2933; font: 15px/1.5 "Segoe UI", "Helvetica Neue", "Noto Sans",
  "DejaVu Sans", Arial, sans-serif; }
.page { max-width: 920px; margin: 24px auto; padding: 28px 36px 36px; background: #fff; border: 1px solid #e3e8ee;
  border-radius: 8px; }
h1 { margin: 0; font-size: 25px; font-weight: 600; line-height: 1.25; }
h2 { margin: 34px 0 10px; padding-bottom: 5px; border-bottom: 1px solid #e3e8ee; font-size: 17px; font-weight: 600; }
p { margin: 6px 0 10px; }
.sub { color: #52606d; margin: 4px 0 0; overflow-wrap: anywhere; word-wrap: break-word; }
.note { color: #52606d; font-size: 13px; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: 5px 14px 5px 0; border-bottom: 1px solid #eef1f4; text-align: left; vertical-align: top; }
th { width: 34%; color: #52606d; font-weight: 400; }
td { overflow-wrap: anywhere; word-break: break-word; }
.data { font-size: 13px; }
.data th, .data td { width: auto; padding: 4px 0 4px 14px; text-align: right; }
.data th:first-child, .data td:first-child { padding-left: 0; text-align: left; }
.tiles { margin: 22px -8px 0; width: calc(100% + 16px); border-collapse: separate; border-spacing: 8px 0; }
.tiles td { padding: 12px 16px; border: 1px solid #e3e8ee; border-radius: 6px; background: #f8fafb; width: 25%; }
.tiles b { display: block; font-size: 22px; font-weight: 600; line-height: 1.3; white-space: nowrap; }
.tiles span { color: #52606d; font-size: 13px; }
.finding { margin: 10px 0; padding: 10px 16px; border-left: 4px solid #3a8f6b; background: #f1f8f4; }
.advice { border-color: #c98a1b; background: #fdf7ea; }
.problem { border-color: #b3382c; background: #fcf0ee; }
.finding table { margin-top: 8px; font-size: 14px; }
.finding th, .finding td { border: 0; padding: 2px 14px 2px 0; }
.finding th { width: 190px; }
.finding tr.here th, .finding tr.here td { color: #1f2933; font-weight: 600; }
code, .log { font-family: "DejaVu Sans Mono", Consolas, Menlo, monospace; font-size: 13px; }
.log { margin: 0; padding: 0; list-style: none; }
.log li { padding: 3px 0; border-bottom: 1px solid #eef1f4; overflow-wrap: anywhere; word-wrap: break-word; }
.log li.warning { color: #8a4b08; }
.sheet td { border: 0; padding: 0 12px 14px 0; font-size: 12px; line-height: 1.35; color: #52606d; width: 25%; }
.sheet img { display: block; width: 100%; image-rendering: pixelated; }
svg { display: block; width: 100%; height: auto; }
svg text { font-family: "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", Arial, sans-serif; }
@media print { body { background: #fff; } .page { border: 0; margin: 0; padding: 0; } }
"""


def escape(text: object) -> str:
    """Escape a string for HTML; replace characters that HTML does not allow with U+FFFD."""
    return html.escape(re.sub(UNSHOWN, "\N{REPLACEMENT CHARACTER}", str(text)))


def page(title: str, subtitle: str, *sections: str) -> str:
    """Return an HTML page with a title, a subtitle and the given sections."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{CSS}</style>
</head>
<body>
<div class="page">
<h1>{escape(title)}</h1>
<p class="sub">{escape(subtitle)}</p>
{"".join(sections)}
</div>
</body>
</html>
"""


def section(title: str, *parts: str) -> str:
    """Return a heading followed by the given HTML parts; empty if all parts are empty."""
    body = "\n".join(part for part in parts if part)
    return f"<h2>{escape(title)}</h2>\n{body}\n" if body else ""


def value_table(values: Mapping[str, object], here: str = "") -> str:
    """Return an HTML table of names and values; the row with the name `here` is highlighted."""
    rows = (
        ('<tr class="here">' if name == here else "<tr>") + f"<th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in values.items()
    )
    return f"<table>{''.join(rows)}</table>" if values else ""


def data_table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return an HTML table with column headings; all columns except the first are right-aligned."""
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = ("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f'<table class="data"><tr>{head}</tr>{"".join(body)}</table>'


def tiles(figures: Mapping[str, str]) -> str:
    """Return HTML that shows the key figures of a page side by side in large type."""
    cells = (f"<td><b>{escape(value)}</b><span>{escape(name)}</span></td>" for name, value in figures.items())
    return f'<table class="tiles"><tr>{"".join(cells)}</tr></table>\n'


def note(text: str) -> str:
    """Return a paragraph in small type."""
    return f'<p class="note">{escape(text)}</p>'


def lines(entries: Iterable[tuple[str, str]]) -> str:
    """Return log lines as an HTML list; each entry is a pair of level ("info" or "warning") and text."""
    items = "".join(f'<li class="{escape(level)}">{escape(text)}</li>' for level, text in entries)
    return f'<ul class="log">{items}</ul>' if items else ""


def write_page(path: str, text: str) -> None:
    """Write an HTML page to a file; if that fails, the old file is unchanged.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    write_texts({path: text})
