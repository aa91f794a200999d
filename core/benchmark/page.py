"""What a benchmark measured, for reading: a table, a page with curves, and the outcome in a sentence."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..raster.windows import Shape
from ..report.charts import Point, curves, number
from ..report.html import data_table, escape, note, page, section, tiles, value_table
from ..report.page import duration
from .ways import format_shape, format_workers

TITLE = "Benchmark serial and parallel"


@dataclass(frozen=True)
class Measurement:
    """The seconds of all runs of one way.

    `workers` is 0 for the serial runs. `chunk_size` is what was asked for, 0 where the planner chose; `chunk` is
    (rows, columns), `chunks` their number.
    """

    workers: int
    chunk_size: int
    chunk: Shape
    chunks: int
    megapixels: float
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of the seconds."""
        return statistics.median(self.seconds)

    @property
    def speed(self) -> float:
        """Megapixels per second, by the median."""
        return self.megapixels / max(self.median, 1e-9)


@dataclass(frozen=True)
class BenchmarkRecord:
    """All that was measured, and on what.

    `automatic` is the shape of the chunks that the planner chooses for the most workers. `method`, `machine` and
    `versions` are tables of names and values.
    """

    subject: str
    finished: str
    measurements: Sequence[Measurement]
    automatic: Shape
    method: Mapping[str, object]
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    left_out: Sequence[str] = ()

    @property
    def serial(self) -> Measurement:
        """The quickest of the serial ways."""
        return self.quickest(0)

    @property
    def parallel(self) -> Measurement:
        """The quickest of the parallel ways with a chunk size that was asked for."""
        return min(map(self.quickest, self.counts), key=lambda each: each.median)

    @property
    def counts(self) -> list[int]:
        """The numbers of workers, ascending."""
        return sorted({each.workers for each in self.measurements} - {0})

    @property
    def speedup(self) -> float:
        """How many times as fast the quickest parallel way is as the quickest serial one."""
        return self.serial.median / max(self.parallel.median, 1e-9)

    @property
    def chosen(self) -> Measurement:
        """The way that a run takes by itself: the most workers, and the planner's chunks."""
        return next(
            each for each in self.measurements if (each.workers, each.chunk) == (self.counts[-1], self.automatic)
        )

    def quickest(self, workers: int) -> Measurement:
        """Return the quickest way with so many workers and a chunk size that was asked for."""
        return min(
            (each for each in self.measurements if each.workers == workers and each.chunk_size),
            key=lambda each: each.median,
        )


def outcome(record: BenchmarkRecord) -> str:
    """Return what came out in a few sentences."""
    serial, best, chosen = record.serial, record.parallel, record.chosen
    text = (
        f"{format_workers(best.workers).capitalize()} with chunks of {best.chunk_size} pixels took "
        f"{duration(best.median)}, {number(record.speedup)} times as fast as one thread without Dask "
        f"({duration(serial.median)})."
    )
    if chosen is best:
        return f"{text} CHUNK_SIZE 0 chooses the same chunks."
    return (
        f"{text} With CHUNK_SIZE 0, which chooses {format_shape(chosen.chunk)} pixels, "
        f"{format_workers(chosen.workers)} took {duration(chosen.median)}."
    )


