"""Mask raster for many files: masks a list or folder of rasters with one mask layer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...errors import renamed
from ...pixels.of_tiles import OF_A_SET, TilesResult, check_of_tiles, run_of_tiles
from ...pixels.plan import ResolveProfile
from ...pixels.tiles_plan import SetJob
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import MaskOptions, MaskPlan, plan_mask

PREFIX = "masked_"


MaskTilesResult = TilesResult


@dataclass(frozen=True)
class PlanMasked:
    """Plans the masking of one file."""

    options: MaskOptions

    def __call__(self, src: str, dst: str, *, run: RunOptions, resolve: ResolveProfile) -> MaskPlan:
        """Return the plan for one file. `resolve` is not used: the output's profile depends on the input's metadata."""
        return plan_mask(src, dst, self.options, run)


@renamed(OF_A_SET)
def mask_raster_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    mask: str | os.PathLike[str],
    *,
    pattern: str = "*.tif",
    bands: Sequence[int] | None = None,
    overview: int = -1,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    keep: bool = False,
    mark: str = "input",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> MaskTilesResult:
    """Write a masked copy of each raster to a folder; file names are the names of the rasters, prefixed with `masked_`.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, created if it does not exist. It must not contain any input.
    mask : str or os.PathLike
        Mask layer for all rasters, as for `mask_raster`.
    pattern : str, default "*.tif"
        Pattern that file names must match if `sources` is a folder.
    bands : sequence of int, optional
        Bands of the rasters, counted from 1. By default, all bands.
    overview : int, default -1
        Overview to read from each raster, counted from 0; -1 reads the full resolution.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default ""
        Values of `mask` that hide a pixel, as for `mask_raster`.
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, as for `mask_raster`.
    mask_grow : float, default 0
        Distance in map units by which the hidden areas grow.
    keep : bool, default False
        Reverse the mask, as for `mask_raster`.
    mark : {"input", "nodata", "mask"}, default "input"
        How hidden pixels are marked, as for `mask_raster`.
    output_nodata : float, optional
        Nodata value of the results. By default, the nodata value of each raster. No visible pixel may have this value.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as for `mask_raster`.
    workers : int, default 0
        Number of threads for all files together; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB for all files together; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write Cloud Optimized GeoTIFFs. `creation_options` are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the files, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when the results are complete.
    verify : bool, default True
        Read the results back and compare them with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFFs. By default, rasterio creates them.

    Returns
    -------
    MaskTilesResult
        The folder and its new files.

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
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After cancellation, or any error except an `InputError` at the end of the run, the folder is unchanged.
    """
    given = locals()
    options, run = split_options(given, MaskOptions, RunOptions, but=("sources", "folder", "pattern"))
    parameters = {name: value for name, value in vars(options).items() if name in given}
    tiles = run_of_tiles(_set_job(options, run), sources, os.fspath(folder), pattern, parameters, run)
    return MaskTilesResult.of(tiles)


@renamed(OF_A_SET)
def check_mask_raster_tiles(
    sources: str | Sequence[str], folder: str, mask: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise any error that `mask_raster_tiles` would raise due to its parameters, file names or first file.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    chosen, run = split_options({**options, "mask": mask}, MaskOptions, RunOptions)
    check_of_tiles(_set_job(chosen, run), sources, folder, pattern, run)


def _set_job(options: MaskOptions, run: RunOptions) -> SetJob:
    mask = run.path(options.mask) if options.mask else None
    return SetJob("mask-raster", PlanMasked(replace(options, mask=mask)), PREFIX, "Mask raster")
