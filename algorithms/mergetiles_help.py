"""The help of Merge tiles, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

MERGE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Merges any number of rasters to one, chunk by chunk on all processors. Thousands of tiles work: a few of them "
        "are open at a time.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel counts where it is finite, not nodata, and not hidden by a mask or alpha of its own file; an "
            "invisible pixel never hides a visible one.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nodata counts band by band, unless another rule is chosen for pixels that are nodata in some bands: where "
            "one band of a pixel is nodata, its other bands still count. The log says how many pixels have bands of "
            "several rasters because of that. A mask and alpha hide all bands together. Where the output has a mask "
            "and no nodata value, that mask shows a pixel when any of its bands has a value; how many pixels have an "
            "empty band beside it (it holds 0) is said in the log, and Nodata of the output marks them.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "First and Last take the pixel of the first, or last, raster of the list that has one; tiles of a set that "
            "Tile raster made (with its list tiles.json) give their own pixels and leave their overlap out. The other "
            "methods take whole tiles. Feather weighs each raster by the distance to its edge, so that seams fade.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nothing is shifted, rounded or wrapped in silence: rasters in another CRS, off the grid of the first (by "
            "more than 0.01 pixel), of other bands, scales or offsets are refused with the numbers, unless Resampling "
            "asks for the grid. The automatic type holds every value; a result that a chosen type cannot hold is an "
            "error. What all rasters say alike (nodata, colours, units, metadata) the result says too.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing "
            "behind. A name that ends in .vrt gives a virtual mosaic of First or Last, which names its tiles and takes "
            "no room.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "As Input folder, the folder of tiles that Tile raster made gives the raster back, bit for bit.",
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How GDAL stores the GeoTIFF, e.g. COMPRESS=ZSTD. What is not given is as in the first input where that "
            "is a tiled, lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.",
        ),
        "METHOD": QT_TRANSLATE_NOOP("ParallelRaster", "What a pixel becomes where several rasters have one."),
        "FEATHER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For Feather: pixels from the edge over which the weight of a raster grows to the full.",
        ),
        "TRIM_OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For First and Last: tiles made by Tile raster give their own pixels only, as their list says.",
        ),
        "PIXEL_RULE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "With each band by itself, a pixel that is nodata in some bands gets these from the next raster, so its "
            "bands may come from several. Taking pixels whole works with First and Last; leaving out pixels that are "
            "not complete, with every method.",
        ),
        "RESOLUTION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixel size of the result where the rasters have several. Another than the same for all needs a "
            "resampling.",
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP("ParallelRaster", "In map units; used where pixel size below is chosen."),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Brings rasters that are off the grid, or in another CRS, onto the CRS and grid of the first.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels in the result. Empty: the value that all rasters share, else NaN, or a "
            "mask for integers.",
        ),
        "DATA_TYPE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A type that cannot hold the result is an error; nothing wraps.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A GeoTIFF, which appears when it is complete and verified; with the extension .vrt a virtual mosaic.",
        ),
    },
)
