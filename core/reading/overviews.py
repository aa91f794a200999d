"""Overviews as inputs: find the overview level to read and return the metadata of its bands.

GDAL's dataset of an overview has the correct grid, blocks and pixels. Scale, offset and the list of files are missing,
so they are taken from the raster. If a raster has a mask without overviews, GDAL would treat every pixel of an overview
as valid, so such an overview is rejected.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from numbers import Integral
from typing import Any

from affine import Affine
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError

from ..errors import InputError, OptionError
from ..raster.dtypes import array_dtype
from ..raster.grid import Grid, grid_difference, has_transform
from .datasets import open_dataset
from .gdal_quirks import band_dtypes
from .metadata import RasterSource, copied_points, read_source
from .readers import InputBand, bands_per_block, ground_points, open_raster, read_bands
from .safe_paths import is_remote

MASK_EXTENSION, OVERVIEW_EXTENSION = ".msk", ".ovr"

MOST_DIRECTORIES = 64
"""Number of the first TIFF directory that is not inspected, counted from 1."""


def read_level(path: str, bands: Sequence[int], overview: int, parameters: Sequence[str] = ()) -> list[InputBand]:
    """Return the metadata of bands (counted from 1) of a raster's overview, or of the raster if `overview` is -1.

    Raises
    ------
    OptionError
        `overview` is invalid, or the raster has no such overview. The error then lists the existing overviews.
    InputError
        The raster or the overview cannot be used.
    """
    check_overview(overview)
    whole = read_bands(path, bands, parameters)
    return whole if overview == -1 else at_level(whole, overview)


def read_source_level(path: str, bands: Sequence[int] | None, overview: int) -> RasterSource:
    """Return the metadata of an overview and its bands, like `read_source`; `overview` -1 means the raster itself.

    Raises
    ------
    OptionError
        `overview` is invalid, or the raster has no such overview.
    InputError
        The raster or the overview cannot be used.
    """
    check_overview(overview)
    whole = read_source(path, bands)
    if overview == -1:
        return whole
    inputs = tuple(at_level(whole.inputs, overview))
    points, crs = copied_points(inputs[0])
    tags = {space: items for space, items in whole.metadata.tags.items() if space != "RPC"}
    if inputs[0].points.rpc:
        tags["RPC"] = inputs[0].points.rpc
    metadata = replace(whole.metadata, grid=inputs[0].grid, gcps=points, gcp_crs=crs, tags=tags)
    return replace(whole, inputs=inputs, metadata=metadata)


def check_overview(overview: int) -> None:
    """Raise OptionError unless OVERVIEW is -1 or can be the number of an overview.

    Raises
    ------
    OptionError
        The number is invalid.
    """
    if not isinstance(overview, Integral) or overview < -1:
        raise OptionError(
            f"OVERVIEW is {overview}. It must be the number of an overview, counted from 0, or -1 for the raster "
            "itself.",
            parameter="overview",
        )


def at_level(whole: Sequence[InputBand], overview: int) -> list[InputBand]:
    """Return the metadata of bands in an overview (counted from 0); `whole` is their metadata at full resolution.

    Raises
    ------
    OptionError
        The raster has no such overview. The error lists the existing overviews.
    InputError
        The overview cannot be used.
    """
    path = whole[0].path
    count = _level_count(path, [band.band for band in whole])
    if overview >= count:
        raise OptionError(
            f"OVERVIEW is {overview}, but {path} has no overview {overview}. {_format_levels(path, count)}",
            parameter="overview",
        )
    return _level_metadata(whole, overview)


def read_fitting_level(path: str, bands: Sequence[int], grid: Grid, parameters: Sequence[str] = ()) -> list[InputBand]:
    """Return the metadata of bands from the overview whose grid is `grid`, or from the raster if none matches.

    Raises
    ------
    InputError
        The raster, or its overview with that grid, cannot be used.
    """
    whole = read_bands(path, bands, parameters)
    if grid_difference(grid, whole[0].grid):
        for level in range(_level_count(path, bands)):
            with open_raster(path, level) as dataset:
                found = level_grid(whole[0].grid, dataset)
            if not grid_difference(grid, found):
                return _level_metadata(whole, level)
    return whole


def check_placed(whole: InputBand, other: InputBand, name: str) -> None:
    """Raise OptionError if `whole` is an overview of a raster without a transform, and `other` has a different size.

    Raises
    ------
    OptionError
        The rasters cannot be aligned. The error includes `name`, the parameter of the raster `other`.
    """
    unplaced = whole.overview >= 0 and not has_transform(whole.grid)
    if unplaced and (whole.grid.width, whole.grid.height) != (other.grid.width, other.grid.height):
        raise OptionError(
            f"{whole.path} has no transform, so its overview {whole.overview} cannot be aligned with {other.path} "
            f"({name}), which has a different size. Set OVERVIEW to -1 (full resolution), or assign a transform to "
            "both rasters first.",
            parameter="overview",
        )


def _level_count(path: str, bands: Sequence[int]) -> int:
    with open_raster(path) as dataset:
        return min(len(dataset.overviews(band)) for band in bands)


def _format_levels(path: str, count: int) -> str:
    if not count:
        return (
            "The raster has no overviews. Build overviews first (for example with gdaladdo), or set OVERVIEW to -1 "
            "(full resolution)."
        )
    sizes = []
    for level in range(count):
        with open_raster(path, level) as dataset:
            sizes.append(f"{level} ({dataset.width} x {dataset.height} pixels)")
    return f"Its overviews are {', '.join(sizes)}. Choose one of these, or -1 for full resolution."


def _level_metadata(whole: Sequence[InputBand], level: int) -> list[InputBand]:
    """Return the raster's band metadata with the grid, blocks and ground control points of an overview."""
    path = whole[0].path
    with open_raster(path, level) as dataset:
        if any("mask" in band.hiders for band in whole):
            _check_mask(dataset, whole[0], level)
        dtypes, blocks, bands_in_block = band_dtypes(dataset), dataset.block_shapes, bands_per_block(dataset)
        grid, points = level_grid(whole[0].grid, dataset), ground_points(dataset)
    found = []
    for band in whole:
        dtype, block = dtypes[band.band - 1], blocks[band.band - 1]
        if dtype != band.dtype:
            raise InputError(
                f"{path}, band {band.band}: overview {level} has the data type {dtype} instead of {band.dtype}. Build "
                "the overviews again, or set OVERVIEW to -1 (full resolution)."
            )
        block_bytes = block[0] * block[1] * array_dtype(dtype).itemsize * bands_in_block
        found.append(replace(band, grid=grid, block=block, block_bytes=block_bytes, points=points, overview=level))
    return found


