"""Normalized difference of many rasters at once: a list or a folder of files to a folder of files.

A small file is one task; a large one is computed chunk by chunk as a single raster is. So one bound on threads and
memory holds for both. All files appear together at the end.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .carried_list import carried, outdated_files, whole_set
from .chunk_work import crew_of, shared_path
from .cog import CopyToCog, raster_writer
from .compute import Stop, run_chunks
from .copied_file import small_file
from .difference import IndexResult, write_index
from .errors import InputError
from .file_set import FileSet
from .handles import keep_environment
from .index_files import FileItem, FileWork, MadeFile, compute_file
from .index_job import IndexOptions, IndexPlan, plan_index
from .machine import keep_freed_memory
from .manifest import MANIFEST_NAME, write_manifest
from .merge_list import ListedFile
from .output_file import CreateFile
from .progress import DEFAULT_LOG, Log, NoProgress, Progress, stages
from .recorder import Recorder
from .tiles_plan import (
    NAMED,
    PlannedTile,
    TileOutput,
    check_together,
    index_tiles_options,
    list_sources,
    log_plan,
    name_outputs,
    plan_files,
)
from .tiles_summary import DoneSet, log_summary, report_set, set_recorder
from .writer import RasterWriter

if TYPE_CHECKING:
    from .cluster import Crew


@dataclass(frozen=True)
class IndexTilesResult:
    """The folder written to, and the files in it, in the order of the inputs."""

    output: str
    tiles: tuple[str, ...]
    tile_count: int


def normalized_difference_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    pattern: str = "*.tif",
    band_a: int = 4,
    band_b: int = 3,
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    data_type: str = "float32",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> IndexTilesResult:
    """Write the normalized difference of each raster to a folder, under its name with the index's in front.

    Parameters
    ----------
    sources
        A folder, or the paths of rasters.
    folder
        Where the results go; made when it does not exist. No input may lie in it.
    pattern
        Which files of a folder are taken.
    workers, memory
        One bound on threads and on working memory for all files together.
    band_a, band_b, index, scaling, scale, offset, nodata, zero_sum, clamp, data_type, output_nodata, creation_options,
    chunk_size, cog, cluster, report, verify, progress, log, create, copy
        As for `normalized_difference`, the same for every file.

    Returns
    -------
    IndexTilesResult
        The folder and its new files.

    Raises
    ------
    ParallelRasterError
        Before a pixel is read: a parameter, an input or an output cannot be used. An `InputError` at the end: some
        files could not be read to their end; those are named, the others are finished and kept. Anything else, and a
        cancel, stops the run, and the folder is then as it was.
    """
    options = index_tiles_options(
        band_a=band_a, band_b=band_b, index=index, scaling=scaling, scale=scale, offset=offset, nodata=nodata,
        zero_sum=zero_sum, clamp=clamp, data_type=data_type, output_nodata=output_nodata,
        creation_options=creation_options, workers=workers, memory=memory, chunk_size=chunk_size, cog=cog,
        cluster=cluster, report=report,
    )  # fmt: skip
    recorder = set_recorder(report, sources, folder, pattern, options, log) if report else None
    log, progress = recorder or log, progress or NoProgress()
    progress = recorder.watch(progress) if recorder else progress
    started = time.monotonic()
    if cluster:
        one = isinstance(sources, (str, os.PathLike))
        sources = shared_path(sources) if one else [shared_path(path) for path in sources]  # type: ignore[arg-type, union-attr]
    listed = list_sources(sources, os.path.abspath(folder), pattern)
    outputs = name_outputs([each.path for each in listed], os.path.abspath(folder), options.index)
    with FileSet(os.fspath(folder)) as files, crew_of(cluster, progress, log) as crew:
        planning, computing = stages(progress, len(outputs), 10 * len(outputs))
        planned = plan_files(outputs, options, planning)
        check_together(planned, files.folder)
        log_plan(log, planned, options)
        run = _SetRun(files, replace(options, memory=memory), verify, create, copy, log, crew, recorder)
        run.run(planned, options.workers, computing)
        run.commit(listed, outputs)
    done = DoneSet(planned, run.results, run.failed)
    log_summary(log, done, time.monotonic() - started)
    run.check()
    if recorder is not None:
        report_set(recorder, done, files.folder, options)
    tiles = tuple(each.plan.destination for each in planned)
    return IndexTilesResult(files.folder, tiles, len(tiles))


def check_normalized_difference_tiles(
    sources: str | Sequence[str], folder: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise what `normalized_difference_tiles` would raise, of all that can be seen in the first file and the names.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    given = index_tiles_options(**options)
    listed = list_sources(sources, os.path.abspath(folder), pattern)
    outputs = name_outputs([each.path for each in listed], os.path.abspath(folder), given.index)
    there = os.path.abspath(folder)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    first = outputs[0]
    plan_index(first.source, os.path.join(there, os.path.basename(first.destination)), given)


class _SetRun:
    """What the files of one run share: where they are written, and what became of each."""

    def __init__(
        self,
        files: FileSet,
        options: IndexOptions,
        verify: bool,
        create: CreateFile | None,
        copy: CopyToCog | None,
        log: Log,
        crew: Crew | None,
        recorder: Recorder | None,
    ) -> None:
        self._files, self._options, self._verify, self._log, self._crew = files, options, verify, log, crew
        self._recorder = recorder
        self._create, self._copy = create, copy
        self._lock = threading.Lock()
        self.results: dict[str, IndexResult] = {}
        self.failed: dict[str, InputError] = {}

    def run(self, planned: Sequence[PlannedTile], workers: int, progress: Progress) -> None:
        """Compute all files: the small ones at once, then the large ones one after another."""
        small = [each for each in planned if each.small]
        large = [each for each in planned if not each.small]
        weights = [sum(each.plan.pixels for each in small), *(each.plan.pixels for each in large)]
        first, *others = stages(progress, *weights)
        if small and self._crew is not None:
            self._send_small(self._crew, small, first)
        elif small:
            keep_freed_memory()
            run_chunks(
                self._compute_small, small, workers=workers, progress=first, recorder=self._recorder,
                begin=keep_environment,
            )  # fmt: skip
        for number, (each, part) in enumerate(zip(large, others), len(small)):
            started = time.monotonic()
            self._noting(each, lambda each=each, part=part: self._compute_large(each, part))  # type: ignore[misc]
            if self._recorder is not None:
                self._recorder.note(number, time.monotonic() - started, "all workers")

    def _compute_small(self, planned: PlannedTile, stop: Stop) -> None:
        self._noting(planned, lambda: self._compute_here(planned, stop))

    def _compute_here(self, planned: PlannedTile, stop: Stop) -> IndexResult:
        create = self._create or small_file(planned.plan.profile)
        open_writer = functools.partial(self._writer, planned.plan, create)
        return compute_file(planned.plan, open_writer, planned.inputs, stop, verify=self._verify)

    def _send_small(self, crew: Crew, small: Sequence[PlannedTile], progress: Progress) -> None:
        """Have a cluster's workers make files; each is entered in the set when it is finished."""
        members = [self._files.member(each.plan.destination) for each in small]

        def collect(made: MadeFile) -> None:
            planned, outcome = small[made.number], made.outcome
            if isinstance(outcome, IndexResult):
                planned.inputs.check()
                members[made.number].commit()
                self.results[planned.source] = outcome
            else:
                self.failed[planned.source] = InputError(outcome)
            if self._recorder is not None:
                self._recorder.note(made.number, made.seconds, made.worker)

        items = [FileItem(number, each.plan, members[number].path) for number, each in enumerate(small)]
        inputs = list(dict.fromkeys(path for each in small for path in each.plan.job.files))
        room = self._files.room
        crew.run(FileWork(self._verify), items, folder=room, inputs=inputs, collect=collect, progress=progress)

    def _compute_large(self, planned: PlannedTile, progress: Progress) -> IndexResult:
        plan = planned.plan
        if self._crew is not None:
            chunks = self._crew.fit(plan.chunks, chunk_size=self._options.chunk_size, memory=self._options.memory)
            plan = replace(plan, chunks=chunks)
        open_writer = functools.partial(self._writer, plan, self._create)
        return write_index(plan, open_writer, self._verify, progress, self._log, crew=self._crew)

    def _writer(self, plan: IndexPlan, create: CreateFile | None) -> RasterWriter:
        return raster_writer(plan.destination, plan.profile, create=create, claim=self._files.member, copy=self._copy)

    def _noting(self, planned: PlannedTile, compute: Callable[[], IndexResult]) -> None:
        """Keep the result, or the error of an input that cannot be read to its end: the others go on."""
        try:
            result = compute()
        except InputError as error:
            with self._lock:
                self.failed[planned.source] = error
        else:
            with self._lock:
                self.results[planned.source] = result

    def commit(self, listed: Sequence[ListedFile], outputs: Sequence[TileOutput]) -> None:
        """Give the finished files their names, and at last write the list where all tiles of a set are done."""
        folder, names = self._files.folder, {each.source: os.path.basename(each.destination) for each in outputs}
        manifest = whole_set(listed)
        if manifest is not None and not self.failed:
            made = {
                each.record.file: (names[each.path], self.results[each.path].valid_percent / 100)
                for each in listed
                if each.record
            }
            member = self._files.member(os.path.join(folder, MANIFEST_NAME))
            write_manifest(member.path, carried(manifest, made))
            member.commit()
        elif manifest is not None or any(each.manifest for each in listed):
            self._log.warning(f"{MANIFEST_NAME} is not written, since not every tile of one set was computed.")
        complete = manifest is not None and not self.failed
        before, after = outdated_files(folder, [names[source] for source in self.results], complete)
        self._files.commit(before=before, after=after)

    def check(self) -> None:
        """Raise when files failed.

        Raises
        ------
        InputError
            Names the first of them, and says what was wrong with one.
        """
        if not self.failed:
            return
        failed, done = sorted(self.failed), len(self.results)
        names = ", ".join(failed[:NAMED]) + (", ..." if len(failed) > NAMED else "")
        others = f"The other {done} are finished in {self._files.folder}." if done else "Nothing was written."
        raise InputError(
            f"{len(failed)} of {done + len(failed)} files were not computed: {names}. {others} "
            f"What was wrong: {self.failed[failed[0]]}"
        )
