"""Tile raster, file to files: every pixel in exactly one tile, all metadata kept, the set complete or not there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...cluster.address import parse_cluster
from ...engine.run import crew_of, shared_path
from ...parallel.recorder import Recorder
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress
from ...writing.checks import check_folder, check_report
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .layout import TileOptions
from .plan import TilePlan, plan_tiles
from .run import RunSettings, TileResult, run_tiles

MAX_TILES = 100_000


def tile_raster(
    src: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    tiling: str = "pixels",
    columns: int = 4,
    rows: int = 4,
    tile_width: float = 2048,
    tile_height: float = 2048,
    polygons: Any = None,
    name_field: str | None = None,
    overlap: int = 0,
    remainder: str = "trim",
    alignment: str = "corner",
    extent: tuple[float, float, float, float] | None = None,
    bands: Sequence[int] | None = None,
    min_valid: float = 0,
    skip_empty: bool = False,
    count_valid: bool = False,
    name_template: str = "",
    resume: bool = False,
    max_tiles: int = MAX_TILES,
    creation_options: str | Mapping[str, object] = "",
    cog: bool = False,
    cluster: str = "",
    workers: int = 0,
    memory: int = 0,
    chunk_size: int = 0,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
    report: str | os.PathLike[str] | None = None,
) -> TileResult:
    """Cut a raster into GeoTIFFs and return what was written: tiles, `tiles.json` and a virtual mosaic of the cores.

    Parameters
    ----------
    src, folder
        The raster, and the folder for the tiles; a set that it holds already is replaced as a whole.
    tiling
        A word of `options.TILING`: "grid" (`columns` x `rows` tiles), "pixels" or "map_units" (`tile_width` x
        `tile_height`), "polygons" (one tile per polygon; pixels outside become nodata).
    polygons, name_field
        GeoJSON features, geometries or objects with `__geo_interface__` (a geopandas table, too), in the CRS of `src`,
        and the property that names the tiles.
    overlap
        Pixels of its neighbours that a tile has on each side besides its core.
    remainder
        A word of `options.REMAINDER`, for tiles of a given size: "trim", "pad", "shift" or "drop" the last one.
    alignment
        "corner": tiles begin at the raster's corner; "crs": at whole multiples of their size in the CRS.
    extent
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels; None: all.
    bands
        Bands from 1, in the order of the tiles' bands; None: all.
    min_valid, skip_empty
        Leave out tiles with fewer valid pixels than this percentage, or without any.
    count_valid
        Give the share of valid pixels of every tile in `tiles.json`, also where it costs decoding blocks that are
        copied as they are; `min_valid` and `skip_empty` do so too.
    name_template
        Tokens `{name} {row} {col} {id} {x} {y}`; "" stands for `{name}_{row}_{col}`, with polygons `{name}_{id}`.
    resume
        Keep the tiles of an unfinished run with the same input and parameters, and leave them after a failure.
    max_tiles
        More tiles are refused.
    creation_options
        `KEY=VALUE|KEY=VALUE` or a mapping, over those of a tiled lossless `src`, or else a tiled DEFLATE GeoTIFF.
    cog
        Make Cloud Optimized GeoTIFFs; `creation_options` are then GDAL's COG driver's.
    workers, memory, chunk_size
        Threads, working memory in MB, edge of a chunk in pixels; 0 chooses.
    cluster
        The workers of a cluster write the tiles, as for `normalized_difference`.
    verify
        False leaves out reading the tiles back; for measurements only.
    progress, log
        Hear of chunks done, and of the plan, the decisions and the summary.
    create
        Makes the files that are written, see `gdal_file.CreateFile`; None: rasterio does.
    copy
        Makes the Cloud Optimized GeoTIFFs, see `cog.CopyToCog`; None: rasterio does.
    report
        Path of an HTML page about the run; None: none.

    Returns
    -------
    TileResult
        Folder, tiles and list.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the folder cannot be used, or the run was cancelled; the folder is then as it was,
        but for what `resume` keeps.
    """
    recorder = Recorder(report, {"input": src, "output": folder}, log) if report else None
    log = recorder or log
    plan, path = _planned(
        shared_path(src) if cluster else os.fspath(src), os.fspath(folder), polygons=polygons, max_tiles=max_tiles,
        workers=workers, memory=memory,
        chunk_size=chunk_size, tiling=tiling, columns=columns, rows=rows, tile_width=tile_width,
        tile_height=tile_height, name_field=name_field or None, overlap=overlap, remainder=remainder,
        alignment=alignment, extent=extent, bands=tuple(bands) if bands else None, min_valid=min_valid,
        skip_empty=bool(skip_empty), count_valid=bool(count_valid), name_template=name_template,
        creation_options=creation_options, cog=cog,
        cluster=cluster, report=report,
    )  # fmt: skip
    for line in plan.decisions():
        log.info(line)
    for line in plan.remarks:
        log.warning(line)
    progress = progress or NoProgress()
    if recorder is not None:
        recorder.parameters.update(plan.parameters, workers=plan.workers, memory=memory, chunk_size=chunk_size)
        progress = recorder.watch(progress)
    with crew_of(cluster, progress, log) as crew:
        if crew is not None:
            plan = replace(plan, chunks=crew.fit(plan.chunks, chunk_size=chunk_size, memory=memory, keep_size=True))
        return run_tiles(plan, path, RunSettings(resume, verify, create, copy, crew, recorder), progress, log)


def check_tile_raster(src: str, folder: str, *, resume: bool = False, **options: Any) -> None:
    """Raise what `tile_raster` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the folder cannot be used.
    """
    _planned(src, folder, **options)


def _planned(
    src: str,
    folder: str,
    *,
    polygons: Any,
    max_tiles: int,
    workers: int,
    memory: int,
    chunk_size: int,
    cog: bool,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    **options: Any,
) -> tuple[TilePlan, str]:
    """Return the plan and the absolute path of the folder."""
    parse_cluster(cluster)
    plan = plan_tiles(
        src, TileOptions(**options), polygons=polygons, max_tiles=max_tiles, workers=workers, memory=memory,
        chunk_size=chunk_size, cog=cog,
    )  # fmt: skip
    if report:
        check_report(os.fspath(report), plan.source.files)
    return plan, check_folder(folder, plan.source.files, plan.profile, plan.raw_bytes)
