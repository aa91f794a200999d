"""Help on the formula language, and help texts of parameters that both raster calculators share."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

LANGUAGE = (
    ("A@1", QT_TRANSLATE_NOOP("ParallelRaster", "band 1 of the first raster")),
    (
        'A["nir"], "layer@1"',
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'the band of A whose description is "nir"; band 1 of the raster named "layer"',
        ),
    ),
    ("A", QT_TRANSLATE_NOOP("ParallelRaster", "the only band of A; if A has several bands, each band in turn")),
    ("+ - * / ^", QT_TRANSLATE_NOOP("ParallelRaster", "arithmetic; ^ raises to a power")),
    ("= != < <= > >=", QT_TRANSLATE_NOOP("ParallelRaster", "comparisons; the result is 1 (true) or 0 (false)")),
    ("and or not", QT_TRANSLATE_NOOP("ParallelRaster", "logical operations; 0 is false, every other number is true")),
    (
        "if(c, a, b)",
        QT_TRANSLATE_NOOP("ParallelRaster", "the value a if the condition c is not 0, otherwise the value b"),
    ),
    (
        "min max mean sum median",
        QT_TRANSLATE_NOOP(
            "ParallelRaster", "minimum, maximum, mean, sum or median of several values, for example max(A@1, 0)"
        ),
    ),
    (
        "abs sqrt exp ln log10 sin cos tan asin acos atan atan2",
        QT_TRANSLATE_NOOP("ParallelRaster", "mathematical functions; angles are in radians"),
    ),
    (
        "floor ceil round",
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "round down, round up, or round to the nearest whole number (halves to the nearest even number)",
        ),
    ),
    ("clip(x, lo, hi)", QT_TRANSLATE_NOOP("ParallelRaster", "x limited to the range from lo to hi")),
    (
        "bits(x, lo, hi)",
        QT_TRANSLATE_NOOP("ParallelRaster", "the number encoded in bits lo to hi of x; bits are counted from 0"),
    ),
    ("isnodata(x)", QT_TRANSLATE_NOOP("ParallelRaster", "1 if x is nodata, otherwise 0")),
    ("coalesce(x, y)", QT_TRANSLATE_NOOP("ParallelRaster", "the first value that is not nodata")),
    ("count(x, y)", QT_TRANSLATE_NOOP("ParallelRaster", "the number of values that are not nodata")),
    ("nodata, pi", QT_TRANSLATE_NOOP("ParallelRaster", "nodata; the number pi")),
)
"""Syntax and meaning of each part of the formula language."""

GRID_RULE = QT_TRANSLATE_NOOP(
    "ParallelRaster",
    "The output has the grid of the first raster. The other rasters can have a different extent if their pixels "
    "coincide with the pixels of the first raster; outside its extent, a raster counts as nodata. A raster on any "
    "other grid is rejected unless you choose a resampling method.",
)
"""Paragraph on the grids of the inputs, for algorithms that compute formulas from several rasters."""

CALCULATOR_PARAMETERS = {
    "EXPRESSION": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Each line, or each part between semicolons, becomes one band of the output, for example (A@4 - A@3) / (A@4 + "
        "A@3). To name the band, put a name and a colon in front of the formula. The help lists all operators and "
        "functions.",
    ),
    "SCALING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Which scale and offset are applied to the stored values before the formula is computed.",
    ),
    "SCALE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'The formula is computed with stored value * scale + offset. Used only if you choose "Scale and offset below".',
    ),
    "OFFSET": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number that is added after multiplying by the scale, for example -0.1 with scale 0.0001 for Sentinel-2 since "
        '2022, or -0.2 with scale 0.0000275 for Landsat Collection 2. Used only if you choose "Scale and offset '
        'below".',
    ),
    "OVERVIEW": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number of the overview from which the formulas are computed, for a quick preview; 0 is the first and "
        "largest overview. The output has the grid of the overview. -1 uses full resolution.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Automatic uses Byte if every formula is a comparison, a logical operation or isnodata(), and Float32 "
        "otherwise. Results outside the range of an integer type become nodata, and their number is reported; integers "
        "never wrap around.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the output. If empty, it is -9999 for floating-point types, the lowest "
        "value of signed integer types and the highest value of unsigned integer types.",
    ),
}