def level_grid(whole: Grid, dataset: Any) -> Grid:
    """Return the grid of an open overview.

    The transform is derived from the raster's transform because rasterio returns an arbitrary transform for an overview
    of a raster that has none.
    """
    steps = whole.width / dataset.width, whole.height / dataset.height
    transform = whole.transform * Affine.scale(*steps) if has_transform(whole) else whole.transform
    return Grid(whole.crs, transform, dataset.width, dataset.height)


def mask_has_level(dataset: Any, whole: InputBand, level: int) -> bool:
    """Return True if the mask of a raster has an overview at this level.

    Parameters
    ----------
    dataset
        The open overview.
    whole
        Metadata of a band of the raster at full resolution. The raster must have a mask.
    level
        Number of the overview, counted from 0.
    """
    if not all(MaskFlags.per_dataset in flags for flags in dataset.mask_flag_enums):
        return False
    masks = [file for file in whole.files if os.path.splitext(file)[1].lower() == MASK_EXTENSION]
    for file in masks:
        with open_raster(file) as mask:
            if len(mask.overviews(1)) <= level:
                return False
    return bool(masks) or dataset.driver != "GTiff" or _has_internal_level(dataset, whole)


def _has_internal_level(dataset: Any, whole: InputBand) -> bool:
    """Return True if the internal mask of a GeoTIFF has the level of an open overview.

    The flags of an overview inside the file do not show this, because GDAL copies them from the full resolution. If the
    mask has the level, the file contains two directories of this size: the overview and its mask. If it contains none,
    the overview is in another file, and its flags are its own.
    """
    count = _count_directories(dataset)
    return count > 1 or not count and any(file.lower().endswith(OVERVIEW_EXTENSION) for file in whole.files)


def _count_directories(dataset: Any) -> int:
    """Return how many directories of its file have the size of an open overview: 0, 1, or 2 for two or more."""
    name, count = dataset.files[0] if dataset.files else dataset.name, 0
    for number in range(2, MOST_DIRECTORIES):
        try:
            with open_dataset(f"GTIFF_DIR:{number}:{name}", driver="GTiff", sharing=False) as directory:
                count += directory.shape == dataset.shape
            if count > 1:
                break
        except (RasterioError, OSError) as error:
            if is_remote(name) and f"directory {number} not found" not in str(error):
                raise  # the server does not respond
            break  # there are no more directories
    return count


def _check_mask(dataset: Any, whole: InputBand, level: int) -> None:
    """Raise InputError if the raster's mask has no overview at this level."""
    if not mask_has_level(dataset, whole, level):
        raise InputError(
            f"{whole.path} has a mask, but the mask has no overview {level}, so the valid pixels of overview {level} "
            "are unknown. Rebuild the overviews (for example with gdaladdo), or set OVERVIEW to -1 "
            "(full resolution)."
        )
