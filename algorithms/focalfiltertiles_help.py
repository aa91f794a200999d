"""Help texts that only the Focal filter for tiles algorithm uses."""

from __future__ import annotations

from .shared.focal_help import FOCAL_PARAMETERS
from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

FOCAL_FILTER_TILES = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Applies the same filter to every raster in a list or folder, by the same rules as "Focal filter".',
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each raster is filtered on its own, without the pixels of neighbouring rasters. To filter tiles without "
            'seams, let the tiles overlap: run "Tile raster" with an overlap of at least the radius of the filter in '
            'pixels (for the Gaussian filter, sigma times the value of "Radius of the Gaussian filter (multiples of '
            'sigma)"), then this algorithm, then "Merge tiles", which trims the overlap. The merged raster is '
            "identical, bit for bit, to the result of filtering the whole raster at once.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Several rasters are processed at the same time. They share the workers and the memory limit.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Each output file has the name of its input raster, prefixed with the method, for example "
            "median_tile_0_1.tif. All output files appear together at the end of the run.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "If the pixels of a raster cannot be read, the other rasters are still filtered. The run then fails, and "
            "the error message contains the path of the unreadable raster. A run that fails for any other reason or is "
            "cancelled leaves the output folder unchanged.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'If the input folder contains a tiles.json file (the list of tiles that "Tile raster" writes), the tiles '
            "in that list are filtered, and a new list is written for the output files.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Run "Tile raster" with an overlap of 8 pixels, then this algorithm on the folder of tiles with Gaussian and '
        'sigma 2, then "Merge tiles" on the output folder.',
    ),
    {
        **FOCAL_PARAMETERS,
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Numbers of the bands to filter in each raster, counted from 1 and separated by commas. If empty, all "
            "bands except an alpha band are filtered.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Folder for the output files. Each output file has the name of its input raster, prefixed with the method.",
        ),
    },
)
