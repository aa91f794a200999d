"""Plan a job that computes formulas, before any pixel is read: the bands to read, log lines, and the output."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar, Union

from rasterio.windows import Window

from ..engine.options import RunOptions
from ..errors import OptionError, about
from ..pixels.inputs import (
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
from ..pixels.job import PixelJob
from ..pixels.plan import PixelPlan, ResolveProfile, plan_pixels
from ..pixels.sources import MaskLayer
from ..pixels.stack import Source
from ..pixels.storing import resolve_storage, stored_counts
from ..raster.grid import check_map_coordinates, extent_window
from ..reading.overviews import read_level
from ..reading.readers import InputBand, open_raster
from ..writing.gdal_file import BandDescription
from .kernel import FormulaKernel, used_bands
from .lines import Formula, parse_expression
from .rasters import Raster, letter
from .tree import Band, Node, is_inexact

Options = TypeVar("Options", bound=InputOptions)

Paths = Union[str, os.PathLike[str], Sequence[Union[str, os.PathLike[str]]]]
"""Path of one raster, or a sequence of paths."""


@dataclass(frozen=True)
class FormulaOptions(InputOptions):
    """Parameters of jobs that compute formulas written by the user. The public functions document each parameter."""

    expression: str = ""
    aliases: tuple[str, ...] = ()


class OutputBand(NamedTuple):
    """An output band: its description and metadata, and its formula."""

    description: BandDescription
    tree: Node


@dataclass(frozen=True)
class FormulaInputs:
    """Inputs of formulas: the bands that the formulas use, how to read each of them, the mask, and the output's window.

    `first` is a band of the first raster, whose grid is the grid of the job.
    """

    first: InputBand
    used: tuple[Band, ...]
    sources: tuple[Source, ...]
    mask: MaskLayer | None
    window: Window


def shared_paths(sources: Paths, options: Options, run: RunOptions) -> tuple[list[str], Options]:
    """Return the input paths and the options. All paths, including the mask's, are valid on all machines of the run."""
    listed = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    mask = run.path(options.mask) if options.mask else None
    return [run.path(each) for each in listed], replace(options, mask=mask)


def read_formulas(sources: Sequence[str], options: FormulaOptions) -> tuple[Formula, ...]:
    """Read the band descriptions of the inputs, and return the formulas of an expression.

    Raises
    ------
    OptionError
        There is no input, or the expression cannot be used.
    InputError
        An input cannot be opened.
    """
    if not sources:
        raise OptionError("INPUTS is empty. Choose at least one raster.", parameter="sources")
    with about("sources"):
        rasters = [_raster(path, number, options) for number, path in enumerate(sources)]
    formulas = parse_expression(options.expression, rasters)
    if not used_bands(each.tree for each in formulas):
        raise OptionError("EXPRESSION must use at least one band, such as A@1.", parameter="expression")
    return formulas


def _raster(path: str, number: int, options: FormulaOptions) -> Raster:
    with open_raster(path) as dataset:
        descriptions = tuple(text or "" for text in dataset.descriptions)
    alias = options.aliases[number] if number < len(options.aliases) else ""
    return Raster(path, descriptions, (alias,) if alias else ())


def read_inputs(sources: Sequence[str], outputs: Sequence[OutputBand], options: InputOptions) -> FormulaInputs:
    """Read the metadata of the bands that formulas use, and return the inputs of the formulas.

    Raises
    ------
    ParallelRasterError
        An input, the mask or an option cannot be used.
    """
    used = used_bands(each.tree for each in outputs)
    with about("sources"):
        first, bands = _read_bands(sources, used, options)
        check_map_coordinates(first.grid, first.path, {"EXTENT": options.extent is not None})
        window = extent_window(first.grid, options.extent)
        placed = tuple(place_source(band, first, options) for band in bands)
    return FormulaInputs(first, used, placed, resolve_job_mask(options, first), window)


