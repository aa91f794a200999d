"""The driver of all jobs: a task's chunks in this thread, on threads of this process, or on the workers of a cluster.

Whoever does a chunk does the same: blocks that an input has already are copied as they are encoded, the pixels of the
others are computed and written.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from rasterio.windows import Window

from ..cluster.address import parse_cluster
from ..parallel.recorder import Recorder
from ..parallel.threads import run_chunks
from ..progress import Log, Progress, Stop, stages
from ..raster.subdatasets import split_subdataset
from ..reading.readers import Readers
from ..reading.safe_paths import is_remote
from ..writing.partial_file import make_parts_folder
from ..writing.writer import RasterWriter
from .parts import Part, PartWork, collect_parts, part_copies, write_chunk
from .task import BlockFinder, OpenTask, RasterTask

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers

Collect = Callable[[Any], None]
"""Takes the record of each piece of a chunk, once, in any order, one at a time."""


@dataclass(frozen=True)
class Watch:
    """Who hears of a run: of its progress, of each record, and of who did which chunk when."""

    progress: Progress
    collect: Collect
    recorder: Recorder | None = None


class Executor(Protocol):
    """Where the chunks of a task are done."""

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Do all chunks; return when they are written."""


class ChunkWriter:
    """Writes the chunks of an open task into a file; any thread may call.

    Parameters
    ----------
    task, opened
        The task, and the same with its inputs at hand.
    writer
        The output.
    """

    def __init__(self, task: RasterTask, opened: OpenTask, writer: RasterWriter) -> None:
        self.task, self.writer = task, writer
        self._opened = opened
        self._finder: BlockFinder | None = opened.find_blocks(writer.layout) if writer.takes_encoded else None
        self._lock = threading.Lock()
        self.copied_pixels = 0

    def write(self, chunk: Window, stop: Stop) -> list[Any]:
        """Write one chunk, and return the records of its pieces."""
        copy = self._copy if self._finder else None
        return write_chunk(self.task, self._opened, chunk, self.writer.write, stop, copy)

    def is_copied(self, chunk: Window) -> bool:
        """Return whether all blocks of a chunk are copied."""
        finder = self._finder
        return finder is not None and not any(finder.split(piece).rest for piece in self.task.chunks.slices(chunk))

    def _copy(self, piece: Window, records: list[Any]) -> Sequence[Window]:
        """Copy the blocks of a piece that are an input's own; return the windows that are left to compute."""
        split = self._finder.split(piece) if self._finder else None
        if split is None:
            return [piece]
        if not split.copied:
            return split.rest
        for block, found in zip(split.copied, self._opened.copied(split.copied)):
            for number, encoded in block.encoded:
                self.writer.write_encoded(number, encoded)
            if found.mask is not None:
                self.writer.write_mask(found.mask, block.window)
            records.append(found.record)
        with self._lock:
            self.copied_pixels += sum(block.window.width * block.window.height for block in split.copied)
        return split.rest


@dataclass(frozen=True)
class SerialExecutor:
    """The calling thread does one chunk after the other; `stop` is asked between the pieces of each."""

    stop: Stop

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Do all chunks; return when they are written."""
        for chunk in chunks.task.chunks.windows():
            for record in chunks.write(chunk, self.stop):
                watch.collect(record)


@dataclass(frozen=True)
class ThreadsExecutor:
    """Threads of this process, as many as the task's plan has chunks in flight."""

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Do all chunks; return when they are written."""
        plan = chunks.task.chunks
        _run_here(chunks, list(plan.windows()), plan.in_flight, watch.progress, watch.collect, watch.recorder)


@dataclass(frozen=True)
class ClusterExecutor:
    """The workers of a cluster; this machine copies the chunks that are an input's own, and puts the parts together.

    `workers` counts the threads here, `verify` tells that the workers read back what they wrote.
    """

    cluster_workers: ClusterWorkers
    workers: int
    verify: bool

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Do all chunks; return when they are written."""
        here: list[Window] = []
        there: list[Window] = []
        for window in chunks.task.chunks.windows():
            (here if chunks.is_copied(window) else there).append(window)
        copying, computing, taking = stages(watch.progress, len(here), 10 * len(there), len(there))
        if here:
            _run_here(chunks, here, self.workers, copying, watch.collect, None)
        if there:
            self._send(chunks, there, computing, taking, watch)

    def _send(
        self, chunks: ChunkWriter, windows: Sequence[Window], computing: Progress, taking: Progress, watch: Watch
    ) -> None:
        """Have the workers write parts, and take their pixels."""
        task, writer = chunks.task, chunks.writer
        copies = part_copies(writer)
        parts: list[Part] = []
        numbers = {_plain(window): number for number, window in enumerate(task.chunks.windows())}

        def take(part: Part) -> None:
            parts.append(part)
            for record in part.records:
                watch.collect(record)
            if watch.recorder is not None:
                watch.recorder.note(numbers[part.window], part.seconds, part.worker)

        folder = make_parts_folder(writer.path)
        self.cluster_workers.run(
            PartWork(task, folder, copies, self.verify), [_plain(window) for window in windows], name=task.name,
            places=windows, folder=folder, inputs=task.files, collect=take, progress=_KeptAlive(computing, writer),
        )  # fmt: skip
        collect_parts(parts, writer, task, copies=copies, workers=self.workers, progress=taking)


