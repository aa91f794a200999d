"""Apply a user's own function to blocks of rasters, and write a raster or return the function's values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...errors import OptionError, ParallelRasterError
from ...pixels.result import BandsResult
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .block import Function
from .plan import BlocksOptions, plan_blocks, resolve_inputs
from .values import Reduce, block_values

BlocksResult = BandsResult

OWN_NAMES = {"output_nodata": "nodata", "nodata": "source_nodata"}
"""Internal parameter names, mapped to the keywords of `map_blocks` that replace them in errors."""


@contextmanager
def _own_names() -> Iterator[None]:
    """Replace internal parameter names in errors from the `with` block with the keywords of `map_blocks`."""
    words = "|".join(name.upper() for name in OWN_NAMES)
    try:
        yield
    except ParallelRasterError as error:
        error.parameter = OWN_NAMES.get(error.parameter, error.parameter)
        error.args = (re.sub(rf"\b({words})\b", lambda found: OWN_NAMES[found[0].lower()], str(error)),)
        raise


def map_blocks(
    function: Function,
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str] | None = None,
    *,
    halo: int = 0,
    edge: str = "nodata",
    block: int | tuple[int, int] | None = None,
    count: int = 1,
    data_type: str = "float32",
    nodata: float | None = None,
    reduce: Reduce | None = None,
    prove: bool = True,
    raw: bool = False,
    resampling: str = "refuse",
    scaling: str = "none",
    scale: float = 1.0,
    offset: float = 0.0,
    source_nodata: float | None = None,
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
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
) -> Any:
    """Call a function for each block of rasters, and write the bands to a GeoTIFF or return the function's values.

    Parameters
    ----------
    function : callable
        Function that receives a `Block`. With `dst`, it returns the bands of the block without the halo: an array of
        shape (count, rows, columns) or, for one band, (rows, columns). It may instead return a tuple of these bands and
        a boolean array of their valid pixels. Without this array, NaN and masked elements are nodata. Pixels that
        `mask` hides are always nodata. Without `dst`, the function returns any small value. Several threads call the
        function at the same time.
    sources : str, os.PathLike, or sequence of them
        One or more rasters. The output has the grid of the first raster. The function receives all bands of all
        rasters.
    dst : str or os.PathLike, optional
        GeoTIFF to write. An existing file is replaced when the new one is complete. By default, no file is written, and
        the values of `function` are returned.
    halo : int, default 0
        Width in pixels of the halo: the pixels around each block that the function also receives.
    edge : {"nodata", "reflect", "nearest"}, default "nodata"
        Values of the halo outside the raster: nodata, the values inside the raster mirrored at its edge, or the value
        of the nearest edge pixel.
    block : int or tuple of int, optional
        Edge length of each block in pixels, or (rows, columns). Blocks at the right and lower edge can be smaller. The
        default without `dst` is an edge length of 512 pixels. The default with `dst` is any size that suits the memory
        limit, so the results must not depend on the size. With `dst`, blocks can have at most 2048 rows and columns of
        the output; if the edge length is not a multiple of the block size of the output, some blocks are computed more
        than once.
    count : int, default 1
        Number of bands that the function returns.
    data_type : {"uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"}, default "float32"
        Data type of the output. Results stored as integers are rounded half to even; values that do not fit become
        nodata and are counted.
    nodata : float, optional
        Nodata value of the output. By default, -9999 for floats, the lowest value for signed integers and the highest
        value for unsigned integers.
    reduce : callable, optional
        Function that combines two values into one, for use without `dst`. Like `functools.reduce`, the run combines the
        values of all blocks one after another, in row-major order.
    prove : bool, default True
        Recompute some windows that cross chunk edges, and raise an error if the results differ. With `block` or without
        `dst`, some blocks are recomputed instead.
    raw : bool, default False
        Pass stored values to the function, in the smallest data type that can represent the values of all bands. By
        default, the function receives float64 values, to which scale and offset are applied according to `scaling`.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample rasters whose pixels do not coincide with those of the first raster; "refuse" rejects such
        rasters.
    scaling : {"stored", "none", "given"}, default "none"
        Scale and offset that convert stored values (stored * scale + offset). "stored": those in the metadata of each
        band. "none": no conversion. "given": `scale` and `offset`.
    scale : float, default 1.0
        Scale of all bands for scaling "given". It must not be 0.
    offset : float, default 0.0
        Offset of all bands for scaling "given".
    source_nodata : float, optional
        Nodata value of all source bands, overriding the declared values.
    mask : str or os.PathLike, optional
        Raster with a class or quality band that hides pixels. It must have the CRS of the first raster. For each pixel,
        the nearest mask pixel is used.
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
        Distance in map units by which to expand the areas that `mask` hides.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to pixel edges. Pixels outside the
        extent, but inside the raster, can be part of a halo. By default, the full extent of the raster.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory. The limit allows for two copies of each block,
        which the function may make, but not for any other memory that the function allocates.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks of the output; 0 chooses it automatically. Ignored
        without `dst`.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with averaged overviews. `creation_options` are then for GDAL's COG driver.
    cluster : str, default ""
        Cluster whose workers call the function, in the form described for `normalized_difference`. If empty, threads of
        this process are used. Without `dst`, the current folder must be shared with the workers.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete or, without `dst`, when all values have been computed.
    overview : int, default -1
        Overview of the first raster to read, counted from 0; -1 reads the full resolution. The output has the grid of
        the overview.
    verify : bool, default True
        Read the output back and compare it with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run. Calls of the function that are already running
        on threads of this process are not interrupted.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output file. By default, rasterio creates it.
    copy : core.writing.cog.CopyToCog, optional
        Function that creates the Cloud Optimized GeoTIFF. By default, rasterio creates it.

    Returns
    -------
    BlocksResult, list or object
        With `dst`, the path, number of bands and statistics of the output. Without `dst`, the values of the blocks in
        row-major order; with `reduce`, the combined value.

    Raises
    ------
    OptionError
        A parameter cannot be used; the function raised an exception or returned an array of the wrong shape; or its
        results differ when they are computed again. In the last case, the message gives the number of different pixels
        and the largest difference.
    InputError
        A source cannot be read, is incompatible with the others, or contains 64-bit integers beyond 2^53.
    OutputError
        The output cannot be written, or differs from the written data when read back.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.
    """
    given = dict(locals())
    parameters = {name: value for name, value in given.items() if name not in ("progress", "log", "create", "copy")}
    given["nodata"], given["output_nodata"] = given.pop("source_nodata"), given.pop("nodata")
    given["mask"] = None if mask is None else os.fspath(mask)
    not_shared = ("function", "sources", "dst", "reduce", "prove")
    options, run = split_options(given, BlocksOptions, RunOptions, but=not_shared)
    listed = [sources] if isinstance(sources, (str, os.PathLike)) else list(sources)
    paths = [run.path(each) for each in listed]
    if options.mask is not None:
        options = replace(options, mask=run.path(options.mask))
    if dst is None:
        with _own_names():
            return block_values(
                lambda run: resolve_inputs(function, paths, options, run), parameters, run, reduce, prove=prove
            )
    if reduce is not None:
        raise OptionError(
            "`reduce` can be used only without `dst`. Leave out `dst` or `reduce`.",
            parameter="reduce",
        )
    with _own_names():
        made = run_pixels(
            lambda run: plan_blocks(function, paths, os.fspath(dst), options, run, prove=prove), parameters, run
        )
    return BandsResult.of(made)
