"""Help texts of Parallel raster calculator and of its own parameters."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, GRID_RULE, LANGUAGE
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

RASTER_CALCULATOR = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes any formula from the bands of one or several rasters, chunk by chunk on all CPU cores; each line of "
        "the formula becomes one output band.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if all values that the formula uses for it are valid; for if(), these are the condition "
            "and the chosen branch. All other pixels become nodata. Only isnodata(), coalesce() and count() accept "
            "nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas are computed in 64-bit floating point, and the results are rounded once, to the output data "
            "type. A division by zero gives nodata; the number of such results is reported.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas that QGIS and other calculators interpret differently are rejected until you add parentheses. "
            "For example, write -(a^b) instead of -a^b, and (a^b)^c instead of a^b^c.",
        ),
        GRID_RULE,
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output file appears only when it is complete and verified. A run that fails or is cancelled leaves no"
            " files behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "The formula evi: 2.5 * (A@4 - A@3) / (A@4 + 6 * A@3 - 7.5 * A@1 + 1) computes the EVI of a Landsat image in "
        "reflectance. A@1 - B@1 computes the difference between two dates. A@1 > 100 and A@1 < 200 is 1 for all values"
        " in that range.",
    ),
    {
        **CALCULATOR_PARAMETERS,
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Layers of the project or files, at most 200. The formula refers to them by letters in the order of the "
            "list: A, B ... Z, AA, AB and so on.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
    },
    LANGUAGE,
)
