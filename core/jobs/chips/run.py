"""Runs the job: writes and verifies all chips, replaces the older chips in the folder, and logs a summary."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...engine.flush import flush_tiles
from ...engine.options import RunOptions
from ...errors import OutputError
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop, format_speed, stages
from ...raster.grid import Grid
from ...raster.nodata import format_nodata
from ...reading.datasets import keep_environment
from ...reading.readers import InputSnapshot, Readers
from ...tileset.journal import Entry
from ...tileset.nested_set import NestedSet, entry_name
from ...units import format_percent
from .counting import BandStatistics, BandTotals, class_totals, normalization
from .documents import (
    LAYOUT,
    LIST_NAME,
    STATISTICS_NAME,
    ChipFile,
    DateShares,
    json_number,
    list_text,
    statistics_text,
)
from .labels import RasterLabels
from .plan import ChipPlan, shown_parameters
from .splits import SPLITS
from .task import ChipCounts, ChipWork, Group

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

Collect = Callable[[ChipCounts], None]


@dataclass(frozen=True)
class ChipResult:
    """Result of `training_chips`.

    Attributes
    ----------
    output : str
        Path of the folder.
    manifest : str
        Path of `chips.json`, the list of the chips.
    chip_count : int
        Number of chips.
    chips : tuple of ChipFile
        The chips, in the order of `chips.json`.
    grid : core.raster.grid.Grid
        Grid of the raster or of the scenes.
    bands : tuple of str
        Names of the bands.
    classes : dict of int to str
        Names of the classes by label code.
    statistics : tuple of BandStatistics
        Statistics of the valid pixels of each band in the train split, before normalization.
    """

    output: str
    manifest: str
    chip_count: int
    chips: tuple[ChipFile, ...]
    grid: Grid
    bands: tuple[str, ...]
    classes: dict[int, str]
    statistics: tuple[BandStatistics, ...]


class ChipRun:
    """Writes the chips of a plan.

    Parameters
    ----------
    plan, run
        The plan, and the run options.
    cluster_workers
        Workers of a cluster; None for local threads.
    recorder
        Records, for the report, when each group of chips is processed.
    """

    def __init__(
        self, plan: ChipPlan, run: RunOptions, cluster_workers: ClusterWorkers | None, recorder: Recorder | None
    ) -> None:
        self._plan, self._run = plan, run
        self._cluster_workers, self._recorder = cluster_workers, recorder
        self._counts: dict[int, ChipCounts] = {}
        self._totals = [BandTotals(plan.work.images.dtype) for _ in plan.work.images.labels]
        self._resumed = 0

    def write(self) -> ChipResult:
        """Write all chips, `chips.json` and `statistics.json`, and return the result."""
        started, plan = time.monotonic(), self._plan
        keep_freed_memory()
        labels = plan.work.labels
        label_bands = labels.inputs.inputs if isinstance(labels, RasterLabels) else ()
        snapshot = InputSnapshot(plan.files, (*plan.work.images.inputs, *label_bands))
        groups, normalizes = plan.groups, plan.options.normalizes
        trained = [group for group in groups if any(plan.work.chips[n].split == SPLITS[0] for n in group.numbers)]
        counting, writing, flushing = stages(
            self._run.progress, 4 * len(trained) * normalizes, 10 * len(groups), 1 + len(groups)
        )
        with NestedSet(plan.folder, LAYOUT, plan.identity, resume=plan.options.resume, log=self._run.log) as files:
            work = replace(plan.work, folders=(files.work, files.new), kept=frozenset(self._kept(files)))
            self._resumed = len(work.kept)
            if normalizes:
                self._work(replace(work, writes=False), trained, files, counting, self._collect(files))
                work = replace(work, normalize=normalization(self._band_statistics(), plan.options.choice("normalize")))
                work = replace(work, counts=False)
            self._work(work, groups, files, writing, self._collect(files), self._recorder)
            snapshot.check()
            flush_tiles(self._written(files), workers=plan.workers, progress=flushing, verify=self._run.verify)
            result = self._result()
            files.complete(self._texts(result))
        self._log(result, time.monotonic() - started)
        return result

    def _kept(self, files: NestedSet) -> list[str]:
        """Return the names of the files that an interrupted run finished and that have not changed since."""
        kept: list[str] = []

        def check(name: str, stop: Stop) -> None:
            entry, path = files.entry(entry_name(name)), os.path.join(files.new, *name.split("/"))
            if entry is not None and entry.is_intact(path, stop):
                kept.append(name)

        work = self._plan.work
        names = [name for chip in work.chips for name in work.names(chip) if files.entry(entry_name(name))]
        if names:
            run_chunks(check, names, name="look-at-chip", workers=self._plan.workers, progress=self._run.progress)
        return kept

    def _written(self, files: NestedSet) -> list[tuple[str, Entry]]:
        """Return the path and the journal entry of each chip file."""
        found = []
        for number in self._numbers():
            for name in self._plan.work.names(self._plan.work.chips[number]):
                entry = files.entry(entry_name(name))
                if entry is None:
                    raise OutputError(f"{name} was not written.")
                found.append((os.path.join(files.new, *name.split("/")), entry))
        return found

    def _numbers(self) -> list[int]:
        """Return the indices of the chips that were not left out."""
        return [number for number, counts in sorted(self._counts.items()) if not counts.problem]

    def _collect(self, files: NestedSet) -> Collect:
        """Return a function that stores the counts and journal entries of a chip. Do not call it concurrently."""

        def collect(found: ChipCounts) -> None:
            self._counts[found.number] = found._replace(bands=(), entries=())  # too large to keep for all chips
            for totals, record in zip(self._totals, found.bands):
                totals.add(found.number, record)
            for entry in found.entries:
                files.enter(entry)

        return collect

    def _work(
        self,
        work: ChipWork,
        groups: Sequence[Group],
        files: NestedSet,
        progress: Progress,
        collect: Collect,
        recorder: Recorder | None = None,
    ) -> None:
        """Process the groups of chips on local threads or on the workers of a cluster."""
        if self._cluster_workers is None:
            self._work_here(work, groups, progress, collect, recorder)
            return

        def take(found: Sequence[ChipCounts]) -> None:
            for each in found:
                collect(each)

        self._cluster_workers.run(
            work, groups, name="chips", folder=files.work, inputs=self._plan.files, collect=take, progress=progress
        )

    def _work_here(
        self, work: ChipWork, groups: Sequence[Group], progress: Progress, collect: Collect, recorder: Recorder | None
    ) -> None:
        lock = threading.Lock()

        def do(group: Group, stop: Stop) -> None:
            for found in work.process(group, readers, stop):
                with lock:
                    collect(found)

        with Readers() as readers:
            run_chunks(
                do, groups, name="chips", workers=self._plan.chunks.in_flight, progress=progress, recorder=recorder,
                begin=keep_environment,
            )  # fmt: skip

    def _band_statistics(self) -> tuple[BandStatistics, ...]:
        return tuple(totals.statistics() for totals in self._totals)

    def _result(self) -> ChipResult:
        plan, work = self._plan, self._plan.work
        chips = tuple(self._chip(number) for number in self._numbers())
        classes: dict[int, str] = {}
        if work.labels is not None:
            found = class_totals(self._counts[number].classes for number in self._numbers())
            others = {code: str(code) for code in found if code not in work.rules.unlabelled}
            classes = dict(sorted({**others, **work.labels.classes}.items()))
        return ChipResult(
            plan.folder, os.path.join(plan.folder, LIST_NAME), len(chips), chips, work.images.grid, work.images.labels,
            classes, self._band_statistics(),
        )  # fmt: skip

    def _chip(self, number: int) -> ChipFile:
        work, counts = self._plan.work, self._counts[number]
        chip, (image, *label) = work.chips[number], work.names(work.chips[number])
        window, pixels = chip.window, chip.window.width * chip.window.height
        dates = tuple(
            DateShares(
                step.name, 100 * missing / pixels,
                100 * cloud / pixels if any(scene.mask for scene in step.scenes) else None, step.cloud_cover,
            )
            for step, missing, cloud in zip(work.images.steps, counts.missing, counts.cloud)
        )  # fmt: skip
        place = (window.col_off, window.row_off, window.width, window.height)
        shares = {code: 100 * count / pixels for code, count in counts.classes.items()}
        return ChipFile(chip.id, chip.split, image, label[0] if label else "", place, dates, shares)

    def _texts(self, result: ChipResult) -> dict[str, str]:
        """Return the contents of `chips.json` and `statistics.json` by file name."""
        plan = self._plan
        nodata = {
            "nodata": json_number(plan.work.image.nodata),
            "label_nodata": plan.work.ignore if plan.work.labels else None,
        }
        head = {
            "bands": list(result.bands),
            "dates": [step.name for step in plan.work.images.steps],
            "classes": [{"code": code, "name": name} for code, name in result.classes.items()],
            "seed": plan.splits.seed,
            "split_block": plan.splits.block,
            **nodata,
            "parameters": shown_parameters(plan.options),
        }
        return {
            LIST_NAME: list_text(head, result.grid, result.chips),
            STATISTICS_NAME: statistics_text(result.bands, result.statistics),
        }

    def _log(self, result: ChipResult, seconds: float) -> None:
        log, plan = self._run.log, self._plan
        problems = Counter(counts.problem for counts in self._counts.values() if counts.problem)
        for name, count in sorted(problems.items()):
            log.info(f"Chips left out because of {name}: {count:,}")
        collisions = sum(self._counts[number].collisions for number in self._numbers())
        if collisions:
            log.warning(
                f"{collisions:,} valid values equal the nodata value {format_nodata(plan.work.images.nodata)}. They "
                "count as valid, but readers of the images cannot tell them from missing pixels. Set OUTPUT_NODATA to "
                "a value that does not occur in the input."
            )
        ignored = sum(self._counts[number].ignored for number in self._numbers())
        if ignored:
            log.warning(
                f"{ignored:,} pixels of LABEL_RASTER have the class {plan.work.ignore}, which equals IGNORE, so they "
                "count as pixels without data. Set IGNORE to a code that no class has."
            )
        self._log_splits(result)
        pixels = result.chip_count * plan.options.size**2 * plan.work.image.count
        kept = f" (files kept from the unfinished run: {self._resumed:,})" if self._resumed else ""
        log.info(f"Chips: {result.chip_count:,}{kept}. {format_speed(pixels, seconds)}")

    def _log_splits(self, result: ChipResult) -> None:
        """Log the share of each split; warn of empty splits, and of classes missing from the train split."""
        log, percents = self._run.log, self._plan.splits.percents
        if not result.chips:
            log.warning("All chips were left out, so no images were written. Check MIN_VALID, MAX_CLOUD and MIN_LABEL.")
            return
        counts = Counter(chip.split for chip in result.chips)
        shares = (f"{split} {format_percent(100 * counts[split] / len(result.chips))}" for split in SPLITS)
        log.info(f"Splits: {', '.join(shares)}")
        totals = {split: self._class_totals(split) for split in SPLITS}

        def shown(code: int) -> str:
            return ", ".join(f"{split} {totals[split].get(code, 0):,} pixels" for split in SPLITS)

        lines = [f"Class {code} ({name}): {shown(code)}" for code, name in result.classes.items()]
        table = f" {'; '.join(lines)}." if lines else ""
        empty = [split for split, percent in zip(SPLITS, percents) if percent and not counts[split]]
        lacking = [name for code, name in result.classes.items() if not totals[SPLITS[0]].get(code)]
        for line in lines:
            log.info(line)
        if empty:
            log.warning(
                f"Splits without chips: {', '.join(empty)}. Choose a smaller SPLIT_BLOCK or another SEED, or create "
                f"more chips.{table}"
            )
        if lacking:
            log.warning(f"Classes without pixels in the train split: {', '.join(lacking)}.{table}")

    def _class_totals(self, split: str) -> dict[int, int]:
        chips = self._plan.work.chips
        return class_totals(self._counts[n].classes for n in self._numbers() if chips[n].split == split)
