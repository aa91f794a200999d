"""Mask raster: writes a copy of a raster in which pixels are masked out according to the values of a mask layer."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import MaskOptions, MaskPlan, plan_mask
from .task import HIDDEN


@dataclass(frozen=True)
class MaskResult:
    """Path of the output, and the percentages of valid, hidden and copied pixels.

    Attributes
    ----------
    output : str
        Path of the file.
    valid_percent : float
        Percentage of pixels that are valid in at least one band.
    hidden_percent : float
        Percentage of pixels that are valid in the input but hidden by the mask.
    copied_percent : float
        Percentage of pixels that were copied from the input without decoding.
    """

    output: str
    valid_percent: float
    hidden_percent: float
    copied_percent: float


def mask_raster(
    src: str | os.PathLike[str],
    dst: str | os.PathLike[str],
    mask: str | os.PathLike[str],
    *,
    bands: Sequence[int] | None = None,
    overview: int = -1,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    keep: bool = False,
    mark: str = "input",
    output_nodata: float | None = None,
    extent: tuple[float, float, float, float] | None = None,
    creation_options: str | Mapping[str, object] = "",
    workers: int = 0,
    memory: int = 0,
    chunk_size: int = 0,
    cog: bool = False,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
    copy: CopyToCog | None = None,
) -> MaskResult:
    """Write a copy of a raster in which pixels are masked out where a mask layer has certain values.

    Parameters
    ----------
    src : str or os.PathLike
        Raster to copy.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced when the new one is complete.
    mask : str or os.PathLike
        Mask layer, in the CRS of `src`. Its resolution and extent may differ from those of `src`: for each pixel, the
        nearest mask pixel is used, and pixels outside the mask layer are hidden.
    bands : sequence of int, optional
        Bands of `src`, counted from 1. By default, all bands.
    overview : int, default -1
        Overview of `src` to read, counted from 0 as in GDAL's OVERVIEW_LEVEL and rioxarray's `overview_level`; -1
        reads the full resolution. The output has the grid of the overview.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default ""
        Values of `mask` that hide a pixel: numbers and ranges, such as `3,8-10`. If this and `mask_bits` are empty,
        clouds and cloud shadows are hidden; the mask must then be a layer that is recognized by its file name
        (Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state).
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, counted from 0 for the lowest: `1-4`; or bit fields with the values that hide
        a pixel: `8-9=2-3`. If given, `mask_values` is ignored.
    mask_grow : float, default 0
        Distance in map units by which the hidden areas grow. Nodata pixels of `mask` and the area outside it do not
        grow.
    keep : bool, default False
        Reverse the mask: pixels for which `mask` has the values or bits are kept, and all others are hidden.
    mark : {"input", "nodata", "mask"}, default "input"
        How hidden pixels are marked. "input": by the nodata value of `src`; if `src` has no nodata value, by its mask
        or alpha band; if it has neither, by an internal mask. "nodata": by a nodata value. "mask": by an internal mask,
        which is possible only if `src` has no nodata value.
    output_nodata : float, optional
        Nodata value of the output. By default, the nodata value of `src`. No visible pixel may have this value.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of `src`, snapped outward to pixel edges. By default, the full extent of the
        raster.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping. They are added to the options of `src` if `src` is
        a losslessly compressed GeoTIFF, otherwise to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF. `creation_options` are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
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
    MaskResult
        Path of the output, and shares of valid, hidden and copied pixels.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        An input cannot be read, the mask layer does not match the raster, or a visible pixel has the value of
        `output_nodata`.
    OutputError
        The output cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    Blocks of a GeoTIFF in which no pixel changes are copied without decoding. After an error or cancellation, `dst` is
    unchanged.
    """
    options, run = split_options(locals(), MaskOptions, RunOptions, but=("src", "dst"))
    parameters = {"input": src, "output": dst, **vars(options)}
    result = run_pixels(lambda run: _plan(src, dst, options, run), parameters, run)
    return MaskResult(
        output=result.output,
        valid_percent=result.valid_percent,
        hidden_percent=result.percent(result.counts[HIDDEN]),
        copied_percent=result.percent(result.copied),
    )


def check_mask_raster(src: str, dst: str, mask: str, **options: Any) -> None:
    """Raise any error that `mask_raster` would raise before it reads a pixel, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_mask_raster(src, dst, mask, **options)


def plan_mask_raster(
    src: str | os.PathLike[str], dst: str | os.PathLike[str], mask: str | os.PathLike[str], **options: Any
) -> MaskPlan:
    """Return the plan of a run; the keywords and defaults are those of `mask_raster`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = inspect.signature(mask_raster).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _plan(src, dst, *split_options({**given, **options, "mask": mask}, MaskOptions, RunOptions))


def _plan(src: str | os.PathLike[str], dst: str | os.PathLike[str], options: MaskOptions, run: RunOptions) -> MaskPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    mask = run.path(options.mask) if options.mask else None
    return plan_mask(run.path(src), os.fspath(dst), replace(options, mask=mask), run)
