"""Calls a function for windows of the inputs, on local threads or on cluster workers, and collects what it returns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rasterio.windows import Window

from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..reading.readers import Readers
from .parts import window_tuple

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers


class WindowWork(Protocol):
    """Returns a value for each window. Implementations must be frozen dataclasses of plain values."""

    @property
    def name(self) -> str:
        """Name of the tasks in Dask diagnostics."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""

    def value(self, window: Window, readers: Readers, stop: Stop) -> Any:
        """Return the value for a window, read through `readers`."""


@dataclass(frozen=True)
class _WorkerCall:
    """Callable that returns, on a worker, the number of a window and the value for this window."""

    work: WindowWork

    def __call__(self, item: tuple[int, int, int, int, int], stop: Stop) -> tuple[int, Any]:
        """Return the number and the value; the item is the number, and column, row, width and height of the window."""
        with Readers() as readers:
            return item[0], self.work.value(Window(*item[1:]), readers, stop)


@dataclass(frozen=True)
class Scanner:
    """Where windows are read: on `workers` local threads or, if `cluster_workers` is set, on the cluster.

    `folder` is an existing folder that belongs to this run, by which cluster workers notice the end of the run.
    """

    workers: int
    progress: Progress
    cluster_workers: ClusterWorkers | None = None
    folder: str = ""

    def run(
        self,
        work: WindowWork,
        windows: Sequence[Window],
        collect: Callable[[int, Any], None],
        *,
        after: Callable[[int], Iterable[int]] | None = None,
    ) -> None:
        """Call `collect` with the number and the value of each window, in any order, never concurrently.

        `after` is as in `run_chunks`, and ignored on a cluster.

        Raises
        ------
        ParallelRasterError
            A window could not be read, or the run was cancelled.
        """
        if self.cluster_workers is not None:
            items = [(number, *window_tuple(window)) for number, window in enumerate(windows)]
            self.cluster_workers.run(
                _WorkerCall(work), items, name=work.name, places=windows, folder=self.folder, inputs=work.files,
                collect=lambda found: collect(*found), progress=self.progress,
            )  # fmt: skip
            return
        lock = threading.Lock()
        numbers = {window_tuple(window): number for number, window in enumerate(windows)}

        def do(window: Window, stop: Stop) -> None:
            value = work.value(window, readers, stop)
            with lock:
                collect(numbers[window_tuple(window)], value)

        with Readers() as readers:
            run_chunks(do, windows, name=work.name, workers=self.workers, progress=self.progress, after=after)
