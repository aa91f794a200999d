"""Help texts of the mask parameters that several algorithms share."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

MASK_PARAMETERS = {
    "MASK": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "A class layer such as Sentinel-2's SCL, or a quality layer such as Landsat's QA_PIXEL. The mask can have a "
        "different resolution from the input raster.",
    ),
    "MASK_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the mask that contains the values or bits."),
    "MASK_VALUES": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Mask values and ranges of values that hide a pixel, separated by commas. For example, 3,8-10 hides pixels "
        "that Sentinel-2's SCL classifies as cloud shadow or cloud.",
    ),
    "MASK_BITS": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Bits and ranges of bits that hide a pixel, counted from 0 and separated by commas. If any bits are set "
        "here, the mask values are ignored. For example, 1-4 hides pixels that Landsat's QA_PIXEL marks as "
        "cloud or cloud shadow, and 8-9=2-3 hides pixels whose bits 8 and 9 together have the value 2 or 3.",
    ),
    "MASK_GROW": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Also hides all pixels within this distance of a pixel hidden by the mask values or bits, for example at the "
        "edges of clouds. The distance is in map units and is measured on the grid of the mask. A buffer cannot be "
        "used if the CRS of the mask is in degrees.",
    ),
}

AUTOMATIC_MASK_VALUES = {
    "MASK_VALUES": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Mask values and ranges of values that hide a pixel, separated by commas. If empty, clouds and cloud "
        "shadows are hidden; this requires a Sentinel-2 SCL, Landsat QA_PIXEL, HLS Fmask or MODIS state layer, "
        "which is recognized by its file name.",
    ),
}
"""Help text of MASK_VALUES for algorithms in which MASK_VALUES may be empty."""
