"""Spectral indexes by name, files to file: one output band per index, computed chunk by chunk in parallel."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ...engine.options import RunOptions, split_options
from ...expression.plan import Paths, shared_paths
from ...expression.result import FormulaResult
from ...pixels.plan import PixelPlan
from ...pixels.run import run_pixels
from ...progress import DEFAULT_LOG, Log, Progress
from ...writing.cog import CopyToCog
from ...writing.gdal_file import CreateFile
from .plan import SpectralOptions, plan_spectral

SpectralIndexResult = FormulaResult


def spectral_index(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    index: str | Sequence[str] = "NDVI",
    *,
    sensor: str = "auto",
    bands: str | Mapping[str, object] = "",
    constants: str | Mapping[str, object] = "",
    resampling: str = "refuse",
    scaling: str = "stored",
    scale: float = 1.0,
    offset: float = 0.0,
    nodata: float | None = None,
    mask: str | os.PathLike[str] | None = None,
    mask_band: int = 1,
    mask_values: str = "",
    mask_bits: str | None = None,
    mask_grow: float = 0,
    extent: tuple[float, float, float, float] | None = None,
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
) -> SpectralIndexResult:
    """Write indexes of the catalogue to a GeoTIFF, one band each, and return the statistics of its first band.

    Parameters
    ----------
    sources : str, os.PathLike, or sequence of them
        A raster with all bands, or several rasters, such as one for each band. The output has the grid of the first.
    dst : str or os.PathLike
        GeoTIFF to write. An existing file is replaced once the new one is complete.
    index : str or sequence of str, default "NDVI"
        Short names of the catalogue Awesome Spectral Indices in their exact case, as a sequence or separated by commas.
        Radar and kernel indexes are not included.
    sensor : str, default "auto"
        Sensor whose bands have known names and a known order: a name in `core.choices.SENSORS`. "auto" recognizes the
        sensor by the names of files and bands; "none" uses neither.
    bands : str or mapping of str to object, default ""
        Bands of the formula that are not found or not the right ones: `N=4,R=3`, or `N=B@1` for band 1 of the second
        raster. All others are found by their descriptions or file names (`B04`, `SR_B4`, `red`), else by the
        wavelengths in their metadata, else by the order of the sensor's bands.
    constants : str or mapping of str to object, default ""
        Constants of the formula, such as `L=0.5`. Default: those of the catalogue. Constants such as lambdaN are the
        wavelength in nm of the band, if its file or the sensor states it.
    resampling : {"refuse", "nearest", "bilinear", "cubic", "average"}, default "refuse"
        How a raster is resampled whose pixels do not coincide with those of the first. Interpolated values are not
        rounded.
    scaling : {"stored", "none", "given"}, default "stored"
        Which scale and offset give reflectance, stored * scale + offset: those in the metadata of each band, none, or
        `scale` and `offset`.
    scale : float, default 1.0
        Scale of all bands with "given"; not 0.
    offset : float, default 0.0
        Offset of all bands with "given".
    nodata : float, optional
        Nodata value of all bands, in place of the declared ones.
    mask : str or os.PathLike, optional
        Raster whose values hide pixels, in the CRS of the first raster; its nearest pixel counts.
    mask_band : int, default 1
        Band of `mask`, counted from 1.
    mask_values : str, default ""
        Values of `mask` that hide a pixel: numbers and ranges. Empty: the values or bits that hide clouds and shadows
        in a product known by its name (Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask, MODIS state).
    mask_bits : str, optional
        Bits of `mask` that hide a pixel, the lowest being 0: `1-4`; or fields of neighbouring bits with the numbers
        for which they hide: `8-9=2-3`. If given, `mask_values` is not used.
    mask_grow : float, default 0
        Distance in map units by which the pixels that `mask` hides grow.
    extent : tuple of float, optional
        (xmin, ymin, xmax, ymax) in the CRS of the first raster, snapped outward to whole pixels. Default: all of it.
    output_nodata : float, optional
        Nodata value of the output, which is float32. Default: -9999.
    creation_options : str or mapping of str to object, default ""
        GDAL creation options, as `KEY=VALUE|KEY=VALUE` or a mapping, in addition to those of a tiled DEFLATE GeoTIFF.
    workers : int, default 0
        Number of threads; 0 means one for each available processor.
    memory : int, default 0
        Memory limit in MB; 0 means a quarter of what is available.
    chunk_size : int, default 0
        Edge of a chunk in pixels, rounded up to whole blocks; 0 lets the planner choose.
    cog : bool, default False
        Write a Cloud Optimized GeoTIFF with averaged overviews. `creation_options` are then those of GDAL's COG driver.
    cluster : str, default ""
        Cluster that computes the chunks, as for `normalized_difference`. Empty: threads of this process.
    report : str or os.PathLike, optional
        HTML file that describes the run, written when `dst` is complete.
    overview : int, default -1
        Overview of the first raster that is read, counted from 0; -1 reads the raster itself. The output has its grid.
    verify : bool, default True
        Read the output back and compare it with what was written. Turn it off for measurements only.
    progress : core.progress.Progress, optional
        Receives the number of finished chunks, and can cancel the run.
    log : core.progress.Log, optional
        Receives the plan, the decisions, the warnings and the summary; by default the logger `parallel_raster`.
    create : core.writing.gdal_file.CreateFile, optional
        Creates the file that is written, in place of rasterio.
    copy : core.writing.cog.CopyToCog, optional
        Creates the Cloud Optimized GeoTIFF, in place of rasterio.

    Returns
    -------
    SpectralIndexResult
        Path, number of bands and statistics.

    Raises
    ------
    OptionError
        A parameter cannot be used, an index is not in the catalogue, or one of its bands is not found.
    InputError
        An input cannot be read, does not fit the others, or holds 64 bit integers beyond 2^53.
    OutputError
        The output cannot be written, or was not written correctly.
    ResourceError
        The memory limit is too small for one block, or the cluster cannot be used.
    Cancelled
        `progress` cancelled the run.

    Notes
    -----
    After an error or a cancel, `dst` is as it was before. Formulas are those of the catalogue, in which bands are
    reflectances from 0 to 1. They are computed in IEEE float64, rounded once to float32; a result that is not finite,
    such as after a division by zero, becomes nodata. A normalized difference equals that of `normalized_difference`.
    """
    options, run = split_options(locals(), SpectralOptions, RunOptions, but=("sources", "dst"))
    parameters = {"inputs": sources, "output": dst, **vars(options)}
    made = run_pixels(lambda run: _planned(sources, dst, options, run), parameters, run)
    return SpectralIndexResult.of(made)


def check_spectral_index(sources: Sequence[str], dst: str, **options: Any) -> None:
    """Raise what `spectral_index` would raise before it reads a pixel, and write nothing.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    plan_spectral_index(sources, dst, **options)


def plan_spectral_index(
    sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    dst: str | os.PathLike[str],
    **options: Any,
) -> PixelPlan:
    """Return the plan of a run of `spectral_index`, which has the same keywords and defaults.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used.
    """
    parameters = list(inspect.signature(spectral_index).parameters.values())[2:]
    defaults = {each.name: each.default for each in parameters}
    return _planned(sources, dst, *split_options({**defaults, **options}, SpectralOptions, RunOptions))


def _planned(sources: Paths, dst: str | os.PathLike[str], options: SpectralOptions, run: RunOptions) -> PixelPlan:
    """Return the plan, with the inputs' paths as all machines know them."""
    paths, options = shared_paths(sources, options, run)
    return plan_spectral(paths, os.fspath(dst), options, run)
