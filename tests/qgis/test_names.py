"""All QGIS names that the plugin uses exist in this QGIS version, and enum members are written with their scope."""

from __future__ import annotations

import importlib

import pytest

import shipped

SINCE = {("Qgis", "WkbType"): 33000, ("Qgis", "RasterTemporalMode", "FixedRangePerBand"): 33800}
"""Beginnings of QGIS names that the plugin uses only in the given QGIS version or later."""


def names_in_this_version(names):
    """Return the given names, except those that the plugin uses only in later QGIS versions."""
    from qgis.core import Qgis

    def since(name):
        return max(SINCE.get(name[1:end], 0) for end in range(3, len(name) + 1))

    return {name for name in names if len(name) < 3 or since(name) <= Qgis.QGIS_VERSION_INT}


def faults(names):
    """Yield a message for every name that does not exist and every enum member without its scope."""
    for module, *rest in sorted(names):
        found = importlib.import_module(module)
        for name in rest:
            parent, found = found, getattr(found, name, None)
            if found is None:
                yield f"{'.'.join(rest)} does not exist"
                break
        else:
            if is_enum(type(found)) and parent is not type(found):
                yield f"{'.'.join(rest)} without its scope"


def is_enum(kind):
    """Return True if a class is an enum of Python, Qt or QGIS's bindings."""
    return kind.__name__ == "EnumType" or "enum" in type(kind).__name__.lower()


@pytest.mark.parametrize("path", shipped.MODULES, ids=shipped.name)
def test_names_exist_and_are_scoped(path, qgis_app):
    assert list(faults(names_in_this_version(shipped.full_names(path, "qgis")))) == []


def test_faults_are_found(qgis_app):
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
        "QgsTask.NoSuchFlag does not exist",
    ]
