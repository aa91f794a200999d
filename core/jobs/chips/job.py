"""Cuts a raster or scenes into training chips with labels, and splits the chips into train, val and test."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...engine.options import RunOptions, split_options
from ...engine.run import connect_workers
from ...progress import DEFAULT_LOG, Log, Progress, log_plan, stages
from ...report.page import write_report
from ...tileset.scene_list import read_scene_list
from ...vector.polygons import shown_features
from ...writing.gdal_file import CreateFile
from .options import ChipOptions
from .plan import ChipPlan, plan_chips
from .record import chip_report
from .run import ChipResult, ChipRun


def training_chips(
    src: str | os.PathLike[str] | None,
    folder: str | os.PathLike[str],
    *,
    scenes: str | os.PathLike[str] | None = None,
    mode: str = "grid",
    centres: Any = None,
    count: int = 100,
    seed: int = 0,
    size: int = 256,
    stride: int = 0,
    remainder: str = "pad",
    bands: Sequence[int | str] | None = None,
    start: str = "",
    end: str = "",
    days: int = 0,
    mask_values: str = "",
    mask_bits: str | None = None,
    labels: Any = None,
    class_field: str | None = None,
    all_touched: bool = False,
    features_crs: str | None = None,
    label_raster: str | os.PathLike[str] | None = None,
    label_band: int = 1,
    background: int = 0,
    ignore: int = 255,
    min_valid: float = 0,
    max_cloud: float = 100,
    min_label: float = 0,
    split: str | Sequence[float] = "70,15,15",
    split_block: float = 0,
    normalize: str = "none",
    format: str = "tif",
    output_nodata: float | None = None,
    creation_options: str | Mapping[str, object] = "",
    resume: bool = False,
    workers: int = 0,
    memory: float = 0,
    chunk_size: int = 0,
    cluster: str = "",
    report: str | os.PathLike[str] | None = None,
    verify: bool = True,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    create: CreateFile | None = None,
) -> ChipResult:
    """Cut a raster or scenes into chips for training a neural network, and list the chips in `chips.json`.

    Parameters
    ----------
    src : str, os.PathLike or None
        Raster to cut; None if `scenes` is given.
    folder : str or os.PathLike
        Output folder, created if missing. If it already contains chips, all of them are replaced.
    scenes : str or os.PathLike, optional
        List of scenes (`scenes.json`) to cut instead of `src`. All scenes must have the same grid. The list also
        contains their dates and mask layers.
    mode : {"grid", "centred", "random"}, default "grid"
        Positions of the chips: on a grid from the upper left corner, centred on `centres`, or `count` random positions.
    centres : sequence or object with `__geo_interface__`, optional
        Points, or polygons whose centroids are used, as GeoJSON or objects with `__geo_interface__`.
    count : int, default 100
        Number of chips for mode "random".
    seed : int, default 0
        Number that determines the splits and the random positions.
    size : int, default 256
        Width and height of a chip in pixels.
    stride : int, default 0
        Distance in pixels between the left or upper edges of neighbouring chips on the grid; 0 stands for `size`. If
        the distance is smaller than `size`, chips overlap.
    remainder : {"drop", "pad", "shift"}, default "pad"
        Whether chips that extend beyond the raster are left out, padded with nodata or moved inward. Random chips
        extend beyond the raster only if the raster is smaller than a chip.
    bands : sequence of int or str, optional
        Numbers (counted from 1) or names of the bands; by default all except an alpha band.
    start, end : str, default ""
        Dates or times (ISO 8601, UTC) of the first and last scene to use. A date includes the whole day.
    days : int, default 0
        If 0, each scene is a separate date. Otherwise, each date covers `days` days; the dates range from the first
        scene (or `start`) to the last scene (or `end`). A date without a scene is filled with nodata. If a date has
        several scenes, each pixel is taken from the first scene in which it is valid and without clouds.
    mask_values : str, default ""
        Values of the mask layer that indicate clouds, such as "3,8-10". If neither values nor bits are set, the default
        rule for the product of the mask layer is used.
    mask_bits : str, optional
        Bits of the mask layer that indicate clouds, such as "1-4" or "8-9=2-3".
    labels : sequence or object with `__geo_interface__`, optional
        Polygons with classes. Where polygons overlap, pixels get the code of the last polygon.
    class_field : str, optional
        Property of `labels` with the classes: whole numbers are used as codes, strings are numbered from 1 in
        alphabetical order, skipping the codes `background` and `ignore`. Every polygon must have a value. By default,
        all polygons have code 1.
    all_touched : bool, default False
        Label all pixels that a polygon touches, not only those whose centre is inside the polygon.
    features_crs : str, optional
        CRS of `labels` and `centres`, as EPSG code or WKT. By default, the CRS of the raster.
    label_raster : str or os.PathLike, optional
        Raster of class codes, instead of `labels`. If it is on a different grid, the nearest pixels are used.
    label_band : int, default 1
        Band of `label_raster` that contains the class codes, counted from 1.
    background : int, default 0
        Label code of pixels outside all polygons.
    ignore : int, default 255
        Label code of pixels that are missing on all dates, outside the raster, or nodata in the label raster.
    min_valid : float, default 0
        Minimum share of pixels that are not missing, in percent of the pixels of all dates with scenes. Chips with a
        lower share are left out.
    max_cloud : float, default 100
        Maximum share of cloudy pixels, in percent of the pixels of all dates with scenes. Chips with a higher share are
        left out.
    min_label : float, default 0
        Minimum share of pixels with a code other than `background` and `ignore`, in percent. Chips with a lower share
        are left out.
    split : str or sequence of float, default "70,15,15"
        Percentages of the blocks that are assigned to train, val and test.
    split_block : float, default 0
        Edge length of the square blocks that are assigned to the splits, in map units, or in pixels if there is no CRS.
        It must be at least the width of a chip; 0 means four times this width.
    normalize : {"none", "std", "percentiles"}, default "none"
        How to normalize the values, which are then written as Float32. "std": (value - mean) / standard deviation.
        "percentiles": the 2nd percentile is mapped to 0 and the 98th to 1; only for integers of up to 16 bits. The
        statistics are those of the train split.
    format : {"tif", "npz"}, default "tif"
        "tif": GeoTIFFs with all bands of the first date, then all bands of the second date, and so on. "npz": NumPy
        archives with the array `image` (date, band, row, column) or `label` (row, column).
    output_nodata : float, optional
        Nodata value of the images. By default, the value that all bands declare. If no band declares a value, GeoTIFFs
        of integers have an internal mask instead, unless different pixels can be missing on different dates. In all
        other cases, the default is -9999 for floats, the highest value of unsigned integers and the lowest value of
        signed integers.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options of the images, as `KEY=VALUE|KEY=VALUE` or a mapping.
    resume : bool, default False
        Use the finished files of an interrupted run with the same inputs and parameters. If the new run fails, keep
        its finished files for the next run.
    workers : int, default 0
        Number of threads; 0 means one per available CPU core.
    memory : float, default 0
        Memory limit in MB; 0 means a quarter of the available memory.
    chunk_size : int, default 0
        Edge length in pixels of square areas of the raster; chips that begin in the same area are read together. 0
        chooses the length automatically.
    cluster : str, default ""
        Cluster that writes the chips, in the form described for `normalized_difference`. If empty, threads of this
        process are used.
    report : str or os.PathLike, optional
        HTML report of the run, with pictures of some chips.
    verify : bool, default True
        Read the chips back and compare them with the written data. Turn it off only for measurements.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, decisions, warnings and summary; by default, the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Function that creates the output files. By default, rasterio creates them.

    Returns
    -------
    ChipResult
        Paths of the folder and of `chips.json`, the chips, their classes, and the statistics of the train split.

    Raises
    ------
    OptionError
        A parameter has an invalid value, or no chip can be cut.
    InputError
        An input cannot be read, or the scenes are not on one grid.
    OutputError
        The chips cannot be written, or were written incorrectly.
    ResourceError
        The memory limit is too small for a chip, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    The split of a chip depends only on `seed` and on the blocks that contain its pixels, so it does not change if more
    chips are cut. A chip with pixels in blocks of different splits is left out, so no pixel is in two splits. A hash
    determines the split of each block; see "Splits" in docs/chips.md.

    After an error or a cancellation, the folder is unchanged, except for a hidden folder with finished files if
    `resume` is true.
    """
    options, run = split_options(locals(), ChipOptions, RunOptions, but=("src", "folder"))
    features = {"labels": shown_features(options.labels), "centres": shown_features(options.centres)}
    run, recorder = run.recorded({"input": src, "output": folder, **vars(options), **features})
    before, after = stages(run.progress, 1, 99)
    plan = _plan(src, folder, options, run, before)
    with connect_workers(run.cluster, run.progress, run.log) as cluster_workers:
        if cluster_workers is not None:
            chunks = cluster_workers.fit(plan.chunks, chunk_size=run.chunk_size, memory=run.memory, keep_size=True)
            plan = replace(plan, chunks=chunks)
        log_plan(run.log, plan.decisions(), plan.warnings)
        result = ChipRun(plan, replace(run, progress=after), cluster_workers, recorder).write()
    if recorder is not None:
        write_report(recorder, chip_report(recorder, plan, result))
    return result


def check_training_chips(src: str | None, folder: str, **options: Any) -> None:
    """Check the parameters of `training_chips`, its folder and the metadata of its inputs, without reading pixels.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the folder cannot be used.
    """
    _plan(src, folder, *split_options(options, ChipOptions, RunOptions))


def chip_raster(src: str | None, scenes: str | None) -> str:
    """Return the path of a raster on the grid of the chips: the input, or the first file in a list of scenes.

    Raises
    ------
    InputError
        The list of scenes cannot be used.
    """
    if src or not scenes:
        return src or ""
    found = read_scene_list(scenes)
    return (
        os.path.join(os.path.dirname(os.path.abspath(scenes)), *found.scenes[0].file.split("/")) if found.scenes else ""
    )


def _plan(
    src: str | os.PathLike[str] | None,
    folder: str | os.PathLike[str],
    options: ChipOptions,
    run: RunOptions,
    progress: Progress | None = None,
) -> ChipPlan:
    """Return the plan of a run. Its input paths are valid on all machines that the run uses."""
    options = replace(
        options,
        scenes=run.path(options.scenes) if options.scenes else None,
        label_raster=run.path(options.label_raster) if options.label_raster else None,
    )
    return plan_chips(run.path(src) if src else None, os.fspath(folder), options, run, progress)
