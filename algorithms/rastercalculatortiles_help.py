"""Help texts that only the Raster calculator for tiles algorithm uses."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS, LANGUAGE
from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

RASTER_CALCULATOR_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Computes the same formulas for every raster in a list or folder, by the same rules as "Parallel raster '
        'calculator".',
    ),
    (
        QT_TRANSLATE_NOOP("ParallelRaster", "In the formula, A stands for each raster in turn."),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Several rasters are processed at the same time. They share the workers and the memory limit.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each output file has the name of its input raster, prefixed with calc_, for example calc_tile_0_1.tif. "
            "All output files appear together at the end of the run.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the pixels of a raster cannot be read, the formulas are still computed for the other rasters. The run "
            "then fails, and the path of the unreadable raster is given in the error message. A run that fails for any"
            " other reason or is cancelled leaves the output folder unchanged.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the '
            "formulas are computed for the tiles in that list, and a new list is written for the output files.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Run "Tile raster", then this algorithm on the folder of tiles with the formula A@4 / A@3, then "Merge '
        'tiles" on the output folder.',
    ),
    {
        **CALCULATOR_PARAMETERS,
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the output files. Each output file has the name of its input raster, prefixed with calc_.",
        ),
    },
    LANGUAGE,
)
