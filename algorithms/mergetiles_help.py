"""Help texts that only the Merge tiles algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

MERGE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Merges any number of rasters into one raster, chunk by chunk on all CPU cores. Only a few files are open at "
        "a time, so you can merge thousands of tiles.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if its value is finite and not nodata, and if no mask or alpha band of its file hides "
            "it. Invalid pixels never hide valid pixels of other rasters.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "By default, nodata applies to each band separately: if a pixel is nodata in one band, its values in the "
            "other bands are still used. For this reason, an output pixel can combine bands of several rasters; the "
            "log reports the number of such pixels. A mask or alpha band hides a pixel in all bands. If the output has "
            "a mask but no nodata value, the mask marks every pixel with at least one valid band as valid, and the "
            "invalid bands of such a pixel contain 0. The log reports the number of pixels with invalid bands. To "
            'write nodata instead of 0, set "Output nodata (empty: automatic)".',
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            '"First valid" takes each pixel from the first raster in the list in which this pixel is valid, and "Last '
            'valid" takes it from the last such raster. With both methods, tiles that "Tile raster" has listed in a '
            "tiles.json file contribute only their cores, without the overlap. The other methods use whole tiles. "
            '"Feather" weights each raster by the distance of the pixel from the edge of this raster. This smooths '
            "the seams.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixels are never shifted silently, and values are never clipped or wrapped. A raster is rejected if its "
            "number of bands, scale, offset or CRS differs from that of the first raster, or if its pixels are more "
            "than 0.01 pixels off the grid of the first raster; the error message states how the rasters differ. To "
            "accept a different CRS or grid, choose a resampling method. The automatic data type can hold every input "
            "value. If you choose a data type, the run fails if a value of the result is outside the range of this "
            "type, is an integer that a floating-point type cannot represent exactly, or has a fraction that an "
            "integer type cannot store. Only means, medians and feathered values are rounded to integers in an integer "
            "type. A floating-point type rounds all values with fractions to its precision. Nodata, colours, units and "
            "metadata are kept if they are the same in all rasters.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output file appears only when it is complete and verified. A run that fails or is cancelled leaves no "
            'files behind. With "First valid" and "Last valid", an output whose name ends in .vrt is a virtual mosaic, '
            "which refers to the input rasters and needs almost no disk space.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Set "Input folder" to a folder of tiles from "Tile raster" to restore the original raster bit for bit.',
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the output, for example COMPRESS=ZSTD. Options that you do not set are taken "
            "from the first input if it is a tiled GeoTIFF without lossy compression; otherwise the output has blocks "
            "of 512 x 512 pixels, DEFLATE compression and a suitable predictor.",
        ),
        "METHOD": QT_TRANSLATE_NOOP(
            "ParallelRaster", "How an output pixel is computed if it is valid in several rasters."
        ),
        "FEATHER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Distance from the edge of a raster, in pixels, at which the raster reaches its full weight. Used only "
            'with "Feather".',
        ),
        "TRIM_OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles that are listed in a tiles.json file contribute only their cores, without the overlap. Used only "
            'with "First valid" and "Last valid".',
        ),
        "PIXEL_RULE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'With "Each band separately", each band is merged on its own, so the bands of an output pixel can come '
            'from several rasters. With "All bands from the same raster, for pixels valid in at least one '
            'band", all bands of an output pixel come from the same raster; this works only with "First valid" and '
            '"Last valid". With "Only pixels that are valid in all bands", a pixel of a raster is used only if all its '
            "bands are valid; this works with every method.",
        ),
        "RESOLUTION": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixel size of the output if the pixel sizes of the rasters differ. Every choice except "
            '"Same pixel size in all rasters (reject different sizes)" requires a resampling method.',
        ),
        "PIXEL_SIZE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Width and height of an output pixel in map units. Used only if "Pixel size" is set to "Pixel size below".',
        ),
        "RESAMPLING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Method for resampling rasters to the grid and CRS of the output, which are based on the first raster. "
            "Used only for rasters whose pixels do not coincide with the output's pixels.",
        ),
        "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Value that marks missing pixels in the output. If empty, the nodata value that all rasters share is "
            "used. If the rasters share no nodata value, missing pixels are NaN in a floating-point output and hidden "
            "by a mask in an integer output.",
        ),
        "DATA_TYPE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Data type of the output bands. The run fails if this data type cannot hold every value of the result. "
            "Means, medians and feathered values are rounded to the data type. A floating-point type also rounds other "
            "values with fractions to its precision.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Output GeoTIFF. The file appears only when it is complete and verified. With "First valid" and "Last '
            'valid", a name that ends in .vrt creates a virtual mosaic instead.',
        ),
    },
)
