"""Compute a value for each window instead of an output raster, on local threads or cluster workers."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from rasterio.windows import Window

from ..errors import OutputError
from ..parallel.chunks import ChunkPlan
from ..parallel.machine import keep_freed_memory
from ..parallel.recorder import Recorder, this_worker
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..reading.datasets import keep_environment
from ..reading.readers import Readers
from .parts import window_tuple

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers


class WindowWork(Protocol):
    """Computes the value of a window. Implementations must be frozen dataclasses of plain values."""

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""

    def value(self, window: Window, readers: Readers, stop: Stop) -> Any:
        """Return the value of a window."""


@dataclass(frozen=True)
class ValueRun:
    """Settings of a run that computes values: local threads or cluster workers, limits, progress and recorder.

    `chunks` limits the number of windows that are in memory at once. If `ordered` is True, threads do not get far ahead
    of each other. This limits the number of values that a caller must keep to process them in order. `folder` is a
    folder that all workers share, in which a cluster run keeps a temporary folder.
    """

    chunks: ChunkPlan
    progress: Progress
    cluster_workers: ClusterWorkers | None = None
    recorder: Recorder | None = None
    ordered: bool = False
    folder: str = "."


def compute_values(
    work: WindowWork, windows: Sequence[Window], run: ValueRun, collect: Callable[[int, Any], None]
) -> None:
    """Compute the value of every window; return when all values have been collected.

    Parameters
    ----------
    work
        Computes the value of a window.
    windows
        Windows for which values are computed.
    run
        Settings of the run.
    collect
        Called with the index and the value of a window: once per window, in any order, never concurrently.

    Raises
    ------
    ParallelRasterError
        The work failed, or the run was cancelled.
    """
    if run.cluster_workers is None:
        _run_here(work, windows, run, collect)
    else:
        _run_there(work, windows, run, run.cluster_workers, collect)


def _run_here(work: WindowWork, windows: Sequence[Window], run: ValueRun, collect: Callable[[int, Any], None]) -> None:
    keep_freed_memory()
    lock, numbers = threading.Lock(), {window_tuple(window): number for number, window in enumerate(windows)}
    ahead = run.chunks.in_flight

    def do(window: Window, stop: Stop) -> None:
        value = work.value(window, readers, stop)
        with lock:
            collect(numbers[window_tuple(window)], value)

    def after(number: int) -> Iterable[int]:
        return range(max(0, number - 2 * ahead), max(0, number - ahead))

    with Readers() as readers:
        run_chunks(
            do, windows, name=work.name, workers=ahead, progress=run.progress, recorder=run.recorder,
            begin=keep_environment, after=after if run.ordered else None,
        )  # fmt: skip


class _Found(NamedTuple):
    """Index and value of a window, the worker that computed the value, and the run time in seconds."""

    number: int
    value: Any
    worker: str
    seconds: float


@dataclass(frozen=True)
class _WorkerTask:
    """Callable that computes the value of a window on a worker; the window is passed as its index and four integers."""

    work: WindowWork

    def __call__(self, item: tuple[int, int, int, int, int], stop: Stop) -> _Found:
        """Return the value of a window, with the index of the window, the name of the worker and the run time."""
        started = time.monotonic()
        with Readers() as readers:
            value = self.work.value(Window(*item[1:]), readers, stop)
        return _Found(item[0], value, this_worker(), time.monotonic() - started)


def _run_there(
    work: WindowWork,
    windows: Sequence[Window],
    run: ValueRun,
    cluster_workers: ClusterWorkers,
    collect: Callable[[int, Any], None],
) -> None:
    def take(found: _Found) -> None:
        collect(found.number, found.value)
        if run.recorder is not None:
            run.recorder.note(found.number, found.seconds, found.worker)

    with _meeting_folder(run.folder) as folder:
        cluster_workers.run(
            _WorkerTask(work), [(number, *window_tuple(each)) for number, each in enumerate(windows)], name=work.name,
            places=windows, folder=folder, inputs=work.files, collect=take, progress=run.progress,
        )  # fmt: skip


@contextmanager
def _meeting_folder(parent: str) -> Iterator[str]:
    """Yield a temporary folder inside a shared folder. Workers stop when the temporary folder disappears."""
    parent = os.path.abspath(parent)
    try:
        folder = tempfile.mkdtemp(prefix=".parallel-raster-", dir=parent)
    except OSError as error:
        raise OutputError(
            f"Cannot create a folder in {parent}: {error.strerror}. To use a cluster, start the run in a writable "
            "folder that all workers share."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
