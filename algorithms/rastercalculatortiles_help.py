"""Help texts of Raster calculator for tiles and of its own parameters."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, LANGUAGE
from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

RASTER_CALCULATOR_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes the same formulas for every raster of a list or folder, by the rules of Parallel raster calculator.",
    ),
    (
        QT_TRANSLATE_NOOP("ParallelRaster", "Each raster in turn is A in the formula."),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Several files are computed at the same time. They share the workers and the memory limit.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each result is named after its raster with the prefix calc_, for example calc_tile_0_1.tif. All results "
            "appear together at the end.",
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
        "Run Tile raster, then this algorithm on the folder of tiles with the formula A@4 / A@3, then Merge tiles.",
    ),
    {
        **CALCULATOR_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the results. Each result is named after its raster with the prefix calc_.",
        ),
    },
    LANGUAGE,
)
