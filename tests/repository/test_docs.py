"""README and guide name what is there: pages, pictures, targets of make, and the words of the errors."""

from __future__ import annotations

import ast
import re

import pytest

import shipped
from pages_of_the_guide import PAGES, ROOT, name, prose

IMAGES = ROOT / "docs" / "images"
GUIDE = [page for page in PAGES if page.parent == ROOT / "docs" and page.name != "development.md"]
QGIS_LABELS = {"Run", "Close", "Run as Batch Process", "Advanced"}
TROUBLE = ROOT / "docs" / "troubleshooting.md"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links(page):
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", prose(there), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


def test_every_page_can_be_reached():
    guide = ROOT / "docs" / "guide.md"
    linked = set(re.findall(r"\]\(([\w./-]+\.md)", prose(guide)))
    assert {page.relative_to(guide.parent).as_posix() for page in guide.parent.rglob("*.md")} - linked == {"guide.md"}


def test_every_picture_is_taken_kept_and_shown():
    """`make screenshots` takes one more with a browser, of the report that the play leaves; a script draws another."""
    play = (ROOT / "tests" / "gui" / "inside_qgis" / "guide.py").read_text(encoding="utf-8")
    taken = {f"{each}.png" for each in [*re.findall(r'picture_of\("(\w+)"', play), "report"]} | {"folders.svg"}
    shown = {each for page in PAGES for each in re.findall(r"!\[[^\]]+\]\([\w/]*images/(\w+\.\w+)\)", prose(page))}
    assert taken == shown == {path.name for path in IMAGES.iterdir()}


def test_the_picture_of_the_folders_is_what_its_script_draws():
    assert (IMAGES / "folders.svg").read_text(encoding="utf-8") == shipped.script("folders").picture()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_files_that_are_named_exist(page):
    """Rows of tables that begin with a folder name files in it; the files of an example are not there yet."""
    text = prose(page)
    paths = re.findall(r"`((?:core|algorithms|plugin|tests|scripts|resources|docs|benchmarks)/[\w./-]*)`", text)
    assert [path for path in paths if not (re.search("focal|sobel", path) or (ROOT / path).exists())] == []
    for folder, row in rows(text):
        assert [each for each in re.findall(r"`(\w+\.py)`", row) if not (ROOT / folder / each).is_file()] == [], folder


def test_contributors_find_every_folder_of_the_core():
    listed = {folder for folder, _ in rows(prose(ROOT / "CONTRIBUTING.md"))}
    folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "core").glob("*/**/__init__.py")}
    assert folders - listed == {"core/jobs/"}


def rows(text):
    """Return folder and rest of each row of a table that begins with a folder."""
    return re.findall(r"^\| `([a-z][\w/]*/)` \|(.+)$", text, re.MULTILINE)


def test_pictures_are_small():
    assert [path.name for path in IMAGES.iterdir() if path.stat().st_size > 130_000] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_targets_of_make(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))) <= targets


def test_errors_are_in_the_words_of_the_code():
    """Each title of the page that begins with a quotation mark is a message, with `...` for what differs."""
    quoted = re.findall(r'^### "(.+)"$', prose(TROUBLE), re.MULTILINE)
    assert len(quoted) >= 10
    texts = [text for folder in ("core", "algorithms") for text in messages(folder)]
    assert [each for each in quoted if not any(each.strip(" .") in text for text in texts)] == []


def test_labels_are_those_of_the_dialogs():
    """What a page of the guide writes in italics with a capital letter is a label of ours, or one of QGIS's."""
    texts = [text for folder in ("core", "algorithms", "plugin") for text in messages(folder)]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "resources" / "models").iterdir()]
    labels = {each for page in GUIDE for each in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", prose(page))}
    labels = {" ".join(each.split()) for each in labels}
    assert len(labels) >= 15
    ours = {each for each in labels if " > " not in each} - QGIS_LABELS
    assert {each for each in ours if not any(each in text for text in texts)} == set()


def messages(folder):
    """Yield the texts in the modules of a folder, with `...` for the values inside them."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "..." for part in node.values)
