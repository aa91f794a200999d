"""Raster calculator for tiles: computes the same formulas for every raster in a list or folder."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from .rastercalculatortiles_help import RASTER_CALCULATOR_TILES
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.pixel_parameters import add_value_parameters, value_options


class RasterCalculatorTilesAlgorithm(ParallelRasterAlgorithm):
    """Computes formulas for many rasters and writes the results to a folder."""

    HELP = RASTER_CALCULATOR_TILES
    GROUP = "analysis"
    RASTERS = ()

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "rastercalculatortiles"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Raster calculator for tiles")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("band math,map algebra,formula,expression,batch,folder,many,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.add_input_files()
        text = self.tr("Formulas, one per output band (A stands for each raster in turn)")
        self.addParameter(QgsProcessingParameterString("EXPRESSION", text, multiLine=True))
        add_value_parameters(self)
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Calculated tiles")))
        self.add_report()
        self.addOutput(QgsProcessingOutputMultipleLayers("TILES", self.tr("Calculated tiles")))
        self.addOutput(QgsProcessingOutputNumber("TILE_COUNT", self.tr("Number of files")))

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output folder; for a temporary output, every call returns a new path."""
        return self.parameterAsString(parameters, "OUTPUT", context)

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the arguments of `core.raster_calculator_tiles`, with the output folder under the key `dst`."""
        return {
            **self.input_files(parameters, context),
            "dst": self.destination(parameters, context),
            "expression": self.parameterAsString(parameters, "EXPRESSION", context),
            **value_options(self, parameters, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the first raster show that the run would fail."""
        from ..core.jobs.calculator.tiles import check_raster_calculator_tiles

        given = dict(options)
        check_raster_calculator_tiles(given.pop("sources"), given.pop("dst"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the formulas for every raster, write the output files and return the result of the job."""
        from ..core.jobs.calculator.tiles import raster_calculator_tiles
        from .shared.gdal_file import GdalFile, copy_to_cog

        given = {**options, **watchers, "create": GdalFile, "copy": copy_to_cog}
        return raster_calculator_tiles(given.pop("sources"), given.pop("dst"), **given)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output folder, the paths of the output files and their number."""
        return {"OUTPUT": result.output, "TILES": list(result.tiles), "TILE_COUNT": result.tile_count}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the results in QGIS as one layer group; masks get the colours of false and true."""
        from .shared.styles import MaskColours

        # The automatic data type is Byte only if every formula is true or false.
        colours = MaskColours() if self._options["data_type"] == "auto" else None
        self.load_tiles(self.tr("Calculated tiles"), colours, "", context, feedback)
