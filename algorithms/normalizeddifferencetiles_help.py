"""The help of Normalized difference of tiles, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes (A - B) / (A + B) of two bands of every raster of a list, or of a folder, by the rules of Parallel "
        "normalized difference.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Many files are computed at once; workers and working memory are for all of them together.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The results take the names of their rasters with the index's in front, NDVI_tile_0_1.tif say, and appear "
            "together at the end.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A raster whose pixels cannot be read is left out: the others are finished, and the run then fails and "
            "names it. A run that fails otherwise, or is cancelled, leaves the folder as it was.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Where the folder is a set made by Tile raster, with its list tiles.json, that list is what is computed, "
            "and it is written again for the results.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Tile raster, this with the folder of the tiles, then Merge tiles: the model NDVI by way of tiles does so.",
    ),
    {
        **INDEX_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder of the results, which take the names of their rasters with the index's in front.",
        ),
    },
)
