"""Write the results of a comparison: a Markdown table, a CSV file and an SVG chart for each job."""

from __future__ import annotations

import csv
import platform
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from contenders import Contender
from measure import Run, median

COLOURS = {"ours": "#2a7f4f", "limit": "#9a9a9a", "peer": "#4a6fa5"}


def machine() -> list[str]:
    """Return descriptions of the CPUs and the operating system, and the versions of the software."""
    cpus = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in cpus if line.startswith("model name")), platform.machine())
    processors = sum(line.startswith("processor") for line in cpus)
    gdal = subprocess.run(["gdalinfo", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    versions = []
    for name in ("numpy", "rasterio", "dask", "rioxarray"):
        module = __import__(name)
        versions.append(f"{name} {module.__version__}")
    return [f"{processors} x {model}", f"{platform.platform()}, Python {platform.python_version()}", gdal, *versions]


def table(contenders: Sequence[Contender], runs: Mapping[str, Sequence[Run]], reference: str) -> list[str]:
    """Return the Markdown table of one job, sorted by time."""
    base = median(runs[reference], "wall")
    lines = [
        f"| run | wall s, median (min to max) | ratio to {reference} | CPU s | peak MB |",
        "|---|---|---|---|---|",
    ]
    for name in _sorted_by_time(runs):
        each = runs[name]
        walls = [run.wall for run in each]
        wall, ratio = f"{median(each, 'wall'):.2f} ({min(walls):.2f} to {max(walls):.2f})", median(each, "wall") / base
        more = "> " if any(run.is_stopped for run in each) else ""
        lines.append(
            f"| {name} | {f'> {max(walls):.0f}, stopped' if more else wall} | {more}{ratio:.2f} | "
            f"{more}{median(each, 'cpu'):.2f} | {more}{max(run.peak for run in each):.0f} |"
        )
    remarks = [f"- {each.name}: {each.remark}." for each in contenders if each.remark and each.command]
    if remarks:
        lines += ["", "The results of the following tools differ from those of Parallel Raster:", "", *remarks]
    absent = [f"{each.name} ({each.absent})" for each in contenders if each.absent]
    return [*lines, "", f"Not measured: {'; '.join(absent)}." if absent else ""]


def write_csv(path: Path, runs: Mapping[str, Mapping[str, Sequence[Run]]]) -> None:
    """Write all runs to a CSV file."""
    with path.open("w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["job", "contender", "run", "wall_s", "cpu_s", "peak_mb", "stopped"])
        for job, contenders in runs.items():
            for name, each in contenders.items():
                for number, run in enumerate(each, 1):
                    values = (f"{run.wall:.3f}", f"{run.cpu:.3f}", f"{run.peak:.0f}", int(run.is_stopped))
                    rows.writerow([job, name, number, *values])


def draw(path: Path, job: str, contenders: Sequence[Contender], runs: Mapping[str, Sequence[Run]]) -> None:
    """Draw a chart with the medians as bars and the ranges as error bars."""
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    kinds = {each.name: "ours" if each.ours else "limit" if each.limit else "peer" for each in contenders}
    names = _sorted_by_time(runs)[::-1]
    medians = [statistics.median(run.wall for run in runs[name]) for name in names]
    spread = [
        [each - min(run.wall for run in runs[name]) for name, each in zip(names, medians)],
        [max(run.wall for run in runs[name]) - each for name, each in zip(names, medians)],
    ]
    figure, axes = pyplot.subplots(figsize=(9, 0.6 + 0.34 * len(names)), layout="constrained")
    bars = axes.barh(names, medians, xerr=spread, color=[COLOURS[kinds[name]] for name in names], ecolor="#333333")
    labels = [f"{'> ' * any(run.is_stopped for run in runs[name])}{each:.2f}" for name, each in zip(names, medians)]
    axes.bar_label(bars, labels, padding=6, fontsize=8)
    axes.set_xlabel("seconds, complete process (median, minimum and maximum)")
    figure.suptitle(job, fontsize=12)  # centred over the labels too; a long title would not fit over the axes
    axes.spines[["top", "right"]].set_visible(False)
    axes.margins(x=0.12)
    matplotlib.rcParams["svg.hashsalt"] = job  # a fixed salt makes the SVG file reproducible
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _sorted_by_time(runs: Mapping[str, Sequence[Run]]) -> list[str]:
    return sorted(runs, key=lambda name: median(runs[name], "wall"))
