"""Plan a raster calculator run before any pixel is read: formulas, bands, data type and nodata of the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...choices import PIXEL_TYPES, RESAMPLING, resolve_choice
from ...engine.options import RunOptions
from ...errors import OptionError, about
from ...expression.kernel import used_bands
from ...expression.lines import Formula, parse_expression
from ...expression.plan import FormulaInputs, OutputBand, plan_formulas, read_inputs, unused_letters
from ...expression.rasters import Raster
from ...expression.tree import is_true_or_false
from ...pixels.inputs import InputOptions
from ...pixels.plan import PixelPlan, ResolveProfile
from ...reading.readers import open_raster
from ...writing.gdal_file import BandDescription


@dataclass(frozen=True)
class CalculatorOptions(InputOptions):
    """Parameters of the raster calculator. See `raster_calculator` for their meaning."""

    expression: str = ""
    aliases: tuple[str, ...] = ()
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
        Function that completes the creation options. By default, the options are completed in each call.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    options.check_scaling()
    resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    if not sources:
        raise OptionError("INPUTS is empty. Choose at least one raster.", parameter="sources")
    with about("sources"):
        rasters = [_raster(path, number, options) for number, path in enumerate(sources)]
    formulas = parse_expression(options.expression, rasters)
    if not used_bands(each.tree for each in formulas):
        raise OptionError("EXPRESSION uses no band. Use at least one band, such as A@1.", parameter="expression")
    outputs = [OutputBand(BandDescription(each.description), each.tree) for each in formulas]
    inputs = read_inputs(sources, outputs, options)
    return plan_formulas(
        inputs, outputs, dst, options, run, name="raster-calculator",
        title="; ".join(each.description for each in formulas), dtype=_data_type(formulas, options),
        warnings=list(_warnings(inputs, len(sources))), resolve=resolve,
    )  # fmt: skip


def _raster(path: str, number: int, options: CalculatorOptions) -> Raster:
    with open_raster(path) as dataset:
        descriptions = tuple(text or "" for text in dataset.descriptions)
    alias = options.aliases[number] if number < len(options.aliases) else ""
    return Raster(path, descriptions, (alias,) if alias else ())


def _data_type(formulas: Sequence[Formula], options: CalculatorOptions) -> str:
    chosen = resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    if chosen != "auto":
        return chosen
    return "uint8" if all(is_true_or_false(each.tree) for each in formulas) else "float32"


def _warnings(inputs: FormulaInputs, count: int) -> Iterator[str]:
    unused = unused_letters(count, inputs.used)
    if unused:
        grid = " The output still has the grid of A." if unused[0] == "A" else ""
        yield f"The expression does not use {', '.join(unused)}.{grid}"
