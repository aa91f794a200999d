"""Helpers for testing HTML pages: a parser for text and tags, and browser screenshots."""

from __future__ import annotations

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
VOID = {"meta", "br"}


class Page(HTMLParser):
    """A parsed HTML page with its `text`, `tags` as (name, attributes), and `titles`. The HTML must be well formed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags, self.titles = "", [], []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.text += data + " "
        if self._open and self._open[-1] == "title":
            self.titles.append(data)

    def count(self, tag: str, **attributes: str) -> int:
        """Return the number of tags with the given name and attributes."""
        return sum(name == tag and attributes.items() <= found.items() for name, found in self.tags)

    def check_self_contained(self) -> None:
        """Assert that the page does not run scripts or load other files."""
        assert not {"script", "link", "img", "iframe", "object", "a"} & {name for name, _ in self.tags}
        for _, attributes in self.tags:
            assert not {"src", "href", "xlink:href"} & set(attributes)
            assert not [name for name in attributes if name.startswith("on")]


def picture(page: Path, folder: Path, height: int = 1600) -> Path:
    """Return the path of a PNG screenshot of the page. Without a headless browser, skip the test with a reason."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        pytest.skip("no Chromium (Debian package chromium) to render the page")
    png = folder / f"{page.stem}.png"
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
        f"--user-data-dir={folder / 'browser'}", "--hide-scrollbars", f"--window-size=1000,{height}",
        f"--screenshot={png}", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert png.is_file(), done.stderr[-2000:]
    return png
