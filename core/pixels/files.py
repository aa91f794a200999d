"""Computes and writes a small output file of a pixelwise job in a single thread, here or on a cluster worker."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ..cluster.worker import Failure
from ..engine.run import SerialExecutor
from ..errors import InputError
from ..parallel.recorder import this_worker
from ..progress import NoProgress, Stop
from ..reading.readers import InputSnapshot
from ..writing.cog import raster_writer
from ..writing.in_memory_file import small_file
from ..writing.partial_file import StagedFile
from ..writing.writer import RasterWriter
from .raster_plan import PixelResult, RasterPlan
from .run import write_chunks


def write_here(
    plan: RasterPlan, open_writer: Callable[[], RasterWriter], inputs: InputSnapshot, stop: Stop, *, verify: bool
) -> PixelResult:
    """Compute and write one file in this thread, and return its result.

    Raises
    ------
    ParallelRasterError
        The inputs cannot be read or have changed, the file cannot be written, or the run was stopped.
    """
    with open_writer() as writer:
        result = write_chunks(plan, writer, SerialExecutor(stop), NoProgress())
        writer.finish_here(stop, verify=verify, check_inputs=inputs.check)
    return result


class FileItem(NamedTuple):
    """A file for a worker to write: its number in the run, its plan and its output path."""

    number: int
    plan: RasterPlan
    path: str


class FileOutcome(NamedTuple):
    """Outcome of writing a file: its number, its result or input error, the name of the worker, and elapsed seconds."""

    number: int
    outcome: PixelResult | Failure
    worker: str
    seconds: float


@dataclass(frozen=True)
class FileWork:
    """Callable that computes and writes a file on a worker. If `verify` is True, the file is read back."""

    verify: bool

    def __call__(self, item: FileItem, stop: Stop) -> FileOutcome:
        """Compute and write a file under a name unique to this attempt, rename it to `path`, and return the outcome."""
        plan, token, started = item.plan, secrets.token_hex(4), time.monotonic()

        def open_writer() -> RasterWriter:
            return raster_writer(
                plan.destination,
                plan.profile,
                create=small_file(plan.profile),
                claim=lambda _: StagedFile(f"{item.path}-{token}.tif", item.path),
            )

        outcome: PixelResult | Failure
        try:
            outcome = write_here(plan, open_writer, plan.snapshot(), stop, verify=self.verify)
        except InputError as error:
            outcome = Failure.of(error)
        return FileOutcome(item.number, outcome, this_worker(), time.monotonic() - started)
