"""The help of Tile raster, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

TILE_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Cuts a raster into GeoTIFFs on all processors: into columns and rows, into tiles of a size in pixels or map "
        "units, or into one tile per polygon.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every pixel lies in the core of exactly one tile, also where the size does not divide. Overlap adds "
            "pixels of the neighbours around the core.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles keep type, nodata, scale, offset, unit, description, colours, mask or alpha, metadata and CRS; the "
            "log names what a GeoTIFF cannot hold. Creation options that are not given are those of the input where "
            "that is a tiled, lossless GeoTIFF.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The folder then holds the tiles, their list (tiles.json) and a virtual mosaic of the cores. A run that "
            "fails or is cancelled leaves it as it was; an older set of tiles in it is replaced when the new one is "
            "complete; other files are never touched. With Resume an interrupted run goes on where it was.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid where at least one band has a value (finite, not nodata) and no mask or alpha hides it.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "An image of 10,980 x 10,980 pixels in tiles of 2048 with an overlap of 32 gives a filter the neighbours that "
        "it needs; Merge tiles then leaves the overlap out again.",
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How GDAL stores the tiles, e.g. COMPRESS=ZSTD. What is not given is as in the input where that is a "
            "tiled, lossless GeoTIFF, else tiled, 512 x 512, DEFLATE with a predictor that fits.",
        ),
        "TILING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What decides where the tiles are; the parameters of the other ways are not used.",
        ),
        "COLUMNS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of tiles beside each other, for columns and rows. Their widths differ by one pixel at most.",
        ),
        "ROWS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of tiles below each other, for columns and rows. Their heights differ by one pixel at most.",
        ),
        "TILE_WIDTH": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "In pixels, or in map units, rounded to whole pixels, as chosen above.",
        ),
        "TILE_HEIGHT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "In pixels, or in map units, rounded to whole pixels, as chosen above.",
        ),
        "POLYGONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One tile per feature: its bounding box, in which pixels outside the polygon become nodata.",
        ),
        "NAME_FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Its values become the id in the names of the tiles. Empty: the ids of the features.",
        ),
        "OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Pixels of the neighbours on each side, cut at the raster's edge; for filters, which need to see beyond "
            "the tile.",
        ),
        "REMAINDER": QT_TRANSLATE_NOOP(
            "ParallelRaster", "What happens at the right and lower edge, for tiles of a size."
        ),
        "ALIGNMENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Whole multiples of the tile size make two rasters of one CRS tile alike.",
        ),
        "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands that the tiles have. None chosen: all."),
        "SKIP_EMPTY": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles without one valid pixel are not written."),
        "MIN_VALID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles with a smaller share of valid pixels are not written. 0 keeps every tile.",
        ),
        "NAME_TEMPLATE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "{name} of the input, {row} and {col} from 0, {id} a running number or the polygon's name, {x} and {y} of "
            "the upper left corner of the core; all else as it stands. Empty: {name}_{row}_{col}, for polygons "
            "{name}_{id}.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the tiles that an unfinished run with the same input and parameters completed, and goes on from "
            "there.",
        ),
        "MAX_TILES": QT_TRANSLATE_NOOP("ParallelRaster", "Saves you from a million files by a slip of the keyboard."),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder of the tiles, their list (tiles.json) and a virtual mosaic of them.",
        ),
        "TILE_INDEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "One polygon per tile with its file, place, name and share of valid pixels.",
        ),
    },
)
