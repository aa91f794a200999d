"""Help texts that only the Label objects algorithm uses."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, GRID_RULE, LANGUAGE
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

LABEL_OBJECTS = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Finds groups of connected pixels (objects) and gives each object an id. A formula, such as a threshold, "
        "selects the pixels. The result is a raster of ids and, if requested, a table with the size, area, bounds and "
        "centroid of each object.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel belongs to an object if the result of the formula is valid and not 0. All other pixels are 0, "
            "the nodata value of the output.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Objects are numbered 1, 2, 3 and so on, in the order of their first pixels, row by row. The ids are the "
            "same for any chunk size and number of workers. Without size limits, they are identical to the labels of "
            "scipy.ndimage.label for the whole raster. Objects that are too small or too large are left out before the "
            "remaining objects are numbered.",
        ),
        GRID_RULE,
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A run first finds all objects, and then writes their ids. On a cluster, or if the memory limit is low, "
            "the inputs are read twice. At most 20 million objects are allowed, or fewer if the memory limit is low. "
            "Because the raster is read in parts, an object counts towards this maximum once for each part that it "
            "touches. Objects that are too small count towards the maximum only if they touch the edge of a part.",
        ),
        QT_TRANSLATE_NOOP("ParallelRaster", "This algorithm requires the Python package scipy, version 1.10 or newer."),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'For a raster of NDWI values, "A > 0.2" with a minimum object size of 100 pixels gives each lake of at least '
        "100 pixels an id. With pixels of 10 m, 100 pixels cover 1 hectare. The table then lists the area of each lake "
        'in square metres. To get polygons, use the result as the input of "Polygonize (raster to vector)".',
    ),
    {
        **{name: CALCULATOR_PARAMETERS[name] for name in ("SCALING", "SCALE", "OFFSET")},
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Up to 200 rasters: layers of the project, or files. Letters in the formula stand for the rasters, "
            "in the order of this list: A, B ... Z, AA, AB and so on.",
        ),
        "EXPRESSION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'One formula with the syntax of "Parallel raster calculator", for example "A@4 > 100", or '
            '"A > 0.2 and B = 1". The help lists all operators and functions.',
        ),
        "CONNECTIVITY": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whether pixels that touch only at a corner are connected. If such pixels are connected, a thin diagonal "
            "line is a single object.",
        ),
        "MIN_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Objects with fewer pixels than this number are left out. 1 keeps all objects."
        ),
        "MAX_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Objects with more pixels than this number are left out. If empty, there is no limit."
        ),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview in which objects are found, for a quick preview; 0 is the first and largest "
            "overview. The output has the grid of the overview. -1 uses full resolution.",
        ),
        "TABLE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Table without geometry, one row per object: id, number of pixels, area in square map units (empty in a "
            "geographic CRS), bounds (xmin, ymin, xmax, ymax) and centroid (x, y), the mean of the pixel centres. If "
            "the raster has no transform, bounds and centroid are in pixels, and the area is empty.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
    },
    LANGUAGE,
)
