"""Normalized difference of two bands, files to file: (A - B) / (A + B), chunk by chunk in parallel."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...pixels.plan import PixelPlan
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import IndexOptions, plan_index


@dataclass(frozen=True)
class IndexResult:
    """The file written and what is in it; the statistics are those of the stored pixels, in index units.

    Attributes
    ----------
    output : str
        Path of the file.
    minimum, maximum, mean, std_dev : float
        Statistics of the valid pixels; NaN where there is none.
    valid_percent : float
        Share of valid pixels, in percent.
    outside_count : int
        Number of valid pixels whose index lies outside [-1, 1].
    """

    output: str
    minimum: float
    maximum: float
    mean: float
    std_dev: float
    valid_percent: float
    outside_count: int


def normalized_difference(
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    *,
    band_a: int = 4,
    band_b: int = 3,
    input_b: str | os.PathLike[str] | None = None,
    input_b_band: int = 1,
    resampling: str = "refuse",
    index: str = "ndvi",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    zero_sum: str = "nodata",
    clamp: bool = False,
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "3,8-10",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
    data_type: str = "float32",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: int = 0,
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
) -> IndexResult:
    """Write the normalized difference (A - B) / (A + B) of two bands to a GeoTIFF and return its statistics.

    Parameters
    ----------
    src : str or os.PathLike
        Raster with band A, and with band B unless `input_b` is given.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced once the new one is complete.
    band_a : int, default 4
        Band of `src` with the positive term, counted from 1 (near infrared for NDVI).
    band_b : int, default 3
        Band of `src` with the negative term, counted from 1 (red for NDVI).
    input_b : str or os.PathLike, optional
        Raster with the negative term, where that lies in a file of its own.
    input_b_band : int, default 1
        Band of `input_b`, counted from 1.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How `input_b` is brought onto the grid of `src` where it has another grid. Interpolated values are not rounded.
        A pixel is valid where the pixel under its centre is; with "average", where any pixel under it is.
    index : str, default "ndvi"
        Names the result: a key of `core.choices.INDEXES`, which also gives the terms and the source of each index.
    scaling : {"stored", "none", "given"}, default "stored"
        Which scale and offset turn stored values into reflectance, stored * scale + offset: those in the metadata of
        each band, none, or `scale` and `offset`.
    scale : float, default 1.0
        Scale of both bands with "given"; not 0.
    offset : float, default 0.0
        Offset of both bands with "given".
    nodata : float, optional
        Nodata value of both bands, in place of the ones that they declare.
    zero_sum : {"nodata", "zero"}, default "nodata"
        Result where A + B = 0.
    clamp : bool, default False
        Clip the result to [-1, 1].
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels, in the CRS of `src` and not rotated against it. The
        nearest pixel counts. Pixels outside its extent, and where it is nodata itself, are hidden.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default "3,8-10"
        Values of `mask` that hide a pixel: a list of numbers and ranges.
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, the lowest being 0: `1-4`; or fields of neighbouring bits with the numbers
        for which they hide: `8-9=2-3`. When given, `mask_values` is not used.
    mask_grow : float, default 0
        Distance in map units by which the pixels that `mask` hides grow, measured on the mask's own grid from centre
        to centre; not in a geographic CRS, and at most 200 pixels of the mask.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to whole pixels. Without it the whole raster.
    data_type : {"float32", "int16", "uint8"}, default "float32"
        Type of the result: the index itself (nodata -9999), index x 10000 (nodata -32768), or the index from -1 to 1
        as 0 to 200 (nodata 255).
    output_nodata : float, optional
        Another nodata value, outside the range of values in use.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one for each available processor.
    memory : int, default 0
        Working memory in MB; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with averaged overviews. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks: `tcp://host:port`, `tls://host:port`, `scheduler-file:/path.json` or
        `slurm?min=1&max=20`, each optionally with `timeout=300` (seconds). `memory` then bounds each worker, and
        `workers` counts the local threads that assemble the output. Empty: threads of this process.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when `dst` is complete.
    overview : int, default -1
        Overview of `src` that is read, counted from 0 as GDAL's OVERVIEW_LEVEL and rioxarray's `overview_level` do; -1
        reads the raster itself. The result has its grid. `input_b` is then read at the overview on that grid, else as
        the raster itself, so that `resampling` decides; `mask` keeps its own resolution.
    verify : bool, default True
        Read the result back and compare it with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Told how many chunks are done, and asked whether the run is cancelled.
    log : core.progress.Log, optional
        Takes the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Makes the file that is written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Makes the Cloud Optimized GeoTIFF, in place of rasterio.

    Returns
    -------
    IndexResult
        Path and statistics; the statistics are NaN where no pixel is valid.

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
    After an error or a cancel, `dst` is as it was before.
    """
    options, run = split_options(locals(), IndexOptions, RunOptions, but=("src", "dst"))
    made = run_pixels(lambda run: _planned(src, dst, options, run), {"input": src, "output": dst, **vars(options)}, run)
    (found,) = made.statistics
    return IndexResult(
        output=made.output,
        minimum=found.minimum,
        maximum=found.maximum,
        mean=found.mean,
        std_dev=found.std_dev,
        valid_percent=made.valid_percent,
        outside_count=made.counts.get("outside", 0),
    )


def check_normalized_difference(src: str, dst: str, **options: Any) -> None:
    """Raise what `normalized_difference` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_normalized_difference(src, dst, **options)


def plan_normalized_difference(src: str | os.PathLike[str], dst: str | os.PathLike[str], **options: Any) -> PixelPlan:
    """Return the plan of a run of `normalized_difference`, which has the same keywords and defaults.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = inspect.signature(normalized_difference).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _planned(src, dst, *split_options({**given, **options}, IndexOptions, RunOptions))


def _planned(
    src: str | os.PathLike[str], dst: str | os.PathLike[str], options: IndexOptions, run: RunOptions
) -> PixelPlan:
    """Return the plan, with the inputs' paths as all machines know them."""
    input_b = run.path(options.input_b) if options.input_b else None
    mask = run.path(options.mask) if options.mask else None
    return plan_index(run.path(src), os.fspath(dst), replace(options, input_b=input_b, mask=mask), run)
