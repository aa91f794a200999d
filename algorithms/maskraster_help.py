"""Help texts that only the Mask raster algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

MASK_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes a copy of a raster and masks out the pixels that a mask layer marks as clouds or as another class.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is hidden if the mask has one of the mask values at this pixel, or if one of the mask bits is "
            "set. If the mask has a different resolution from the input raster, the nearest mask pixel is used. "
            "Pixels outside the mask and pixels that are nodata in the mask are also hidden.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Hidden pixels are marked in the same way as missing pixels of the input. If the input has a nodata value, "
            "hidden pixels are set to this value. If the input has a mask or alpha band instead, hidden pixels are "
            "marked in the mask or alpha band. If the input has none of these, an internal mask marks hidden pixels. "
            "You can also choose a different nodata value or an internal mask. An internal mask cannot be combined "
            "with a nodata value, because programs would then ignore the nodata value.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type, scale, colours and all other metadata are kept, except statistics and overviews. If no pixel "
            "in a block of a GeoTIFF changes, the block is copied without decoding. If an internal mask marks the "
            "hidden pixels, all blocks are copied.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output file appears only when it is complete and verified. A run that fails or is cancelled leaves "
            "no files behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To mask out clouds in the true-colour image of a Sentinel-2 scene, set the mask to the SCL file of the scene "
        "and the mask values to 8,9. To write only a preview, set the overview to 0.",
    ),
    {
        "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands to write. If empty, all bands are written."),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview to mask; 0 is the first and largest. The output has the grid of the overview, and "
            "the mask is read at full resolution. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is "
            "set on the layer, the overview that this option selects.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
        "KEEP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Reverses the mask: pixels with the mask values or bits are kept, and all others are hidden. The buffer "
            "then extends the hidden areas into the kept areas, so the kept areas shrink.",
        ),
        "MARK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            '"As in the input" uses the first of these that the input has: nodata value, mask, alpha band. If it has '
            "none of them, an internal mask is used. An internal mask is possible only if the input has no nodata "
            "value.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nodata value of the output, used only if hidden pixels are set to a nodata value. If empty, the nodata "
            "value of the input is used. If a visible pixel already has this value, the run ends with an error.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken "
            "from the input if it is a GeoTIFF without lossy compression; otherwise the output has blocks of 512 x "
            "512 pixels, DEFLATE compression and a suitable predictor. Blocks of the input can be copied without "
            "decoding only if the output is stored with the same creation options as the input.",
        ),
    },
)
