"""Detection of categorical rasters, whose values must not be interpolated or averaged."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from ..raster.dtypes import array_dtype
from ..reading.metadata import BandMetadata, mentions
from ..reading.readers import InputBand
from .creation_options import OutputProfile

INTERPOLATING = ("bilinear", "cubic", "average")
"""Resampling methods in `choices.RESAMPLING` that interpolate between pixel values."""

BLENDING = ("mean", "median", "feather")
"""Merge methods in `choices.MERGE_METHODS` that compute new values from overlapping pixels."""


def has_category_names(path: str) -> bool:
    """Return True if a raster has category names, in the file itself (VRT) or in its `.aux.xml`."""
    return any(mentions(file, "CategoryNames") for file in (path, path + ".aux.xml"))


def check_interpolates(bands: Sequence[InputBand], what: str, advice: str) -> None:
    """Raise InputError if bands contain classes, whose values must not be interpolated.

    Parameters
    ----------
    bands
        Bands of one file.
    what
        Parameter and value that require interpolation, for the message.
    advice
        Alternative to suggest, for the message.

    Raises
    ------
    InputError
        A band has a colour table, or the file has category names.
    """
    first = bands[0]
    palette = next((band for band in bands if band.is_palette), None)
    if palette is None and not has_category_names(first.path):
        return
    reason = "category names" if palette is None else "a colour table"
    raise InputError(
        f"{first.path}, band {(palette or first).band} has {reason}, so its values are classes, but {what} would "
        f"compute values between classes. {advice}, or remove the {reason.removeprefix('a ')} first."
    )


def overview_resampling(bands: Sequence[BandMetadata], dtype: str, paths: Sequence[str], *, computed: bool) -> str:
    """Return the default overview resampling of a result, as an option value of GDAL's COG driver.

    The default is nearest for classes and average otherwise. A single integer band without scale, offset or unit is
    treated as classes because it may contain classes even if no metadata says so.

    Parameters
    ----------
    bands, dtype
        Band metadata and data type of the result.
    paths
        Paths of the source rasters.
    computed
        True if the values are computed and therefore cannot be classes.
    """
    if computed:
        return "AVERAGE"
    colours = [band for band in bands if band.colour != "alpha"]
    if any(band.colormap or band.colour == "palette" for band in colours) or any(map(has_category_names, paths)):
        return "NEAREST"
    plain = len(colours) == 1 and (colours[0].scale, colours[0].offset, colours[0].unit) == (1, 0, "")
    return "NEAREST" if plain and np.issubdtype(array_dtype(dtype), np.integer) else "AVERAGE"


def overview_decisions(profile: OutputProfile) -> list[str]:
    """Return a log line if overviews use nearest resampling; otherwise an empty list."""
    if not profile.is_cog or profile.final_options.get("OVERVIEW_RESAMPLING") != "NEAREST":
        return []
    return [
        "Overviews: nearest resampling, which keeps the original values, as required for classes. For continuous "
        "values, set the creation option OVERVIEW_RESAMPLING=AVERAGE"
    ]
