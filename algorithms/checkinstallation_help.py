"""Help texts of Check installation and of its own parameters."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

CHECK_INSTALLATION = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Checks the software that this plugin needs and reports what is missing or broken, and how to fix it on Debian "
        "and Ubuntu, Windows (OSGeo4W), macOS and with conda.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The report lists the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask and numpy, the "
            "compression methods for GeoTIFFs, and the threads and memory of a run. It states whether QGIS and "
            "rasterio share one GDAL and, if not, whether that is safe. A small raster is processed as a test. If you "
            "set a cluster, the report states whether it can be reached and has workers of the same version.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The check also works if all those packages are missing. It changes nothing and downloads nothing. The "
            "output OK is true if the other algorithms can run.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Run this algorithm if another one reports a missing package: the report in the results viewer contains the "
        "command for your system.",
    ),
    {
        "REPORT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "HTML page with the findings and the commands that fix them on each system.",
        ),
    },
)
