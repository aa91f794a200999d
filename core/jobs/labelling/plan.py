"""Plan a run of Label objects before any pixel is read: formula, size limits and maximum number of objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from numbers import Integral

import numpy as np

from ...choices import RESAMPLING, resolve_choice
from ...dependencies import FOR_FILTERS, check_dependencies
from ...engine.options import RunOptions
from ...engine.values import ValueRun, compute_values
from ...errors import OptionError, ResourceError
from ...expression.plan import (
    FormulaOptions,
    OutputBand,
    plan_formulas,
    read_formulas,
    read_inputs,
    unused_warnings,
)
from ...parallel.chunks import ChunkPlan
from ...parallel.machine import resolve_memory
from ...pixels.plan import PixelPlan
from ...pixels.raster_plan import Counted, PixelResult
from ...pixels.stack import VISIBLE
from ...units import MEBIBYTE, format_percent
from ...writing.cog_options import nearest_overviews
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import BandDescription
from .joining import MOST_OBJECTS, NO_OBJECTS, Numbering, ObjectsOfAll, WindowObjects, seam_bytes
from .kernel import ObjectKernel
from .objects import COMBINED, WITHOUT_TABLE, ObjectRule, Sums
from .task import OBJECTS, LabelledWindows, LabelTask, LabelTotals

LEAST_LIMIT = 100_000
"""Number of objects allowed at any memory limit, because so few objects need only a few MB."""

LARGEST_SIZE = 2**62
"""Largest value allowed for MIN_SIZE and MAX_SIZE."""


@dataclass(frozen=True)
class LabelOptions(FormulaOptions):
    """Parameters of Label objects. See `label_objects` for their meaning."""

    expression: str = "A > 0"
    connectivity: int = 4
    min_size: int = 1
    max_size: int | None = None
    table: bool = False


@dataclass(frozen=True)
class LabelPlan(PixelPlan):
    """Plan of a run: connectivity and size limits of objects, and the maximum number of objects.

    `memory_helps` is True if a higher memory limit would allow more objects. `keeps_masks` is True if the masks of all
    windows fit into memory, so that a run on this machine reads the inputs only once. After the first pass,
    `numbering` and `sums` describe the objects, and `visible` is the number of pixels that the mask layer does not hide
    (None without a mask layer).
    """

    rule: ObjectRule = ObjectRule(4, 1, None, WITHOUT_TABLE)
    limit: int = MOST_OBJECTS
    memory_helps: bool = False
    keeps_masks: bool = False
    numbering: Numbering = NO_OBJECTS
    sums: Sums = field(default_factory=lambda: np.empty((0, WITHOUT_TABLE), np.int64))
    visible: int | None = None

    @property
    def labelled(self) -> LabelledWindows:
        """The first pass, which finds and measures the objects of each chunk."""
        return LabelledWindows(self.job, self.window, self.chunks, self.rule, self.keeps_masks)

    @property
    def task(self) -> LabelTask:  # type: ignore[override]
        """Engine task of the second pass, which writes the ids."""
        return LabelTask(self.labelled, self.numbering, self.profile)

    @property
    def counted(self) -> tuple[Counted, ...]:
        """Pixel counts to report; always empty."""
        return ()

    def totals(self) -> LabelTotals:  # type: ignore[override]
        """Return an empty collector of pixel counts."""
        counts = {OBJECTS: len(self.sums), **({} if self.visible is None else {VISIBLE: self.visible})}
        return LabelTotals(self.chunks, self.job.kernel.bands[0], counts)

    def summary(self, result: PixelResult) -> list[str]:
        """Return a log line with the number of objects and their share of the pixels."""
        count = result.counts[OBJECTS]
        objects = "1 object covers" if count == 1 else f"{count} objects cover"
        return [f"{objects} {format_percent(result.valid_percent)} of the pixels"]

    def reported(self, result: PixelResult) -> dict[str, object]:
        """Return the number of objects, keyed by its label in the report."""
        return {"Objects": result.counts[OBJECTS]}


def find_objects(plan: LabelPlan, run: ValueRun) -> LabelPlan:
    """Run the first pass, and return the plan with the ids of all objects.

    Raises
    ------
    ResourceError
        There are more objects than the limit.
    ParallelRasterError
        An input cannot be read, or the run was cancelled.
    """
    if run.cluster_workers is not None:  # on a cluster, workers would have to send and receive the masks
        plan = replace(plan, keeps_masks=False)
    chunks = plan.chunks
    found = ObjectsOfAll(
        chunks.height, chunks.width, chunks.chunk[0], plan.rule, plan.limit, memory_helps=plan.memory_helps
    )

    visible = None if plan.job.mask is None else 0

    def collect(_: int, windows: Sequence[WindowObjects]) -> None:
        nonlocal visible
        for each in windows:
            found.add(each)
            if visible is not None:
                visible += each.visible or 0

    compute_values(plan.labelled, list(chunks.windows()), run, collect)
    numbering, sums = found.numbered()
    return replace(plan, numbering=numbering, sums=sums, visible=visible)


def plan_labels(sources: Sequence[str], dst: str, options: LabelOptions, run: RunOptions) -> LabelPlan:
    """Read the metadata of all inputs, check the output path, and return the plan of the run.

    Parameters
    ----------
    sources, dst, options, run
        As for `label_objects`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    check_dependencies(FOR_FILTERS)
    options.check_scaling()
    resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    rule = _resolve_rule(options)
    formulas = read_formulas(sources, options)
    if len(formulas) > 1:
        first = "; ".join(each.description for each in formulas[:3])
        raise OptionError(
            f"EXPRESSION must give one band, but gives {len(formulas)}: {first}{' ...' * (len(formulas) > 3)}. Write a "
            "single formula with band numbers, such as A@1.",
            parameter="expression",
        )
    (formula,) = formulas
    outputs = [OutputBand(BandDescription(formula.description), formula.tree)]
    inputs = read_inputs(sources, outputs, options)

    def planned(run: RunOptions) -> PixelPlan:
        return plan_formulas(
            inputs, outputs, dst, options, run, name="label-objects", title=f"Objects: {formula.description}",
            dtype="uint32", kernel=ObjectKernel, packages=tuple(FOR_FILTERS), decided=list(_decisions(options)),
            warnings=list(unused_warnings(len(sources), inputs.used)),
        )  # fmt: skip

    stored = nearest_overviews(options.creation_options) if options.cog else options.creation_options
    options = replace(options, output_nodata=0, creation_options=stored)
    memory = resolve_memory(run.memory)
    try:  # half of the memory is for chunks, the other half for objects
        plan = planned(replace(run, memory=memory / MEBIBYTE / 2))
    except ResourceError:
        plan = planned(replace(run, memory=memory / MEBIBYTE))
    _check_exact(plan.profile)
    left = memory - plan.chunks.memory - seam_bytes(plan.chunks)
    keeps_masks = packed_bytes(plan.chunks) <= left // 4  # objects have priority over masks
    if keeps_masks:
        left -= packed_bytes(plan.chunks)
    limit, memory_helps = _resolve_limit(left, rule)
    values = {each.name: getattr(plan, each.name) for each in fields(plan)}
    values["chunks"] = replace(plan.chunks, limit=memory)
    return LabelPlan(**values, rule=rule, limit=limit, memory_helps=memory_helps, keeps_masks=keeps_masks)


