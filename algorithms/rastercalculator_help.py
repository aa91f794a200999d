"""Help texts of Parallel raster calculator and of its own parameters."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, LANGUAGE
from .shared.help_texts import Help
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
            "Formulas that QGIS and other calculators interpret differently are rejected until you add parentheses: "
            "write -(a^b), (a^b)^c, and (a and b) or c.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output has the grid of the first raster. The other rasters can cover a different area if their pixels"
            " coincide with those of the first raster; outside their extent they are nodata. A raster on any other "
            "grid is rejected unless you choose a resampling method.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing "
            "behind.",
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
        "MASK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. Its resolution can "
            "differ from that of the rasters.",
        ),
        "MASK_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the mask that contains the values or bits."),
        "MASK_VALUES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values and ranges, separated by commas. If empty, clouds and cloud shadows are hidden; this requires a "
            "Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state layer, recognized by its file name.",
        ),
        "MASK_BITS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bits and ranges, counted from 0. If set, the mask values are ignored. 1-4 hides clouds and cloud shadows "
            "of Landsat's QA_PIXEL. 8-9=2-3 hides pixels whose bits 8 and 9 together have the value 2 or 3.",
        ),
        "MASK_GROW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Also hides all pixels within this distance of a pixel that the values or bits hide, for example the edges "
            "of clouds. The distance is measured on the grid of the mask. Not available for masks in degrees.",
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster", "How to resample rasters whose pixels do not coincide with those of the first raster."
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A GeoTIFF, which appears when it is complete and verified.",
        ),
    },
    LANGUAGE,
)
