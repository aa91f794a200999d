"""Help texts that only the Normalized difference of tiles algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.index_help import INDEX_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

NORMALIZED_DIFFERENCE_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes the same spectral index (A - B) / (A + B) for every raster in a list or folder, by the same rules "
        'as "Parallel normalized difference".',
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Several rasters are processed at the same time. They share the workers and the memory limit.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each output file has the name of its input raster, prefixed with the name of the index, for example "
            "NDVI_tile_0_1.tif. All output files appear together at the end of the run.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the pixels of a raster cannot be read, the index is still computed for the other rasters. The run then "
            "fails, and the path of the unreadable raster is given in the error message. A run that fails for any "
            "other reason or is cancelled leaves the output folder unchanged.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the index '
            "is computed for the tiles in that list, and a new list is written for the output files.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Run "Tile raster", then this algorithm on the folder of tiles, then "Merge tiles" on the output folder. The '
        'model "NDVI by way of tiles" runs these three steps.',
    ),
    {
        **INDEX_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the output files. Each file has the name of its input raster, prefixed with the name of the "
            "index (for example NDVI_).",
        ),
    },
)
