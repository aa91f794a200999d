"""The user's language: the translation that the plugin's texts are looked up in."""

from __future__ import annotations

import os

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources", "i18n")


def install_translator() -> QTranslator | None:
    """Return the translator to the language that QGIS speaks, after it was installed; None where there is none.

    Qt looks for `de_AT`, then for `de`. It only looks texts up while somebody holds the translator.
    """
    translator = QTranslator()
    if translator.load(f"parallel_raster_{QgsApplication.locale()}", FOLDER):
        QCoreApplication.installTranslator(translator)
        return translator
    return None
