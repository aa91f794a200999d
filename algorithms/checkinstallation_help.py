"""Help texts that only the Check installation algorithm uses."""

from __future__ import annotations

from .shared.help_texts import Help
from .shared.translation import QT_TRANSLATE_NOOP

CHECK_INSTALLATION = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Checks the software that this plugin needs and reports what is missing or broken, and how to fix it on "
        "Debian, Ubuntu, Windows (OSGeo4W) and macOS, or with conda.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The report lists the versions of QGIS, Python, GDAL, PROJ, rasterio, rioxarray, dask, numpy and scipy, "
            "the compression methods available for GeoTIFFs, and the number of threads and the memory limit of a run. "
            "It also shows whether GDAL can read JPEG 2000 files and files on servers, whether QGIS and rasterio use "
            "the same GDAL and, if they use different ones, whether this is safe. A small raster is processed as a "
            "test. If you specify a cluster, the report also shows whether the cluster can be reached and whether its "
            "workers have the same version of this plugin.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The check works even if all the Python packages that this plugin needs are missing. It changes nothing, "
            'and uses the network only if you specify a cluster or a URL. The output "OK" is true if the other '
            "algorithms can run.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Run this algorithm if another algorithm reports a missing package. The report, shown in the results viewer, "
        "contains the command that installs the package on your system.",
    ),
    {
        "REPORT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "HTML page with the problems found and, for each operating system, the commands that fix them.",
        ),
        "CLUSTER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Dask scheduler (tcp://host:port, tls://host:port or scheduler-file:/path.json) or SLURM cluster "
            "(slurm?min=1&max=20) to check. If empty, no cluster is checked.",
        ),
        "URL": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "URL (http:// or https://) on the server to check, for example the URL of a STAC catalogue. The report "
            "shows how long the server takes to respond to QGIS, which searches catalogues, and to Python, which reads "
            "files. If empty, no request is sent.",
        ),
    },
)
