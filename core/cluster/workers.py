"""Work sent to the workers of a cluster, through the client of `distributed` that `cluster.connection` opens."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ..errors import OutputError
from ..parallel.background import call_with_timeout
from ..parallel.chunks import ChunkPlan, share_out
from ..progress import NoProgress, Progress
from ..units import MEBIBYTE
from ..versions import VERSION
from .address import ClusterAddress
from .connection import Connection
from .dispatch import ClusterRun
from .worker import GO, LOOK_SECONDS, Order, Work, end_order

STOP_SECONDS = 4.0
"""How long a run that ends waits for what is still under way on the workers."""


class ClusterWorkers:
    """The workers of a cluster that is connected."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._client: Any = connection.client
        self.address: ClusterAddress = connection.address
        self.threads = connection.threads

    def fit(self, chunks: ChunkPlan, *, chunk_size: int, memory: float, keep_size: bool = False) -> ChunkPlan:
        """Return a plan whose chunks keep all workers busy, each within the memory of its thread.

        Parameters
        ----------
        chunks
            The plan for this machine.
        chunk_size
            The user's; where it is given only memory makes the chunks smaller.
        memory
            The user's bound for one worker, MB; 0: a quarter of what is available to it.
        keep_size
            Only memory makes the chunks smaller, given by the user or not: many small files keep all workers busy.

        Raises
        ------
        ResourceError
            The memory does not hold one block of every band that a chunk needs.
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
        """Have the workers do `work(item, stop)` for every item; return when all results were collected.

        Parameters
        ----------
        work
            A frozen dataclass of plain values with `__call__`.
        items
            Plain values.
        name, places
            What Dask's diagnostics call the tasks, and the windows of the items where they have any.
        folder
            Exists, lies beside the output, and belongs to this run; workers may write there. The caller removes it.
        inputs
            Files that every worker must see as they are here.
        collect
            Takes the result of each item, once, in any order, in this thread.
        progress
            Is told the items done, in this thread.

        Raises
        ------
        ResourceError
            A worker does not see the files, or there are no workers any more.
        Cancelled
            `progress` asked for it; no worker works any more, as for every error, unless it cannot be reached.
        ParallelRasterError
            What the work raised.
        """
        known = tuple((path, facts.st_size, facts.st_mtime_ns) for path, facts in _stats(inputs))
        order = Order(folder, VERSION, known, work)
        go = os.path.join(folder, GO)
        try:
            open(go, "xb").close()
        except OSError as error:
            raise OutputError(f"Nothing can be written in {folder}: {error.strerror}.") from error
        run = ClusterRun(self._connection, order, name, items, places, collect, progress)
        try:
            run.run()
        finally:
            end = time.monotonic() + STOP_SECONDS
            with contextlib.suppress(OSError):
                os.remove(go)
            run.withdraw(end)
            self._wait_until_idle(folder, end)

    def _wait_until_idle(self, folder: str, end: float) -> None:
        """Return when no worker works for the run any more, or cannot be asked."""
        while time.monotonic() < end:
            call = lambda: self._client.run(end_order, folder, on_error="ignore")  # noqa: E731
            try:
                if not any(call_with_timeout(call, NoProgress(), end - time.monotonic()).values()):
                    return
            except Exception:  # whoever cannot be reached finds the run's folder gone
                return
            time.sleep(LOOK_SECONDS)


def _stats(paths: Sequence[str]) -> Iterator[tuple[str, os.stat_result]]:
    for path in paths:
        with contextlib.suppress(OSError):  # a URL, or a member of an archive
            yield path, os.stat(path)
