"""Call a function that returns one value per block, without writing a raster."""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rasterio.windows import Window

from ...engine.options import RunOptions
from ...engine.run import connect_workers
from ...engine.values import ValueRun, compute_values
from ...errors import Cancelled, OptionError
from ...parallel.chunks import plan_units
from ...parallel.machine import resolve_memory, resolve_workers
from ...pixels.job import read_stack
from ...progress import Stop, format_speed, log_plan
from ...raster.windows import Shape, shifted
from ...reading.readers import InputSnapshot, Readers
from ...report.page import write_report
from ...report.record import run_record
from ...units import format_workers
from ...writing.checks import check_report
from .block import call_function
from .plan import BlocksInputs
from .task import SAMPLES, BlocksJob

DEFAULT_EDGE = 512
"""Default edge length of blocks in pixels. It is fixed, so that values do not depend on `memory` or `workers`."""

Reduce = Callable[[Any, Any], Any]

NOT_COMPARED = object()
"""Marker for a value that cannot be copied, and therefore cannot be compared with the value of a second call."""


@dataclass(frozen=True)
class ValueWork:
    """Computes the value that the function returns for a block."""

    job: BlocksJob
    window: Window

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return self.job.name

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return self.job.files

    def value(self, window: Window, readers: Readers, stop: Stop) -> Any:
        """Return the function's value for a block; `window` is relative to the part of the grid that is computed."""
        stop.check()
        kernel = self.job.kernel
        block = kernel.block(read_stack(readers, self.job, shifted(window, self.window), stop))
        return call_function(kernel.function, block)


class InOrder:
    """Collects values in the order of their blocks, or combines them with `reduce` in this order. Not thread-safe.

    A value that arrives early waits until all values before it have arrived.
    """

    def __init__(self, reduce: Reduce | None) -> None:
        self._reduce = reduce
        self._waiting: dict[int, Any] = {}
        self._next = 0
        self._values: list[Any] = []

    def add(self, number: int, value: Any) -> None:
        """Add the value of the block with the given number, counted from 0."""
        self._waiting[number] = value
        while self._next in self._waiting:
            found = self._waiting.pop(self._next)
            if self._reduce is None or not self._next:
                self._values.append(found)
            else:
                self._values[0] = self._folded(self._reduce, found)
            self._next += 1

    def _folded(self, reduce: Reduce, found: Any) -> Any:
        try:
            return reduce(self._values[0], found)
        except (Cancelled, MemoryError):
            raise
        except Exception as error:
            raise OptionError(
                f"reduce raised {type(error).__name__} for block {self._next + 1}: {' '.join(str(error).split())}. "
                "`reduce` must accept two arguments: the combined value so far, and a value that `function` returns.",
                parameter="reduce",
            ) from error

    def result(self) -> Any:
        """Return the list of all values or, with `reduce`, the combined value (None if there were no values)."""
        if self._reduce is None:
            return self._values
        return self._values[0] if self._values else None


def block_values(
    resolve: Callable[[RunOptions], BlocksInputs],
    parameters: Mapping[str, object],
    run: RunOptions,
    reduce: Reduce | None,
    *,
    prove: bool,
) -> Any:
    """Call a function for each block; return its results as a list in row-major order, or combined by `reduce`.

    Parameters
    ----------
    resolve
        Function that returns the job of a run with the given options.
    parameters
        Parameters of the job by name, for the report.
    run, reduce, prove
        As for `map_blocks`.

    Raises
    ------
    OptionError
        The function raised an exception, or returned a different value when it was called again.
    ParallelRasterError
        An input cannot be read, the memory limit is too small, or the run was cancelled.
    """
    run, recorder = run.recorded(parameters)
    started = time.monotonic()
    inputs = resolve(run)
    job, window = inputs.job, inputs.window
    if run.report:
        check_report(os.fspath(run.report), job.files)
    unit: Shape = job.unit or (DEFAULT_EDGE, DEFAULT_EDGE)
    unit = min(unit[0], window.height), min(unit[1], window.width)
    workers = resolve_workers(run.workers)
    chunks = plan_units(
        (window.height, window.width), unit, bytes_per_pixel=job.bytes_per_pixel,
        input_block_bytes=job.input_block_bytes, workers=workers, memory=resolve_memory(run.memory),
        halo=job.kernel.halo,
    )  # fmt: skip
    snapshot = InputSnapshot(job.files, job.inputs)
    work, ordered = ValueWork(job, window), InOrder(reduce)
    kept: dict[int, Any] = {}
    again = {chunks.count * share // SAMPLES for share in range(SAMPLES)} if prove else set()

    def collect(number: int, value: Any) -> None:
        if number in again:
            kept[number] = _copied(value)
        ordered.add(number, value)

    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            chunks = cluster_workers.fit(chunks, chunk_size=1, memory=run.memory)
        chunks = replace(chunks, halo=0)  # with a halo, the windows of a wide raster are not in row-major order
        windows = list(chunks.windows())
        grid = f"Grid: {job.first.grid.cropped(window)}"
        plan = f"Plan: {chunks.count} blocks, {chunks.in_memory}; {format_workers(workers)}"
        log_plan(run.log, [grid, *inputs.decided, plan], inputs.warnings)
        compute_values(work, windows, ValueRun(chunks, run.progress, cluster_workers, recorder, ordered=True), collect)
    snapshot.check()
    with Readers() as readers:
        for number, value in kept.items():
            if run.progress.is_cancelled():
                raise Cancelled
            if not _equal(value, work.value(windows[number], readers, Stop())):
                place = windows[number]
                raise OptionError(
                    f"The function returned a different value when it was called again for the block at row "
                    f"{place.row_off}, column {place.col_off}. The function is random, or its result depends on "
                    "earlier calls. Use a fixed seed, or turn the check off with prove=False.",
                    parameter="function",
                )
    run.log.info(format_speed(window.width * window.height, time.monotonic() - started))
    if recorder is not None:
        write_report(recorder, run_record(recorder, chunks, job.title, "values", None, {"Blocks": chunks.count}))
    return ordered.result()


def _copied(value: Any) -> Any:
    """Return a copy of a value that `reduce` might change; `NOT_COMPARED` if the value cannot be copied."""
    try:
        return copy.deepcopy(value)
    except Exception:  # objects of other libraries can raise anything
        return NOT_COMPARED


def _equal(first: Any, second: Any) -> bool:
    """Return True if two values are equal, or if their type cannot be compared; NaN equals NaN."""
    if first is NOT_COMPARED or not _is_comparable(first):
        return True
    if isinstance(first, np.ndarray) and isinstance(second, np.ndarray):
        return _equal_arrays(first, second)
    if isinstance(first, (list, tuple)) and type(first) is type(second):
        return len(first) == len(second) and all(map(_equal, first, second))
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_equal(value, second[key]) for key, value in first.items())
    try:
        return bool(first == second) or bool(first != first and second != second)
    except Exception:  # for example if an object contains an array, whose truth value is ambiguous
        return True


def _is_comparable(value: Any) -> bool:
    """Return True if the class of a value, or a base class other than `object`, defines `__eq__`."""
    return any("__eq__" in vars(kind) for kind in type(value).__mro__[:-1])


def _equal_arrays(first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]) -> bool:
    if first.dtype != second.dtype or first.shape != second.shape:
        return False
    if first.dtype.hasobject:
        return all(map(_equal, first.ravel().tolist(), second.ravel().tolist()))
    if first.dtype.kind in "fc":
        return bool(np.array_equal(first, second, equal_nan=True))
    return first.tobytes() == second.tobytes()
