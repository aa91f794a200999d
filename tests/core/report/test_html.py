"""Tests for HTML pages: escaping, structure, and writing the file."""

from __future__ import annotations

import os

import pytest

from pages import Page
from parallel_raster.core.errors import OutputError
from parallel_raster.core.report import html as html_page
from parallel_raster.core.report.html import data_table, escape, lines, page, section, value_table, write_page


def test_special_characters_are_escaped_or_replaced():
    assert escape("<script>&\"'") == "&lt;script&gt;&amp;&quot;&#x27;"
    assert escape("Größe 高 10\u00a0m") == "Größe 高 10\u00a0m"
    assert escape("a\0b\x1bc\udcff\u202ed") == "a\ufffdb\ufffdc\ufffd\ufffdd"


def test_all_texts_of_a_page_are_escaped():
    text = "<i>&"
    parts = (section(text, value_table({text: text}), lines([("info", text)])), html_page.tiles({text: text}))
    html = page(text, text, *parts)
    assert text not in html
    assert html.count("&lt;i&gt;&amp;") == 9


def test_a_page_is_well_formed():
    found = Page(page("a", "b", section("c", value_table({"d": 1, "e": 2}, here="e")), html_page.note("f")))
    found.check_self_contained()
    assert found.text.split() == ["a", "a", "b", "c", "d", "1", "e", "2", "f"]
    assert found.count("tr", **{"class": "here"}) == 1


def test_a_table_with_column_headings():
    found = Page(data_table(["<a>", "b"], [(1, "<i>"), (2, 3)]))
    assert found.text.split() == ["<a>", "b", "1", "<i>", "2", "3"]
    assert (found.count("th"), found.count("td"), found.count("tr")) == (2, 4, 3)


def test_empty_parts_are_left_out():
    assert section("title", "", value_table({}), lines([])) == ""


def test_a_page_is_written_without_leftovers(tmp_path, state):
    path = tmp_path / "Größe.html"
    write_page(str(path), "é")
    assert path.read_bytes() == b"\xc3\xa9"
    assert set(state(tmp_path)) == {"Größe.html"}


def test_a_failed_write_keeps_the_old_page(tmp_path, state, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def disk_full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OutputError, match=r"report.html could not be written: No space"):
        write_page(str(path), "new")
    assert path.read_text() == "old"
    assert set(state(tmp_path)) == {"report.html"}
    with pytest.raises(OutputError, match="Cannot write to .*nowhere"):
        write_page(str(tmp_path / "nowhere" / "report.html"), "new")
