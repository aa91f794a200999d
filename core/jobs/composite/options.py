"""Options of a temporal composite and their validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...choices import (
    EMPTY_PERIODS,
    LAYOUTS,
    PERIODS,
    PIXEL_TYPES,
    REDUCERS,
    RESAMPLING,
    RESOLUTIONS,
    SCENE_VALUES,
    resolve_choice,
)
from ...errors import OptionError
from ...pixels.inputs import ScalingOptions
from ...reading.overviews import check_overview
from ...regrid.common_grid import GridRules
from ...scenes.moments import YEARS
from ...scenes.periods import CYCLIC, time_range
from .reducers import METHODS


@dataclass(frozen=True)
class CompositeOptions(ScalingOptions):
    """Parameters of a composite. See `temporal_composite` for their meaning."""

    input_folder: str | None = None
    pattern: str = "*.tif"
    scenes: str | None = None
    network: bool = False
    name_regex: str = ""
    dates_file: str | None = None
    start: str = ""
    end: str = ""
    period: str = "month"
    climatology: bool = False
    empty: str = "skip"
    bands: Sequence[int | str] | None = None
    value: str = "bands"
    expression: str = "(A@4-A@3)/(A@4+A@3)"
    reducer: str = "median"
    percentile: float = 25.0
    min_count: int = 1
    fuse: bool = True
    mask_band: int | str = ""
    mask_pattern: str = ""
    mask_values: str = ""
    mask_bits: str | None = None
    mask_grow: float = 0
    scaling: str = "stored"
    extent: tuple[float, float, float, float] | None = None
    overview: int = -1
    resolution: str = "same"
    pixel_size: float | None = None
    data_type: str = "auto"
    layout: str = "files"
    counts: bool = True
    dates: bool = False
    output_nodata: float | None = None
    creation_options: str | Mapping[str, object] = ""
    cog: bool = False

    @property
    def names_inputs(self) -> str:
        """Name of the parameter that lists the scenes."""
        return "scenes" if self.scenes else "input_folder" if self.input_folder else "sources"

    @property
    def grid_rules(self) -> GridRules:
        """Options for the grid of the output."""
        return GridRules(self.resampling.lower(), self.resolution.lower(), self.pixel_size)

    @property
    def uses_formula(self) -> bool:
        """True if a formula computes the values of a scene."""
        return self.value.lower() == "expression"

    @property
    def uses_score(self) -> bool:
        """True if the best scene is chosen by a formula."""
        return self.reducer.lower() == "best"


TABLES = {
    "period": PERIODS,
    "empty": EMPTY_PERIODS,
    "value": SCENE_VALUES,
    "reducer": REDUCERS,
    "resampling": RESAMPLING,
    "resolution": RESOLUTIONS,
    "data_type": PIXEL_TYPES,
    "layout": LAYOUTS,
}


def check_percentile(percent: float) -> None:
    """Raise OptionError unless a percentile is from 0 to 100.

    Raises
    ------
    OptionError
        The number is outside this range.
    """
    if not 0 <= percent <= 100:
        raise OptionError(f"PERCENTILE is {percent}; it must be from 0 to 100.", parameter="percentile")


def check_options(options: CompositeOptions) -> None:
    """Raise OptionError if an option is invalid or cannot be combined with another option.

    Raises
    ------
    OptionError
        An option is invalid.
    """
    for name, table in TABLES.items():
        resolve_choice(table, getattr(options, name), name.upper())
    options.check_scaling()
    limits = time_range(options.start, options.end)
    for name, limit in zip(("start", "end"), limits):
        if options.empty.lower() == "nodata" and limit and limit.year not in YEARS:
            raise OptionError(
                f"{name.upper()} is in the year {limit.year}. If EMPTY is 'nodata', the year must be between "
                f"{YEARS[0]} and {YEARS[-1]}. Choose another date, or clear {name.upper()}.",
                parameter=name,
            )
    method = METHODS[options.reducer.lower()]
    if options.climatology and options.period.lower() not in CYCLIC:
        raise OptionError(
            f"CLIMATOLOGY combines the same period across all years, but PERIOD is {options.period!r}. Set PERIOD to "
            f"one of {', '.join(CYCLIC)}.",
            parameter="climatology",
        )
    check_percentile(options.percentile)
    check_overview(options.overview)
    if options.min_count < 1:
        raise OptionError(f"MIN_COUNT is {options.min_count}; it must be at least 1.", parameter="min_count")
    if options.uses_formula and options.uses_score:
        raise OptionError(
            "REDUCER 'best' chooses scenes by EXPRESSION, so VALUE must be 'bands'. For the highest value of a "
            "formula, set REDUCER to 'max'.",
            parameter="value",
        )
    if options.dates and not method.whole:
        chosen = ", ".join(name for name, each in METHODS.items() if each.whole)
        raise OptionError(
            f"DATES needs a REDUCER that chooses a scene for each pixel, but REDUCER is {options.reducer!r}. Set "
            f"REDUCER to one of {chosen}.",
            parameter="dates",
        )
    if options.mask_band and options.mask_pattern:
        raise OptionError("Set either MASK_BAND or MASK_PATTERN, but not both.", parameter="mask_pattern")
    if options.mask_pattern and "{scene}" not in options.mask_pattern:
        raise OptionError(
            f"MASK_PATTERN is {options.mask_pattern!r}. It must contain {{scene}}, which stands for the name of a "
            "scene: for example, {scene}_SCL.tif.",
            parameter="mask_pattern",
        )
