"""Apply a focal filter to a raster, chunk by chunk in parallel."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions
from ...pixels.plan import PixelPlan
from ...pixels.result import BandsResult
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import FocalOptions, focal_options, plan_focal

FocalResult = BandsResult


def focal_filter(
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    method: str = "mean",
    *,
    bands: Sequence[int] | None = None,
    radius: int = 1,
    shape: str = "square",
    sigma: float = 1.0,
    truncate: float = 4.0,
    edge: str = "nodata",
    nodata_rule: str = "skip",
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
    data_type: str = "auto",
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
) -> FocalResult:
    """Replace each pixel by a function of the pixels around it, write a GeoTIFF, and return statistics of band 1.

    Parameters
    ----------
    src : str or os.PathLike
        Raster to filter.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced when the new one is complete.
    method : str, default "mean"
        Function of the neighbours: "mean", "gaussian", "median", "min", "max", "range", "sum", "std" (population
        standard deviation), "count" (of valid pixels), "majority" (integers only), "sobel" (gradient magnitude) or
        "laplace". Except for min, max, median and majority, the results are physical values: scale and offset are
        applied. The median is element n // 2 of the n sorted valid values. If several values are equally frequent, the
        majority is the lowest of them.
    bands : sequence of int, optional
        Bands to filter, counted from 1. Default: all except an alpha band.
    radius : int, default 1
        Radius of the neighbourhood in pixels, from 1 to 100. Ignored for "gaussian", "sobel" and "laplace".
    shape : {"square", "circle"}, default "square"
        Shape of the neighbourhood: a square with an edge of 2 * radius + 1 pixels, or the pixels whose centres are at
        most `radius` pixels from the centre.
    sigma : float, default 1.0
        Standard deviation of a Gaussian filter, in pixels.
    truncate : float, default 4.0
        Distance, in multiples of `sigma`, at which a Gaussian filter is cut off; rounded to whole pixels. If it is 0
        pixels, the results are the physical values of the pixels.
    edge : {"nodata", "reflect", "nearest"}, default "nodata"
        Values outside the raster: nodata, the values inside the raster mirrored at its edge, or the value of the
        nearest edge pixel.
    nodata_rule : {"skip", "fill", "strict"}, default "skip"
        Results near nodata. "skip": computed from the valid neighbours if the pixel itself is valid. "fill": computed
        from the valid neighbours, if there are any; "count" is 0 if there are none. "strict": nodata if any neighbour
        is nodata. "sobel" and "laplace" always use "strict".
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels. It must have the CRS of `src` and must not be
        rotated relative to `src`. For each pixel, the nearest mask pixel is used. Pixels outside the mask,
        and pixels where the mask is nodata, are hidden.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default ""
        Values of `mask` that hide a pixel: a list of numbers and ranges. If this and `mask_bits` are empty, clouds and
        cloud shadows are hidden; the mask must then be a layer that is recognized by its file name (Sentinel-2 SCL,
        Landsat QA_PIXEL, HLS Fmask or MODIS state).
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, counted from 0 for the lowest: `1-4`; or bit fields with the values that hide
        a pixel: `8-9=2-3`. If given, `mask_values` is ignored.
    mask_grow : float, default 0
        Distance in map units by which the areas hidden by `mask` grow, measured between pixel centres on the mask's
        grid. The maximum is 200 mask pixels. Not supported in a geographic CRS or without a transform.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to pixel edges. Pixels outside the extent, but
        inside the raster, are neighbours like any other. By default, the full extent of the raster.
    data_type : {"auto", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "auto"
        Data type of the output. For min, max, median and majority, "auto" is the type of the input; for count, it is
        "uint16". For the other methods, it is "float32" if the input has 8-bit or 16-bit integers or Float32 values,
        otherwise "float64". Results stored as integers are rounded half to even.
    output_nodata : float, optional
        Nodata value of the output. By default, -9999 for floats, the lowest value for signed integers and the highest
        value for unsigned integers. If the output has the data type of the input, the nodata value of the input is
        kept. There is no nodata value if no result can be invalid.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with overviews. `creation_options` are then for GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
    overview : int, default -1
        Overview of `src` to read, counted from 0; -1 reads the full resolution. The output has the grid of the
        overview.
    verify : bool, default True
        Read the output back and compare it with the written data. Turn it off only for measurements.
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
    FocalResult
        Path, number of bands and statistics of the output.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The input cannot be read, or it contains 64-bit integers beyond 2^53 and the method or `data_type` cannot
        represent them exactly.
    OutputError
        The output cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block and its neighbourhood, or the cluster cannot be used.
    MissingDependency
        scipy is missing or too old.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or cancellation, `dst` is unchanged. With `edge` "reflect" or "nearest" and without nodata, the
    results of "gaussian", "median", "min", "max", "sobel" and "laplace", and sums of integers, are bit-identical to the
    results of `scipy.ndimage` in float64 on the whole raster.
    """
    given = locals()
    options, run = focal_options(given, "src", "dst")
    parameters = {name: value for name, value in vars(options).items() if name in given}
    made = run_pixels(
        lambda run: _planned(src, dst, options, run), {"input": src, "output": dst, **parameters}, run
    )  # fmt: skip
    return BandsResult.of(made)


def check_focal_filter(src: str, dst: str, method: str = "mean", **options: Any) -> None:
    """Raise any error that `focal_filter` would raise before it reads a pixel, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the output cannot be used.
    """
    plan_focal_filter(src, dst, method, **options)


def plan_focal_filter(
    src: str | os.PathLike[str], dst: str | os.PathLike[str], method: str = "mean", **options: Any
) -> PixelPlan:
    """Return the plan of a run; the keywords and defaults are those of `focal_filter`.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the output cannot be used.
    """
    parameters = inspect.signature(focal_filter).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _planned(src, dst, *focal_options({**given, **options, "method": method}))


def _planned(
    src: str | os.PathLike[str], dst: str | os.PathLike[str], options: FocalOptions, run: RunOptions
) -> PixelPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    mask = run.path(options.mask) if options.mask else None
    return plan_focal(run.path(src), os.fspath(dst), replace(options, mask=mask), run)
