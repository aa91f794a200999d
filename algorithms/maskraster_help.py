"""Help texts of Mask raster and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.mask_help import PRODUCT_MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

MASK_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Writes a copy of a raster in which clouds, or any other classes of a second layer, are hidden in all bands.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is hidden if the mask has one of the mask values or bits there. The mask may have a different "
            "resolution and extent: the nearest mask pixel counts. Pixels outside the mask and pixels that are nodata "
            "in the mask are hidden as well.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Hidden pixels are marked as the input marks missing pixels: by its nodata value; without one, by its mask "
            "or an alpha of 0; and if it has neither, by a mask inside the output file. You can also choose a nodata "
            "value or a mask yourself. A mask cannot be combined with a nodata value, because programs then ignore "
            "the nodata value.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type, scale, colours and all other metadata are kept, except statistics and overviews. Blocks of a "
            "GeoTIFF in which no pixel changes are copied without decoding; if a mask inside the file marks the hidden "
            "pixels, these are all blocks.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output file appears only when it is complete and verified. A run that fails or is cancelled leaves "
            "no files behind.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To hide clouds in the true-colour image of a Sentinel-2 scene, set the mask to the SCL file of the scene and "
        "the mask values to 8,9. With overview 0, a preview at half the resolution is written.",
    ),
    {
        "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands to write. If empty, all bands are written."),
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview to mask; 0 is the first and largest. The output has the grid of the overview, and "
            "the mask is read at full resolution. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set "
            "on the layer, the overview that it selects.",
        ),
        **PRODUCT_MASK_PARAMETERS,
        "KEEP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Reverses the mask: pixels with the mask values or bits are kept, and all others are hidden. The buffer "
            "then grows the areas that are not kept.",
        ),
        "MARK": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            '"As in the input" uses the nodata value, mask or alpha band of the input, in this order, or otherwise '
            "an internal mask. An internal mask is possible only if the input has no nodata value.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that hidden pixels get if a nodata value marks them. It is required if the input has no nodata "
            "value. The run ends with an error if a visible pixel has this value.",
        ),
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken "
            "from the input if it is a GeoTIFF without lossy compression; otherwise the output has blocks of 512 x 512 "
            "pixels, DEFLATE compression and a suitable predictor. Blocks can be copied only if the output is stored "
            "like the input.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GeoTIFF, which appears only when it is complete and verified.",
        ),
    },
)
