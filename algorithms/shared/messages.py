"""Which parameter an error is about, in the words of the dialog: the core knows keywords, people know fields."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import QgsProcessingParameterDefinition

from ...core.errors import ParallelRasterError

RASTERS = ("INPUT", "INPUTS", "INPUT_FOLDER")

PARAMETERS = {"src": RASTERS, "sources": RASTERS, "dst": ("OUTPUT",), "folder": ("OUTPUT",)}
"""What keywords of the core are called here, where that is not their own name: the first of these that is given."""


def name_parameter(
    error: ParallelRasterError, definitions: Iterable[QgsProcessingParameterDefinition], given: Mapping[str, Any]
) -> str:
    """Return what an error says, with the parameter that it is about in front unless the text has its name already.

    Parameters
    ----------
    error
        Carries the core's keyword; an algorithm's own errors carry the parameter's name in small letters.
    definitions
        The algorithm's parameters.
    given
        The values of those that have one.
    """
    message, known = str(error), {each.name(): each for each in definitions}
    names = [name for name in PARAMETERS.get(error.parameter, (error.parameter.upper(),)) if name in known]
    name = next((name for name in names if given.get(name) not in (None, "", [])), names[0] if names else "")
    if not name or re.search(rf"\b{name}\b", message):
        return message
    return f"{known[name].description()} ({name}): {message}"
