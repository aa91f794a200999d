"""Options of a merge and their validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ...choices import MERGE_METHODS, MERGE_TYPES, PIXEL_RULES, RESAMPLING, RESOLUTIONS, resolve_choice
from ...errors import OptionError
from ...regrid.common_grid import GridRules

TRIMMED = ("first", "last")
"""Methods for which tiles that are listed in a `tiles.json` can be trimmed to their cores."""

ALL_BANDS_METHODS = ("first", "last")
"""Methods that can take all bands of a pixel from one raster."""


@dataclass(frozen=True)
class MergeOptions:
    """Parameters of a merge. See `merge_tiles` for their meaning."""

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
        """Name of the parameter that lists the rasters."""
        return "input_folder" if self.input_folder else "sources"


@dataclass(frozen=True)
class MergeChoices:
    """Validated choices of a merge; `trims` is true if only the cores of tiles are used."""

    method: str
    pixel_rule: str
    data_type: str
    grid: GridRules
    trims: bool


def check_options(options: MergeOptions) -> MergeChoices:
    """Validate the options and return the resolved choices.

    Raises
    ------
    OptionError
        A choice is unknown, or a number is out of range.
    """
    method = resolve_choice(MERGE_METHODS, options.method, "METHOD")
    if method == "feather" and options.feather < 1:
        raise OptionError(f"FEATHER is {options.feather}; it must be at least 1 pixel.", parameter="feather")
    if options.nodata is not None and math.isinf(options.nodata):
        raise OptionError(f"NODATA is {options.nodata}; it must be a finite number or NaN.", parameter="nodata")
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
    if rule == "any" and method not in ALL_BANDS_METHODS:
        raise OptionError(
            f"PIXEL_RULE 'any' takes all bands of a pixel from one raster, but METHOD {method!r} merges each band "
            f"separately. Set METHOD to {' or '.join(map(repr, ALL_BANDS_METHODS))}, or set PIXEL_RULE to 'band' or "
            f"'all'.",
            parameter="pixel_rule",
        )
    return rule
