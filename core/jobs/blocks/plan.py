"""Plan a run of a user's function before any pixel is read: sources, blocks, data type and nodata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from numbers import Integral
from typing import Any

import numpy as np

from ...choices import FOCAL_EDGES, PIXEL_TYPES, RESAMPLING, resolve_choice
from ...engine.options import RunOptions
from ...errors import InputError, OptionError, about
from ...parallel.chunks import LARGEST_UNIT, plan_units
from ...parallel.machine import resolve_memory
from ...pixels.inputs import (
    InputOptions,
    mask_line,
    mask_warnings,
    outside_warnings,
    place_source,
    read_other,
    resolve_job_mask,
    source_line,
)
from ...pixels.plan import plan_pixels
from ...pixels.storing import resolve_storage, stored_counts
from ...raster.dtypes import WIDE_INTEGERS
from ...raster.grid import check_map_coordinates, extent_window
from ...raster.windows import Shape
from ...reading.overviews import read_level
from ...reading.readers import InputBand, open_raster
from .block import Function
from .kernel import FunctionKernel
from .task import BlocksJob, BlocksPlan

LARGEST_HALO = 10_000
"""Largest halo in pixels; the memory limit usually allows less."""


@dataclass(frozen=True)
class BlocksOptions(InputOptions):
    """Parameters of `map_blocks`. See `map_blocks` for their meaning."""

    halo: int = 0
    edge: str = "nodata"
    block: Shape | None = None
    count: int = 1
    data_type: str = "float32"
    raw: bool = False


def plan_blocks(
    function: Function, sources: Sequence[str], dst: str, options: BlocksOptions, run: RunOptions, *, prove: bool
) -> BlocksPlan:
    """Read the metadata of all inputs, and return the plan of a run that writes a raster.

    Parameters
    ----------
    function, sources, dst, options, run, prove
        As for `map_blocks`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    inputs = resolve_inputs(function, sources, options, run)
    job, size = inputs.job, (inputs.window.height, inputs.window.width)
    if job.unit is not None:
        job = replace(job, unit=_limited(job.unit, size, options.block))
    plan = plan_pixels(
        job, dst, run, window=inputs.window, creation_options=options.creation_options, cog=options.cog,
        decided=inputs.decided, warnings=inputs.warnings,
    )  # fmt: skip
    if job.unit is not None:
        unit = min(job.unit[0], size[0]), min(job.unit[1], size[1])
        units = plan_units(
            size, unit, bytes_per_pixel=job.bytes_per_pixel, input_block_bytes=job.input_block_bytes,
            workers=plan.workers, memory=resolve_memory(run.memory), halo=options.halo,
        )  # fmt: skip
        plan = plan.with_chunks(replace(plan.chunks, in_flight=min(plan.chunks.in_flight, units.in_flight)))
    values = {each.name: getattr(plan, each.name) for each in fields(plan)}
    return BlocksPlan(**values, proved=prove, progress=run.progress)


@dataclass(frozen=True)
class BlocksInputs:
    """Result of `resolve_inputs`: the job, the window to compute, log lines about decisions, and warnings."""

    job: BlocksJob
    window: Any
    decided: tuple[str, ...]
    warnings: tuple[str, ...]


