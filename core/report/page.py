"""HTML report of a run, created from the data that was recorded during the run."""

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
    """Write the report of a finished run; if it cannot be written, log a warning."""
    try:
        write_page(os.fspath(recorder.report), report_page(record))
    except OutputError as error:
        recorder.warning(f"{record.output} is complete, but its report could not be written: {error}")
        return
    if isinstance(recorder.report, ReportFile):
        recorder.report.written = True


def report_page(record: RunRecord) -> str:
    """Return the HTML report of a run."""
    return page(
        record.title,
        f"{record.output}, finished {record.finished}",
        tiles(_headline(record)),
        section("Result", _result(record)),
        *(section(title, content) for title, content in record.sections),
        section("Decisions and log", lines(record.log)),
        section(f"{record.unit.capitalize()}s", _chunks(record)),
        section("Timeline", _timeline(record)),
        section("Throughput", _throughput_chart(record)),
        section("Memory", _memory(record)),
        section("Parameters", value_table({name.upper(): shown(value) for name, value in record.parameters.items()})),
        section("Versions", value_table(record.versions)),
    )


def shown(value: object) -> str:
    """Format a parameter value for the report."""
    if value is None or value == "" or isinstance(value, (list, tuple, Mapping)) and not value:
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
    """Format a duration, e.g. "59.9 s", "2 min 30 s" or "2 h 1 min"."""
    if seconds < 120:
        return f"{number(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def time_axis(seconds: float) -> tuple[float, str]:
    """Return the time unit of the axis (in seconds) and the axis label, for a run that took `seconds`."""
    unit, name = (3600.0, "hours") if seconds > 10800 else (60.0, "minutes") if seconds > 240 else (1.0, "seconds")
    return unit, f"{name} since the start of the run"


def _headline(record: RunRecord) -> dict[str, str]:
    figures = {"elapsed": duration(record.seconds)}
    figures["megapixels per second"] = number(record.megapixels_per_second)
    if record.valid is not None:
        figures["valid pixels"] = f"{_floored(100 * record.valid / max(1, record.pixels))} %"
    if record.memory:
        figures["peak memory"] = f"{number(max(each.bytes for each in record.memory) / MEBIBYTE)} MB"
    else:
        figures[f"{record.unit}s"] = f"{len(record.chunks):,}"
    return figures


def _floored(percent: float) -> str:
    """Format a percentage; "0" and "100" are returned only for exactly these values."""
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
    spans = {span.chunk: span for span in record.spans}
    cells = []
    for index, (col, row, width, height) in enumerate(record.chunks):
        span = spans.get(index)
        seconds = None if span is None else span.end - span.start
        status = "not done" if span is None else f"{duration(span.end - span.start)}, {worker_name(span.worker)}"
        position = f" at column {col}, row {row}" if record.unit == "chunk" else ""
        title = f"{record.unit} {index + 1}: {width} x {height} pixels{position}; {status}"
        cells.append(Cell((col, row, width, height), seconds, title))
    sizes = {(width, height) for _, _, width, height in record.chunks}
    largest = max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))
    done = f"{len(spans):,} of {len(record.chunks):,} {record.unit}s done" if len(cells) > 1 else f"One {record.unit}"
    order = "" if record.unit == "chunk" else f" The {record.unit}s are drawn in order, not at their map positions."
    text = (
        f"{done}, up to {largest[0]:,} x {largest[1]:,} pixels each, up to {record.workers} at a time. "
        f"Darker {record.unit}s took longer.{order}"
    )
    return note(text) + grid_map(record.width, record.height, cells, "s") if cells else ""


def worker_name(name: str) -> str:
    """Return "worker 1" for the first thread of the pool and so on; return other names unchanged."""
    thread = re.fullmatch(r"parallel-raster_(\d+)", name)
    return f"worker {int(thread.group(1)) + 1}" if thread else name


def _timeline(record: RunRecord) -> str:
    if not record.spans:
        return ""
    unit, label = time_axis(record.seconds)
    rows: dict[str, list[Bar]] = {}
    for span in record.spans:
        title = f"{record.unit} {span.chunk + 1}: {duration(span.end - span.start)}, started at {duration(span.start)}"
        rows.setdefault(worker_name(span.worker), []).append(Bar(span.start / unit, span.end / unit, title))
    ordered = {name: rows[name] for name in sorted(rows, key=_natural)}
    start, end = record.computing
    finishing = record.seconds - end
    stages = {"Preparation": start, "computation": end - start, "finishing the file (closing, reading back)": finishing}
    text = ", ".join(f"{name} {duration(seconds)}" for name, seconds in stages.items())
    few = len(record.spans) <= DRAWN_BARS
    bars = f"Each bar is a {record.unit}" if few else f"Each bar combines several consecutive {record.unit}s"
    chart = gantt(ordered, (start / unit, end / unit), record.seconds / unit, label, "finishing the file")
    busy = (
        f"The busy percentage is the share of the computation time that a worker spent on {record.unit}s, including "
        "waiting for the output file."
    )
    return note(f"{bars}. {text}. {busy}") + chart


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _throughput_chart(record: RunRecord) -> str:
    points = throughput(record)
    if not points:
        return ""
    mean = record.megapixels_per_second
    level = (mean, f"{number(mean)} (mean of the whole run)")
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
        f"Peak {number(highest)} MB, {number(highest - first)} MB more than at the start of the run. Chunks that are "
        f"computed at the same time may use up to {number(record.memory_bound / MEBIBYTE)} MB, not counting GDAL's "
        f"block cache; the memory limit is {number(record.memory_limit / MEBIBYTE)} MB."
    )
    chart = _over_time(record, "memory of the process", points, "MB")
    return chart + note(text)
