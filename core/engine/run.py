"""The chunks of a job, computed where they are to be: on threads of this process, or on the workers of a cluster."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

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
from .task import ChunkWork

if TYPE_CHECKING:
    from ..cluster.workers import Crew


def shared_path(path: str | os.PathLike[str]) -> str:
    """Return a path that means the same on all machines: absolute, unless it is a URL or lies in an archive."""
    text = os.fspath(path)
    inside = split_subdataset(text)
    if inside is not None:
        return inside.with_file(os.path.abspath)
    return text if not text or is_remote(text) or text.startswith("/vsi") else os.path.abspath(text)


@contextlib.contextmanager
def crew_of(cluster: str, progress: Progress, log: Log) -> Iterator[Crew | None]:
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
    from ..cluster.workers import Crew

    with connected(address, progress, log) as connection:
        yield Crew(connection)


def run_work(
    work: ChunkWork,
    writer: RasterWriter,
    *,
    crew: Crew | None,
    workers: int,
    verify: bool,
    collect: Callable[[Any], None],
    progress: Progress,
    recorder: Recorder | None = None,
    windows: Sequence[Window] | None = None,
) -> None:
    """Compute all chunks and hand their pixels to the writer; return when all are there.

    Parameters
    ----------
    work
        The job.
    writer
        The output.
    crew
        The workers of a cluster; None: threads of this process.
    workers
        Threads of this process that take over what a cluster's workers wrote.
    verify
        Whether those read back what they wrote.
    collect
        Takes what each chunk returned, once, in any order; many threads may call.
    progress
        Is told the chunks done.
    recorder
        Takes note of who did which chunk when.
    windows
        The chunks, where they are not all; no others are computed.

    Raises
    ------
    ParallelRasterError
        What a chunk raised, or the run was cancelled.
    """
    windows = list(work.chunks.windows()) if windows is None else windows
    if crew is not None:
        _run_on_cluster(work, writer, windows, crew, workers, verify, collect, progress, recorder)
        return
    with Readers(work.open_files) as readers:
        compute = work.open(readers)

        def compute_one(chunk: Window, stop: Stop) -> None:
            collect(compute(chunk, stop, writer.write))

        at_once = work.chunks.in_flight
        run_chunks(compute_one, windows, name=work.name, workers=at_once, progress=progress, recorder=recorder)


def _run_on_cluster(
    work: ChunkWork,
    writer: RasterWriter,
    windows: Sequence[Window],
    crew: Crew,
    workers: int,
    verify: bool,
    collect: Callable[[Any], None],
    progress: Progress,
    recorder: Recorder | None,
) -> None:
    from .parts import Part, PartWork, take_parts

    profile = work.profile
    # A value that the options would clip is found where the whole is written, with its place there.
    copies = writer.takes_encoded and profile.lossless and (profile.limits is None or profile.own_bits)
    folder = make_parts_folder(writer.path)
    parts: list[Part] = []

    def take(part: Part) -> None:
        parts.append(part)
        collect(part.facts)
        if recorder is not None:
            recorder.note(numbers[part.window], part.seconds, part.worker)
        os.utime(writer.path)  # another machine takes a file that nobody touches for a day for left behind

    computing, taking = stages(progress, 10 * len(windows), len(windows))
    numbers = {_plain(window): number for number, window in enumerate(work.chunks.windows())}
    crew.run(
        PartWork(work, folder, copies, verify),
        [_plain(window) for window in windows],
        name=work.name,
        places=windows,
        folder=folder,
        inputs=work.files,
        collect=take,
        progress=computing,
    )
    take_parts(parts, writer, work, copies=copies, workers=workers, progress=taking)


def _plain(window: Window) -> tuple[int, int, int, int]:
    return window.col_off, window.row_off, window.width, window.height
