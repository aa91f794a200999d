"""Bounds for `bench.py`: the maximum time or memory of this package, relative to another tool or a reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from measure import Run, median

CORE = "Parallel Raster, core"
DECODED = "libdeflate and ISA-L on all CPUs (reference)"


class Bound(NamedTuple):
    """A bound: the median time or memory of `ours` may be at most `most` times that of `other`.

    If `other` also runs with NUM_THREADS, the lower of its two medians is used.
    """

    most: float
    other: str
    ours: str = CORE
    field: str = "wall"


CALCULATORS = (
    Bound(0.45, "gdal_calc.py"),
    Bound(0.45, "QGIS raster calculator"),
    Bound(0.45, "Orfeo ToolBox BandMath"),
    Bound(0.65, "gdal raster calc"),
    Bound(0.65, "GRASS r.mapcalc"),
    Bound(1.8, DECODED),
)
LINEAR_FILTERS = (
    Bound(0.5, "scipy (whole array)"),
    Bound(0.6, "dask-image"),
    Bound(0.6, "xarray-spatial"),
    Bound(0.5, "Orfeo ToolBox Smoothing"),
    Bound(0.5, "GRASS r.neighbors"),
)
PACKAGES = (
    "odc-stac", "odc-stac, single time chunk, bottleneck", "stackstac", "StackComposed", "xarray with Dask",
    "xarray with Dask, 512-pixel chunks, bottleneck",
)  # fmt: skip
"""Python packages that compute composites."""

BOUNDS: Mapping[str, Sequence[Bound]] = {
    "difference": (Bound(0.45, "gdal_calc.py"), Bound(1.6, DECODED)),
    "evi": CALCULATORS,
    "five_bands": CALCULATORS,
    "evi_by_name": (Bound(1, f"{CORE}, by formula", f"{CORE}, by name"),),
    "mask": (Bound(0.15, "gdal_calc.py"),),
    "mask_inside": (Bound(3, "cp (reference)"),),
    "gaussian": LINEAR_FILTERS,
    "mean": LINEAR_FILTERS,
    "median": (Bound(0.2, "scipy (whole array)"), Bound(0.2, "dask-image"), Bound(0.5, "GRASS r.neighbors")),
    "labels": (Bound(0.8, "scipy (whole array)"),),
    "zones": (
        Bound(0.5, "QGIS Zonal statistics"),
        Bound(0.5, "rasterstats"),
        Bound(0.5, "exactextract"),
        Bound(1.6, "GDAL's decoder on all CPUs (reference)"),
    ),
    "tile": (
        Bound(0.12, "gdal_retile.py"),
        Bound(1.5, "copy and sync with two threads (reference)"),
        Bound(1.5, DECODED, f"{CORE}, blocks re-encoded"),
    ),
    "merge": (
        Bound(1.5, "copy and sync with two threads (reference)"),
        Bound(1.5, DECODED, f"{CORE}, mean (blocks re-encoded)"),
    ),
    "composite": (
        Bound(0.5, "gdal raster calc"),
        Bound(0.2, "StackComposed"),
        Bound(0.1, "odc-stac"),
        Bound(0.1, "stackstac"),
        Bound(0.4, "odc-stac, single time chunk, bottleneck"),
        Bound(0.6, "GRASS r.series"),
        Bound(1.4, "GDAL's codec on all CPUs (reference)"),
        *(Bound(0.5, peer, field="peak") for peer in PACKAGES),
    ),
}


class Checked(NamedTuple):
    """The report line of one bound, and whether the bound is met; `is_kept` is None if the bound was not checked."""

    text: str
    is_kept: bool | None


def check(job: str, runs: Mapping[str, Sequence[Run]]) -> list[Checked]:
    """Return, for each bound of a job, a report line and whether the bound is met."""
    return [_checked(bound, runs) for bound in BOUNDS.get(job, ())]


def _checked(bound: Bound, runs: Mapping[str, Sequence[Run]]) -> Checked:
    amount = "memory" if bound.field == "peak" else "time"
    text, limit = f"`{bound.ours}` compared with `{bound.other}`", f"limit: at most {bound.most:g}"
    # The measurements of a stopped run are lower limits.
    others = [
        (median(runs[name], bound.field), any(run.is_stopped for run in runs[name]), name)
        for name in runs
        if name in (bound.other, f"{bound.other}, NUM_THREADS")
    ]
    if bound.ours not in runs or not others:
        return Checked(f"{text}: not measured ({limit})", None)
    other, is_limit, peer = min(others)
    ratio = median(runs[bound.ours], bound.field) / other
    is_kept = ratio <= bound.most
    if is_limit and not is_kept:
        return Checked(f"{text}: not measured, because `{peer}` was stopped ({limit})", None)
    times = f"{'less than ' * is_limit}{ratio:.2f} times the {amount} of `{peer}`"
    return Checked(f"`{bound.ours}`: {times} ({limit}{'' if is_kept else ', EXCEEDED'})", is_kept)
