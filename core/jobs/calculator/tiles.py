"""The raster calculator on many rasters: a list or a folder of files to a folder of files."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...engine.options import RunOptions, split_options
from ...errors import renamed
from ...pixels.of_tiles import OF_A_SET, TilesResult, check_of_tiles, run_of_tiles
from ...pixels.plan import PixelPlan, ResolveProfile
from ...pixels.tiles_plan import SetJob
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import CalculatorOptions, plan_calculator

OF_ONE_RASTER: dict[str, Any] = {
    "aliases": (), "resampling": "refuse", "mask": None, "mask_band": 1, "mask_values": "", "mask_bits": None,
    "mask_grow": 0, "extent": None,
}  # fmt: skip
"""Parameters that a set does not have, and their values for each of its files."""

PREFIX = "calc_"


CalculatorTilesResult = TilesResult


@dataclass(frozen=True)
class PlanFormula:
    """Plans the formulas on one file, which is input A."""

    options: CalculatorOptions

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
        """Return the plan."""
        return plan_calculator([src], dst, self.options, run, resolve)


@renamed(OF_A_SET)
def raster_calculator_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    expression: str,
    *,
    pattern: str = "*.tif",
    scaling: str = "none",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
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
) -> CalculatorTilesResult:
    """Write the results of formulas on each raster to a folder, under its name with `calc_` in front.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, made if it does not exist. No input may lie in it.
    expression : str
        Formulas as for `raster_calculator`, in which each raster in turn is A.
    pattern : str, default "*.tif"
        Which files of a folder are used.
    scaling : {"stored", "none", "given"}, default "none"
        Which scale and offset are applied first, as for `raster_calculator`.
    scale : float, default 1.0
        Scale of all bands with "given"; not 0.
    offset : float, default 0.0
        Offset of all bands with "given".
    nodata : float, optional
        Nodata value of all bands, in place of the declared ones.
    data_type : {"auto", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "auto"
        Type of the results, as for `raster_calculator`.
    output_nodata : float, optional
        Nodata value of the results, as for `raster_calculator`.
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
    CalculatorTilesResult
        The folder and its new files.

    Raises
    ------
    OptionError
        A parameter cannot be used; for a formula the message names line and column.
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
    options, run = split_options(given, CalculatorOptions, RunOptions, but=("sources", "folder", "pattern"))
    parameters = {name: value for name, value in vars(options).items() if name not in OF_ONE_RASTER}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return CalculatorTilesResult.of(tiles)


@renamed(OF_A_SET)
def check_raster_calculator_tiles(
    sources: str | Sequence[str], folder: str, expression: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise what `raster_calculator_tiles` would raise for the first file and the names, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    given = {**options, **OF_ONE_RASTER, "expression": expression}
    chosen, run = split_options(given, CalculatorOptions, RunOptions)
    check_of_tiles(_set_job(chosen), sources, folder, pattern, run)


def _set_job(options: CalculatorOptions) -> SetJob:
    return SetJob("raster-calculator", PlanFormula(options), PREFIX, "Raster calculator")
