"""Help texts of Merge tiles and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

MERGE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Merges any number of rasters into one, chunk by chunk on all CPU cores. Only a few files are open at a time, "
        "so you can merge thousands of tiles.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if it is finite, not nodata, and not hidden by a mask or alpha of its own file. Invalid "
            "pixels never hide valid ones.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "By default, nodata applies to each band separately: if one band of a pixel is nodata, its other bands are "
            "still used. The log reports how many pixels combine bands of several rasters for this reason. A mask or "
            "alpha hides all bands of a pixel. If the output has a mask but no nodata value, the mask shows every "
            "pixel with at least one valid band; its other bands contain 0. The log reports the number of such "
            "pixels. To mark them, set Output nodata.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "First and Last take each pixel from the first or last raster in the list in which it is valid. Tiles from "
            "Tile raster (with their list tiles.json) then contribute only their cores, without the overlap. The other "
            "methods use complete tiles. Feather weights each raster by the distance to its edge, so that seams fade.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Values are never shifted, rounded or wrapped silently. Rasters with other bands, scales or offsets than "
            "the first, with another CRS, or more than 0.01 pixel off its grid are rejected, and the message gives the "
            "numbers. Choose a resampling method to accept another CRS or grid. The automatic data type holds every "
            "value; if you choose a type that cannot hold the result, the run fails. Nodata, colours, units and "
            "metadata that are the same in all rasters are kept.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output appears when it is complete and verified. A run that fails or is cancelled leaves nothing "
            "behind. If the output name ends in .vrt, First and Last write a virtual mosaic, which refers to the tiles "
            "and needs almost no disk space.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Set Input folder to a folder of tiles from Tile raster to restore the original raster, bit for bit.",
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken "
            "from the first input if it is a tiled, lossless GeoTIFF; otherwise the output has 512 x 512 blocks, "
            "DEFLATE compression and a suitable predictor.",
        ),
        "METHOD": QT_TRANSLATE_NOOP(
            "ParallelRaster", "How to compute a pixel from several rasters in which it is valid."
        ),
        "FEATHER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For Feather: distance from its edge, in pixels, at which a raster reaches its full weight.",
        ),
        "TRIM_OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For First and Last: tiles listed in a tiles.json contribute only their cores.",
        ),
        "PIXEL_RULE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If bands are merged separately, a pixel takes missing bands from the next raster, so its bands can come "
            "from several rasters. Taking all bands from one raster works with First and Last only; using only pixels "
            "that are valid in all bands works with every method.",
        ),
        "RESOLUTION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixel size of the output if the pixel sizes of the rasters differ. Every choice except the first needs a "
            "resampling method.",
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Width and height of an output pixel. Used only if you choose Pixel size below."
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How to resample rasters with another grid or CRS to the grid and CRS of the first raster.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels in the output. If empty, it is the nodata value that all rasters share; "
            "otherwise NaN, or a mask for integers.",
        ),
        "DATA_TYPE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type of the output bands. The run fails if the type cannot hold a value of the result.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A GeoTIFF, which appears when it is complete and verified, or a virtual mosaic if the name ends in .vrt.",
        ),
    },
)
