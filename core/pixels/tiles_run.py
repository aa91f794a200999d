"""Computes many output files: each small file in one thread or on one worker, large files in chunks."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine.many import AheadProgress, PlanAhead
from ..engine.options import RunOptions
from ..errors import InputError
from ..parallel.machine import keep_freed_memory
from ..parallel.recorder import Recorder
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop, stages
from ..reading.datasets import keep_environment
from ..tileset.derived_manifest import complete_set, derived_manifest, outdated_files
from ..tileset.file_set import FileSet
from ..tileset.inputs import ListedFile
from ..tileset.manifest import MANIFEST_NAME, write_manifest
from ..writing.cog import raster_writer
from ..writing.gdal_file import CreateFile
from ..writing.in_memory_file import small_file
from ..writing.writer import RasterWriter
from .files import FileItem, FileOutcome, FileWork, write_here
from .raster_plan import PixelResult, RasterPlan
from .run import write_pixels
from .tiles_plan import NAMED, PlannedTile, SetJob, TileOutput, log_plans

if TYPE_CHECKING:
    from ..cluster.workers import ClusterWorkers

COMPUTING_SHARE = 10
"""Assumed ratio of computing time to planning time, for the progress bar."""


class SetRun:
    """A run on many files: computes the files, and stores the result or error of each."""

    def __init__(
        self,
        job: SetJob,
        files: FileSet,
        run: RunOptions,
        given_memory: float,
        cluster_workers: ClusterWorkers | None,
        recorder: Recorder | None,
    ) -> None:
        self._files, self._run, self._cluster_workers = files, run, cluster_workers
        self._name = f"{job.name}-of-file"
        self._memory = given_memory  # 0: the limit is derived from the worker's memory
        self._recorder = recorder
        self._lock = threading.Lock()
        self.results: dict[str, PixelResult] = {}
        self.failed: dict[str, InputError] = {}

    def run(self, ahead: PlanAhead[TileOutput, PlannedTile], progress: Progress) -> None:
        """Plan all files, and compute the small ones, then the large ones one after another.

        Small files are computed while others are being planned or, on a cluster, after all files have been planned.
        """
        planning, computing = stages(progress, ahead.count, COMPUTING_SHARE * ahead.count)
        parts: list[Progress] = []

        def begin() -> Progress:
            log_plans(self._run.log, ahead.planned, self._run)
            parts.extend(stages(computing, *self._weights(ahead.planned)))
            return parts[0]

        if self._cluster_workers is None:
            keep_freed_memory()
        run_chunks(
            functools.partial(self._compute_next_small, ahead), range(ahead.count), name=self._name,
            workers=1 if self._cluster_workers else self._run.workers, progress=AheadProgress(ahead, planning, begin),
            begin=keep_environment,
        )  # fmt: skip
        small = [each for each in ahead.planned if each.small]
        if self._cluster_workers is not None and small:
            self._send_small(self._cluster_workers, small, parts[1])
        large = [each for each in ahead.planned if not each.small]
        for number, (each, part) in enumerate(zip(large, parts[2:]), len(small)):
            self._store(number, each, functools.partial(self._compute_large, each, part), "all workers")

    def _weights(self, planned: Sequence[PlannedTile]) -> list[int]:
        """Return the pixel count of each stage: small files (local), small files (cluster), then each large file."""
        small = sum(each.plan.pixels for each in planned if each.small)
        large = [each.plan.pixels for each in planned if not each.small]
        return [0, small, *large] if self._cluster_workers else [small, 0, *large]

    def _compute_next_small(self, ahead: PlanAhead[TileOutput, PlannedTile], _: int, stop: Stop) -> None:
        """Compute the next small file; do nothing if no small file is left or if a cluster computes small files."""
        found = ahead.next_small(stop)
        if found is None or self._cluster_workers is not None:
            return
        number, planned = found
        self._store(number, planned, functools.partial(self._compute_here, planned, stop))

    def _compute_here(self, planned: PlannedTile, stop: Stop) -> PixelResult:
        create = self._run.create or small_file(planned.plan.profile)
        open_writer = functools.partial(self._writer, planned.plan, create)
        return write_here(planned.plan, open_writer, planned.inputs, stop, verify=self._run.verify)

    def _send_small(self, cluster_workers: ClusterWorkers, small: Sequence[PlannedTile], progress: Progress) -> None:
        """Compute small files on cluster workers, and add each finished file to the set of output files."""
        cluster_workers.check_packages(small[0].plan.packages)
        members = [self._files.member(each.plan.destination) for each in small]

        def collect(done: FileOutcome) -> None:
            planned, outcome = small[done.number], done.outcome
            try:
                if not isinstance(outcome, PixelResult):
                    raise InputError(outcome.message, parameter=outcome.parameter)
                planned.inputs.check()
                members[done.number].commit()
                self.results[planned.source] = outcome
            except InputError as error:  # the run continues with the other files
                self.failed[planned.source] = error
            if self._recorder is not None:
                self._recorder.note(done.number, done.seconds, done.worker)

        items = [FileItem(number, each.plan, members[number].path) for number, each in enumerate(small)]
        inputs = list(dict.fromkeys(path for each in small for path in each.plan.task.files))
        cluster_workers.run(
            FileWork(self._run.verify), items, name=self._name, folder=self._files.staging, inputs=inputs,
            collect=collect, progress=progress,
        )  # fmt: skip

    def _compute_large(self, planned: PlannedTile, progress: Progress) -> PixelResult:
        plan = planned.plan
        if self._cluster_workers is not None:
            chunks = self._cluster_workers.fit(plan.chunks, chunk_size=self._run.chunk_size, memory=self._memory)
            plan = plan.with_chunks(chunks)
        open_writer = functools.partial(self._writer, plan, self._run.create)
        run = replace(self._run, progress=progress)
        return write_pixels(plan, open_writer, run, cluster_workers=self._cluster_workers)

    def _writer(self, plan: RasterPlan, create: CreateFile | None) -> RasterWriter:
        return raster_writer(
            plan.destination, plan.profile, create=create, claim=self._files.member, copy=self._run.copy
        )

    def _store(self, number: int, planned: PlannedTile, compute: Callable[[], PixelResult], worker: str = "") -> None:
        """Call `compute`, store its result or InputError, and record the time. The run continues after an error."""
        started = time.monotonic()
        try:
            result = compute()
        except InputError as error:
            with self._lock:
                self.failed[planned.source] = error
        else:
            with self._lock:
                self.results[planned.source] = result
        if self._recorder is not None:
            self._recorder.note(number, time.monotonic() - started, worker)

    def commit(self, listed: Sequence[ListedFile], outputs: Sequence[TileOutput]) -> None:
        """Move finished files into place.

        If the inputs form one complete tile set and no file failed, the manifest of the new tile set is moved last.
        """
        folder, names = self._files.folder, {each.source: os.path.basename(each.destination) for each in outputs}
        manifest = complete_set(listed)
        if manifest is not None and not self.failed:
            tiles = {
                each.record.file: (names[each.path], self.results[each.path].valid_percent / 100)
                for each in listed
                if each.record
            }
            member = self._files.member(os.path.join(folder, MANIFEST_NAME))
            write_manifest(member.path, derived_manifest(manifest, tiles))
            member.commit()
        elif manifest is not None or any(each.manifest for each in listed):
            self._run.log.warning(
                f"{MANIFEST_NAME} was not written because the output files do not form one complete tile set."
            )
        complete = manifest is not None and not self.failed
        before, after = outdated_files(folder, [names[source] for source in self.results], complete)
        self._files.commit(before=before, after=after)

    def check(self) -> None:
        """Raise InputError if any file failed.

        Raises
        ------
        InputError
            The message names the first failed files and the error of one of them.
        """
        if not self.failed:
            return
        failed, done = sorted(self.failed), len(self.results)
        names = ", ".join(failed[:NAMED]) + (", ..." if len(failed) > NAMED else "")
        others = f"Files completed in {self._files.folder}: {done}." if done else "Nothing was written."
        raise InputError(
            f"Files not computed: {len(failed)} of {done + len(failed)} ({names}). {others} "
            f"First error: {self.failed[failed[0]]}",
            parameter="sources",
        )
