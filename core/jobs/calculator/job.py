"""The raster calculator: computes one output band per formula from raster files, chunk by chunk in parallel."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...expression.plan import Paths, shared_paths
from ...pixels.plan import PixelPlan
from ...pixels.result import BandsResult
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import CalculatorOptions, plan_calculator

CalculatorResult = BandsResult


def raster_calculator(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    expression: str,
    *,
    aliases: Sequence[str] = (),
    resampling: str = "refuse",
    scaling: str = "none",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
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
) -> CalculatorResult:
    """Compute formulas from the bands of rasters, write the results to a GeoTIFF, and return the statistics of band 1.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        Rasters, at most 200. Formulas refer to them as A, B, ... Z, AA and so on. The output has the grid of the first
        raster.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced when the new one is complete.
    expression : str
        Formulas, separated by line breaks or `;`. Each formula gives one output band and may have a name:
        `name: formula`. A band is written `A@1`, `A[1]`, `A["description"]` or `"file name@1"`. `A` alone stands for
        each band of A in turn; the formula then gives as many output bands as A has bands. A pixel is valid if all
        values that the formula uses for this pixel are valid and `mask` does not hide the pixel.
    aliases : sequence of str, optional
        Additional names of the rasters for use in formulas, in the order of `sources`. An empty string stands for no
        additional name.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample rasters whose pixels do not coincide with those of the first raster; "refuse" rejects such
        rasters. Interpolated values are not rounded.
    scaling : {"stored", "none", "given"}, default "none"
        Scale and offset that convert stored values (stored * scale + offset) before the formulas are computed.
        "stored": those in the metadata of each band. "none": no conversion. "given": `scale` and `offset`.
    scale : float, default 1.0
        Scale of all bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of all bands for scaling "given".
    nodata : float, optional
        Nodata value of all bands, overriding the declared values.
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels. It must have the CRS of the first raster and must not be
        rotated relative to the first raster. For each pixel, the nearest mask pixel is used. Pixels outside the mask,
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
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to pixel edges. By default, the full
        extent of the first raster.
    data_type : {"auto", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "auto"
        Data type of the output. "auto" is "uint8" if every formula is a comparison, a logical operation or `isnodata`,
        otherwise "float32". Results stored as integers are rounded half to even.
    output_nodata : float, optional
        Nodata value of the output. By default, -9999 for floats, the lowest value of signed integer types and the
        highest value of unsigned integer types.
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
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
    overview : int, default -1
        Overview of the first raster to read, counted from 0; -1 reads the full resolution. The output has the grid of
        the overview. If another raster has an overview on that grid, this overview is read; otherwise, the raster is
        read at full resolution with `resampling`. `mask` is read at full resolution.
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
    CalculatorResult
        Path, number of bands and statistics of the output.

    Raises
    ------
    OptionError
        A parameter has an invalid value. For a formula, the message gives the line and column of the problem.
    InputError
        An input cannot be read, is incompatible with the others, or contains 64-bit integers beyond 2^53.
    OutputError
        The output cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or cancellation, `dst` is unchanged. Formulas are computed in IEEE float64: a division by zero gives
    infinity or NaN, and a result that is not finite becomes nodata.
    """
    options, run = _options(locals())
    parameters = {"inputs": sources, "output": dst, **vars(options)}
    made = run_pixels(lambda run: _planned(sources, dst, options, run), parameters, run)
    return CalculatorResult.of(made)


def check_raster_calculator(sources: Sequence[str], dst: str, expression: str, **options: Any) -> None:
    """Raise any error that `raster_calculator` would raise before it reads a pixel, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_raster_calculator(sources, dst, expression, **options)


def plan_raster_calculator(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    expression: str,
    **options: Any,
) -> PixelPlan:
    """Return the plan of a run; the keywords and defaults are those of `raster_calculator`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = inspect.signature(raster_calculator).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _planned(sources, dst, *_options({**given, **options, "expression": expression}))


def _options(given: Mapping[str, Any]) -> tuple[CalculatorOptions, RunOptions]:
    options, run = split_options(given, CalculatorOptions, RunOptions, but=("sources", "dst"))
    return replace(options, aliases=tuple(options.aliases)), run


def _planned(sources: Paths, dst: str | os.PathLike[str], options: CalculatorOptions, run: RunOptions) -> PixelPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    paths, options = shared_paths(sources, options, run)
    return plan_calculator(paths, os.fspath(dst), options, run)
