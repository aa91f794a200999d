"""Functions that translate strings, and that mark strings in tables for translation."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication


def translate(context: str, text: str) -> str:
    """Return `text` in the user's language. Used outside classes, where translation tools do not recognize `tr`."""
    return QCoreApplication.translate(context, text)


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Return `text` unchanged; the call marks it for translation tools. It is translated when it is shown."""
    return text
