"""Compute the normalized difference (A - B) / (A + B) of two bands, chunk by chunk in parallel."""

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
    """Path of the output, and statistics of the output's stored pixels in index units.

    Attributes
    ----------
    output : str
        Path of the output.
    minimum, maximum, mean, std_dev : float
        Statistics of the valid pixels; NaN if there are none.
    valid_percent : float
        Percentage of valid pixels.
    outside_count : int
        Number of valid pixels with an index outside [-1, 1].
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
        GeoTIFF to write. An existing file is replaced when the new one is complete.
    band_a : int, default 4
        Band of `src` with the positive term, counted from 1 (near infrared for NDVI).
    band_b : int, default 3
        Band of `src` with the negative term, counted from 1 (red for NDVI).
    input_b : str or os.PathLike, optional
        Raster with the negative term, if it is in a separate file.
    input_b_band : int, default 1
        Band of `input_b`, counted from 1.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample `input_b` to the grid of `src` if the grids differ; "refuse" rejects `input_b`. Interpolated
        values are not rounded. A resampled pixel is valid if the pixel of `input_b` under its centre is valid; with
        "average", if any pixel of `input_b` under it is valid.
    index : str, default "ndvi"
        Index that the result is named after: a key of `core.choices.INDEXES`.
    scaling : {"stored", "none", "given"}, default "stored"
        Scale and offset that convert stored values to reflectance (stored * scale + offset). "stored": those in the
        metadata of each band. "none": no conversion. "given": `scale` and `offset`.
    scale : float, default 1.0
        Scale of both bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of both bands for scaling "given".
    nodata : float, optional
        Nodata value of both bands, overriding the declared values.
    zero_sum : {"nodata", "zero"}, default "nodata"
        Result where A + B = 0.
    clamp : bool, default False
        Clip the result to [-1, 1].
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels. It must have the CRS of `src` and must not be rotated
        relative to `src`. For each pixel, the nearest mask pixel is used. Pixels outside the mask, and pixels where the
        mask is nodata, are hidden.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default "3,8-10"
        Values of `mask` that hide a pixel: a list of numbers and ranges.
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, counted from 0 for the lowest: `1-4`; or bit fields with the values that hide
        a pixel: `8-9=2-3`. If given, `mask_values` is ignored.
    mask_grow : float, default 0
        Distance in map units by which the areas hidden by `mask` grow, measured between pixel centres on the mask's
        grid. The maximum is 200 mask pixels. Not supported in a geographic CRS or without a transform.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to pixel edges. By default, the full extent.
    data_type : {"float32", "int16", "uint8"}, default "float32"
        Data type of the result. "float32": the index itself (nodata -9999). "int16": the index x 10000 (nodata -32768).
        "uint8": the index from -1 to 1 scaled to 0 to 200 (nodata 255).
    output_nodata : float, optional
        Nodata value of the result, outside the range of results. By default, the value listed under `data_type`.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with averaged overviews. `creation_options` are then for GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks: `tcp://host:port`, `tls://host:port`, `scheduler-file:/path.json` or
        `slurm?min=1&max=20`, each optionally with `timeout=300` (seconds). `memory` then limits each worker, and
        `workers` is the number of local threads that assemble the output. If empty, threads of this process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
    overview : int, default -1
        Overview of `src` to read, counted from 0 as in GDAL's OVERVIEW_LEVEL and rioxarray's `overview_level`; -1
        reads the full resolution. The result has the grid of the overview. If `input_b` has an overview on that grid,
        it is read; otherwise, the full resolution of `input_b` is read with `resampling`. `mask` is read at full
        resolution.
    verify : bool, default True
        Read the result back and compare it with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output file. By default, rasterio creates it.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFF. By default, rasterio creates it.

    Returns
    -------
    IndexResult
        Path and statistics of the output.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        An input cannot be read, or is incompatible with the others.
    OutputError
        The result cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or cancellation, `dst` is unchanged.
    """
    options, run = split_options(locals(), IndexOptions, RunOptions, but=("src", "dst"))
    result = run_pixels(lambda run: _plan(src, dst, options, run), {"input": src, "output": dst, **vars(options)}, run)
    (statistics,) = result.statistics
    return IndexResult(
        output=result.output,
        minimum=statistics.minimum,
        maximum=statistics.maximum,
        mean=statistics.mean,
        std_dev=statistics.std_dev,
        valid_percent=result.valid_percent,
        outside_count=result.counts.get("outside", 0),
    )


def check_normalized_difference(src: str, dst: str, **options: Any) -> None:
    """Raise any error that `normalized_difference` would raise before it reads a pixel, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_normalized_difference(src, dst, **options)


def plan_normalized_difference(src: str | os.PathLike[str], dst: str | os.PathLike[str], **options: Any) -> PixelPlan:
    """Return the plan of a run; the keywords and defaults are those of `normalized_difference`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = inspect.signature(normalized_difference).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _plan(src, dst, *split_options({**given, **options}, IndexOptions, RunOptions))


def _plan(
    src: str | os.PathLike[str], dst: str | os.PathLike[str], options: IndexOptions, run: RunOptions
) -> PixelPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    input_b = run.path(options.input_b) if options.input_b else None
    mask = run.path(options.mask) if options.mask else None
    return plan_index(run.path(src), os.fspath(dst), replace(options, input_b=input_b, mask=mask), run)
