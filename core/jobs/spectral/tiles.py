"""Spectral indexes of many rasters: a list or a folder of files to a folder of files."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.options import RunOptions, split_options
from ...errors import renamed
from ...indexes.catalogue import find_indexes
from ...pixels.of_tiles import OF_A_SET, TilesResult, run_of_tiles
from ...pixels.plan import PixelPlan, ResolveProfile
from ...pixels.tiles_plan import SetJob
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import SpectralOptions, plan_spectral

OF_ONE_RASTER: dict[str, Any] = {
    "resampling": "refuse", "mask": None, "mask_band": 1, "mask_values": "", "mask_bits": None,
    "mask_grow": 0, "extent": None,
}  # fmt: skip
"""Parameters that a set does not have, and their values for each of its files."""


SpectralIndexTilesResult = TilesResult


@renamed(OF_A_SET)
def spectral_index_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    index: str | Sequence[str] = "NDVI",
    *,
    pattern: str = "*.tif",
    sensor: str = "auto",
    bands: str | Mapping[str, object] = "",
    constants: str | Mapping[str, object] = "",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    overview: int = -1,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> SpectralIndexTilesResult:
    """Write indexes of each raster to a folder; file names begin with that of the index, or `indexes` for several.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, made if it does not exist. No input may lie in it.
    index : str or sequence of str, default "NDVI"
        Short names of the catalogue, as for `spectral_index`. Each becomes a band of every result.
    pattern : str, default "*.tif"
        Which files of a folder are used.
    sensor : str, default "auto"
        Sensor whose bands have known names and a known order, as for `spectral_index`.
    bands : str or mapping of str to object, default ""
        Bands of the formula, such as `N=4,R=3`, the same in all rasters. All others are found in each raster by
        itself, as for `spectral_index`.
    constants : str or mapping of str to object, default ""
        Constants of the formula, as for `spectral_index`.
    scaling : {"stored", "none", "given"}, default "stored"
        Which scale and offset give reflectance, as for `spectral_index`.
    scale : float, default 1.0
        Scale of all bands with "given"; not 0.
    offset : float, default 0.0
        Offset of all bands with "given".
    nodata : float, optional
        Nodata value of all bands, in place of the declared ones.
    output_nodata : float, optional
        Nodata value of the results, as for `spectral_index`.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads for all files together; 0 means one for each available processor.
    memory : float, default 0
        Memory limit in MB for all files together; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs with averaged overviews. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the files, as for `normalized_difference`. Empty: threads of this process.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when the results are complete.
    overview : int, default -1
        Overview of each raster that is read, counted from 0; -1 reads the raster itself.
    verify : bool, default True
        Read the results back and compare them with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Creates the files that are written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Creates the Cloud Optimized GeoTIFFs, in place of rasterio.

    Returns
    -------
    SpectralIndexTilesResult
        The folder and its new files.

    Raises
    ------
    OptionError
        A parameter cannot be used, an index is not in the catalogue, or one of its bands is not found.
    InputError
        An input cannot be read. Raised at the end for files that could not be read to their end: it names them, and
        the results of the other files are kept.
    OutputError
        A result cannot be written, or was not written correctly.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    Except for the `InputError` at the end, the folder is as it was before after an error or a cancel.
    """
    given = {**locals(), **OF_ONE_RASTER}
    options, run = split_options(given, SpectralOptions, RunOptions, but=("sources", "folder", "pattern"))
    parameters = {name: value for name, value in vars(options).items() if name not in OF_ONE_RASTER}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return SpectralIndexTilesResult.of(tiles)


def _set_job(options: SpectralOptions) -> SetJob:
    names = [each.short_name for each in find_indexes(options.index)]
    plan = functools.partial(_plan_file, options=options)
    return SetJob("spectral-index", plan, f"{names[0] if len(names) == 1 else 'indexes'}_", ", ".join(names))


def _plan_file(src: str, dst: str, *, options: SpectralOptions, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
    return plan_spectral([src], dst, options, run, resolve)
