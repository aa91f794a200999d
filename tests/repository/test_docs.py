"""Links, pictures, files, make targets, labels and error messages in the README and the guide match the repository."""

from __future__ import annotations

import ast
import re

import pytest

import shipped
from pages_of_the_guide import PAGES, ROOT, blocks, name, prose

IMAGES = ROOT / "docs" / "images"
GUIDE = [page for page in PAGES if page.parent == ROOT / "docs" and page.name != "development.md"]
QGIS_LABELS = {"Run", "Close", "Run as Batch Process", "Advanced"}
TROUBLE = ROOT / "docs" / "troubleshooting.md"
TUTORIALS = ROOT / "docs" / "tutorials.md"
COMPARED = ROOT / "docs" / "compared.md"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links(page):
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        path, _, anchor = target.partition("#")
        if path.startswith("https://"):
            continue
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        if anchor:
            assert anchor in sections(linked), target


def test_the_guide_links_to_every_page():
    guide = ROOT / "docs" / "guide.md"
    linked = set(re.findall(r"\]\(([\w./-]+\.md)", prose(guide)))
    assert {page.relative_to(guide.parent).as_posix() for page in guide.parent.rglob("*.md")} - linked == {"guide.md"}


def sections(page):
    """Return the texts of all sections of a page without its code blocks, keyed by the anchors of their titles."""
    parts = re.split(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)[1:]
    titles = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in parts[::2]]
    return dict(zip(titles, parts[1::2]))


def algorithms():
    """Return the labels of all algorithms, keyed by their IDs."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "algorithms").glob("*.py"))
    pattern = r'def name\(self\) -> str:.*?return "(\w+)".*?def displayName\(self\) -> str:.*?self\.tr\("([^"]+)"\)'
    return dict(re.findall(pattern, source, re.DOTALL))


def test_readme_and_the_index_of_the_guide_list_every_algorithm():
    readme, index = prose(ROOT / "README.md"), sections(ROOT / "docs" / "guide.md")["index-by-question"]
    assert len(algorithms()) >= 15
    for identifier, label in algorithms().items():
        assert f"| {label} `parallelraster:{identifier}` |" in readme
        assert re.search(rf"\*{label}\*", index), label


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_algorithms_exist(page):
    assert set(re.findall(r"\bparallelraster:(\w+)", page.read_text(encoding="utf-8"))) <= set(algorithms())


def test_the_code_of_the_tutorials_calls_every_function_of_the_tables():
    """The code on the page calls each function in the tables; the algorithm in a row is named like the function."""
    table_rows = re.findall(r"^\|[^|]+\| `(\w+)`[^|]*\|(.*)\|$", prose(TUTORIALS), re.MULTILINE)
    code = "".join(block.code for block in blocks(TUTORIALS, "python"))
    assert len(table_rows) >= 15
    assert [function for function, _ in table_rows if f"{function}(" not in code] == []
    named = [(function, *re.findall(r"parallelraster:(\w+)", algorithm)) for function, algorithm in table_rows]
    assert [row for row in named if row[1:] and row[1] != row[0].replace("_", "")] == []


def test_the_comparison_quotes_measurements():
    """Each row of the speed table links to a section that contains the times and memory quoted in the row."""
    table_rows = re.findall(r"\]\(([^)#]+)#([^)]+)\)", sections(COMPARED)["speed"])
    lines = [line for line in sections(COMPARED)["speed"].splitlines() if "](" in line]
    assert len(table_rows) == len(lines) >= 4
    for (path, anchor), line in zip(table_rows, lines):
        measured = set(re.findall(r"[\d.]+", sections(COMPARED.parent / path)[anchor]))
        quoted = re.findall(r"([\d.]+) (?:s|MB)\b", line)
        assert len(quoted) >= 4 and set(quoted) <= measured, line


def test_every_picture_is_created_committed_and_used():
    """Each picture in docs/images is shown on a page and, with two exceptions, taken by a scene of the guide.

    The exceptions: `report.png` is taken with a browser, and `folders.svg` is drawn by a script.
    """
    play = (ROOT / "tests" / "gui" / "inside_qgis" / "guide.py").read_text(encoding="utf-8")
    dialogs = re.search(r"^DIALOGS = (\{.*?^\})", play, flags=re.DOTALL | re.MULTILINE)
    names = [*re.findall(r'picture_of\("(\w+)"', play), *ast.literal_eval(dialogs[1]), "report"]
    taken = {f"{each}.png" for each in names} | {"folders.svg"}
    shown = {each for page in PAGES for each in re.findall(r"!\[[^\]]+\]\([\w/]*images/(\w+\.\w+)\)", prose(page))}
    assert taken == shown == {path.name for path in IMAGES.iterdir()}


def test_folders_svg_is_up_to_date():
    assert (IMAGES / "folders.svg").read_text(encoding="utf-8") == shipped.script("folders").picture()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_named_files_exist(page):
    """All files that a page names exist, except the files of the example job in CONTRIBUTING.md.

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
