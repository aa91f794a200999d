"""Pages: what they show is what was given, and the file is whole or not there."""

from __future__ import annotations

import os

import pytest

from pages import Page
from parallel_raster.core.errors import OutputError
from parallel_raster.core.report import html as html_page
from parallel_raster.core.report.html import data_table, escape, lines, page, section, value_table, write_page


def test_odd_texts_are_shown_as_they_are():
    assert escape("<script>&\"'") == "&lt;script&gt;&amp;&quot;&#x27;"
    assert escape("Größe 高 10\u00a0m") == "Größe 高 10\u00a0m"
    assert escape("a\0b\x1bc\udcff\u202ed") == "a\ufffdb\ufffdc\ufffd\ufffdd"


def test_pieces_are_escaped():
    odd = "<i>&"
    html = page(odd, odd, section(odd, value_table({odd: odd}), lines([("info", odd)])), html_page.tiles({odd: odd}))
    assert odd not in html
    assert html.count("&lt;i&gt;&amp;") == 9


def test_a_page_is_well_formed():
    found = Page(page("a", "b", section("c", value_table({"d": 1, "e": 2}, here="e")), html_page.note("f")))
    found.check_self_contained()
    assert found.text.split() == ["a", "a", "b", "c", "d", "1", "e", "2", "f"]
    assert found.count("tr", **{"class": "here"}) == 1


def test_a_table_of_columns():
    found = Page(data_table(["<a>", "b"], [(1, "<i>"), (2, 3)]))
    assert found.text.split() == ["<a>", "b", "1", "<i>", "2", "3"]
    assert (found.count("th"), found.count("td"), found.count("tr")) == (2, 4, 3)


def test_empty_pieces_leave_nothing():
    assert section("title", "", value_table({}), lines([])) == ""


def test_written_whole(tmp_path, state):
    path = tmp_path / "Größe.html"
    write_page(str(path), "é")
    assert path.read_bytes() == b"\xc3\xa9"
    assert set(state(tmp_path)) == {"Größe.html"}


def test_nothing_is_left_of_a_page_that_cannot_be_written(tmp_path, state, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"report.html could not be written: No space"):
        write_page(str(path), "new")
    assert path.read_text() == "old"
    assert set(state(tmp_path)) == {"report.html"}
    with pytest.raises(OutputError, match="Cannot write to .*nowhere"):
        write_page(str(tmp_path / "nowhere" / "report.html"), "new")
