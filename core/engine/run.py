"""Runs the chunks of a task in this thread, on local threads, or on cluster workers.

In all three cases, output blocks that an input already contains in encoded form are copied; all other pixels are
computed.
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
from ..reading.datasets import keep_environment
from ..reading.readers import Readers
from ..reading.safe_paths import is_remote
from ..writing.partial_file import make_parts_folder
from ..writing.writer import RasterWriter
from .parts import Part, PartWork, collect_parts, part_copies, window_tuple, write_chunk
from .task import BlockFinder, OpenTask, RasterTask

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers

Collect = Callable[[Any], None]
"""Function called once per slice with its record (for example statistics), in any order, not concurrently."""


@dataclass(frozen=True)
class Watch:
    """Observers of a run: its progress, the function `collect`, and the recorder for the report (None: no report)."""

    progress: Progress
    collect: Collect
    recorder: Recorder | None = None


class Executor(Protocol):
    """Runs the chunks of a task, locally or on a cluster."""

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Run all chunks; return when they are written."""


class ChunkWriter:
    """Writes the chunks of an open task to a file. Thread-safe.

    Parameters
    ----------
    task, opened
        The task, and the same task with open inputs.
    writer
        Writer of the output.
    """

    def __init__(self, task: RasterTask, opened: OpenTask, writer: RasterWriter) -> None:
        self.task, self.writer = task, writer
        self._opened = opened
        self._finder: BlockFinder | None = opened.find_blocks(writer.layout) if writer.takes_encoded else None
        self._lock = threading.Lock()
        self.copied_pixels = 0

    def write(self, chunk: Window, stop: Stop) -> list[Any]:
        """Write one chunk, and return the records of its slices (e.g. statistics), which the job collects."""
        copy = self._copy if self._finder else None
        return write_chunk(self.task, self._opened, chunk, self.writer.write, stop, copy)

    @property
    def may_copy(self) -> bool:
        """True if some blocks may be copied from an input."""
        return self._finder is not None

    def is_copied(self, chunk: Window, stop: Stop) -> bool:
        """Return True if all blocks of a chunk can be copied from an input.

        `stop` is checked before each slice of the chunk.

        Raises
        ------
        Cancelled
            The run was stopped.
        """
        if self._finder is None:
            return False
        for piece in self.task.chunks.slices(chunk):
            stop.check()
            if not self._finder.copies(piece, stop):
                return False
        return True

    def _copy(self, piece: Window, records: list[Any], stop: Stop) -> Sequence[Window]:
        """Copy the blocks of a slice that can be copied from an input; return the windows left to compute."""
        split = self._finder.split(piece, stop) if self._finder else None
        if split is None:
            return [piece]
        if not split.copied:
            return split.rest
        for block, found in zip(split.copied, self._opened.copied(split.copied)):
            if found.mask is not None:
                self.writer.write_mask(found.mask, block.window)
            records.append(found.record)
        self.writer.write_encoded({number: block for each in split.copied for number, block in each.encoded})
        with self._lock:
            self.copied_pixels += sum(block.window.width * block.window.height for block in split.copied)
        return split.rest


