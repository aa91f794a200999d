"""Run jobs on the workers of a connected cluster."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rasterio.windows import Window

from ..errors import OutputError
from ..parallel.background import call_with_timeout
from ..parallel.chunks import ChunkPlan, share_out
from ..progress import Log, NoProgress, Progress
from ..units import MEBIBYTE
from ..versions import VERSION
from .address import ClusterAddress
from .connection import Connection
from .dispatch import ClusterRun
from .worker import GO, LOOK_SECONDS, Order, Work, end_order

STOP_SECONDS = 4.0
"""Maximum time in seconds that a run waits at its end for work that is still active on the workers."""


class ClusterWorkers:
    """Plans chunks for the workers of a connected cluster, and runs work on these workers."""

    def __init__(self, connection: Connection, log: Log) -> None:
        self._connection, self._log = connection, log
        self._client: Any = connection.client
        self.address: ClusterAddress = connection.address
        self.threads = connection.threads

    @property
    def functions_differ(self) -> bool:
        """True if results of functions such as exp or ln on a worker are not bit-identical to those on this machine."""
        return self._connection.functions_differ

    def check_packages(self, packages: Sequence[str]) -> None:
        """Raise MissingDependency if an optional package is missing or too old on a worker.

        Raises
        ------
        MissingDependency
            A package is missing or too old on a worker.
        """
        self._connection.check_packages(packages)

    def fit(self, chunks: ChunkPlan, *, chunk_size: int, memory: float, keep_size: bool = False) -> ChunkPlan:
        """Return a plan with enough chunks for all workers, in which a chunk fits into the memory limit of one thread.

        Parameters
        ----------
        chunks
            The chunk plan for this machine.
        chunk_size
            Chunk size set by the user, 0 if none. If set, chunks are made smaller only to fit into memory.
        memory
            Memory limit per worker in MB; 0 uses a quarter of the memory available to the worker.
        keep_size
            If True, chunks are made smaller only to fit into memory, even without a `chunk_size`. Use this for many
            small files, which keep all workers busy even with large chunks.

        Raises
        ------
        ResourceError
            The smallest possible chunk, with one block of every band, needs more memory than one thread can use.
        """
        each = self._connection.thread_memory(memory * MEBIBYTE)
        return share_out(chunks, threads=self.threads, memory=each, keep=keep_size or chunk_size > 0)

    def run(
        self,
        work: Work,
        items: Sequence[Any],
        *,
        name: str,
        places: Sequence[Any] | None = None,
        folder: str,
        inputs: Sequence[str],
        collect: Callable[[Any], None],
        progress: Progress,
    ) -> None:
        """Run `work(item, stop)` on the workers for every item and wait for all results.

        Before an error is raised, work still active on the workers is stopped, unless a worker cannot be reached.

        Parameters
        ----------
        work
            A frozen dataclass of plain values with `__call__`.
        items
            Plain values.
        name
            Name of the tasks in Dask's diagnostics.
        places
            Windows of the items, shown in Dask's diagnostics; None if the items have no windows.
        folder
            Existing folder of this run, next to the output. Workers may write to it; the caller must remove it.
        inputs
            Files that must be identical on every worker and on this machine.
        collect
            Called with the result of each item, once per item, in any order, in this thread.
        progress
            Receives the number of finished items, in this thread.

        Raises
        ------
        ResourceError
            A worker cannot access the files, or there are no workers left.
        Cancelled
            The run was cancelled through `progress`.
        ParallelRasterError
            Raised by `work`.
        """
        known = tuple((path, stat.st_size, stat.st_mtime_ns) for path, stat in _stats(inputs))
        order = Order(folder, VERSION, known, work)
        go = os.path.join(folder, GO)
        try:
            open(go, "xb").close()
        except OSError as error:
            raise OutputError(
                f"Cannot write to {folder}: {error.strerror}. Check the permissions and the free disk space there."
            ) from error
        run = ClusterRun(self._connection, order, name, items, places, collect, progress)
        try:
            run.run()
        finally:
            end = time.monotonic() + STOP_SECONDS
            with contextlib.suppress(OSError):
                os.remove(go)
            run.withdraw(end)
            active = self._wait_until_idle(folder, end)
            if active:
                example = _described(active[0], places or items)
                self._log.warning(
                    f"The workers of {self.address} did not stop the work of this run within {STOP_SECONDS:g} s: "
                    f"{len(active)} {'thread is' if len(active) == 1 else 'threads are'} still busy, for example with "
                    f"{example}. If the work does not end, restart the workers."
                )

    def _wait_until_idle(self, folder: str, end: float) -> list[int]:
        """Wait until no worker is processing items of the run, or until `end`; return the indices of unfinished items.

        `end` is a time of `time.monotonic`. Waiting stops earlier if a worker cannot be reached.
        """
        active: list[int] = []
        while time.monotonic() < end:
            call = lambda: self._client.run(end_order, folder, on_error="ignore")  # noqa: E731
            try:
                answers = call_with_timeout(call, NoProgress(), end - time.monotonic())
                active = [number for numbers in answers.values() for number in numbers]
                if not active:
                    return []
            except TimeoutError:
                return active
            except Exception:  # a worker that cannot be reached will notice that the run's folder is gone
                return []
            time.sleep(LOOK_SECONDS)
        return active


def _described(number: int, places: Sequence[Any]) -> str:
    """Return a description of an item for a message: the position of its window, its path, or else its number."""
    place = places[number]
    if not isinstance(place, Window):
        return str(getattr(place, "path", f"item {number + 1} of {len(places)}"))
    return f"the chunk at row {place.row_off}, column {place.col_off} ({place.width} x {place.height} pixels)"


def _stats(paths: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
    for path in paths:
        with contextlib.suppress(OSError):  # URLs and members of archives have no file status
            yield path, os.stat(path)
