"""Options of `stac_stack`, and checks that do not open files."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...choices import DUPLICATES, ON_ERROR, RESAMPLING, SIGNING, STAC_SCALING, STEPS, resolve_choice
from ...errors import OptionError
from ...stac.chosen import parse_assets
from ...stac.fetch import Fetch, check_url, urllib_fetch
from ...stac.signing import SIGN_URL
from ...stac.target import Bounds

MOST_CONNECTIONS = 64


@dataclass(frozen=True)
class StackOptions:
    """Options of a stack. See the keyword arguments of `stac_stack`, which have the same names and defaults."""

    assets: str | Sequence[str]
    mask_asset: str = ""
    extent: Bounds | None = None
    extent_crs: Any = None
    grid: str | None = None
    crs: Any = None
    pixel_size: float | None = None
    resampling: str = "refuse"
    step: str = "solar_day"
    duplicates: str = "newest"
    scaling: str = "catalogue"
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None
    overviews: bool = True
    signing: str = "as_given"
    sign_url: str = SIGN_URL
    retries: int = 4
    connections: int = 8
    on_error: str = "fail"
    resume: bool = False
    creation_options: str | Mapping[str, object] = ""
    cog: bool = False
    fetch: Fetch = urllib_fetch

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the assets in the order of the bands."""
        return parse_assets(self.assets)


def resolve_options(options: StackOptions) -> StackOptions:
    """Check the options, and return them with each choice replaced by its key in `core.choices`.

    Raises
    ------
    OptionError
        An option is invalid, or options contradict each other. The error names the options.
    """
    choices: dict[str, Any] = {
        name: resolve_choice(table, getattr(options, name), name.upper()) for name, table in (
            ("resampling", RESAMPLING), ("step", STEPS), ("duplicates", DUPLICATES), ("scaling", STAC_SCALING),
            ("signing", SIGNING), ("on_error", ON_ERROR),
        )
    }  # fmt: skip
    options = replace(options, grid=os.fspath(options.grid) if options.grid else None, **choices)
    if options.mask_asset and options.mask_asset in options.names:
        raise OptionError(
            f"MASK_ASSET {options.mask_asset} is also in ASSETS. Remove {options.mask_asset} from ASSETS, or choose "
            "another mask asset.",
            parameter="mask_asset",
        )
    if (options.grid is None) == (options.extent is None):
        raise OptionError(
            "Specify either EXTENT or GRID (a raster whose grid is used), but not both.",
            parameter="extent" if options.grid is None else "grid",
        )
    for name in ("crs", "pixel_size"):
        if options.grid is not None and getattr(options, name) is not None:
            raise OptionError(
                f"{name.upper()} cannot be set together with GRID, because the grid determines it. Remove one of them.",
                parameter=name,
            )
    if options.scale == 0 or not math.isfinite(options.scale):
        raise OptionError(f"SCALE is {options.scale:g}. It must be a finite number other than 0.", parameter="scale")
    if not math.isfinite(options.offset):
        raise OptionError(f"OFFSET is {options.offset:g}. It must be a finite number.", parameter="offset")
    if options.retries < 0:
        raise OptionError(f"RETRIES is {options.retries}; it must be 0 or more.", parameter="retries")
    if not 1 <= options.connections <= MOST_CONNECTIONS:
        raise OptionError(
            f"CONNECTIONS is {options.connections}; it must be from 1 to {MOST_CONNECTIONS}.", parameter="connections"
        )
    if options.signing == "service":
        check_url(options.sign_url, "sign_url")
    return options
