"""Plan a raster calculator run before any pixel is read: formulas, bands, data type and nodata of the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...choices import PIXEL_TYPES, RESAMPLING, resolve_choice
from ...engine.options import RunOptions
from ...expression.lines import Formula
from ...expression.plan import (
    FormulaOptions,
    OutputBand,
    plan_formulas,
    read_formulas,
    read_inputs,
    unused_warnings,
)
from ...expression.tree import is_true_or_false
from ...pixels.plan import PixelPlan, ResolveProfile
from ...writing.gdal_file import BandDescription


@dataclass(frozen=True)
class CalculatorOptions(FormulaOptions):
    """Parameters of the raster calculator. See `raster_calculator` for their meaning."""

    data_type: str = "auto"


def plan_calculator(
    sources: Sequence[str],
    dst: str,
    options: CalculatorOptions,
    run: RunOptions,
    resolve: ResolveProfile | None = None,
) -> PixelPlan:
    """Read the metadata of all inputs, check the output path, and return the plan of the run.

    Parameters
    ----------
    sources, dst, options, run
        As for `raster_calculator`.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    options.check_scaling()
    resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    formulas = read_formulas(sources, options)
    outputs = [OutputBand(BandDescription(each.description), each.tree) for each in formulas]
    inputs = read_inputs(sources, outputs, options)
    return plan_formulas(
        inputs, outputs, dst, options, run, name="raster-calculator",
        title="; ".join(each.description for each in formulas), dtype=_data_type(formulas, options),
        warnings=list(unused_warnings(len(sources), inputs.used)), resolve=resolve,
    )  # fmt: skip


def _data_type(formulas: Sequence[Formula], options: CalculatorOptions) -> str:
    chosen = resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    if chosen != "auto":
        return chosen
    return "uint8" if all(is_true_or_false(each.tree) for each in formulas) else "float32"
