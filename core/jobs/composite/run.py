"""Writes the outputs of a composite one after another. At the end, all of them appear in the folder together."""

from __future__ import annotations

import contextlib
import csv
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...engine.options import RunOptions
from ...engine.run import Watch, executor_of, run_task
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...pixels.raster_plan import PixelResult
from ...pixels.run import log_counts
from ...pixels.stack import Counts
from ...progress import Progress, format_speed, stages
from ...raster.statistics import Statistics, combine
from ...reading.readers import InputSnapshot
from ...scenes.moments import format_moment
from ...stac.inspect import Inspector
from ...tileset.file_set import FileSet
from ...units import format_percent
from ...writing.cog import raster_writer
from ...writing.creation_options import OutputProfile
from ...writing.writer import RasterWriter
from .placed import Tally
from .plan import TABLE_NAME, CompositeOutput, CompositePlan
from .task import CompositeTotals
from .timeline import TableRow

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

COLUMNS = ("scene", "date", "period", "used", "valid_percent", "masked_percent", "scale", "offset")


class CompositeRun:
    """Writes the outputs of a plan.

    Parameters
    ----------
    plan, run
        The plan, and the run options.
    cluster_workers
        Workers of a cluster; None for local threads.
    recorder
        Records, for the report, when each chunk is computed.
    inspector
        Checks that the files of a catalogue have not changed; None without a catalogue.
    """

    def __init__(
        self,
        plan: CompositePlan,
        run: RunOptions,
        cluster_workers: ClusterWorkers | None,
        recorder: Recorder | None,
        inspector: Inspector | None,
    ) -> None:
        self._plan, self._run, self._inspector = plan, run, inspector
        self._cluster_workers, self._recorder = cluster_workers, recorder
        self._tallies: dict[int, Tally] = {}
        self._statistics: list[Statistics] = []
        self.counts = Counts()
        self.valid = 0

    def write(self) -> str:
        """Write all outputs and the table of scenes, and return the path of the table."""
        started, plan = time.monotonic(), self._plan
        keep_freed_memory()
        table = os.path.join(plan.folder, TABLE_NAME)
        snapshots = [InputSnapshot(each.task.files, each.task.inputs) for each in plan.outputs]
        with FileSet(plan.folder) as files:
            parts = stages(self._run.progress, *[1000] * len(plan.outputs))
            for output, inputs, progress in zip(plan.outputs, snapshots, parts):
                result = self._write_output(output, inputs, files, progress)
                self.counts.add(result.counts)
                self.valid += result.valid
                self._statistics += result.statistics
            member = files.member(table)
            with open(member.path, "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([COLUMNS, *map(self._row, range(len(plan.rows)))])
            member.commit()
            files.commit()
        self._log(time.monotonic() - started)
        return table

    @property
    def statistics(self) -> tuple[Statistics, ...]:
        """Statistics of each band over all periods."""
        bands = self._plan.outputs[0].task.rules.bands
        return tuple(combine(self._statistics[band::bands]) for band in range(bands))

    def _write_output(
        self, output: CompositeOutput, inputs: InputSnapshot, files: FileSet, progress: Progress
    ) -> PixelResult:
        task, run = output.task, self._run
        with contextlib.ExitStack() as stack:

            def writer_of(destination: str, profile: OutputProfile) -> RasterWriter:
                return stack.enter_context(
                    raster_writer(destination, profile, create=run.create, claim=files.member, copy=run.copy)
                )

            writer = writer_of(output.destination, task.output)
            beside = {kind: writer_of(each.destination, each.profile) for kind, each in output.beside.items()}
            shares = writer.shares(task.chunks.count, run.verify)
            reading, finishing, *others = stages(progress, *shares, *[shares[1]] * len(beside))
            executor = executor_of(self._cluster_workers, workers=self._plan.workers, verify=run.verify)
            computing, checking = stages(reading, 99, 1)
            totals = CompositeTotals(task, output.bands, output.scales, beside)
            copied = run_task(task, writer, executor, Watch(computing, totals.add, self._recorder))
            if self._inspector is not None and task.assets is not None:
                self._inspector.check_unchanged(task.assets.addresses.values(), checking)
            totals.describe(writer)
            for kind, each in output.beside.items():
                for number, band in enumerate(each.bands, 1):
                    beside[kind].describe(number, band, {})
            for each_writer, each_progress in zip((writer, *beside.values()), (finishing, *others)):
                each_writer.finish(
                    workers=self._plan.workers, progress=each_progress, verify=run.verify, check_inputs=inputs.check
                )
        for number, tally in totals.tallies.items():
            known = self._tallies.get(number)
            self._tallies[number] = known.plus(tally) if known else tally
        return totals.result(output.destination, copied)

    def _row(self, number: int) -> Sequence[str]:
        """Return the cells of a table row; shares are percentages of the output pixels."""
        row, tally = self._plan.rows[number], self._tallies.get(number)
        chunks = self._plan.chunks
        pixels = chunks.width * chunks.height
        valid = f"{100 * tally.valid / pixels:.4f}" if tally else ""
        masked = f"{100 * tally.masked / pixels:.4f}" if tally else ""
        return [row.scene.name, format_moment(row.scene.date), row.period, row.used, valid, masked, *scaling_cells(row)]

    def _log(self, seconds: float) -> None:
        log, plan = self._run.log, self._plan
        log_counts(log, plan.counted, self.counts.numbers)
        if not self.valid:
            log.warning("No pixel is valid in any period.")
        chunks = plan.chunks
        empty = [row.scene.name for number, row in enumerate(plan.rows) if self._is_hidden(number)]
        if empty:
            log.warning(f"Scenes without a valid pixel: {', '.join(empty[:12])}{', ...' * (len(empty) > 12)}.")
        pixels = chunks.width * chunks.height * len(plan.periods)
        log.info(f"{format_percent(100 * self.valid / pixels)} of the pixels of all periods are valid")
        log.info(format_speed(pixels, seconds))

    def _is_hidden(self, number: int) -> bool:
        tally = self._tallies.get(number)
        return tally is not None and not tally.valid


def scaling_cells(row: TableRow) -> tuple[str, str]:
    """Return the scales and offsets of a scene's bands as two strings. A number shared by all bands appears once."""
    scene = row.scene
    pairs = scene.scaling or tuple((band.scale, band.offset) for band in scene.bands)
    if not pairs:
        return "", ""
    scales, offsets = ([f"{number:.12g}" for number in numbers] for numbers in zip(*pairs))
    return tuple(values[0] if len(set(values)) == 1 else " ".join(values) for values in (scales, offsets))  # type: ignore[return-value]