def _check_exact(profile: OutputProfile) -> None:
    """Raise OptionError if the creation options change ids. NBITS does not: an id that does not fit is an error."""
    if not replace(profile, own_bits=True).lossless:
        given = "|".join(f"{key}={value}" for key, value in profile.final_options.items())
        raise OptionError(
            f"CREATION_OPTIONS {given} are lossy, so objects would get wrong ids. Choose a lossless compression such "
            "as DEFLATE or ZSTD, and leave out options such as MAX_Z_ERROR and DISCARD_LSB.",
            parameter="creation_options",
        )


def packed_bytes(chunks: ChunkPlan) -> int:
    """Return the memory in bytes for the masks of all windows, one bit per pixel."""
    return chunks.width * chunks.height // 8


def _resolve_rule(options: LabelOptions) -> ObjectRule:
    if options.connectivity not in (4, 8):
        raise OptionError(f"CONNECTIVITY is {options.connectivity!r}. Choose 4 or 8.", parameter="connectivity")
    least = 1
    for name, size in (("min_size", options.min_size), ("max_size", options.max_size)):
        if size is None and name == "max_size":
            continue
        if not isinstance(size, Integral) or not least <= size <= LARGEST_SIZE:
            most = f" and at most {LARGEST_SIZE:,}" if isinstance(size, Integral) and size > LARGEST_SIZE else ""
            raise OptionError(
                f"{name.upper()} is {size!r}; it must be a whole number of pixels, at least {least}{most}.",
                parameter=name,
            )
        least = int(size)
    columns = len(COMBINED) if options.table else WITHOUT_TABLE
    return ObjectRule(options.connectivity, options.min_size, options.max_size, columns)


def _resolve_limit(memory: int, rule: ObjectRule) -> tuple[int, bool]:
    """Return the largest number of objects that fit into `memory` bytes, and True if more memory would allow more.

    While objects are joined, there are two copies of their sums. Six more numbers per object are needed for joining
    and numbering the objects, and for the temporary arrays of the table.
    """
    fitting = max(LEAST_LIMIT, memory // (8 * (2 * rule.columns + 6)))
    return min(MOST_OBJECTS, fitting), fitting < MOST_OBJECTS


def _decisions(options: LabelOptions) -> Iterator[str]:
    yield f"Objects: connected pixels ({options.connectivity} neighbours) for which the formula is valid and not 0"
    sizes = f"at least {options.min_size}" if options.max_size is None else f"{options.min_size} to {options.max_size}"
    yield f"Size of objects: {sizes} pixels"
