"""Tile raster, file to files: every pixel in exactly one tile, all metadata kept, the set complete or not there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...engine.run import connect_workers
from ...errors import about
from ...progress import DEFAULT_LOG, Log, Progress, log_plan
from ...writing.checks import check_folder, check_report
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .layout import TileOptions
from .plan import TilePlan, plan_tiles
from .run import TileResult, run_tiles

MAX_TILES = 100_000

OWN = ("src", "folder", "polygons", "max_tiles", "resume", "cog")
"""Keywords of `tile_raster` that are in neither `TileOptions` nor `RunOptions`."""


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
    src : str or os.PathLike
        Raster to cut.
    folder : str or os.PathLike
        Folder for the tiles. A tile set that it already holds is replaced as a whole.
    tiling : {"grid", "pixels", "map_units", "polygons"}, default "pixels"
        What gives the tiles: `columns` x `rows` tiles, `tile_width` x `tile_height` in pixels or in map units, or one
        tile for each polygon, in which pixels outside the polygon become nodata.
    columns, rows : int, default 4
        Number of tiles across and down, with "grid".
    tile_width, tile_height : float, default 2048
        Size of the tiles, with "pixels" and "map_units".
    polygons : sequence or object with `__geo_interface__`, optional
        With "polygons": GeoJSON features or geometries, or objects with `__geo_interface__` (such as a geopandas
        table), in the CRS of `src`.
    name_field : str, optional
        Property of the polygons that names the tiles.
    overlap : int, default 0
        Pixels of its neighbours that a tile has on each side in addition to its core.
    remainder : {"trim", "pad", "shift", "drop"}, default "trim"
        What becomes of the last tiles where tiles of a given size do not divide the raster evenly.
    alignment : {"corner", "crs"}, default "corner"
        Where tiles of a given size begin: at the raster's corner, or at whole multiples of their size in the CRS.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels. Without it the whole raster.
    bands : sequence of int, optional
        Bands of `src`, counted from 1, in the order of the tiles' bands. Without it all bands.
    min_valid : float, default 0
        Percentage of valid pixels; tiles with fewer are left out.
    skip_empty : bool, default False
        Leave out tiles without any valid pixel.
    count_valid : bool, default False
        Give the share of valid pixels of every tile in `tiles.json`, even where that means decoding blocks that are
        copied as they are; `min_valid` and `skip_empty` do so too.
    name_template : str, default ""
        Names of the tiles, with the tokens `{name} {row} {col} {id} {x} {y}`. Empty: `{name}_{row}_{col}`, and
        `{name}_{id}` with polygons.
    resume : bool, default False
        Keep the tiles of an unfinished run with the same input and parameters, and leave them after a failure.
    max_tiles : int, default 100_000
        Largest number of tiles that is accepted.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of `src` where that is tiled
        and lossless, else of a tiled DEFLATE GeoTIFF.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that writes the tiles, as for `normalized_difference`. Empty: threads of this process.
    workers : int, default 0
        Number of threads; 0 means one for each available processor.
    memory : int, default 0
        Working memory in MB; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    verify : bool, default True
        Read the tiles back and compare them with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Told how many chunks are done, and asked whether the run is cancelled.
    log : core.progress.Log, optional
        Takes the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Makes the files that are written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Makes the Cloud Optimized GeoTIFFs, in place of rasterio.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when the tiles are complete.

    Returns
    -------
    TileResult
        Folder, tiles and list.

    Raises
    ------
    OptionError
        A parameter has a value that cannot be used.
    InputError
        An input cannot be read, or does not fit the others.
    OutputError
        The result cannot be written, or was not written correctly.
    ResourceError
        The memory is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or a cancel, the folder is as it was before, except for what `resume` keeps.
    """
    options, run = split_options(locals(), TileOptions, RunOptions, but=OWN)
    run, recorder = run.recorded({"input": src, "output": folder})
    plan, path = _planned(src, folder, options, run, polygons, max_tiles, cog)
    log_plan(run.log, plan.decisions(), plan.remarks)
    if recorder is not None:
        shared = {**recorder.parameters, "workers": plan.workers}
        recorder.parameters = {"input": src, "output": folder, **plan.parameters, **shared}
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            chunks = cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory, keep_size=True)
            plan = replace(plan, chunks=chunks)
        return run_tiles(plan, path, run, resume=resume, cluster_workers=cluster_workers, recorder=recorder)


def check_tile_raster(
    src: str,
    folder: str,
    *,
    polygons: Any = None,
    max_tiles: int = MAX_TILES,
    resume: bool = False,
    cog: bool = False,
    **options: Any,
) -> None:
    """Raise what `tile_raster` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the folder cannot be used.
    """
    chosen, run = split_options(options, TileOptions, RunOptions)
    _planned(src, folder, chosen, run, polygons, max_tiles, cog)


def _planned(
    src: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    options: TileOptions,
    run: RunOptions,
    polygons: Any,
    max_tiles: int,
    cog: bool,
) -> tuple[TilePlan, str]:
    """Return the plan and the absolute path of the folder."""
    plan = plan_tiles(run.path(src), options, run, polygons=polygons, max_tiles=max_tiles, cog=cog)
    if run.report:
        check_report(os.fspath(run.report), plan.source.files)
    with about("folder"):
        return plan, check_folder(os.fspath(folder), plan.source.files, plan.profile, plan.raw_bytes)
