"""The names that the plugin takes from QGIS are there in this version, and enums are written with their scope."""

from __future__ import annotations

import importlib

import pytest

import shipped

SINCE = {("Qgis", "WkbType"): 33000}
"""What is asked for only where this version of QGIS or a later one has it."""


def asked_here(names):
    """The names without those that are asked for in later versions only."""
    from qgis.core import Qgis

    return {name for name in names if SINCE.get(name[1:3], 0) <= Qgis.QGIS_VERSION_INT}


def faults(names):
    """What is not there, and which member of an enum is taken from elsewhere than from the enum."""
    for module, *rest in sorted(names):
        found = importlib.import_module(module)
        for name in rest:
            parent, found = found, getattr(found, name, None)
            if found is None:
                yield f"{'.'.join(rest)} is not there"
                break
        else:
            if is_enum(type(found)) and parent is not type(found):
                yield f"{'.'.join(rest)} without its scope"


def is_enum(kind):
    """Return whether a class is an enum of Python's, of Qt's or of QGIS's bindings."""
    return kind.__name__ == "EnumType" or "enum" in type(kind).__name__.lower()


@pytest.mark.parametrize("path", shipped.MODULES, ids=shipped.name)
def test_names_are_there_and_scoped(path, qgis_app):
    assert list(faults(asked_here(shipped.full_names(path, "qgis")))) == []


def test_the_check_sees(qgis_app):
    core, qt = "qgis.core", "qgis.PyQt.QtCore"
    names = {
        (core, "QgsProcessing", "TypeRaster"),
        (core, "QgsProcessing", "SourceType", "TypeRaster"),
        (core, "Qgis", "QGIS_VERSION_INT"),
        (core, "QgsTask", "CanCancel"),
        (core, "QgsTask", "NoSuchFlag"),
        (qt, "Qt", "AlignLeft"),
        (qt, "Qt", "AlignmentFlag", "AlignLeft"),
    }
    assert list(faults(names)) == [
        "Qt.AlignLeft without its scope",
        "QgsProcessing.TypeRaster without its scope",
        "QgsTask.CanCancel without its scope",
        "QgsTask.NoSuchFlag is not there",
    ]
