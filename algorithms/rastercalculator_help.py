"""Help texts that only the Parallel raster calculator algorithm uses."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, GRID_RULE, LANGUAGE
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

RASTER_CALCULATOR = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes any formula from the bands of one or several rasters, chunk by chunk on all CPU cores. Several "
        "formulas, one per line, give several output bands.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel of the output is valid if all values that the formula uses for this pixel are valid; all other "
            "pixels are nodata. An if() uses only the condition and the branch that the condition selects. Only "
            "isnodata(), coalesce() and count() accept nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas are computed in 64-bit floating point, and each result is rounded once, to the output data "
            "type. If a formula divides by zero, the result is nodata; the number of such results is reported.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If a formula has different meanings in QGIS and in other calculators, it is rejected until you add "
            "parentheses. For example, write -(a^b) instead of -a^b, and (a^b)^c instead of a^b^c.",
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
        'For a Landsat 7 reflectance image, "evi: 2.5 * (A@4 - A@3) / (A@4 + 6 * A@3 - 7.5 * A@1 + 1)" computes '
        'the EVI and names the output band evi. For two rasters from different dates, "A@1 - B@1" computes the '
        'difference. "A@1 > 100 and A@1 < 200" is 1 for all values between 100 and 200, and 0 for all other values.',
    ),
    {
        **CALCULATOR_PARAMETERS,
        "INPUTS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Up to 200 rasters: layers of the project, or files. Letters in the formula stand for the rasters, "
            "in the order of this list: A, B ... Z, AA, AB and so on.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
    },
    LANGUAGE,
)
