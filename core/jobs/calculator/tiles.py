"""The raster calculator for many rasters: computes the same formulas for each file in a list or folder."""

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
"""Parameters that can be set only for a single raster; for many rasters, these fixed values are used."""

PREFIX = "calc_"

CalculatorTilesResult = TilesResult


@dataclass(frozen=True)
class PlanFormula:
    """Plans the computation of the formulas for one file, which is input A in the formulas."""

    options: CalculatorOptions

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> PixelPlan:
        """Return the plan for the input `src` and the output `dst`."""
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
    """Compute the same formulas for each raster, and write the results to a folder; file names begin with `calc_`.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, created if it does not exist. It must not contain any input.
    expression : str
        Formulas as for `raster_calculator`. A stands for the raster that is being processed.
    pattern : str, default "*.tif"
        Pattern that file names must match if `sources` is a folder.
    scaling : {"stored", "none", "given"}, default "none"
        Scale and offset that convert stored values before the formulas are computed, as for `raster_calculator`.
    scale : float, default 1.0
        Scale of all bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of all bands for scaling "given".
    nodata : float, optional
        Nodata value of all bands, overriding the declared values.
    data_type : {"auto", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "auto"
        Data type of the results, as for `raster_calculator`.
    output_nodata : float, optional
        Nodata value of the results, as for `raster_calculator`.
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
    CalculatorTilesResult
        The folder, and the paths and number of the new files.

    Raises
    ------
    OptionError
        A parameter has an invalid value. For a formula, the message gives the line and column of the problem.
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
        {**given, **OF_ONE_RASTER}, CalculatorOptions, RunOptions, but=("sources", "folder", "pattern")
    )  # fmt: skip
    parameters = {name: value for name, value in vars(options).items() if name in given}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return CalculatorTilesResult.of(tiles)


@renamed(OF_A_SET)
def check_raster_calculator_tiles(
    sources: str | Sequence[str], folder: str, expression: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise the errors of `raster_calculator_tiles` that can be detected from the file names and the first file.

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