@dataclass(frozen=True)
class _KeptAlive:
    """A `Progress` that also touches the unfinished output, so that no other machine takes it for abandoned."""

    progress: Progress
    writer: RasterWriter

    def report(self, done: int, total: int) -> None:
        """Pass on how far the run is."""
        self.writer.keep_alive()
        self.progress.report(done, total)

    def is_cancelled(self) -> bool:
        """Ask the run's `Progress`."""
        return self.progress.is_cancelled()


def _run_here(
    chunks: ChunkWriter,
    windows: Sequence[Window],
    workers: int,
    progress: Progress,
    collect: Collect,
    recorder: Recorder | None,
) -> None:
    lock = threading.Lock()

    def do(chunk: Window, stop: Stop) -> None:
        records = chunks.write(chunk, stop)
        with lock:
            for record in records:
                collect(record)

    run_chunks(do, windows, name=chunks.task.name, workers=workers, progress=progress, recorder=recorder)


def run_task(task: RasterTask, writer: RasterWriter, executor: Executor, watch: Watch) -> int:
    """Write all chunks of a task and return how many pixels were copied as they are encoded.

    Parameters
    ----------
    task
        What is to be made.
    writer
        The output; the caller finishes it.
    executor
        Where the chunks are done: `SerialExecutor`, `ThreadsExecutor` or `ClusterExecutor`.
    watch
        Hears of the chunks.

    Raises
    ------
    ParallelRasterError
        What a chunk raised, or the run was cancelled.
    """
    with Readers(task.open_files, task.chunks.shared_bytes) as readers:
        chunks = ChunkWriter(task, task.open(readers), writer)
        executor.run(chunks, watch)
        return chunks.copied_pixels


def executor_of(cluster_workers: ClusterWorkers | None, *, workers: int, verify: bool) -> Executor:
    """Return the workers of a cluster, or where there is none threads of this process."""
    return ThreadsExecutor() if cluster_workers is None else ClusterExecutor(cluster_workers, workers, verify)


def shared_path(path: str | os.PathLike[str]) -> str:
    """Return a path that means the same on all machines: absolute, unless it is a URL or lies in an archive."""
    text = os.fspath(path)
    inside = split_subdataset(text)
    if inside is not None:
        return inside.with_file(os.path.abspath)
    return text if not text or is_remote(text) or text.startswith("/vsi") else os.path.abspath(text)


@contextlib.contextmanager
def connect_workers(cluster: str, progress: Progress, log: Log) -> Iterator[ClusterWorkers | None]:
    """Give the workers of the cluster that CLUSTER names; None where it is empty.

    Raises
    ------
    ParallelRasterError
        CLUSTER cannot be used, the cluster cannot be reached, or its workers are of another version.
    """
    address = parse_cluster(cluster)
    if address is None:
        yield None
        return
    # Only when a cluster is asked for: nothing of this is needed otherwise.
    from ..cluster.connection import connected
    from ..cluster.workers import ClusterWorkers

    with connected(address, progress, log) as connection:
        yield ClusterWorkers(connection)


def _plain(window: Window) -> tuple[int, int, int, int]:
    return window.col_off, window.row_off, window.width, window.height
