"""Help texts of Normalized difference of tiles and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes the same spectral index (A - B) / (A + B) for every raster of a list or folder, by the rules of "
        "Parallel normalized difference.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Several files are computed at the same time. They share the workers and the memory limit.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each result has the name of its raster with the index in front, for example NDVI_tile_0_1.tif. All "
            "results appear together at the end.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the pixels of a raster cannot be read, the other rasters are still completed. The run then fails with "
            "a message that names the raster. A run that fails for another reason or is cancelled leaves the output "
            "folder unchanged.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the input folder contains a list of tiles from Tile raster (tiles.json), the tiles in the list are "
            "computed and a new list is written for the results.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Run Tile raster, then this algorithm on the folder of tiles, then Merge tiles. The model NDVI by way of tiles "
        "runs these three steps.",
    ),
    {
        **INDEX_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the results. Each result has the name of its raster with the index in front.",
        ),
    },
)
