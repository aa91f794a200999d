"""Format the results of a benchmark: a CSV table, an HTML page with charts, and a summary."""

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
from ..units import format_workers
from .ways import format_shape

TITLE = "Benchmark serial and parallel"


@dataclass(frozen=True)
class Measurement:
    """Run times of one configuration, in seconds.

    `workers` is 0 for serial runs. `chunk_size` is the requested chunk size, or 0 if the planner chose the size.
    `chunk` is the shape (rows, columns) of a chunk, and `chunks` the number of chunks.
    """

    workers: int
    chunk_size: int
    chunk: Shape
    chunks: int
    megapixels: float
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """Median run time in seconds."""
        return statistics.median(self.seconds)

    @property
    def speed(self) -> float:
        """Megapixels per second, computed from the median run time."""
        return self.megapixels / max(self.median, 1e-9)


@dataclass(frozen=True)
class BenchmarkRecord:
    """The measurements of a benchmark, with its method, machine and software versions.

    `automatic` is the chunk shape that the planner chooses for the largest number of workers. `method`, `machine` and
    `versions` map names to values.
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
        """The fastest serial configuration."""
        return self.fastest(0)

    @property
    def parallel(self) -> Measurement:
        """The fastest parallel configuration, apart from those with a chunk size chosen by the planner."""
        return min(map(self.fastest, self.counts), key=lambda each: each.median)

    @property
    def counts(self) -> list[int]:
        """Worker counts of the parallel measurements, in ascending order."""
        return sorted({each.workers for each in self.measurements} - {0})

    @property
    def speedup(self) -> float:
        """Median time of the fastest serial configuration, divided by the median time of the fastest parallel one."""
        return self.serial.median / max(self.parallel.median, 1e-9)

    @property
    def chosen(self) -> Measurement:
        """The default configuration: the largest number of workers with the chunks that the planner chooses."""
        return next(
            each for each in self.measurements if (each.workers, each.chunk) == (self.counts[-1], self.automatic)
        )

    def fastest(self, workers: int) -> Measurement:
        """Return the fastest configuration with this number of workers, ignoring chunk sizes that the planner chose."""
        return min(
            (each for each in self.measurements if each.workers == workers and each.chunk_size),
            key=lambda each: each.median,
        )


def outcome(record: BenchmarkRecord) -> str:
    """Return a summary of the results in two sentences."""
    serial, best, chosen = record.serial, record.parallel, record.chosen
    text = (
        f"{format_workers(best.workers).capitalize()} with chunks of {best.chunk_size} pixels took "
        f"{duration(best.median)}, {number(record.speedup)} times as fast as one thread without Dask "
        f"({duration(serial.median)})."
    )
    if chosen is best:
        return f"{text} CHUNK_SIZE 0 also chooses chunks of {format_shape(chosen.chunk)} pixels."
    return (
        f"{text} With CHUNK_SIZE 0 (chunks of {format_shape(chosen.chunk)} pixels), "
        f"{format_workers(chosen.workers)} took {duration(chosen.median)}."
    )


def benchmark_table(record: BenchmarkRecord) -> str:
    """Return the measurements as CSV, with one row per configuration and times in seconds."""
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
        "times as fast as the serial run": number(record.speedup),
        "pixels, best chunk size": str(best.chunk_size),
        "serial, one thread": duration(serial.median),
        f"parallel, {format_workers(best.workers)}": duration(best.median),
    }
    return page(
        TITLE,
        f"{record.subject}, finished {record.finished}",
        tiles(figures),
        section("Outcome", f"<p>{escape(outcome(record))}</p>", *map(note, record.left_out)),
        section("Serial versus parallel", *_workers_charts(record)),
        section("Throughput by chunk size", *_size_chart(record)),
        section("All measurements", _table(record)),
        section("How it was measured", value_table(record.method)),
        section("Machine", value_table(record.machine)),
        section("Versions", value_table(record.versions)),
    )


def _workers_charts(record: BenchmarkRecord) -> list[str]:
    counts, serial = record.counts, record.serial.median
    fastest = [(count, record.fastest(count).median) for count in counts]
    times: list[Point] = [(float(count), seconds) for count, seconds in fastest]
    speedups: list[Point] = [(float(count), serial / seconds) for count, seconds in fastest]
    marks = {float(count): str(count) for count in counts}
    right, ideal = counts[-1] + 0.5, [(1.0, 1.0), (float(counts[-1]), float(counts[-1]))]
    label = "workers (Dask threads)"
    level = (serial, f"serial: {duration(serial)}")
    text = (
        "Each point is the median run time of one number of workers with its best chunk size. The dashed line is the "
        "best serial result: one thread, without Dask."
    )
    return [
        note(text),
        curves({"parallel": times}, label, "seconds per run", dots=True, line=level, right=right, marks=marks),
        curves(
            {"measured": speedups, "ideal: twice as fast with twice the workers": ideal}, label,
            "times as fast as the serial run", dots=True, line=(1.0, "serial"), right=right, marks=marks,
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
        f"Small chunks add overhead, large chunks need more memory, and too few chunks leave workers idle. The best "
        f"size here is {record.parallel.chunk_size} pixels. Use this value as CHUNK_SIZE, or make it the default for "
        "all algorithms in the plugin settings. The dashed line shows the speed with CHUNK_SIZE 0, which "
        f"chooses chunks of {format_shape(chosen.chunk)} pixels for {format_workers(chosen.workers)}."
    )
    chart = curves(
        series, "chunk size (pixels)", "megapixels per second", dots=True, line=(chosen.speed, "chosen"),
        right=len(sizes), marks=marks, height=280,
    )  # fmt: skip
    return [note(advice), chart]


def _table(record: BenchmarkRecord) -> str:
    names = (
        "configuration", "chunk size", "chunk (pixels)", "chunks", "median (s)", "fastest - slowest (s)",
        "megapixels per second", "times as fast as the serial run",
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
