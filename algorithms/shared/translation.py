"""Words in the user's language: what is looked up, and how texts that stand in tables are marked for translators."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """Return `text` in the user's language; for literals outside a class, where the tools find no `self.tr`."""
    return QCoreApplication.translate(context, text)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Return `text` as it is, after the tools that collect texts have seen it; it is translated when it is shown."""
    return text
