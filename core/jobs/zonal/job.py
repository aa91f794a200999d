"""Zonal statistics of the pixels of a raster in cells, polygons or the zones of another raster."""

from __future__ import annotations

import inspect
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...engine.run import connect_workers
from ...engine.values import ValueRun, compute_values
from ...progress import DEFAULT_LOG, Log, Progress, format_speed, log_plan
from ...raster.subdatasets import input_file
from ...reading.readers import InputSnapshot
from ...report.page import write_report
from ...report.record import run_record
from ...vector.polygons import shown_features
from ...writing.partial_file import write_texts
from .plan import ZonalOptions, ZonalPlan, plan_zonal
from .table import ZonalTable, ZoneTotals


def zonal_statistics(
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str] | None = None,
    *,
    zones: str = "cells",
    cell_width: int = 512,
    cell_height: int = 512,
    polygons: Any = None,
    field: str | None = None,
    polygons_crs: str | None = None,
    zone_raster: str | os.PathLike[str] | None = None,
    zone_band: int = 1,
    statistics: Sequence[str] = ("count", "min", "max", "mean"),
    bands: Sequence[int] | None = None,
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
    overview: int = -1,
    workers: int = 0,
    memory: int = 0,
    chunk_size: int = 0,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
) -> list[dict[str, Any]]:
    """Return statistics of the pixels of a raster in cells, polygons or the zones of another raster.

    Parameters
    ----------
    src : str or os.PathLike
        Raster.
    dst : str or os.PathLike, optional
        CSV file to write, with a row for each zone. An existing file is replaced when the new one is complete.
    zones : {"cells", "polygons", "raster"}, default "cells"
        Zones: cells of `cell_width` x `cell_height` pixels from the upper left corner of the raster (or of `extent`),
        `polygons`, or the values of `zone_raster`.
    cell_width : int, default 512
        Width of a cell in pixels. Cells at the right edge can be narrower than this.
    cell_height : int, default 512
        Height of a cell in pixels. Cells at the lower edge can be shorter than this.
    polygons : sequence, or one GeoJSON object, optional
        GeoJSON features or geometries, objects with `__geo_interface__`, or a feature collection. A pixel belongs to a
        polygon if its centre is inside the polygon. Polygons may overlap; each polygon is a separate zone.
    field : str, optional
        Property of the polygons whose values identify the zones. By default, the ID of the feature or, if it has none,
        its index in `polygons` is used. Polygons with the same value remain separate zones. The zone of a polygon
        without a value is None, or an empty string if this is its value.
    polygons_crs : str, optional
        CRS of the polygons, such as "EPSG:4326". By default, the CRS of the raster.
    zone_raster : str or os.PathLike, optional
        Integer raster whose pixels coincide with those of `src`. All pixels with the same value form a zone; nodata
        pixels are in no zone.
    zone_band : int, default 1
        Band of `zone_raster`, counted from 1.
    statistics : sequence of str, default ("count", "min", "max", "mean")
        Statistics: "count" (number of valid pixels), "share" (valid pixels divided by all pixels of the zone in the
        processed part of the raster), "min", "max", "mean", "sum", "std" (population standard deviation),
        "median", and "mode" (the most frequent value; if several are equally frequent, the lowest).
    bands : sequence of int, optional
        Bands, counted from 1. By default, all except an alpha band.
    scaling : {"stored", "none", "given"}, default "stored"
        Scale and offset applied to stored values (stored * scale + offset) before the statistics are computed.
        "stored": those in the metadata of each band. "none": no conversion. "given": `scale` and `offset`.
    scale : float, default 1.0
        Scale of all bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of all bands for scaling "given".
    nodata : float, optional
        Nodata value of all bands, overriding the declared values.
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels. It must have the CRS of the raster and must not be
        rotated relative to the raster. For each pixel, the nearest mask pixel is used. Pixels outside the mask,
        and pixels where the mask is nodata, are hidden.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default ""
        Values of `mask` that hide a pixel: a list of numbers and ranges. If this and `mask_bits` are empty, clouds and
        cloud shadows are hidden; the mask must then be a layer that is recognized by its file name (Sentinel-2 SCL,
        Landsat QA_PIXEL, HLS Fmask or MODIS state).
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, counted from 0 for the lowest: `1-4`; or bit fields with the values that hide
        a pixel: `8-9=2-3`. If given, `mask_values` is ignored.
    mask_grow : float, default 0
        Distance in map units by which the areas hidden by `mask` grow, measured between pixel centres on the mask's
        grid. The maximum is 200 mask pixels. Not supported in a geographic CRS or without a transform.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the raster, snapped outward to pixel edges. Pixels outside this extent
        are not used. By default, the full extent of the raster.
    overview : int, default -1
        Overview to read, counted from 0; -1 reads the full resolution. `mask` is read at full resolution.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory. It also limits the number of distinct values for
        "median" and "mode".
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole units of about 512 pixels; 0 chooses it automatically.
    cluster : str, default ""
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used. The workers need access to the folder of `dst` or, without `dst`, to the folder of the raster,
        which must then be writable.
    report : str or os.PathLike, optional
        HTML report of the run.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.

    Returns
    -------
    list of dict
        A record for each zone: the properties of a polygon, `zone` (the number of a cell in row-major order, the name
        of a polygon or the value of the zone raster), `row` and `col` of a cell, and the statistics, named for example
        `b1_mean` for band 1. If a polygon has a property of the same name, a number is appended to the name of the
        computed value: `zone_2`, `b1_mean_2`. In a zone without valid pixels, the count is 0 and all other statistics
        are None. A statistic beyond the range of float64 is also None.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        An input cannot be read, is incompatible with the others, or contains 64-bit integers beyond 2^53.
    OutputError
        The table or the report cannot be written.
    ResourceError
        The memory limit is too small for one block, for the zones or for their distinct values, or the cluster cannot
        be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    Each block of the raster is decoded once, regardless of the number of zones. The pixels of a zone are added up in
    rectangles of fixed size on the grid of the raster, so the results are the same to the last bit for all chunk sizes,
    numbers of workers and schedulers. Sums of integers of up to 32 bits are exact.
    """
    return _run(src, dst, *_options(locals())).records