@dataclass(frozen=True)
class SerialExecutor:
    """Runs chunks one after another in the calling thread; `stop` is checked between slices."""

    stop: Stop

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Run all chunks; return when they are written."""
        for chunk in chunks.task.chunks.windows():
            for record in chunks.write(chunk, self.stop):
                watch.collect(record)


@dataclass(frozen=True)
class ThreadsExecutor:
    """Runs chunks on local threads: one thread for each chunk that the task's plan allows at once."""

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Run all chunks; return when they are written."""
        plan = chunks.task.chunks
        _run_here(chunks, list(plan.windows()), plan.in_flight, watch.progress, watch.collect, watch.recorder)


@dataclass(frozen=True)
class ClusterExecutor:
    """Runs chunks on cluster workers, which write part files, and joins the part files on this machine.

    Chunks that can be copied entirely from an input are not sent to workers; this machine copies their blocks.
    `workers` is the number of local threads. With `verify`, workers read back their part files.
    """

    cluster_workers: ClusterWorkers
    workers: int
    verify: bool

    def run(self, chunks: ChunkWriter, watch: Watch) -> None:
        """Run all chunks; return when they are written."""
        windows = list(chunks.task.chunks.windows())
        copied, left = [False] * len(windows), watch.progress
        if chunks.may_copy:
            checking, left = stages(watch.progress, len(windows), 11 * len(windows))
            copied = self._check(chunks, windows, checking)
        here = [window for window, is_copied in zip(windows, copied) if is_copied]
        there = [window for window, is_copied in zip(windows, copied) if not is_copied]
        copying, computing, taking = stages(left, len(here), 10 * len(there), len(there))
        if here:
            _run_here(chunks, here, self.workers, copying, watch.collect, None)
        if there:
            self._send(chunks, there, computing, taking, watch)

    def _check(self, chunks: ChunkWriter, windows: Sequence[Window], progress: Progress) -> list[bool]:
        """Return one boolean per chunk: True if all its blocks can be copied. For some tasks, this reads an input."""
        copied = [False] * len(windows)

        def check(number: int, stop: Stop) -> None:
            copied[number] = chunks.is_copied(windows[number], stop)

        name = f"{chunks.task.name}-check"
        run_chunks(check, range(len(windows)), name=name, workers=self.workers, progress=progress)
        return copied

    def _send(
        self, chunks: ChunkWriter, windows: Sequence[Window], computing: Progress, taking: Progress, watch: Watch
    ) -> None:
        """Have the workers write part files, then write the pixels of these files to the output."""
        task, writer = chunks.task, chunks.writer
        copies = part_copies(writer)
        parts: list[Part] = []
        numbers = {window_tuple(window): number for number, window in enumerate(task.chunks.windows())}

        def take(part: Part) -> None:
            parts.append(part._replace(records=[]))  # drop the reference: records may be large
            for record in part.records:
                watch.collect(record)
            if watch.recorder is not None:
                watch.recorder.note(numbers[part.window], part.seconds, part.worker)

        folder = make_parts_folder(writer.path)
        self.cluster_workers.run(
            PartWork(task, folder, copies, self.verify), [window_tuple(window) for window in windows], name=task.name,
            places=windows, folder=folder, inputs=task.files, collect=take, progress=_KeepAlive(computing, writer),
        )  # fmt: skip
        collect_parts(parts, writer, task, copies=copies, workers=self.workers, progress=taking)


@dataclass(frozen=True)
class _KeepAlive:
    """A `Progress` that also touches the unfinished output, so that other machines do not consider it abandoned."""

    progress: Progress
    writer: RasterWriter

    def report(self, done: int, total: int) -> None:
        """Touch the output, and report to the run's `Progress`."""
        self.writer.keep_alive()
        self.progress.report(done, total)

    def is_cancelled(self) -> bool:
        """Return True if the run's `Progress` requests cancellation."""
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

    run_chunks(
        do, windows, name=chunks.task.name, workers=workers, progress=progress, recorder=recorder,
        begin=keep_environment,
    )  # fmt: skip


def run_task(task: RasterTask, writer: RasterWriter, executor: Executor, watch: Watch) -> int:
    """Write all chunks of a task, and return the number of pixels copied without decoding.

    Parameters
    ----------
    task
        Task to run.
    writer
        Writer of the output; the caller must finish it.
    executor
        Runs the chunks: a `SerialExecutor`, `ThreadsExecutor` or `ClusterExecutor`.
    watch
        Observers of the run.

    Raises
    ------
    ParallelRasterError
        A chunk failed, or the run was cancelled.
    """
    with Readers(task.open_files, task.chunks.shared_bytes) as readers:
        chunks = ChunkWriter(task, task.open(readers), writer)
        executor.run(chunks, watch)
        return chunks.copied_pixels


def executor_of(cluster_workers: ClusterWorkers | None, *, workers: int, verify: bool) -> Executor:
    """Return an executor for cluster workers, or for local threads if `cluster_workers` is None."""
    return ThreadsExecutor() if cluster_workers is None else ClusterExecutor(cluster_workers, workers, verify)


def shared_path(path: str | os.PathLike[str]) -> str:
    """Return a path that is valid on all machines: absolute, unless it is a URL or inside an archive."""
    text = os.fspath(path)
    inside = split_subdataset(text)
    if inside is not None:
        return inside.with_file(os.path.abspath)
    return text if not text or is_remote(text) or text.startswith("/vsi") else os.path.abspath(text)


@contextlib.contextmanager
def connect_workers(cluster: str, progress: Progress, log: Log) -> Iterator[ClusterWorkers | None]:
    """Yield the workers of the cluster given by CLUSTER, or None if CLUSTER is empty.

    Raises
    ------
    ParallelRasterError
        CLUSTER cannot be used, the cluster cannot be reached, or its workers run a different version.
    """
    address = parse_cluster(cluster)
    if address is None:
        yield None
        return
    # Imported only if a cluster is used.
    from ..cluster.connection import connected
    from ..cluster.workers import ClusterWorkers

    with connected(address, progress, log) as connection:
        yield ClusterWorkers(connection, log)