def plan_formulas(
    inputs: FormulaInputs,
    outputs: Sequence[OutputBand],
    dst: str,
    options: InputOptions,
    run: RunOptions,
    *,
    name: str,
    title: str,
    dtype: str,
    kernel: type[FormulaKernel] = FormulaKernel,
    packages: Sequence[str] = (),
    labels: Mapping[Band, str] = {},
    decided: Sequence[str] = (),
    warnings: Sequence[str] = (),
    resolve: ResolveProfile | None = None,
) -> PixelPlan:
    """Return the plan of a job that computes formulas.

    Parameters
    ----------
    inputs, outputs
        The inputs of the formulas, and the output bands.
    dst, options, run
        Path of the output, and the options of the job and the run.
    name, title
        Name of the job's chunks in Dask's diagnostics, and title of its report.
    dtype
        Data type of the output.
    kernel
        Kernel that evaluates the formulas.
    packages
        Packages that the job needs in addition to those that the plugin requires.
    labels
        Names of bands in the log. By default, the letter of the raster and the number of the band, such as A@1.
    decided, warnings
        Further log lines and warnings.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        An option or the output cannot be used, or the memory limit is too small.
    """
    encoding = resolve_storage(dtype, options.output_nodata)
    names = tuple(f"Band {each.band.band} of {each.band.place}" for each in inputs.sources)
    terms = tuple(each.term for each in inputs.sources)
    trees = tuple(each.tree for each in outputs)
    made = kernel(trees, tuple(each.description for each in outputs), inputs.used, names, terms, encoding)
    job = PixelJob(
        name, inputs.sources, inputs.mask, made, encoding, title, stored_counts(dtype), inputs.first,
        any(map(is_inexact, trees)), packages=tuple(packages),
    )  # fmt: skip
    lines = [*_source_lines(inputs, options, labels), *decided, *_decisions(job, options)]
    all_warnings = [
        *outside_warnings(inputs.sources, inputs.window),
        *mask_warnings(inputs.mask, inputs.window, options),
        *_scaling_warnings(inputs.sources, options),
        *warnings,
    ]
    return plan_pixels(
        job, dst, run, window=inputs.window, creation_options=options.creation_options, cog=options.cog,
        decided=lines, warnings=all_warnings, resolve=resolve,
    )  # fmt: skip


def unused_letters(count: int, used: Sequence[Band]) -> list[str]:
    """Return the letters (A, B, ...) of the rasters that no formula uses; `count` is the number of all rasters."""
    rasters = {each.raster for each in used}
    return [letter(number) for number in range(count) if number not in rasters]


def unused_warnings(count: int, used: Sequence[Band]) -> Iterator[str]:
    """Yield a warning if some rasters are not used by any formula; `count` is the number of all rasters."""
    unused = unused_letters(count, used)
    if unused:
        grid = " The output still has the grid of A." if unused[0] == "A" else ""
        yield f"The expression does not use {', '.join(unused)}.{grid}"


def _read_bands(
    sources: Sequence[str], used: Sequence[Band], options: InputOptions
) -> tuple[InputBand, list[InputBand]]:
    """Return a band of the first input, whose grid is the grid of the job, and all bands that the formulas use."""
    by_raster: dict[int, list[int]] = {}
    for each in used:
        by_raster.setdefault(each.raster, []).append(each.band)
    of_first = read_level(sources[0], by_raster.pop(0, [1]), options.overview)
    found = list(of_first) if used[0].raster == 0 else []
    for raster, bands in by_raster.items():
        found += read_other(sources[raster], bands, of_first[0], options, letter(raster))
    return of_first[0], found


def _source_lines(inputs: FormulaInputs, options: InputOptions, labels: Mapping[Band, str]) -> Iterator[str]:
    for each, source in zip(inputs.used, inputs.sources):
        label = labels.get(each, f"{letter(each.raster)}@{each.band}")
        yield source_line(label, source.band, source.term)
    if inputs.mask:
        yield mask_line(inputs.mask, options)
    for source in inputs.sources:
        if source.resampled and source.resampled.interpolates:
            yield f"{source.band.path} is resampled ({source.resampled.method}) from {source.band.grid}"


def _decisions(job: PixelJob, options: InputOptions) -> Iterator[str]:
    for number, band in enumerate(job.kernel.bands, 1):
        yield f"Output band {number}: {band.description}"
    yield f"Scaling: {SCALING_WORDS[options.scaling.lower()]}; computed in float64, rounded once"
    yield f"Stored as {job.encoding.dtype}, nodata {job.encoding.nodata:.12g}"


def _scaling_warnings(sources: Sequence[Source], options: InputOptions) -> Iterator[str]:
    scaled = {(each.term.scale, each.term.offset) != (1, 0) for each in sources}
    if options.scaling.lower() == "stored" and len(scaled) > 1:
        yield (
            "Only some of the bands have a scale and offset in their metadata. If all bands belong to the same "
            "product, set SCALING to 'given', and set SCALE and OFFSET to the values of the product."
        )
