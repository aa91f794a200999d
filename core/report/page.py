"""The report of a run: one HTML page made from its record."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

from ..errors import OutputError
from ..parallel.recorder import Recorder
from ..units import MEBIBYTE
from .charts import DRAWN_BARS, Bar, Cell, Point, curves, gantt, grid_map, number, share_bar
from .html import lines, note, page, section, tiles, value_table, write_page
from .record import ReportFile, RunRecord, throughput


def write_report(recorder: Recorder, record: RunRecord) -> None:
    """Write the report of a run whose result is complete; a report that cannot be written is a warning in the log."""
    try:
        write_page(os.fspath(recorder.report), report_page(record))
    except OutputError as error:
        recorder.warning(f"{record.output} is complete, but its report is not: {error}")
        return
    if isinstance(recorder.report, ReportFile):
        recorder.report.written = True


def report_page(record: RunRecord) -> str:
    """Return the HTML page of a run."""
    return page(
        record.title,
        f"{record.output}, finished {record.finished}",
        tiles(_headline(record)),
        section("Result", _result(record)),
        section("Decisions and log", lines(record.log)),
        section(f"{record.unit.capitalize()}s", _chunks(record)),
        section("Timeline", _timeline(record)),
        section("Throughput", _throughput_chart(record)),
        section("Memory", _memory(record)),
        section("Parameters", value_table({name.upper(): shown(value) for name, value in record.parameters.items()})),
        section("Versions", value_table(record.versions)),
    )


def shown(value: object) -> str:
    """Return the value of a parameter as people write it."""
    if value is None or value == "":
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, Mapping):
        return "|".join(f"{key}={each}" for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(shown(each) for each in value)
    return str(value)


def duration(seconds: float) -> str:
    """Return a length of time for reading."""
    if seconds < 120:
        return f"{number(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def time_axis(seconds: float) -> tuple[float, str]:
    """Return the seconds in a unit of the time axis, and the axis's label."""
    unit, name = (3600.0, "hours") if seconds > 10800 else (60.0, "minutes") if seconds > 240 else (1.0, "seconds")
    return unit, f"{name} since the run began"


def _headline(record: RunRecord) -> dict[str, str]:
    figures = {"elapsed": duration(record.seconds)}
    figures["megapixels per second"] = number(record.megapixels_per_second)
    if record.valid is not None:
        figures["valid pixels"] = f"{_floored(100 * record.valid / max(1, record.pixels))} %"
    if record.memory:
        figures["highest memory"] = f"{number(max(each.bytes for each in record.memory) / MEBIBYTE)} MB"
    else:
        figures[f"{record.unit}s"] = f"{len(record.chunks):,}"
    return figures


def _floored(percent: float) -> str:
    """Return a percentage that says 100 and 0 only where it is meant."""
    return number(percent) if percent in (0, 100) else f"{min(99.99, max(0.01, percent)):.2f}"


def _result(record: RunRecord) -> str:
    size = f"{record.width:,} x {record.height:,} pixels" if record.unit == "chunk" else f"{record.pixels:,} pixels"
    counts = {"Size": size}
    counts.update(
        {name: f"{value:,}" if isinstance(value, int) else shown(value) for name, value in record.counts.items()}
    )
    if record.valid is None:
        return value_table(counts)
    bar = share_bar({"valid": record.valid, "nodata": record.pixels - record.valid})
    rest = {"Valid pixels": f"{record.valid:,}", "Nodata pixels": f"{record.pixels - record.valid:,}"}
    return bar + value_table({"Size": counts.pop("Size"), **rest, **counts})


def _chunks(record: RunRecord) -> str:
    did = {span.chunk: span for span in record.spans}
    cells = []
    for index, (col, row, width, height) in enumerate(record.chunks):
        span = did.get(index)
        took = None if span is None else span.end - span.start
        who = "not done" if span is None else f"{duration(span.end - span.start)}, {worker_name(span.worker)}"
        where = f" at column {col}, row {row}" if record.unit == "chunk" else ""
        title = f"{record.unit} {index + 1}: {width} x {height} pixels{where}; {who}"
        cells.append(Cell((col, row, width, height), took, title))
    sizes = {(width, height) for _, _, width, height in record.chunks}
    largest = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    done = f"{len(did):,} of {len(record.chunks):,} {record.unit}s done" if len(cells) > 1 else f"One {record.unit}"
    order = "" if record.unit == "chunk" else " They lie side by side in their order, not as on a map."
    text = (
        f"{done}, of up to {largest[0]:,} x {largest[1]:,} pixels, {record.workers} at a time. "
        f"The darker, the longer it took.{order}"
    )
    return note(text) + grid_map(record.width, record.height, cells, "s") if cells else ""


def worker_name(name: str) -> str:
    """Return a thread's name for reading: worker 1 for the pool's first thread; other names as they are."""
    own = re.fullmatch(r"parallel-raster_(\d+)", name)
    return f"worker {int(own.group(1)) + 1}" if own else name


def _timeline(record: RunRecord) -> str:
    if not record.spans:
        return ""
    unit, label = time_axis(record.seconds)
    rows: dict[str, list[Bar]] = {}
    for span in record.spans:
        title = f"{record.unit} {span.chunk + 1}: {duration(span.end - span.start)} from {duration(span.start)} on"
        rows.setdefault(worker_name(span.worker), []).append(Bar(span.start / unit, span.end / unit, title))
    ordered = {name: rows[name] for name in sorted(rows, key=_natural)}
    start, end = record.computing
    finishing = record.seconds - end
    stages = {"preparing": start, "computing": end - start, "finishing the file (closing, reading back)": finishing}
    text = ", ".join(f"{name} {duration(seconds)}" for name, seconds in stages.items())
    few = len(record.spans) <= DRAWN_BARS
    bars = f"Each bar is a {record.unit}" if few else f"Each bar is some {record.unit}s in turn"
    chart = gantt(ordered, (start / unit, end / unit), record.seconds / unit, label, "finishing the file")
    busy = f"Busy is the share of the computing that was spent in {record.unit}s, waiting for the output file included."
    return note(f"{bars}; {text}. {busy}") + chart


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _throughput_chart(record: RunRecord) -> str:
    points = throughput(record)
    if not points:
        return ""
    mean = record.megapixels_per_second
    level = (mean, f"{number(mean)}, the mean of the whole run")
    return _over_time(record, "computing", points, "megapixels per second", level)


def _over_time(
    record: RunRecord, name: str, points: Sequence[Point], y_label: str, level: tuple[float, str] | None = None
) -> str:
    unit, label = time_axis(record.seconds)
    scaled = [(seconds / unit, value) for seconds, value in points]
    return curves({name: scaled}, label, y_label, area=True, line=level, right=record.seconds / unit)


def _memory(record: RunRecord) -> str:
    if not record.memory:
        return ""
    points = [(sample.seconds, sample.bytes / MEBIBYTE) for sample in record.memory]
    first, highest = points[0][1], max(used for _, used in points)
    text = (
        f"At most {number(highest)} MB, {number(highest - first)} MB more than when the run began. Chunks under way "
        f"take up to {number(record.memory_bound / MEBIBYTE)} MB by the plan; GDAL's block cache comes on top."
    )
    chart = _over_time(record, "memory of the process", points, "MB")
    return chart + note(text)
