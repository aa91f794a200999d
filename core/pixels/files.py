"""Small outputs of a pixelwise job, a whole file at a time, in this process or on a worker."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import rasterio

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
from .plan import PixelPlan
from .run import PixelResult, pixel_result, write_chunks


def write_here(
    plan: PixelPlan, open_writer: Callable[[], RasterWriter], inputs: InputSnapshot, stop: Stop, *, verify: bool
) -> PixelResult:
    """Compute and write a whole file in this thread, and return what is in it.

    Raises
    ------
    ParallelRasterError
        The inputs cannot be read or have changed, the file cannot be written, or the run was stopped.
    """
    with open_writer() as writer:
        totals = write_chunks(plan, writer, SerialExecutor(stop), NoProgress())
        writer.finish_here(stop, verify=verify, check_inputs=inputs.check)
    return pixel_result(plan, totals)


class FileItem(NamedTuple):
    """A file to make: its number among all, its plan, and the path where it is to be written."""

    number: int
    plan: PixelPlan
    path: str


class MadeFile(NamedTuple):
    """What became of a file: what is in it, or why its input could not be read; and who made it in how many seconds."""

    number: int
    outcome: PixelResult | Failure
    worker: str
    seconds: float


@dataclass(frozen=True)
class FileWork:
    """Makes files on a worker; `verify` tells that they are read back."""

    verify: bool

    def __call__(self, item: FileItem, stop: Stop) -> MadeFile:
        """Return what became of a file, which no other attempt at it has written to before it took its name."""
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
            with rasterio.Env():  # one for all that is opened
                inputs = plan.snapshot()
                outcome = write_here(plan, open_writer, inputs, stop, verify=self.verify)
        except InputError as error:
            outcome = Failure.of(error)
        return MadeFile(item.number, outcome, this_worker(), time.monotonic() - started)
