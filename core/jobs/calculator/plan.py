"""Plan a raster calculator run before any pixel is read: formulas, bands, data type and nodata of the output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...choices import PIXEL_TYPES, RESAMPLING, resolve_choice
from ...engine.options import RunOptions
from ...errors import OptionError, about
from ...expression.lines import Formula, parse_expression
from ...expression.rasters import Raster, letter
from ...expression.tree import is_inexact, is_true_or_false
from ...pixels.inputs import (
    SCALING_WORDS,
    InputOptions,
    mask_line,
    mask_warnings,
    outside_warnings,
    place_source,
    read_other,
    resolve_job_mask,
    source_line,
)
from ...pixels.job import PixelJob
from ...pixels.plan import PixelPlan, ResolveProfile, plan_pixels
from ...pixels.stack import Source
from ...pixels.storing import resolve_storage, stored_counts
from ...raster.grid import check_map_coordinates, extent_window
from ...reading.overviews import read_level
from ...reading.readers import InputBand, open_raster
from .kernel import FormulaKernel, used_bands


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
    wanted = used_bands(formulas)
    if not wanted:
        raise OptionError("EXPRESSION uses no band. Use at least one band, such as A@1.", parameter="expression")
    with about("sources"):
        first, bands = _read_bands(sources, [(each.raster, each.band) for each in wanted], options)
        check_map_coordinates(first.grid, first.path, {"EXTENT": options.extent is not None})
        window = extent_window(first.grid, options.extent)
        placed = [place_source(band, first, options, window) for band in bands]
    mask = resolve_job_mask(options, first)
    encoding = resolve_storage(_data_type(formulas, options), options.output_nodata)
    names = tuple(f"Band {band.band} of {band.place}" for band in bands)
    kernel = FormulaKernel(formulas, wanted, names, tuple(source.term for source in placed), encoding)
    job = PixelJob(
        "raster-calculator", tuple(placed), mask, kernel, encoding, "; ".join(each.description for each in formulas),
        stored_counts(encoding.dtype), first, any(is_inexact(each.tree) for each in formulas),
    )  # fmt: skip
    decided = [
        *(
            source_line(f"{letter(each.raster)}@{each.band}", band, source.term)
            for each, band, source in zip(wanted, bands, placed)
        ),
        *([mask_line(mask, options)] if mask else []),
        *_decisions(job, formulas, options),
    ]
    warnings = [
        *outside_warnings(placed, window),
        *mask_warnings(mask, window, options),
        *_warnings(placed, options, len(sources), {each.raster for each in wanted}),
    ]
    return plan_pixels(
        job, dst, run, window=window, creation_options=options.creation_options, cog=options.cog, decided=decided,
        warnings=warnings, resolve=resolve,
    )  # fmt: skip


def _raster(path: str, number: int, options: CalculatorOptions) -> Raster:
    with open_raster(path) as dataset:
        descriptions = tuple(text or "" for text in dataset.descriptions)
    alias = options.aliases[number] if number < len(options.aliases) else ""
    return Raster(path, descriptions, (alias,) if alias else ())


def _read_bands(
    sources: Sequence[str], wanted: Sequence[tuple[int, int]], options: CalculatorOptions
) -> tuple[InputBand, list[InputBand]]:
    """Return a band of the first input, whose grid is the grid of the job, and all bands that the formulas use."""
    by_raster: dict[int, list[int]] = {}
    for raster, band in wanted:
        by_raster.setdefault(raster, []).append(band)
    used = read_level(sources[0], by_raster.pop(0, [1]), options.overview)
    first = used[0]
    found = list(used) if wanted[0][0] == 0 else []
    for raster, bands in by_raster.items():
        found += read_other(sources[raster], bands, first, options, letter(raster))
    return first, found


def _data_type(formulas: Sequence[Formula], options: CalculatorOptions) -> str:
    chosen = resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    if chosen != "auto":
        return chosen
    return "uint8" if all(is_true_or_false(each.tree) for each in formulas) else "float32"


def _decisions(job: PixelJob, formulas: Sequence[Formula], options: CalculatorOptions) -> Iterator[str]:
    for source in job.sources:
        if source.resampled and source.resampled.interpolates:
            yield f"{source.band.path} is resampled ({source.resampled.method}) from {source.band.grid}"
    for number, formula in enumerate(formulas, 1):
        yield f"Output band {number}: {formula.description}"
    yield f"Scaling: {SCALING_WORDS[options.scaling.lower()]}; computed in float64, rounded once"
    yield f"Stored as {job.encoding.dtype}, nodata {job.encoding.nodata:.12g}"


def _warnings(placed: Sequence[Source], options: CalculatorOptions, count: int, used: set[int]) -> Iterator[str]:
    unused = [letter(number) for number in range(count) if number not in used]
    if unused:
        grid = " The output still has the grid of A." if unused[0] == "A" else ""
        yield f"The expression does not use {', '.join(unused)}.{grid}"
    if (
        options.scaling.lower() == "stored"
        and len({(each.term.scale, each.term.offset) == (1, 0) for each in placed}) > 1
    ):
        yield (
            "Only some of the bands have a scale and offset in their metadata. If all bands belong to the same "
            "product, set SCALING to 'given', and set SCALE and OFFSET to the values of the product."
        )
