"""Links, pictures, files, make targets, labels and error messages in the README and the guide match the repository."""

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
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", prose(linked), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


def test_the_guide_links_to_every_page():
    guide = ROOT / "docs" / "guide.md"
    linked = set(re.findall(r"\]\(([\w./-]+\.md)", prose(guide)))
    assert {page.relative_to(guide.parent).as_posix() for page in guide.parent.rglob("*.md")} - linked == {"guide.md"}


def test_every_picture_is_created_committed_and_used():
    """Each picture in docs/images is shown on a page and, with two exceptions, taken by a scene of the guide.

    The exceptions: `report.png` is taken with a browser, and `folders.svg` is drawn by a script.
    """
    play = (ROOT / "tests" / "gui" / "inside_qgis" / "guide.py").read_text(encoding="utf-8")
    taken = {f"{each}.png" for each in [*re.findall(r'picture_of\("(\w+)"', play), "report"]} | {"folders.svg"}
    shown = {each for page in PAGES for each in re.findall(r"!\[[^\]]+\]\([\w/]*images/(\w+\.\w+)\)", prose(page))}
    assert taken == shown == {path.name for path in IMAGES.iterdir()}


def test_folders_svg_is_up_to_date():
    assert (IMAGES / "folders.svg").read_text(encoding="utf-8") == shipped.script("folders").picture()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_files_exist(page):
    """All files that a page names exist, except those of the example of a new job.

    A file can be named by its path or, in a table row that begins with a folder, by its name in this folder.
    """
    text = prose(page)
    paths = re.findall(r"`((?:core|algorithms|plugin|tests|scripts|resources|docs|benchmarks)/[\w./-]*)`", text)
    assert [path for path in paths if not (re.search("terrain|slope", path) or (ROOT / path).exists())] == []
    for folder, row in rows(text):
        assert [each for each in re.findall(r"`(\w+\.py)`", row) if not (ROOT / folder / each).is_file()] == [], folder


def test_contributing_lists_every_folder_of_the_core():
    listed = {folder for folder, _ in rows(prose(ROOT / "CONTRIBUTING.md"))}
    folders = {f"{path.parent.relative_to(ROOT).as_posix()}/" for path in (ROOT / "core").glob("*/**/__init__.py")}
    assert folders - listed == {"core/jobs/"}


def rows(text):
    """Return (folder, rest of the row) for each table row that begins with a folder."""
    return re.findall(r"^\| `([a-z][\w/]*/)` \|(.+)$", text, re.MULTILINE)


def test_pictures_are_small():
    assert [path.name for path in IMAGES.iterdir() if path.stat().st_size > 130_000] == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_make_targets_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8"))) <= targets


def test_quoted_errors_match_the_code():
    """Each message quoted as a title in docs/troubleshooting.md occurs in the code; `...` stands for variable parts."""
    quoted = re.findall(r'^### "(.+)"$', prose(TROUBLE), re.MULTILINE)
    assert len(quoted) >= 10
    texts = [text for folder in ("core", "algorithms") for text in messages(folder)]
    assert [each for each in quoted if not any(each.strip(" .") in text for text in texts)] == []


def test_labels_match_the_dialogs():
    """Text in italics that begins with a capital letter is a label of the plugin or of QGIS."""
    texts = [text for folder in ("core", "algorithms", "plugin") for text in messages(folder)]
    texts += [path.read_text(encoding="utf-8") for path in (ROOT / "resources" / "models").iterdir()]
    labels = {each for page in GUIDE for each in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", prose(page))}
    labels = {" ".join(each.split()) for each in labels}
    assert len(labels) >= 15
    own = {each for each in labels if " > " not in each} - QGIS_LABELS
    assert {each for each in own if not any(each in text for text in texts)} == set()


def messages(folder):
    """Yield the strings in the modules of a folder, with `...` in place of the values in f-strings."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                yield "".join(part.value if isinstance(part, ast.Constant) else "..." for part in node.values)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=name)
def test_every_list_item_begins_a_line(page):
    """Every list item begins on its own line; otherwise, it would be shown as part of the item before it."""
    assert re.findall(r"[.:;)*] (?:-\s(?=[A-Z*`])|[2-9]\. (?=[A-Z])).{20}", prose(page), re.DOTALL) == []
