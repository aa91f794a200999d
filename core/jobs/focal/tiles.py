"""Apply a focal filter to each raster in a list or folder, and write the results to a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.options import RunOptions
from ...errors import renamed
from ...pixels.of_tiles import OF_A_SET, TilesResult, check_of_tiles, run_of_tiles
from ...pixels.plan import PixelPlan, ResolveProfile
from ...pixels.tiles_plan import SetJob
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import FocalOptions, focal_options, plan_focal, resolve_filter

FocalTilesResult = TilesResult


@dataclass(frozen=True)
class PlanFilter:
    """Plans the focal filter for one file."""

    options: FocalOptions

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
        """Return the plan for the input `src` and the output `dst`."""
        return plan_focal(src, dst, self.options, run, resolve)


@renamed(OF_A_SET)
def focal_filter_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    method: str = "mean",
    *,
    pattern: str = "*.tif",
    bands: Sequence[int] | None = None,
    radius: int = 1,
    shape: str = "square",
    sigma: float = 1.0,
    truncate: float = 4.0,
    edge: str = "nodata",
    nodata_rule: str = "skip",
    data_type: str = "auto",
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
) -> FocalTilesResult:
    """Filter each raster, and write the results to a folder; file names begin with the method, such as `median_`.

    Each raster is filtered by itself, with `edge` applied at its edge. If the rasters are tiles that overlap by at
    least the radius of the neighbourhood, trimming the overlap afterwards gives the same result as filtering the whole
    mosaic.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, created if it does not exist. It must not contain any input.
    method : str, default "mean"
        Function of the neighbours, as for `focal_filter`.
    pattern : str, default "*.tif"
        Pattern that file names must match if `sources` is a folder.
    bands : sequence of int, optional
        Bands to filter in each raster, counted from 1. Default: all except an alpha band.
    radius : int, default 1
        Radius of the neighbourhood in pixels, from 1 to 100. Ignored for "gaussian", "sobel" and "laplace".
    shape : {"square", "circle"}, default "square"
        Shape of the neighbourhood, as for `focal_filter`.
    sigma : float, default 1.0
        Standard deviation of a Gaussian filter, in pixels.
    truncate : float, default 4.0
        Distance, in multiples of `sigma`, at which a Gaussian filter is cut off; rounded to whole pixels.
    edge : {"nodata", "reflect", "nearest"}, default "nodata"
        Values outside each raster, as for `focal_filter`.
    nodata_rule : {"skip", "fill", "strict"}, default "skip"
        Results near nodata, as for `focal_filter`.
    data_type : {"auto", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "auto"
        Data type of the results, as for `focal_filter`.
    output_nodata : float, optional
        Nodata value of the results, as for `focal_filter`.
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
    FocalTilesResult
        The folder, and the paths and number of the new files.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        An input cannot be read. If files prove to be damaged during the run, the error is raised at the end and names
        these files; the results of the other files are kept.
    OutputError
        A result cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block and its neighbourhood, or the cluster cannot be used.
    MissingDependency
        scipy is missing or too old.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After cancellation, or any error except an `InputError` at the end of the run, the folder is unchanged.
    """
    given = locals()
    options, run = focal_options(given, "sources", "folder", "pattern")
    parameters = {name: value for name, value in vars(options).items() if name in given}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return TilesResult.of(tiles)


@renamed(OF_A_SET)
def check_focal_filter_tiles(
    sources: str | Sequence[str], folder: str, method: str = "mean", *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise any error that `focal_filter_tiles` would raise due to its parameters, file names or first file.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    chosen, run = focal_options({**options, "method": method})
    check_of_tiles(_set_job(chosen), sources, folder, pattern, run)


def _set_job(options: FocalOptions) -> SetJob:
    chosen = resolve_filter(options)
    return SetJob("focal-filter", PlanFilter(options), f"{chosen.method}_", f"Focal filter: {chosen.name}")
