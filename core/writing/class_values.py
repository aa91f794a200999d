"""Rasters of classes: their values name something, so no value between two of them means anything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import InputError
from ..raster.dtypes import array_dtype
from ..reading.metadata import BandMetadata, mentions
from ..reading.readers import InputBand
from .creation_options import OutputProfile

INTERPOLATING = ("bilinear", "cubic", "average")
"""Words of `choices.RESAMPLING` that compute values between those of the pixels."""

BLENDING = ("mean", "median", "feather")
"""Words of `choices.MERGE_METHODS` that do."""


def has_category_names(path: str) -> bool:
    """Return whether a raster names its values, in a VRT or in the file that GDAL keeps beside it."""
    return any(mentions(file, "CategoryNames") for file in (path, path + ".aux.xml"))


def check_interpolates(bands: Sequence[InputBand], what: str, advice: str) -> None:
    """Return when values between those of the bands mean something.

    Parameters
    ----------
    bands
        Bands of one file.
    what
        Parameter and word that ask for such values.
    advice
        What to choose instead.

    Raises
    ------
    InputError
        A band has a colour table, or the file names its values; names the band.
    """
    first = bands[0]
    palette = next((band for band in bands if band.is_palette), None)
    if palette is None and not has_category_names(first.path):
        return
    reason = "category names" if palette is None else "a colour table"
    raise InputError(
        f"{first.path}, band {(palette or first).band} has {reason}: its values are classes, and {what} would compute "
        f"values between them. {advice}, or remove {'them' if palette is None else 'the table'} first."
    )


def overview_resampling(bands: Sequence[BandMetadata], dtype: str, paths: Sequence[str], *, computed: bool) -> str:
    """Return how the overviews of a result are made unless the user says so: a word of GDAL's COG driver.

    Nearest for classes, else the average. A single band of whole numbers without scale, offset and unit may hold
    classes too, and no file tells: nearest is never wrong there.

    Parameters
    ----------
    bands, dtype
        What the bands of the result say of themselves, and its type.
    paths
        Its sources.
    computed
        Whether its values are computed, so that they are no classes.
    """
    if computed:
        return "AVERAGE"
    colours = [band for band in bands if band.colour != "alpha"]
    if any(band.colormap or band.colour == "palette" for band in colours) or any(map(has_category_names, paths)):
        return "NEAREST"
    plain = len(colours) == 1 and (colours[0].scale, colours[0].offset, colours[0].unit) == (1, 0, "")
    return "NEAREST" if plain and np.issubdtype(array_dtype(dtype), np.integer) else "AVERAGE"


def overview_decisions(profile: OutputProfile) -> list[str]:
    """Return the line of the log about overviews that are not averaged; none where there are no such."""
    if not profile.is_cog or profile.final_options.get("OVERVIEW_RESAMPLING") != "NEAREST":
        return []
    return [
        "Overviews: nearest, so that they hold no value that the pixels have not, as classes need it; for continuous "
        "values give the creation option OVERVIEW_RESAMPLING=AVERAGE"
    ]
