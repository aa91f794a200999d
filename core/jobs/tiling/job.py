"""Tile raster: cut a raster into GeoTIFF tiles that keep its metadata."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...engine.run import connect_workers
from ...errors import about
from ...progress import DEFAULT_LOG, Log, Progress, log_plan
from ...vector.polygons import shown_features
from ...writing.checks import check_folder, check_report
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .layout import TileOptions
from .plan import TilePlan, plan_tiles
from .run import TileResult, run_tiles

MAX_TILES = 100_000

OWN = ("src", "folder", "polygons", "max_tiles", "resume", "cog")
"""Parameters of `tile_raster` that are not fields of `TileOptions` or `RunOptions`."""


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
    """Cut a raster into GeoTIFF tiles, and write a list of them (`tiles.json`) and a virtual mosaic of their cores.

    Parameters
    ----------
    src : str or os.PathLike
        Raster to cut.
    folder : str or os.PathLike
        Output folder. If it already contains a tile set, the whole tile set is replaced.
    tiling : {"grid", "pixels", "map_units", "polygons"}, default "pixels"
        How tiles are laid out. "grid": `columns` x `rows` tiles. "pixels" and "map_units": tiles of `tile_width` x
        `tile_height` pixels or map units. "polygons": one tile per polygon; pixels outside the polygon become nodata.
    columns, rows : int, default 4
        Number of tiles across and down. Used with tiling "grid".
    tile_width, tile_height : float, default 2048
        Size of the tiles in pixels (tiling "pixels") or map units (tiling "map_units").
    polygons : sequence or object with `__geo_interface__`, optional
        GeoJSON features or geometries, or objects with `__geo_interface__` (such as a geopandas table), in the CRS of
        `src`. Used with tiling "polygons".
    name_field : str, optional
        Name of the polygon property whose values are used in the file names of the tiles. For a polygon without a
        value, and by default, the ID of the feature or, if it has none, its index in `polygons` is used.
    overlap : int, default 0
        Width in pixels of the halo: pixels of the neighbouring tiles that surround the core of each tile. The halo ends
        at the edge of the area to tile.
    remainder : {"trim", "pad", "shift", "drop"}, default "trim"
        How to handle tiles that extend beyond the edge of the area to tile: "trim" cuts them at the edge, "pad" fills
        the pixels beyond the edge with nodata, "shift" moves them inward, "drop" leaves them out. Used with tiling
        "pixels" and "map_units".
    alignment : {"corner", "crs"}, default "corner"
        Origin of the tiles: the upper left corner of the area to tile ("corner"), or the point (0, 0) of the CRS
        ("crs"). Used with tiling "pixels" and "map_units".
    extent : tuple of float, optional
        Area to tile: (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels. By default, the
        full raster.
    bands : sequence of int, optional
        Bands of `src`, counted from 1, in the order in which tiles store them. By default, all bands.
    min_valid : float, default 0
        Minimum percentage of valid pixels. Tiles with a lower percentage are left out.
    skip_empty : bool, default False
        Leave out tiles without valid pixels.
    count_valid : bool, default False
        Store each tile's share of valid pixels in `tiles.json`, even if copied blocks must be decoded to count their
        valid pixels. Setting `min_valid` or `skip_empty` has the same effect.
    name_template : str, default ""
        Template of the file names, with the tokens `{name} {row} {col} {id} {x} {y}`. If empty, the template is
        `{name}_{id}` with tiling "polygons", otherwise `{name}_{row}_{col}`.
    resume : bool, default False
        Reuse the finished tiles of an unfinished run with the same input and parameters, and keep the finished tiles if
        the new run fails.
    max_tiles : int, default 100_000
        Maximum number of tiles. A layout with more tiles is rejected.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping. They are added to the options of `src` if `src` is
        tiled and lossless, otherwise to those of a tiled DEFLATE GeoTIFF.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs. `creation_options` are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that writes the tiles, in the form described for `normalized_difference`. If empty, threads of this
        process write the tiles.
    workers : int, default 0
        Number of threads. 0 uses one per available CPU core.
    memory : int, default 0
        Memory limit in MB. 0 uses a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks. 0 chooses it automatically.
    verify : bool, default True
        Read the tiles back and compare them with the written data. Set it to False only for measurements.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, the decisions, the warnings and the summary. By default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFFs. By default, rasterio creates them.
    report : str or os.PathLike, optional
        HTML report of the run, written when the tiles are complete.

    Returns
    -------
    TileResult
        Paths of the folder, the tiles and the virtual mosaic, and the content of `tiles.json`.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The raster cannot be read, or its bands cannot be stored in one file.
    OutputError
        The tiles cannot be written, or differ from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or a cancellation, the folder is unchanged, except for finished tiles if `resume` is true.
    """
    options, run = split_options(locals(), TileOptions, RunOptions, but=OWN)
    own = {"polygons": shown_features(polygons), "max_tiles": max_tiles, "resume": resume, "cog": cog}
    run, recorder = run.recorded({"input": src, "output": folder, **vars(options), **own})
    plan, path = _plan(src, folder, options, run, polygons, max_tiles, cog)
    log_plan(run.log, plan.decisions(), plan.remarks)
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
    """Check the parameters, the input and the folder as `tile_raster` does, without reading pixels or writing files.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the folder cannot be used.
    """
    tile_options, run = split_options(options, TileOptions, RunOptions)
    _plan(src, folder, tile_options, run, polygons, max_tiles, cog)


def _plan(
    src: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    options: TileOptions,
    run: RunOptions,
    polygons: Any,
    max_tiles: int,
    cog: bool,
) -> tuple[TilePlan, str]:
    """Return the plan and the absolute path of the output folder."""
    plan = plan_tiles(run.path(src), options, run, polygons=polygons, max_tiles=max_tiles, cog=cog)
    if run.report:
        check_report(os.fspath(run.report), plan.source.files)
    with about("folder"):
        return plan, check_folder(os.fspath(folder), plan.source.files, plan.profile, plan.raw_bytes)
