"""Spectral indexes of many rasters: computes the same indexes for each file in a list or folder."""

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
from .plan import SpectralOptions, plan_spectral, title_of

OF_ONE_RASTER: dict[str, Any] = {
    "resampling": "refuse", "mask": None, "mask_band": 1, "mask_values": "", "mask_bits": None,
    "mask_grow": 0, "extent": None,
}  # fmt: skip
"""Parameters of `spectral_index` that `spectral_index_tiles` does not have, with the values used for each file."""


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
    """Compute the same indexes for each raster, and write one file per raster to a folder.

    File names begin with the name of the index or, for several indexes, with `indexes_`.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, created if it does not exist. It must not contain any input.
    index : str or sequence of str, default "NDVI"
        Short names of the indexes, as for `spectral_index`. Each index becomes one band of every result.
    pattern : str, default "*.tif"
        Pattern that file names must match if `sources` is a folder.
    sensor : str, default "auto"
        Sensor, which determines the expected names and order of the bands, as for `spectral_index`.
    bands : str or mapping of str to object, default ""
        Bands for the letters in the formulas, such as `N=4,R=3`. They apply to all rasters. All other bands are found
        in each raster separately, as for `spectral_index`.
    constants : str or mapping of str to object, default ""
        Values of constants in the formulas, as for `spectral_index`.
    scaling : {"stored", "none", "given"}, default "stored"
        Scale and offset that convert stored values to reflectance, as for `spectral_index`.
    scale : float, default 1.0
        Scale of all bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of all bands for scaling "given".
    nodata : float, optional
        Nodata value of all bands, overriding the declared values.
    output_nodata : float, optional
        Nodata value of the results, as for `spectral_index`.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads for all files together; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB for all files together; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs with averaged overviews. `creation_options` are then for GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the files, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when the results are complete.
    overview : int, default -1
        Overview to read from each raster, counted from 0; -1 reads the full resolution.
    verify : bool, default True
        Read the results back and compare them with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the progress of the run, and can cancel it.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFFs. By default, rasterio creates them.

    Returns
    -------
    SpectralIndexTilesResult
        The folder and its new files.

    Raises
    ------
    OptionError
        A parameter has an invalid value, an index is not in the catalogue, or one of its bands is not found.
    InputError
        An input cannot be read. If files prove to be damaged during the run, the error is raised at the end and names
        these files; the results of the other files are kept.
    OutputError
        A result cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After cancellation, or any error except an `InputError` at the end of the run, the folder is unchanged.
    """
    given = locals()
    options, run = split_options(
        {**given, **OF_ONE_RASTER}, SpectralOptions, RunOptions, but=("sources", "folder", "pattern")
    )  # fmt: skip
    parameters = {name: value for name, value in vars(options).items() if name in given}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return SpectralIndexTilesResult.of(tiles)


def _set_job(options: SpectralOptions) -> SetJob:
    indexes = find_indexes(options.index)
    prefix = indexes[0].short_name if len(indexes) == 1 else "indexes"
    plan = functools.partial(_plan_file, options=options)
    return SetJob("spectral-index", plan, f"{prefix}_", title_of(indexes))


def _plan_file(src: str, dst: str, *, options: SpectralOptions, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
    return plan_spectral([src], dst, options, run, resolve)
