"""Collect the plugin's texts for translators and compile the translations.

Translators edit `resources/i18n/parallel_raster_de.ts`, for example with Qt Linguist; QGIS loads the `.qm` file next to
it. Without arguments the script updates the existing languages; `scripts/translations.py fr` adds French.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "i18n"
CONTEXT = "ParallelRaster"
SOURCES = [*sorted((ROOT / "algorithms").rglob("*.py")), *sorted((ROOT / "plugin").glob("*.py"))]
COMPILERS = ("lrelease", "lrelease-qt6", "lrelease-qt5")


def collect() -> list[str]:
    """Return the texts that pylupdate finds in the source, without duplicates."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "texts.ts"
        call = "from PyQt6.lupdate.pylupdate import main; main()"
        subprocess.run([sys.executable, "-c", call, "--no-summary", "--ts", target, *SOURCES], check=True)
        # pylupdate groups texts by class; the plugin uses a single context for all texts.
        return list(dict.fromkeys(source.text or "" for source in ElementTree.parse(target).iter("source")))  # noqa: S314


def read(path: Path) -> dict[str, ElementTree.Element]:
    """Return the messages in a translation file (.ts) by source text; empty if the file does not exist."""
    messages = ElementTree.parse(path).iter("message") if path.exists() else ()  # noqa: S314
    return {message.findtext("source", ""): message for message in messages}


def write(path: Path, texts: list[str]) -> list[str]:
    """Update a translation file with the given texts; return the texts without a translation.

    Existing translations are kept, and texts that are no longer in the source are removed. Line numbers are not
    written, so that a diff shows only changes relevant to translators.
    """
    known = read(path)
    root = ElementTree.Element("TS", version="2.1", language=path.stem.split("_", 2)[2], sourcelanguage="en")
    context = ElementTree.SubElement(root, "context")
    ElementTree.SubElement(context, "name").text = CONTEXT
    context.extend(known[text] if text in known else _untranslated(text) for text in texts)
    ElementTree.indent(root, "")
    body = ElementTree.tostring(root, encoding="unicode", short_empty_elements=False)
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return [message.findtext("source", "") for message in context.iter("message") if not is_translated(message)]


def is_translated(message: ElementTree.Element) -> bool:
    """Return whether a message has a finished translation."""
    translation = message.find("translation")
    return translation is not None and bool(translation.text) and "type" not in translation.attrib


def _untranslated(text: str) -> ElementTree.Element:
    message = ElementTree.Element("message")
    ElementTree.SubElement(message, "source").text = text
    ElementTree.SubElement(message, "translation", type="unfinished")
    return message


def main(languages: list[str]) -> int:
    """Update and compile all languages; return the exit code."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        print("lrelease is needed to compile translations: apt-get install qttools5-dev-tools", file=sys.stderr)
        return 1
    texts = collect()
    for path in sorted({*FOLDER.glob("*.ts"), *(FOLDER / f"parallel_raster_{each}.ts" for each in languages)}):
        missing = write(path, texts)
        print(f"{path.relative_to(ROOT)}: {len(texts) - len(missing)} of {len(texts)} texts translated")
        subprocess.run([compiler, "-silent", path, "-qm", path.with_suffix(".qm")], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
