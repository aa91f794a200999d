"""Loads the plugin's translation for the user interface language of QGIS."""

from __future__ import annotations

import os

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

FOLDER = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources", "i18n")


def install_translator() -> QTranslator | None:
    """Install and return the translator for the language of QGIS, or return None if there is no translation.

    For the locale `de_AT`, Qt first looks for a translation for `de_AT`, then for `de`. The caller must keep a
    reference to the translator.
    """
    translator = QTranslator()
    if translator.load(f"parallel_raster_{QgsApplication.locale()}", FOLDER):
        QCoreApplication.installTranslator(translator)
        return translator
    return None
