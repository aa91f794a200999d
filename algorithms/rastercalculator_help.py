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
            "A pixel is valid if all bands that the formula uses for it are valid; of if(), the condition and the "
            "chosen branch. All other pixels become nodata. Only isnodata(), coalesce() and count() accept nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas are computed in 64-bit floating point and rounded once, to the output data type. A division by "
            "zero becomes nodata and is counted.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Formulas that calculators read differently are rejected: write -(a^b), (a^b)^c and (a and b) or c with "
            "parentheses.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output has the grid of the first raster. Other rasters may have another extent if their pixels "
            "coincide with those of the first; they are nodata outside it. Any other grid is rejected unless you choose "
            "a resampling method.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing "
            "behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "evi: 2.5 * (A@4 - A@3) / (A@4 + 6 * A@3 - 7.5 * A@1 + 1) computes the EVI of a Landsat image scaled to "
        "reflectance. A@1 - B@1 is the difference of two dates, and A@1 > 100 and A@1 < 200 a threshold.",
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
            "Values and ranges, separated by commas. If empty, clouds and cloud shadows are hidden, provided that the "
            "file name is that of a Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state layer.",
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