def resolve_inputs(function: Function, sources: Sequence[str], options: BlocksOptions, run: RunOptions) -> BlocksInputs:
    """Read the metadata of all inputs, and return the job with its log lines and warnings.

    Raises
    ------
    ParallelRasterError
        A parameter or an input cannot be used.
    """
    _check_function(function, run)
    options.check_scaling()
    resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    edge = resolve_choice(FOCAL_EDGES, options.edge, "EDGE")
    dtype = resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    if dtype == "auto":
        raise OptionError("data_type must not be 'auto'. Set a data type, such as 'float32'.", parameter="data_type")
    unit = _resolve_block(options.block)
    for name, value, least, most in (("halo", options.halo, 0, LARGEST_HALO), ("count", options.count, 1, 65_535)):
        if not isinstance(value, Integral) or not least <= int(value) <= most:
            raise OptionError(f"{name} is {value!r}. Choose a whole number from {least} to {most}.", parameter=name)
    if not sources:
        raise OptionError("There are no sources. Pass at least one raster.", parameter="sources")
    with about("sources"):
        bands = _read_bands(sources, options)
        first = bands[0]
        check_map_coordinates(first.grid, first.path, {"EXTENT": options.extent is not None})
        window = extent_window(first.grid, options.extent)
        placed = [place_source(band, first, options) for band in bands]
    if options.raw:
        _check_raw([source.term.dtype for source in placed])
    mask = resolve_job_mask(options, first)
    encoding = resolve_storage(dtype, options.output_nodata)
    names = tuple(f"Band {band.band} of {band.place}" for band in bands)
    terms = tuple(source.term for source in placed)
    kernel = FunctionKernel(
        function, int(options.halo), edge, int(options.count), options.raw, terms, names, first.grid.transform, encoding
    )  # fmt: skip
    name = getattr(function, "__name__", type(function).__name__)
    job = BlocksJob(
        "map-blocks", tuple(placed), mask, kernel, encoding, f"Function {name}", stored_counts(encoding.dtype), first,
        unit=unit,
    )  # fmt: skip
    decided = (
        *(source_line(f"Band {number}", band, source.term) for number, (band, source) in enumerate(zip(bands, placed))),
        *([mask_line(mask, options)] if mask else []),
        f"Function: {name}, halo {options.halo} pixels, {_block_words(unit)}",
    )
    warnings = (*outside_warnings(placed, window), *mask_warnings(mask, window, options))
    return BlocksInputs(job, window, decided, warnings)


def _limited(unit: Shape, size: Shape, block: Any) -> Shape:
    """Return the block size `unit`, with edges of at most `LARGEST_UNIT` pixels.

    A longer edge is shortened if the output (`size`) is not longer than `LARGEST_UNIT`, because the output then has a
    single block in this direction either way.

    Raises
    ------
    OptionError
        A shorter edge would change the blocks. The message contains `block`, the user's value.
    """
    rows, cols = (min(edge, max(length, LARGEST_UNIT)) for edge, length in zip(unit, size))
    if max(rows, cols) > LARGEST_UNIT:
        raise OptionError(
            f"block is {block!r}. If `dst` is set, choose block edges of at most {LARGEST_UNIT} pixels.",
            parameter="block",
        )
    return rows, cols


def _block_words(unit: Shape | None) -> str:
    return f"blocks of {unit[1]} x {unit[0]} pixels" if unit else "blocks of any size"


def _read_bands(sources: Sequence[str], options: BlocksOptions) -> list[InputBand]:
    """Return all bands of all sources, in the order of the sources. The first band defines the grid of the job."""
    counts = []
    for path in sources:
        with open_raster(path) as dataset:
            counts.append(dataset.count)
    bands = read_level(sources[0], list(range(1, counts[0] + 1)), options.overview)
    for number, (path, count) in enumerate(zip(sources[1:], counts[1:]), 2):
        bands += read_other(path, list(range(1, count + 1)), bands[0], options, f"source {number}")
    return bands


def _resolve_block(block: Any) -> Shape | None:
    """Return (rows, columns) of the block; None if the function may receive blocks of any size."""
    if block is None:
        return None
    shape: tuple[Any, ...] = (block, block) if not isinstance(block, (tuple, list)) else tuple(block)
    if len(shape) != 2 or not all(isinstance(edge, Integral) and int(edge) >= 1 for edge in shape):
        raise OptionError(
            f"block is {block!r}. Set the edge length in pixels, or a tuple (rows, columns).", parameter="block"
        )
    return int(shape[0]), int(shape[1])


def _check_raw(dtypes: Sequence[str]) -> None:
    """Raise InputError if no single data type can represent the stored values of all bands exactly."""
    if set(dtypes).intersection(WIDE_INTEGERS) and np.result_type(*dtypes).kind == "f":
        raise InputError(
            f"The sources have the data types {', '.join(sorted(set(dtypes)))}, and no single type can "
            "represent all their values exactly. Convert them to one type, or call map_blocks for each type.",
            parameter="sources",
        )


def _check_function(function: Function, run: RunOptions) -> None:
    """Raise OptionError if `function` is not callable, or cannot be sent to the workers of the cluster."""
    if not callable(function):
        raise OptionError(
            f"function is {function!r}; it must be a function with one parameter, the block.", parameter="function"
        )
    if not run.cluster:
        return
    from ...cluster.connection import sending_problem  # imported only if a cluster is used

    problem = sending_problem(function)
    if problem:
        raise OptionError(
            f"The function cannot be sent to the workers of a cluster: {problem}. The function must not use open "
            "files, locks or similar objects of this process.",
            parameter="function",
        )
