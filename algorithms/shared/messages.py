"""Adds the parameter's dialog label to errors of the core, which name only a keyword argument."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import QgsProcessingParameterDefinition

from ...core.errors import ParallelRasterError

RASTERS = ("INPUT", "INPUTS", "INPUT_FOLDER")

PARAMETERS = {"src": RASTERS, "sources": RASTERS, "dst": ("OUTPUT",), "folder": ("OUTPUT",)}
"""QGIS parameters for each core keyword that has a different name in QGIS. Messages name the first that is set."""


def name_parameter(
    error: ParallelRasterError, definitions: Iterable[QgsProcessingParameterDefinition], given: Mapping[str, Any]
) -> str:
    """Return the error message, prefixed with the parameter's label unless the message already names the parameter.

    Parameters
    ----------
    error
        Error whose `parameter` is a keyword argument of a core function, or a parameter name in lower case.
    definitions
        Parameters of the algorithm.
    given
        Values that were set, by parameter name.
    """
    message, known = str(error), {each.name(): each for each in definitions}
    names = [name for name in PARAMETERS.get(error.parameter, (error.parameter.upper(),)) if name in known]
    name = next((name for name in names if given.get(name) not in (None, "", [])), names[0] if names else "")
    if not name or re.search(rf"\b{name}\b", message):
        return message
    return f"{known[name].description()} ({name}): {message}"
