"""Formats the help of an algorithm: rich text with a picture for the dialog, plain text for the terminal."""

from __future__ import annotations

import html
import os
import textwrap
from collections.abc import Sequence
from typing import Any

from qgis.PyQt.QtCore import QUrl

from ...core.choices import INDEXES
from .help_texts import Help, Table
from .host import plugin_metadata
from .translation import translate

PICTURES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "resources", "help")
COLUMNS = 100


def shown_help(name: str, text: Help, desktop: Any) -> str:
    """Return the help in the user's language: rich text with a picture in QGIS Desktop, otherwise plain text.

    `desktop` is QGIS's `iface`, which is None in `qgis_process`. `qgis_process` does not interpret tags, and already
    prints the summary as the short description, so the plain text does not repeat the summary. The dialog does not show
    the short description, so the rich text contains the summary.
    """
    summary, rules, example = _translated(text)
    indexes = index_lines() if name.startswith("normalizeddifference") else []
    language = [(syntax, translate("ParallelRaster", meaning)) for syntax, meaning in text.language]
    tables = [Table(_heading_language(), language), *text.tables()]
    if desktop is None:
        return plain_help(rules, example, indexes, tables)
    return dialog_help(os.path.join(PICTURES, f"{name}.svg"), summary, rules, example, indexes, tables)


def _translated(text: Help) -> tuple[str, list[str], str]:
    rules = [translate("ParallelRaster", rule) for rule in text.rules]
    return translate("ParallelRaster", text.summary), rules, translate("ParallelRaster", text.example)


def index_lines() -> list[str]:
    """Return one line for each index that has a literature reference: the name, the formula and the reference."""

    def term(text: str) -> str:
        return translate("ParallelRaster", text)

    return [
        f"{index.name} = ({term(index.term_a)} - {term(index.term_b)}) / ({term(index.term_a)} + {term(index.term_b)})."
        f" {index.reference}."
        for index in INDEXES.values()
        if index.reference
    ]


def dialog_help(
    picture: str,
    summary: str,
    rules: Sequence[str],
    example: str,
    indexes: Sequence[str],
    tables: Sequence[Table] = (),
) -> str:
    """Return the help as rich text with one line per paragraph, because QGIS turns every line into a paragraph."""
    lines = [html.escape(summary, quote=False), _list(rules), f"<b>{_heading_example()}</b>", html.escape(example)]
    if os.path.exists(picture):
        lines.insert(0, f'<img src="{QUrl.fromLocalFile(picture).toString()}">')
    if indexes:
        lines += [f"<b>{_heading_indexes()}</b>", _list(indexes)]
    for table in tables:
        if table.rows:
            lines += [f"<b>{html.escape(table.heading)}</b>", _table(table)]
    return "\n".join(lines)


def _list(lines: Sequence[str]) -> str:
    items = "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines)
    # By default, Qt indents lists by half the width of the narrow panel.
    return f'<ul style="margin-left: 12px; -qt-list-indent: 0">{items}</ul>'


def _table(table: Table) -> str:
    row = "<tr><td><b>{}</b> {}</td></tr>" if table.joined else "<tr><td><code>{}</code></td><td>{}</td></tr>"
    rows = ((html.escape(left, quote=False), html.escape(right, quote=False)) for left, right in table.rows)
    return f"<table>{''.join(row.format(*each) for each in rows)}</table>"


def plain_help(rules: Sequence[str], example: str, indexes: Sequence[str], tables: Sequence[Table] = ()) -> str:
    """Return the help as plain text, wrapped to `COLUMNS` characters."""
    blocks = ["", *map(_item, rules), "", f"{_heading_example()}:", textwrap.fill(example, COLUMNS)]
    if indexes:
        blocks += ["", f"{_heading_indexes()}:", *map(_item, indexes)]
    for table in tables:
        if table.rows:
            blocks += ["", f"{table.heading}:", *(_item(f"{left}: {right}") for left, right in table.rows)]
    return "\n".join(blocks)


def _item(line: str) -> str:
    return textwrap.fill(line, COLUMNS, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)


def _heading_example() -> str:
    return translate("ParallelRaster", "Example")


def _heading_indexes() -> str:
    return translate("ParallelRaster", "Indexes and their bands")


def _heading_language() -> str:
    return translate("ParallelRaster", "What a formula may contain")


def help_address(name: str) -> str:
    """Return the documentation URL of an algorithm, based on the homepage in `metadata.txt`."""
    return f"{plugin_metadata()['homepage'].rstrip('/')}/docs/#{name}"
