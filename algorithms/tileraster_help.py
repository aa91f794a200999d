"""Help texts of Tile raster and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

TILE_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Splits a raster into GeoTIFF tiles on all CPU cores: by columns and rows, by tile size in pixels or map "
        "units, or one tile per polygon.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "With columns and rows or a tile size, every pixel is in the core of exactly one tile; only Drop leaves "
            "out pixels at the edges. Overlap adds pixels of the neighbours around the core.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles keep data type, nodata, scale, offset, unit, description, colours, mask or alpha, metadata and CRS. "
            "The log lists what a GeoTIFF cannot store. Creation options that you do not set are taken from the input "
            "if it is a tiled, lossless GeoTIFF.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output folder contains the tiles, their list (tiles.json) and a virtual mosaic of the cores. An older "
            "set of tiles in the folder is replaced when the new one is complete; other files are never changed. A run "
            "that fails or is cancelled leaves the folder unchanged. Resume continues an interrupted run.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if at least one band has a value (finite, not nodata) and no mask or alpha hides it.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Split a raster of 10,980 x 10,980 pixels into tiles of 2048 pixels with an overlap of 32 pixels, so that a "
        "filter has the neighbouring pixels it needs. Merge tiles removes the overlap again.",
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the tiles, for example COMPRESS=ZSTD. Options that you do not set are taken from "
            "the input if it is a tiled, lossless GeoTIFF; otherwise tiles have 512 x 512 blocks, DEFLATE compression "
            "and a suitable predictor.",
        ),
        "TILING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How tiles are laid out. Parameters of the other layouts are ignored.",
        ),
        "COLUMNS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of tiles side by side, for the layout in columns and rows. Tile widths differ by at most one "
            "pixel.",
        ),
        "ROWS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of tiles one below the other, for the layout in columns and rows. Tile heights differ by at most "
            "one pixel.",
        ),
        "TILE_WIDTH": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "In pixels or map units, depending on the tiling. Map units are rounded to complete pixels.",
        ),
        "TILE_HEIGHT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "In pixels or map units, depending on the tiling. Map units are rounded to complete pixels.",
        ),
        "POLYGONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each feature gives one tile: its bounding box, with nodata outside the polygon.",
        ),
        "NAME_FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Field whose values name the tiles. If empty, feature ids are used.",
        ),
        "OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of pixels of the neighbours that are added on each side, up to the edge of the raster. Filters "
            "need them at tile edges.",
        ),
        "REMAINDER": QT_TRANSLATE_NOOP(
            "ParallelRaster", "What to do with the last tiles if the raster is not a multiple of the tile size."
        ),
        "ALIGNMENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "With multiples of the tile size, different rasters in the same CRS have the same tile edges.",
        ),
        "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands to write. If empty, all bands are written."),
        "SKIP_EMPTY": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles without a valid pixel are not written."),
        "MIN_VALID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles with a lower percentage of valid pixels are not written. 0 keeps all tiles.",
        ),
        "NAME_TEMPLATE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "{name} is the name of the input, {row} and {col} count from 0, {id} is a running number or the name of "
            "the polygon, and {x} and {y} are the coordinates of the core's upper left corner. All other text is kept. "
            "If empty, the template is {name}_{row}_{col}, or {name}_{id} for polygons.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the tiles that an unfinished run with the same input and parameters completed, and writes only the "
            "missing ones.",
        ),
        "MAX_TILES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A run that would write more tiles is rejected. This prevents large numbers of files after a typing error.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the tiles, their list (tiles.json) and a virtual mosaic of the tiles.",
        ),
        "TILE_INDEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Polygon layer with one feature per tile: its file, position, name and share of valid pixels.",
        ),
    },
)
