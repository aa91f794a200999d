"""Parallel raster calculator: computes any formula from the bands of one or several rasters."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from .rastercalculator_help import RASTER_CALCULATOR
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.parameters import RasterPathsParameter
from .shared.pixel_parameters import (
    BANDS_OUTPUTS,
    add_mask,
    add_resampling,
    add_value_parameters,
    mask_options,
    resampling_option,
    value_options,
)


class RasterCalculatorAlgorithm(ParallelRasterAlgorithm):
    """Computes formulas from bands of raster files and writes the results to one raster file."""

    HELP = RASTER_CALCULATOR
    GROUP = "analysis"
    RASTERS = ("MASK",)

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "rastercalculator"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Parallel raster calculator")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("band math,map algebra,formula,expression,threshold,ratio,gdal_calc,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathsParameter("INPUTS", self.tr("Input rasters (A, B, C ... in this order)")))
        text = self.tr("Formulas, one per output band")
        self.addParameter(QgsProcessingParameterString("EXPRESSION", text, multiLine=True))
        add_mask(self, "")
        add_value_parameters(self)
        add_resampling(self)
        self.add_extent()
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Calculated")))
        self.add_report()
        for name, text in BANDS_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.raster_calculator`."""
        sources = self.rasters(parameters, "INPUTS", context)
        return {
            "sources": sources,
            "dst": self.destination(parameters, context),
            "expression": self.parameterAsString(parameters, "EXPRESSION", context),
            "aliases": self.layer_names(parameters, "INPUTS", context),
            **mask_options(self, parameters, context),
            **value_options(self, parameters, context),
            **resampling_option(self, parameters, context),
            "extent": self.extent(parameters, sources[0] if sources else "", context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.calculator.job import check_raster_calculator

        check_raster_calculator(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the formulas, write the output file and return the result of the job."""
        from ..core.jobs.calculator.job import raster_calculator
        from .shared.gdal_file import GdalFile, copy_to_cog

        return raster_calculator(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path and the statistics of band 1; register the name of the layer that QGIS will load."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded
        from .shared.styles import MaskColours

        output = self._options["dst"]
        name = self.tr("Calculated {raster}").format(raster=raster_stem(self._options["sources"][0]))
        # The automatic data type is Byte only if every formula is true or false.
        colours = MaskColours() if self._options["data_type"] == "auto" else None
        finish_when_loaded(output, colours, (self.parameterDefinition("OUTPUT").description(), name), context)
        return {"OUTPUT": output, **{name: getattr(result, name.lower()) for name in BANDS_OUTPUTS}}
