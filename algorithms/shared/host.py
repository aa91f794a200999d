"""Information about QGIS and this plugin: versions, QGIS's GDAL, and the thread and memory settings."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from qgis.core import Qgis, QgsProcessingContext

from .bridge import qgis_threads
from .defaults import MEMORY, WORKERS
from .fetch import qgis_fetch

if TYPE_CHECKING:
    from ...core.diagnostics.installation import Host
    from ...core.diagnostics.libraries import Gdal

MORE_THREADS = (
    "To change the number of threads, open Settings > Options in QGIS and set the maximum number of cores (under "
    "Rendering), the maximum number of threads (under Processing) or the number of workers (under Processing > "
    "Providers > Parallel Raster)."
)

METADATA = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "metadata.txt")


def host_versions() -> dict[str, str]:
    """Return the versions of the plugin and of QGIS."""
    return {"Parallel Raster": plugin_metadata().get("version", ""), "QGIS": Qgis.QGIS_VERSION}


@lru_cache(maxsize=1)
def plugin_metadata() -> dict[str, str]:
    """Return the entries of `metadata.txt`, such as the version and the homepage of the plugin."""
    import configparser

    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(METADATA, encoding="utf-8")
    return dict(metadata["general"])


def qgis_host(context: QgsProcessingContext) -> Host:
    """Return the information about QGIS that the algorithm Check installation needs."""
    from ...core.diagnostics.installation import Host
    from ...core.units import MEBIBYTE

    return Host(
        versions=host_versions(),
        gdal=_qgis_gdal(),
        threads=WORKERS.current() or qgis_threads(context),
        memory=MEMORY.current() * MEBIBYTE,
        more_threads=MORE_THREADS,
        create=_file_class(),
        fetch=qgis_fetch(""),
    )


def _qgis_gdal() -> Gdal | None:
    """Return a description of QGIS's GDAL, or None if its Python bindings cannot be imported."""
    try:
        from osgeo import gdal, osr
    except ImportError:
        return None
    from ...core.diagnostics.libraries import parse_gdal

    proj = (osr.GetPROJVersionMajor(), osr.GetPROJVersionMinor(), osr.GetPROJVersionMicro())
    options = gdal.GetDriverByName("GTiff").GetMetadataItem("DMD_CREATIONOPTIONLIST") or ""
    drivers = [gdal.GetDriver(number).ShortName for number in range(gdal.GetDriverCount())]
    return parse_gdal(
        gdal.VersionInfo("RELEASE_NAME"), ".".join(map(str, proj)), options, drivers, gdal.GetFileSystemsPrefixes()
    )


def _file_class() -> Any:
    """Return the class that writes output files in QGIS, or None if numpy is missing."""
    try:
        from .gdal_file import GdalFile
    except ImportError:
        return None
    return GdalFile
