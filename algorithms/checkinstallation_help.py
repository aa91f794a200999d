"""The help of Check installation, and of the parameters that mean something of their own there."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

CHECK_INSTALLATION = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Looks at what this plugin needs and says what is missing, what is wrong, and how to mend it on Debian and "
        "Ubuntu, Windows (OSGeo4W), macOS and with conda.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "It tells the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask and numpy; whether QGIS and "
            "rasterio share one GDAL, and if not, whether that is safe here; which compressions GeoTIFFs may have; "
            "threads and memory of a run; and it tries a run on a small raster. Where a cluster is named, it says "
            "whether that can be reached and has workers of the same version.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "It works where all those packages are missing. Nothing is changed and nothing is fetched. The result OK "
            "is true when the other algorithms will run.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "When another algorithm says that a package is missing, run this one: the page in the results viewer has the "
        "command for your system.",
    ),
    {
        "REPORT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The findings as a page, with the commands that mend them on each system.",
        ),
    },
)
