"""Help texts that only the Tile raster algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

TILE_RASTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Splits a raster into GeoTIFF tiles by columns and rows, by tile size in pixels or map units, or by polygons "
        "(one tile per polygon), on all CPU cores.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A tile consists of a core and, if you set an overlap, pixels of the neighbouring tiles around the core. "
            "If you split the raster by columns and rows or by tile size, every pixel of the raster is in exactly one "
            'core. The only exception is "Drop the last tile", which leaves out pixels at the edges of the raster.',
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles keep the data type, nodata value, scale, offset, unit, description, colours, mask or alpha band, "
            "metadata and CRS of the input. The log lists properties that a GeoTIFF cannot store. Creation options "
            "that you do not set are taken from the input if it is a tiled GeoTIFF without lossy compression.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The output folder contains the tiles, the list of tiles (tiles.json) and, unless GDAL would misread it, a "
            "virtual mosaic of the tile cores. An older set of tiles in the folder is replaced only when the new set "
            "is complete; other files are never changed. A run that fails or is cancelled leaves the existing files in "
            'the folder unchanged. Select "Resume an unfinished run" to continue an interrupted run.',
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is valid if at least one of its bands has a finite value that is not nodata, and if no mask or "
            "alpha band hides the pixel.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Split a raster of 10,980 x 10,980 pixels into tiles of 2048 x 2048 pixels with an overlap of 32 pixels. A "
        'filter applied to the tiles then finds the neighbouring pixels that it needs at the tile edges. "Merge tiles" '
        "trims the overlap.",
    ),
    {
        "CREATION_OPTIONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "GDAL creation options of the tiles, for example COMPRESS=ZSTD. Options that you do not set are taken "
            "from the input if it is a tiled GeoTIFF without lossy compression; otherwise the tiles have blocks of "
            "512 x 512 pixels, DEFLATE compression and a suitable predictor.",
        ),
        "TILING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "How tiles are laid out. Parameters of the other layouts are ignored.",
        ),
        "COLUMNS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Number of columns of tiles. Used only with "Columns and rows". The widths of the tiles differ by at most '
            "one pixel.",
        ),
        "ROWS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Number of rows of tiles. Used only with "Columns and rows". The heights of the tiles differ by at most '
            "one pixel.",
        ),
        "TILE_WIDTH": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Width of a tile in pixels or map units, depending on "Tiling". A width in map units is rounded to a whole '
            "number of pixels.",
        ),
        "TILE_HEIGHT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Height of a tile in pixels or map units, depending on "Tiling". A height in map units is rounded to a '
            "whole number of pixels.",
        ),
        "POLYGONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "For each polygon, one tile is written. It covers the bounding box of the polygon and is nodata outside "
            "the polygon.",
        ),
        "NAME_FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Field whose values name the tiles. Feature IDs are used if no field is set, and for polygons without a "
            "value.",
        ),
        "OVERLAP": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of pixels that are added from the neighbouring tiles on each side of a tile. Nothing is added "
            "beyond the edge of the raster or, if you set an extent, beyond the edge of the extent. Filters need these "
            "pixels at the edges of the tiles.",
        ),
        "REMAINDER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What to do with the last tiles if the width or height of the raster, or of the extent if you set one, is "
            "not a multiple of the tile size.",
        ),
        "ALIGNMENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Position of the tile edges. By default, the first tile begins at the upper left corner of the raster or, "
            'if you set an extent, of the extent. With "CRS coordinates that are multiples of the tile size", rasters '
            "in the same CRS that are split with the same tile size have the same tile edges.",
        ),
        "BANDS": QT_TRANSLATE_NOOP("ParallelRaster", "Bands to write. If empty, all bands are written."),
        "SKIP_EMPTY": QT_TRANSLATE_NOOP("ParallelRaster", "Tiles without any valid pixels are not written."),
        "MIN_VALID": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Tiles whose percentage of valid pixels is below this value are not written. 0 keeps all tiles.",
        ),
        "NAME_TEMPLATE": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "{name} is the name of the input raster. {row} and {col} are the row and column of the tile, counted from "
            "0. If you split the raster by polygons, {id} is the name or feature ID of the polygon; otherwise, it is "
            "the sequential number of the tile, counted from 0. {x} and {y} are the coordinates of the upper left "
            "corner of the core. All other text is kept. If empty, the template is {name}_{id} for polygons, and "
            "{name}_{row}_{col} otherwise.",
        ),
        "RESUME": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Keeps the tiles that an unfinished run with the same input and parameters has completed, and writes only "
            "the missing tiles.",
        ),
        "MAX_TILES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A run that would write more tiles than this number is rejected. This limit prevents huge numbers of "
            "files if you mistype the tile size.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the tiles, the list of tiles (tiles.json) and a virtual mosaic of the tiles.",
        ),
        "TILE_INDEX": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Polygon layer with one feature per tile. Its fields contain the tile's file, position, ID and share of "
            "valid pixels.",
        ),
    },
)
