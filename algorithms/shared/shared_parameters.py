"""Parameters that several algorithms share. Each parameter is defined here once."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .defaults import CHUNK_SIZE, CREATION_OPTIONS, MEMORY, WORKERS
from .parameters import ExtentPathParameter, RasterPathsParameter
from .plugin_algorithm import PluginAlgorithm


class SharedParameters(PluginAlgorithm):
    """Adds shared parameters to an algorithm; `GivenValues` reads their values."""

    def add_extent(self, *, advanced: bool = True) -> None:
        """Add the parameter EXTENT."""
        parameter = ExtentPathParameter("EXTENT", self.tr("Extent"), optional=True)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def add_input_files(self) -> None:
        """Add the parameters INPUTS (a list of rasters), INPUT_FOLDER and PATTERN (the files of a folder)."""
        self.addParameter(RasterPathsParameter("INPUTS", self.tr("Input rasters")))
        folder = QgsProcessingParameterFile.Behavior.Folder
        self.addParameter(QgsProcessingParameterFile("INPUT_FOLDER", self.tr("Input folder"), folder, optional=True))
        self.addParameter(QgsProcessingParameterString("PATTERN", self.tr("File name pattern"), "*.tif", optional=True))

    def add_band(self, name: str, text: str, default: int) -> None:
        """Add a band parameter that refers to INPUT.

        The band is mandatory from QGIS 3.40 on. Earlier versions ignore the default of a mandatory band, so users would
        have to set the band every time.
        """
        optional = Qgis.QGIS_VERSION_INT < 34000
        self.addParameter(QgsProcessingParameterBand(name, text, default, "INPUT", optional))

    def add_run_parameters(self) -> None:
        """Add the parameters for creation options, COG, workers, memory and chunk size."""
        self.add_advanced(self.creation_options())
        self.add_advanced(QgsProcessingParameterBoolean("COG", self.tr("Cloud Optimized GeoTIFF"), False))
        self.add_worker_parameters()

    def add_worker_parameters(self) -> None:
        """Add the parameters for workers, memory and chunk size."""
        for name, text, default in (
            ("WORKERS", self.tr(WORKERS.description), WORKERS.current()),
            ("MEMORY", self.tr(MEMORY.description), MEMORY.current()),
            ("CHUNK_SIZE", self.tr(CHUNK_SIZE.description), CHUNK_SIZE.current()),
        ):
            self.add_advanced(self.integer(name, text, default))

    def creation_options(self) -> QgsProcessingParameterString:
        """Return the parameter CREATION_OPTIONS."""
        options = QgsProcessingParameterString(
            "CREATION_OPTIONS", self.tr("Creation options"), defaultValue=CREATION_OPTIONS.current(), optional=True
        )
        options.setMetadata({"widget_wrapper": _raster_options_widget()})
        return options

    def integer(self, name: str, text: str, default: int, minimum: int = 0) -> QgsProcessingParameterNumber:
        """Return an integer parameter with a minimum."""
        kind = QgsProcessingParameterNumber.Type.Integer
        return QgsProcessingParameterNumber(name, text, kind, defaultValue=default, minValue=minimum)

    def add_cluster(self) -> None:
        """Add the parameter CLUSTER; `cluster_option` reads it."""
        text = self.tr("Cluster (scheduler address or slurm; empty: this computer)")
        self.add_advanced(QgsProcessingParameterString("CLUSTER", text, optional=True))

    def add_report(self) -> None:
        """Add the parameter REPORT; `report_option` reads it."""
        kind = self.tr("HTML files (*.html)")
        self.add_advanced(
            QgsProcessingParameterFileDestination("REPORT", self.tr("Run report"), kind, None, True, False)
        )

    def add_enum(self, name: str, text: str, labels: list[str], default: int, *, advanced: bool = False) -> None:
        """Add an enum parameter with translated labels."""
        parameter = QgsProcessingParameterEnum(name, text, [self.tr(label) for label in labels], defaultValue=default)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def add_number(self, name: str, text: str, default: float | None, *, advanced: bool = True) -> None:
        """Add a number parameter, which is optional if it has no default."""
        kind = QgsProcessingParameterNumber.Type.Double
        parameter = QgsProcessingParameterNumber(name, text, kind, defaultValue=default, optional=default is None)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def add_advanced(self, parameter: QgsProcessingParameterDefinition) -> None:
        """Add a parameter to the advanced section."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)


def _raster_options_widget() -> dict[str, str]:
    """Return the widget metadata that shows QGIS's creation options editor for a string parameter."""
    if Qgis.QGIS_VERSION_INT >= 34000:
        return {"widget_type": "rasteroptions"}
    return {"class": "processing.algs.gdal.ui.RasterOptionsWidget.RasterOptionsWidgetWrapper"}
