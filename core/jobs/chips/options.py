"""Options of training chips and their validation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from ...choices import CHIP_FORMATS, CHIP_MODES, CHIP_REMAINDER, NORMALIZE, resolve_choice
from ...errors import OptionError
from ...scenes.periods import time_range
from .splits import parse_split

TABLES = {"mode": CHIP_MODES, "remainder": CHIP_REMAINDER, "normalize": NORMALIZE, "format": CHIP_FORMATS}

LARGEST_SIZE = 2**14
"""Maximum edge length of a chip in pixels."""

MAX_CHIPS = 1_000_000
"""Maximum number of chips, and of blocks in which random chips are placed."""

MAX_DAYS = 1_000_000
"""Maximum of DAYS: about 2,700 years, enough for all scenes to share one date."""

CODES = np.iinfo(np.int32)
"""Range of label codes."""


@dataclass(frozen=True)
class ChipOptions:
    """Parameters of training chips. See `training_chips` for their meaning."""

    scenes: str | None = None
    mode: str = "grid"
    centres: Any = None
    count: int = 100
    seed: int = 0
    size: int = 256
    stride: int = 0
    remainder: str = "pad"
    bands: Sequence[int | str] | None = None
    start: str = ""
    end: str = ""
    days: int = 0
    mask_values: str = ""
    mask_bits: str | None = None
    labels: Any = None
    class_field: str | None = None
    all_touched: bool = False
    features_crs: str | None = None
    label_raster: str | None = None
    label_band: int = 1
    background: int = 0
    ignore: int = 255
    min_valid: float = 0
    max_cloud: float = 100
    min_label: float = 0
    split: str | Sequence[float] = "70,15,15"
    split_block: float = 0
    normalize: str = "none"
    format: str = "tif"
    output_nodata: float | None = None
    creation_options: str | Mapping[str, object] = ""
    resume: bool = False

    def choice(self, name: str) -> str:
        """Return the value of an enum parameter as a key of the parameter's table in `TABLES`."""
        return resolve_choice(TABLES[name], getattr(self, name), name.upper())

    @property
    def labelled(self) -> bool:
        """True if the chips get labels."""
        return self.labels is not None or bool(self.label_raster)

    @property
    def normalizes(self) -> bool:
        """True if the chips get normalized values."""
        return self.choice("normalize") != "none"


def check_options(src: str | None, options: ChipOptions) -> None:
    """Raise OptionError if an option is invalid or cannot be combined with the others.

    Raises
    ------
    OptionError
        An option is invalid.
    """
    if bool(src) == bool(options.scenes):
        raise OptionError("Specify either INPUT or SCENES, but not both.", parameter="src")
    for name in TABLES:
        options.choice(name)
    _check_integers(options)
    _check_percents(options)
    parse_split(options.split)
    if not math.isfinite(options.split_block) or options.split_block < 0:
        raise OptionError(f"SPLIT_BLOCK is {options.split_block}; it must be 0 or more.", parameter="split_block")
    time_range(options.start, options.end)
    if src:
        _check_times(options)
    if options.choice("mode") == "centred" and options.centres is None:
        raise OptionError(
            "MODE is 'centred', but CENTRES is not set. Set CENTRES, or choose another MODE.", parameter="centres"
        )
    _check_labels(options)


def _check_integers(options: ChipOptions) -> None:
    for name, lowest, highest in (
        ("size", 1, LARGEST_SIZE),
        ("stride", 0, None),
        ("count", 1, MAX_CHIPS),
        ("days", 0, MAX_DAYS),
        ("seed", None, None),
        ("background", CODES.min, CODES.max),
        ("ignore", CODES.min, CODES.max),
    ):
        value = getattr(options, name)
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or (lowest is not None and value < lowest) or (highest is not None and value > highest):
            limits = (
                f" from {lowest:,} to {highest:,}" if highest else f", {lowest} or more" if lowest is not None else ""
            )
            raise OptionError(f"{name.upper()} is {value!r}. Set a whole number{limits}.", parameter=name)


def _check_percents(options: ChipOptions) -> None:
    for name in ("min_valid", "max_cloud", "min_label"):
        value = getattr(options, name)
        if not 0 <= value <= 100:
            raise OptionError(f"{name.upper()} is {value}; it must be from 0 to 100.", parameter=name)
    if options.min_label and not options.labelled:
        raise OptionError(
            "MIN_LABEL needs labels. Set LABELS or LABEL_RASTER, or set MIN_LABEL to 0.", parameter="min_label"
        )


def _check_times(options: ChipOptions) -> None:
    for name in ("start", "end", "days"):
        if getattr(options, name):
            raise OptionError(
                f"{name.upper()} needs SCENES, because a raster has no dates. Clear {name.upper()}, or set SCENES "
                "instead of INPUT.",
                parameter=name,
            )


def _check_labels(options: ChipOptions) -> None:
    if options.labels is not None and options.label_raster:
        raise OptionError("Set either LABELS or LABEL_RASTER, but not both.", parameter="label_raster")
    if options.class_field and options.labels is None:
        raise OptionError("CLASS_FIELD needs LABELS. Set LABELS, or clear CLASS_FIELD.", parameter="class_field")
    if options.background == options.ignore:
        raise OptionError(
            f"BACKGROUND and IGNORE are both {options.ignore}. Choose different codes.", parameter="ignore"
        )
