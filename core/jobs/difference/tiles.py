"""Compute the normalized difference of each raster in a list or folder, and write the results to a folder."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...choices import INDEXES, resolve_choice
from ...engine.options import RunOptions, split_options
from ...errors import renamed
from ...pixels.of_tiles import OF_A_SET, TilesResult, check_of_tiles, run_of_tiles
from ...pixels.tiles_plan import SetJob
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import IndexOptions, plan_index

OF_ONE_RASTER: dict[str, Any] = {
    "input_b": None, "input_b_band": 1, "resampling": "refuse", "mask": None, "mask_band": 1, "mask_values": "",
    "mask_bits": None, "mask_grow": 0, "extent": None,
}  # fmt: skip
"""Parameters that can be set only for a single raster, with the values that are used for each file of a set."""


IndexTilesResult = TilesResult


@renamed(OF_A_SET)
def normalized_difference_tiles(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str],
    *,
    pattern: str = "*.tif",
    band_a: int = 4,
    band_b: int = 3,
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    data_type: str = "float32",
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
) -> IndexTilesResult:
    """Write the normalized difference of each raster to a folder; file names begin with the name of the index.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A folder, or the paths of rasters.
    folder : str or os.PathLike
        Folder for the results, created if it does not exist. It must not contain any input.
    pattern : str, default "*.tif"
        Pattern that file names must match if `sources` is a folder.
    band_a : int, default 4
        Band with the positive term, counted from 1.
    band_b : int, default 3
        Band with the negative term, counted from 1.
    index : str, default "ndvi"
        Index that the results are named after: a key of `core.choices.INDEXES`.
    scaling : {"stored", "none", "given"}, default "stored"
        Scale and offset that convert stored values to reflectance, as for `normalized_difference`.
    scale : float, default 1.0
        Scale of both bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of both bands for scaling "given".
    nodata : float, optional
        Nodata value of both bands, overriding the declared values.
    zero_sum : {"nodata", "zero"}, default "nodata"
        Result where A + B = 0.
    clamp : bool, default False
        Clip the results to [-1, 1].
    data_type : {"float32", "int16", "uint8"}, default "float32"
        Data type of the results, as for `normalized_difference`.
    output_nodata : float, optional
        Nodata value of the results, outside the range of results. By default, as for `normalized_difference`.
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
    IndexTilesResult
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
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    Some files are planned while others are being computed, so an unusable file may be found only during the run. After
    cancellation, or any error except an `InputError` at the end of the run, the folder is unchanged.
    """
    given = locals()
    options, run = split_options(
        {**given, **OF_ONE_RASTER}, IndexOptions, RunOptions, but=("sources", "folder", "pattern")
    )  # fmt: skip
    parameters = {name: value for name, value in vars(options).items() if name in given}
    tiles = run_of_tiles(_set_job(options), sources, os.fspath(folder), pattern, parameters, run)
    return IndexTilesResult.of(tiles)


@renamed(OF_A_SET)
def check_normalized_difference_tiles(
    sources: str | Sequence[str], folder: str, *, pattern: str = "*.tif", **options: Any
) -> None:
    """Raise any error that `normalized_difference_tiles` would raise due to its parameters, file names or first file.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    chosen, run = split_options({**options, **OF_ONE_RASTER}, IndexOptions, RunOptions)
    check_of_tiles(_set_job(chosen), sources, folder, pattern, run)


def _set_job(options: IndexOptions) -> SetJob:
    name = INDEXES[resolve_choice(INDEXES, options.index, "INDEX")].name
    plan = functools.partial(plan_index, options=options)
    return SetJob("normalized-difference", plan, f"{name}_", name)
