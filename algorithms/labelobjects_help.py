"""Help texts of the algorithm Label objects and of parameters that no other algorithm has."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, GRID_RULE, LANGUAGE
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

LABEL_OBJECTS = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Gives each group of connected pixels an id: the pixels are selected by a formula, such as a threshold. The "
        "result is a raster of ids and, if requested, a table with the size, area, bounds and centroid of each "
        "object.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel belongs to an object if the formula gives a valid number other than 0 for it. All other pixels "
            "are 0 in the output, which is its nodata value.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Ids are 1 and up, in the order of the first pixel of each object, row by row. They are the same for any "
            "chunk size and number of workers, and the same as those of scipy.ndimage.label for the whole raster. If "
            "small or large objects are left out, ids are given afterwards.",
        ),
        GRID_RULE,
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Objects are found first and written afterwards; with little memory, the inputs are read twice. At most 20 "
            "million objects are allowed, fewer if the memory limit is low; an object counts once in each part of the "
            "raster that is read at a time. Small objects that are left out do not count, except where they touch the "
            "edge of such a part.",
        ),
        QT_TRANSLATE_NOOP("ParallelRaster", "This algorithm requires the Python package scipy, version 1.10 or newer."),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'For a raster of NDWI values, "A > 0.2" with a smallest object of 100 pixels gives each lake of at least 100 '
        "pixels an id. With pixels of 10 m, that is 1 hectare. The table then lists the area of each lake in square "
        'metres. To get polygons, use the result as the input of "Polygonize (raster to vector)".',
    ),
    {
        **{name: CALCULATOR_PARAMETERS[name] for name in ("SCALING", "SCALE", "OFFSET")},
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Up to 200 raster layers of the project or raster files. Letters in the formula stand for the rasters, "
            "in the order of this list: A, B ... Z, AA, AB and so on.",
        ),
        "EXPRESSION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One formula in the language of the raster calculator, for example A@4 > 100 or A > 0.2 and B = 1. The "
            "help lists all operators and functions.",
        ),
        "CONNECTIVITY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether pixels that touch only at a corner are connected. If they are, thin diagonal lines stay one "
            "object.",
        ),
        "MIN_SIZE": QT_TRANSLATE_NOOP("ParallelRaster", "Objects with fewer pixels are left out. 1 keeps all objects."),
        "MAX_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Objects with more pixels are left out. If empty, there is no limit."
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview in which objects are found, for a quick preview; 0 is the first and largest "
            "overview. The output has the grid of the overview. -1 uses full resolution.",
        ),
        "TABLE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Table without geometry, one row per object: id, number of pixels, area in square map units (empty in a "
            "geographic CRS), bounds (xmin, ymin, xmax, ymax) and centroid (x, y), the mean of the pixel centres.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
    },
    LANGUAGE,
)