def benchmark_table(record: BenchmarkRecord) -> str:
    """Return the measurements as CSV, a row for each way, times in seconds."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(
        ("method", "workers", "chunk_size", "chunk_width", "chunk_height", "chunks", "runs", "median_s", "fastest_s",
         "slowest_s", "megapixels_per_s", "speedup")
    )  # fmt: skip
    for each in record.measurements:
        rows.writerow(
            ("parallel" if each.workers else "serial", each.workers or 1, each.chunk_size, each.chunk[1], each.chunk[0],
             each.chunks, len(each.seconds), *(f"{value:.6g}" for value in (
                 each.median, min(each.seconds), max(each.seconds), each.speed, record.serial.median / each.median)))
        )  # fmt: skip
    return text.getvalue()


def benchmark_page(record: BenchmarkRecord) -> str:
    """Return the HTML page of a benchmark."""
    serial, best = record.serial, record.parallel
    figures = {
        "times as fast as serial": number(record.speedup),
        "pixels, best chunk size": str(best.chunk_size),
        "serial, one thread": duration(serial.median),
        f"parallel, {format_workers(best.workers)}": duration(best.median),
    }
    return page(
        TITLE,
        f"{record.subject}, finished {record.finished}",
        tiles(figures),
        section("Outcome", f"<p>{escape(outcome(record))}</p>", *map(note, record.left_out)),
        section("Serial against parallel", *_workers_charts(record)),
        section("Throughput by chunk size", *_size_chart(record)),
        section("All measurements", _table(record)),
        section("How it was measured", value_table(record.method)),
        section("Machine", value_table(record.machine)),
        section("Versions", value_table(record.versions)),
    )


def _workers_charts(record: BenchmarkRecord) -> list[str]:
    counts, serial = record.counts, record.serial.median
    quickest = [(count, record.quickest(count).median) for count in counts]
    times: list[Point] = [(float(count), seconds) for count, seconds in quickest]
    gains: list[Point] = [(float(count), serial / seconds) for count, seconds in quickest]
    marks = {float(count): str(count) for count in counts}
    right, ideal = counts[-1] + 0.5, [(1.0, 1.0), (float(counts[-1]), float(counts[-1]))]
    label = "workers (threads of Dask's scheduler)"
    level = (serial, f"serial: {duration(serial)}")
    text = (
        "Each point is the median of the runs with the chunk size that is best for so many workers; the dashed line is "
        "the best serial way, one thread without Dask."
    )
    return [
        note(text),
        curves({"parallel": times}, label, "seconds of a run", dots=True, line=level, right=right, marks=marks),
        curves(
            {"measured": gains, "ideal: twice the workers, twice as fast": ideal}, label, "times as fast as serial",
            dots=True, line=(1.0, "serial"), right=right, marks=marks,
        ),
    ]  # fmt: skip


def _size_chart(record: BenchmarkRecord) -> list[str]:
    sizes = sorted({each.chunk_size for each in record.measurements} - {0})
    places = {size: index + 0.5 for index, size in enumerate(sizes)}
    series = {
        format_workers(workers): [
            (places[each.chunk_size], each.speed)
            for each in sorted(record.measurements, key=lambda each: each.chunk_size)
            if each.workers == workers and each.chunk_size
        ]
        for workers in (0, *record.counts)
    }
    chosen = record.chosen
    marks = {place: str(size) for size, place in places.items()}
    advice = (
        f"Small chunks cost more bookkeeping, large ones more memory, and too few keep workers waiting. Best here: "
        f"{record.parallel.chunk_size} pixels. Give that as CHUNK_SIZE, or make it the default of all algorithms in "
        "the settings of the plugin. The dashed line is what CHUNK_SIZE 0 chooses with "
        f"{format_workers(chosen.workers)}, {format_shape(chosen.chunk)} pixels."
    )
    chart = curves(
        series, "edge of a chunk (pixels)", "megapixels per second", dots=True, line=(chosen.speed, "chosen"),
        right=len(sizes), marks=marks, height=280,
    )  # fmt: skip
    return [note(advice), chart]


def _table(record: BenchmarkRecord) -> str:
    names = (
        "way", "chunk size", "chunk (pixels)", "chunks", "median (s)", "fastest - slowest (s)", "megapixels per second",
        "times as fast as serial",
    )  # fmt: skip
    return data_table(
        names,
        (
            (format_workers(each.workers), each.chunk_size or "0 (chosen)", format_shape(each.chunk),
             f"{each.chunks:,}", f"{each.median:.3f}", f"{min(each.seconds):.3f} - {max(each.seconds):.3f}",
             f"{each.speed:.2f}", f"{record.serial.median / each.median:.2f}")
            for each in record.measurements
        ),
    )  # fmt: skip
