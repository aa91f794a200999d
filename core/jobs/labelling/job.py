"""Label objects: assigns ids to groups of connected pixels that a formula selects, in parallel chunks."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...engine.options import RunOptions, split_options
from ...engine.values import ValueRun
from ...expression.plan import Paths, shared_paths
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import LabelOptions, LabelPlan, find_objects, plan_labels
from .table import object_table


@dataclass(frozen=True)
class LabelResult:
    """Path of the output, number of objects, their share of the pixels, and the table of objects.

    Attributes
    ----------
    output : str
        Path of the output.
    object_count : int
        Number of objects, equal to the highest id.
    object_percent : float
        Percentage of pixels that belong to objects.
    table : dict of str to numpy.ndarray, or None
        Columns of the table, one row per object in the order of the ids; None if no table was requested. `id` and
        `pixels` are the id and the number of pixels. `area` is in square map units, NaN in a geographic CRS or if the
        raster has no transform. `xmin`, `ymin`, `xmax` and `ymax` are the bounds of the rows and columns that the
        object covers. `x` and `y` are the mean coordinates of the object's pixel centres. If the raster has no
        transform, bounds and centroid are in pixels: x is the column and y the row, counted from the upper left corner.
    """

    output: str
    object_count: int
    object_percent: float
    table: dict[str, npt.NDArray[np.generic]] | None


def label_objects(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    expression: str = "A > 0",
    *,
    connectivity: int = 4,
    min_size: int = 1,
    max_size: int | None = None,
    table: bool = False,
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
) -> LabelResult:
    """Give each group of connected pixels an id, write the ids to a GeoTIFF, and return the number of groups.

    A pixel belongs to an object if the formula has a valid result other than 0 for this pixel.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        Rasters, at most 200. Formulas refer to them as A, B, ... Z, AA and so on. The output has the grid of the first
        raster.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced when the new one is complete.
    expression : str, default "A > 0"
        Formula in the language of `raster_calculator`. Pixels with valid results other than 0 belong to objects. In the
        formula, `A` alone stands for a raster with one band, and `A@1` for band 1 of a raster with any number of bands.
    connectivity : {4, 8}, default 4
        Pixels are connected if they share an edge (4), or if they share an edge or a corner (8).
    min_size : int, default 1
        Minimum size of an object in pixels; the pixels of smaller objects become nodata.
    max_size : int, optional
        Maximum size of an object in pixels; the pixels of larger objects become nodata.
    table : bool, default False
        Return a table with the size, area, bounds and centroid of each object.
    aliases : sequence of str, optional
        Other names for the rasters in the formula, in the order of `sources`. An empty string means no other name.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How to resample rasters whose pixels do not coincide with those of the first raster; "refuse" rejects such
        rasters. Interpolated values are not rounded.
    scaling : {"stored", "none", "given"}, default "none"
        Scale and offset that convert stored values (stored * scale + offset) before the formula is computed.
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
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
        Lossy options are rejected because they would change ids.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length of a chunk in pixels, rounded up to whole blocks; 0 chooses it automatically.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF. Its overviews contain ids of single pixels, not averages. `creation_options`
        are then options of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, written when `dst` is complete.
    overview : int, default -1
        Overview of the first raster to read, counted from 0; -1 reads the full resolution. The output has the grid of
        the overview. Each of the other rasters is read from its own overview on that grid or, if it has none, at full
        resolution with `resampling`. `mask` is read at full resolution.
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
    LabelResult
        Path, number of objects and, if requested, their table.

    Raises
    ------
    OptionError
        A parameter has an invalid value. For the formula, the message gives the column of the problem.
    InputError
        An input cannot be read, is incompatible with the others, or contains 64-bit integers beyond 2^53.
    OutputError
        The output cannot be written, or differs from the written data when read back.
    ResourceError
        There are too many objects, the memory limit is too small for one block, or the cluster cannot be used.
    MissingDependency
        scipy is missing or too old.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or cancellation, `dst` is unchanged. Ids start at 1, in the order of the first pixel of each object,
    row by row. Without size limits, they are therefore equal to the labels of `scipy.ndimage.label` for the whole
    raster; with a minimum or maximum size, only the remaining objects are numbered. The output is UInt32, and 0 is
    nodata. The raster is read in parts. At most 20 million objects can be numbered, counting an object once for each
    part that contains pixels of it. The inputs are read twice if a cluster is used, or if a mask of the whole raster,
    with one bit per pixel, does not fit into a quarter of the memory that chunks leave free.
    """
    given = locals()
    options, run = _options(given)
    parameters = {name: value for name, value in vars(options).items() if name in given}
    plans: list[LabelPlan] = []

    def first_pass(plan: LabelPlan, values: ValueRun) -> LabelPlan:
        run.log.info("Pass 1 of 2: finding the objects")
        plans.append(find_objects(plan, values))
        run.log.info(f"Pass 2 of 2: writing the ids (objects found: {len(plans[0].sums)})")
        return plans[0]

    made = run_pixels(
        lambda run: _planned(sources, dst, options, run), {"inputs": sources, "output": dst, **parameters}, run,
        first_pass,
    )  # fmt: skip
    (plan,) = plans
    objects = object_table(plan.sums, plan.profile.grid) if options.table else None
    return LabelResult(made.output, len(plan.sums), made.valid_percent, objects)


def check_label_objects(sources: Sequence[str], dst: str, expression: str = "A > 0", **options: Any) -> None:
    """Raise any error that `label_objects` would raise before it reads a pixel, without writing anything.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_label_objects(sources, dst, expression, **options)


def plan_label_objects(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    expression: str = "A > 0",
    **options: Any,
) -> LabelPlan:
    """Return the plan of a run; the keywords and defaults are those of `label_objects`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = inspect.signature(label_objects).parameters.values()
    given = {each.name: each.default for each in parameters if each.kind is each.KEYWORD_ONLY}
    return _planned(sources, dst, *_options({**given, **options, "expression": expression}))


def _options(given: Mapping[str, Any]) -> tuple[LabelOptions, RunOptions]:
    options, run = split_options(given, LabelOptions, RunOptions, but=("sources", "dst"))
    return replace(options, aliases=tuple(options.aliases)), run


def _planned(sources: Paths, dst: str | os.PathLike[str], options: LabelOptions, run: RunOptions) -> LabelPlan:
    """Return the plan of a run, with input paths that are valid on all machines used by the run."""
    paths, options = shared_paths(sources, options, run)
    return plan_labels(paths, os.fspath(dst), options, run)
