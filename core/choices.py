"""Tables of choices: the values that the core accepts for a parameter, and the labels that QGIS shows for them.

Each table maps the values used in Python to their labels. The order of a table is the order of the QGIS enum parameter
and must not change. This module uses only the standard library, since QGIS loads the tables at startup.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from .errors import OptionError


class Index(NamedTuple):
    """A named normalized difference: short name, label, bands of the positive and negative terms, and reference."""

    name: str
    label: str
    term_a: str
    term_b: str
    reference: str = ""


INDEXES: dict[str, Index] = {
    "normalized_difference": Index("ND", "Normalized difference", "A", "B"),
    "ndvi": Index(
        "NDVI", "NDVI, vegetation", "near infrared", "red",
        "Rouse, Haas, Schell and Deering (1974), Monitoring vegetation systems in the Great Plains with ERTS, "
        "Third ERTS-1 Symposium, NASA SP-351, 309-317",
    ),
    "ndwi": Index(
        "NDWI", "NDWI, open water (McFeeters)", "green", "near infrared",
        "McFeeters (1996), International Journal of Remote Sensing 17(7), 1425-1432",
    ),
    "ndmi": Index(
        "NDMI", "NDMI, moisture", "near infrared", "shortwave infrared 1",
        "Wilson and Sader (2002), Remote Sensing of Environment 80(3), 385-396",
    ),
    "mndwi": Index(
        "MNDWI", "MNDWI, open water (modified)", "green", "shortwave infrared 1",
        "Xu (2006), International Journal of Remote Sensing 27(14), 3025-3033",
    ),
    "ndbi": Index(
        "NDBI", "NDBI, built-up land", "shortwave infrared 1", "near infrared",
        "Zha, Gao and Ni (2003), International Journal of Remote Sensing 24(3), 583-594",
    ),
    "ndsi": Index(
        "NDSI", "NDSI, snow", "green", "shortwave infrared 1",
        "Hall, Riggs and Salomonson (1995), Remote Sensing of Environment 54(2), 127-140",
    ),
    "nbr": Index(
        "NBR", "NBR, burn ratio", "near infrared", "shortwave infrared 2",
        "Lopez Garcia and Caselles (1991), Geocarto International 6(1), 31-37",
    ),
    "gndvi": Index(
        "GNDVI", "GNDVI, green vegetation", "near infrared", "green",
        "Gitelson, Kaufman and Merzlyak (1996), Remote Sensing of Environment 58(3), 289-298",
    ),
    "ndre": Index(
        "NDRE", "NDRE, red edge", "near infrared", "red edge",
        "Barnes and others (2000), Coincident detection of crop water stress, nitrogen status and canopy density using "
        "ground based multispectral data, Fifth International Conference on Precision Agriculture",
    ),
}  # fmt: skip

SENSORS = (
    "auto", "Sentinel-2", "Landsat 4-5", "Landsat 7", "Landsat 8-9", "MODIS", "PlanetScope", "WorldView-2/3", "none",
)  # fmt: skip
"""Sensors whose bands are known. "auto" recognizes the sensor by file and band names; "none" assumes no sensor."""

SCALING = {
    "stored": "Scale and offset stored in the bands",
    "none": "None",
    "given": "Scale and offset below",
}

ZERO_SUM = {"nodata": "Nodata", "zero": "Zero"}

RESAMPLING = {
    "refuse": "None (reject different grids)",
    "nearest": "Nearest",
    "bilinear": "Bilinear",
    "cubic": "Cubic",
    "average": "Average",
}

INDEX_TYPES = {
    "float32": "Float32",
    "int16": "Int16 x 10000",
    "uint8": "Byte 0-200",
}

MERGE_METHODS = {
    "first": "First valid",
    "last": "Last valid",
    "min": "Minimum",
    "max": "Maximum",
    "mean": "Mean",
    "sum": "Sum",
    "count": "Count of valid pixels",
    "median": "Median",
    "feather": "Feather: mean weighted by distance from the raster edge",
}

PIXEL_RULES = {
    "band": "Each band separately",
    "any": "All bands from the same raster, for pixels valid in at least one band",
    "all": "Only pixels that are valid in all bands",
}

RESOLUTIONS = {
    "same": "Same pixel size in all rasters (reject different sizes)",
    "highest": "Highest resolution",
    "lowest": "Lowest resolution",
    "average": "Average",
    "user": "Pixel size below",
}

MERGE_TYPES = {
    "auto": "Automatic: stores all input values without loss",
    "uint8": "Byte",
    "int16": "Int16",
    "uint16": "UInt16",
    "int32": "Int32",
    "uint32": "UInt32",
    "float32": "Float32",
    "float64": "Float64",
}

PIXEL_TYPES = {**MERGE_TYPES, "auto": "Automatic"}
"""Data types in which a pixelwise job can store its results."""

FOCAL_METHODS = {
    "mean": "Mean",
    "gaussian": "Gaussian",
    "median": "Median",
    "min": "Minimum",
    "max": "Maximum",
    "range": "Range",
    "sum": "Sum",
    "std": "Standard deviation",
    "count": "Count of valid pixels",
    "majority": "Majority",
    "sobel": "Sobel (edges)",
    "laplace": "Laplace",
}

FOCAL_SHAPES = {"square": "Square", "circle": "Circle"}

FOCAL_EDGES = {
    "nodata": "Pixels outside are nodata",
    "reflect": "Reflect (mirrored, including the outermost pixels)",
    "nearest": "Nearest pixel inside",
}

NODATA_RULES = {
    "skip": "Skip nodata neighbours, keep nodata pixels",
    "fill": "Skip nodata neighbours, fill nodata pixels",
    "strict": "Nodata wherever a neighbour is nodata",
}

PERIODS = {
    "all": "All scenes together",
    "year": "Year",
    "season": "Season of three months",
    "month": "Month",
    "dekad": "Dekad (a third of a month)",
    "week": "ISO week",
    "day": "Day in UTC",
    "solar_day": "Day in solar time",
    "scene": "Each scene",
}

EMPTY_PERIODS = {"skip": "Leave them out", "nodata": "Fill them with nodata"}
"""How periods without a scene are handled."""

SCENE_VALUES = {"bands": "Bands", "expression": "Formula"}
"""Values that a composite combines: bands or the results of a formula."""

REDUCERS = {
    "median": "Median",
    "mean": "Mean",
    "min": "Minimum",
    "max": "Maximum",
    "std": "Standard deviation",
    "percentile": "Percentile",
    "count": "Count of valid pixels",
    "first": "First valid",
    "last": "Last valid",
    "medoid": "Medoid: the scene closest to all others",
    "best": "Best scene: the highest value of the formula",
}
"""Reducers, which combine the values of several scenes into one value."""

LAYOUTS = {"files": "One file per period", "stack": "One file for all periods"}

STEPS = {"item": "Each item", "solar_day": "Day in solar time", "utc_day": "Day in UTC"}
"""Which items of a catalogue are combined into one scene."""

DUPLICATES = {
    "newest": "Keep the most recently processed version",
    "all": "Keep all",
    "refuse": "Reject them",
}
"""How several versions of the same scene are treated."""

STAC_SCALING = {
    "catalogue": "Scale and offset of the catalogue, with all scenes converted to one offset",
    "none": "None",
    "given": "Scale and offset below",
}

SIGNING = {"as_given": "Use URLs unchanged", "service": "Sign URLs with the service below"}

ON_ERROR = {"fail": "End the run", "skip": "Leave the scene out and list it in the table of items"}
"""What happens if a scene cannot be read."""

MARKS = {
    "input": "As in the input",
    "nodata": "Nodata value",
    "mask": "Internal mask",
}

ZONES = {
    "cells": "Cells",
    "polygons": "Polygon layer",
    "raster": "Zone raster",
}

ZONAL_STATISTICS = {
    "count": "Count of valid pixels",
    "share": "Share of valid pixels (0 to 1)",
    "min": "Minimum",
    "max": "Maximum",
    "mean": "Mean",
    "sum": "Sum",
    "std": "Standard deviation",
    "median": "Median",
    "mode": "Majority",
}

TILING = {
    "grid": "Columns and rows",
    "pixels": "Tile size in pixels",
    "map_units": "Tile size in map units",
    "polygons": "Polygon layer",
}

REMAINDER = {
    "trim": "Trim the last tile",
    "pad": "Pad with nodata",
    "shift": "Shift the last tile inward",
    "drop": "Drop the last tile",
}

ALIGNMENT = {
    "corner": "The raster's upper left corner",
    "crs": "CRS coordinates that are multiples of the tile size",
}

CHIP_MODES = {
    "grid": "Grid",
    "centred": "Centred on points or polygons",
    "random": "Random",
}
"""Positions of training chips."""

CHIP_REMAINDER = {
    "drop": "Leave them out",
    "pad": "Pad with nodata",
    "shift": "Shift inward",
}
"""How chips that extend beyond the raster are treated."""

NORMALIZE = {
    "none": "No",
    "std": "Mean and standard deviation",
    "percentiles": "Percentiles 2 to 98",
}

CHIP_FORMATS = {"tif": "GeoTIFF", "npz": "NumPy archive (.npz)"}


BENCHMARK_CHUNK_SIZES = (256, 512, 1024, 2048, 4096)
"""Edge lengths, in pixels, of the chunks that a benchmark tries by default."""


def resolve_choice(table: Mapping[str, object], value: str, name: str) -> str:
    """Return the key of `table` that matches `value`, ignoring case.

    Raises
    ------
    OptionError
        `value` is not a key of the table; the message lists the keys.
    """
    word = value.lower() if isinstance(value, str) else value
    if word not in table:
        raise OptionError(f"{name} is {value!r}; it must be one of {', '.join(table)}.", parameter=name.lower())
    return word
