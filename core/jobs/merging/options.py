"""The options of a merge: the parameters as they are given, and the words among them found to be such."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...choices import MERGE_METHODS, MERGE_TYPES, PIXEL_RULES, RESAMPLING, RESOLUTIONS, resolve_choice
from ...errors import OptionError
from .grid import GridRules

TRIMMED = ("first", "last")
"""Methods that take the tiles' own pixels where a list of the set says which these are."""

WHOLE = ("first", "last")
"""Methods that can take a pixel whole, all its bands from one raster."""


@dataclass(frozen=True)
class MergeOptions:
    """The parameters of `merge_tiles`, where they are explained."""

    input_folder: str | None
    pattern: str
    method: str
    feather: int
    trim_overlap: bool
    pixel_rule: str
    resolution: str
    pixel_size: float | None
    resampling: str
    extent: tuple[float, float, float, float] | None
    nodata: float | None
    output_nodata: float | None
    data_type: str
    creation_options: str | Mapping[str, object]
    cog: bool

    @property
    def names_inputs(self) -> str:
        """The parameter that says which rasters are merged."""
        return "input_folder" if self.input_folder else "sources"


@dataclass(frozen=True)
class MergeChoices:
    """The words of the options, found to be such."""

    method: str
    pixel_rule: str
    data_type: str
    grid: GridRules
    trims: bool


def check_options(options: MergeOptions) -> MergeChoices:
    """Return the choices that the options name.

    Raises
    ------
    OptionError
        One is no word of its table, or a number is out of its range.
    """
    method = resolve_choice(MERGE_METHODS, options.method, "METHOD")
    if method == "feather" and options.feather < 1:
        raise OptionError(f"FEATHER is {options.feather}; a width of 1 pixel or more is needed.", parameter="feather")
    if options.nodata is not None and math.isinf(options.nodata):
        raise OptionError(f"NODATA is {options.nodata}; a finite number or NaN is needed.", parameter="nodata")
    rules = GridRules(
        resolve_choice(RESAMPLING, options.resampling, "RESAMPLING"),
        resolve_choice(RESOLUTIONS, options.resolution, "RESOLUTION"),
        options.pixel_size,
    )
    pixel_rule = _resolve_pixel_rule(options.pixel_rule, method)
    data_type = resolve_choice(MERGE_TYPES, options.data_type, "DATA_TYPE")
    return MergeChoices(method, pixel_rule, data_type, rules, options.trim_overlap and method in TRIMMED)


def _resolve_pixel_rule(given: str, method: str) -> str:
    rule = resolve_choice(PIXEL_RULES, given, "PIXEL_RULE")
    if rule == "any" and method not in WHOLE:
        raise OptionError(
            f"PIXEL_RULE any takes whole pixels, but METHOD {method} merges each band by itself. Choose METHOD "
            f"{' or '.join(WHOLE)}, or another PIXEL_RULE (band or all).",
            parameter="pixel_rule",
        )
    return rule