def zonal_table(src: str, dst: str | None = None, **options: Any) -> ZonalTable:
    """Return a table with the statistics and the zones; keywords and defaults are those of `zonal_statistics`.

    Raises
    ------
    ParallelRasterError
        As for `zonal_statistics`.
    """
    return _run(src, dst, *_completed(options))


def check_zonal_statistics(src: str, dst: str | None = None, **options: Any) -> None:
    """Raise any error that `zonal_statistics` would raise before it reads a pixel.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    _planned(src, dst, *_completed(options))


def _completed(options: Mapping[str, Any]) -> tuple[ZonalOptions, RunOptions]:
    """Return the options for the given keywords of `zonal_statistics`, with its defaults for all other keywords."""
    parameters = inspect.signature(zonal_statistics).parameters.values()
    return _options({**{each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}, **options})


def _options(given: Mapping[str, Any]) -> tuple[ZonalOptions, RunOptions]:
    options, run = split_options(given, ZonalOptions, RunOptions, but=("src", "dst"))
    return replace(options, bands=tuple(options.bands) if options.bands else None), run


def _planned(
    src: str | os.PathLike[str], dst: str | os.PathLike[str] | None, options: ZonalOptions, run: RunOptions
) -> ZonalPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    options = replace(
        options,
        mask=None if options.mask is None else run.path(options.mask),
        zone_raster=None if options.zone_raster is None else run.path(options.zone_raster),
    )
    return plan_zonal(run.path(src), None if dst is None else os.fspath(dst), options, run)


def _run(
    src: str | os.PathLike[str], dst: str | os.PathLike[str] | None, options: ZonalOptions, run: RunOptions
) -> ZonalTable:
    names = inspect.signature(zonal_statistics).parameters
    given = {name: value for name, value in vars(options).items() if name in names}
    given["polygons"] = shown_features(options.polygons)
    run, recorder = run.recorded({"input": src, "output": dst, **given})
    started = time.monotonic()
    plan = _planned(src, dst, options, run)
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            chunks = cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory)
            plan = replace(plan, chunks=chunks)
        log_plan(run.log, plan.decisions(), plan.warnings)
        snapshot = InputSnapshot(plan.work.files, plan.work.inputs.inputs)
        windows = plan.windows()
        totals = ZoneTotals(plan, windows)
        folder = os.path.dirname(os.path.abspath(input_file(os.fspath(src)) if dst is None else dst))
        where = ValueRun(plan.chunks, run.progress, cluster_workers, recorder, folder=folder)
        compute_values(plan.work, windows, where, totals.add)
    snapshot.check()
    table = totals.table()
    if dst is not None:
        write_texts({os.fspath(dst): table.text()})
    run.log.info(f"{len(table.records):,} zones")
    if table.too_large:
        run.log.warning(f"{table.too_large:,} statistics are empty because they are beyond the range of Float64.")
    run.log.info(format_speed(plan.window.width * plan.window.height, time.monotonic() - started))
    if recorder is not None:
        output = "values" if dst is None else os.path.abspath(dst)
        counts = {"Zones": len(table.records)}
        write_report(recorder, run_record(recorder, plan.chunks, "Zonal statistics", output, None, counts))
    return table
