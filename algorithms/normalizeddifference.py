"""Parallel normalized difference: computes NDVI and similar indexes from two bands."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterDestination,
)

from ..core.choices import INDEXES, RESAMPLING
from .normalizeddifference_help import NORMALIZED_DIFFERENCE
from .shared.base import Parameters
from .shared.index_parameters import add_index_parameters, add_type_parameters, index_options
from .shared.overview import OverviewAlgorithm
from .shared.parameters import RasterPathParameter
from .shared.pixel_parameters import add_mask, add_overview, mask_options
from .shared.translation import QT_TRANSLATE_NOOP

OUTPUT_NUMBERS = {
    "MINIMUM": QT_TRANSLATE_NOOP("ParallelRaster", "Minimum"),
    "MAXIMUM": QT_TRANSLATE_NOOP("ParallelRaster", "Maximum"),
    "MEAN": QT_TRANSLATE_NOOP("ParallelRaster", "Mean"),
    "STD_DEV": QT_TRANSLATE_NOOP("ParallelRaster", "Standard deviation"),
    "VALID_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Valid pixels (percent)"),
    "OUTSIDE_COUNT": QT_TRANSLATE_NOOP("ParallelRaster", "Pixels outside [-1, 1]"),
}


class NormalizedDifferenceAlgorithm(OverviewAlgorithm):
    """Computes (A - B) / (A + B) from two bands of raster files and writes the result to a raster file."""

    HELP = NORMALIZED_DIFFERENCE
    GROUP = "indexes"
    RASTERS = ("INPUT", "INPUT_B", "MASK")

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "normalizeddifference"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Parallel normalized difference")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        words = self.tr("index,indices,vegetation,water,snow,band math,raster calculator,parallel,dask").split(",")
        return [*words, *INDEXES]

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        for name, text, default in (
            ("BAND_A", self.tr("Positive term, A (near infrared for NDVI)"), 4),
            ("BAND_B", self.tr("Negative term, B (red for NDVI)"), 3),
        ):
            self.add_band(name, text, default)
        self.addParameter(
            RasterPathParameter("INPUT_B", self.tr("Raster of the negative term (if in another file)"), optional=True)
        )
        self.addParameter(
            QgsProcessingParameterBand(
                "INPUT_B_BAND", self.tr("Band of the negative term"), 1, "INPUT_B", optional=True
            )
        )
        self.add_enum(
            "RESAMPLING", self.tr("Resampling of the negative term"), list(RESAMPLING.values()), 0, advanced=True
        )
        add_index_parameters(self)
        add_mask(self, "3,8-10")
        self.add_extent()
        add_overview(self)
        add_type_parameters(self)
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Normalized difference")))
        self.add_report()
        for name, text in OUTPUT_NUMBERS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.normalized_difference`."""
        source = self.raster(parameters, "INPUT", context)
        return {
            "src": source,
            "dst": self.destination(parameters, context),
            "band_a": self.band(parameters, "BAND_A", context),
            "band_b": self.band(parameters, "BAND_B", context),
            "input_b": self.raster(parameters, "INPUT_B", context) or None,
            "input_b_band": self.band(parameters, "INPUT_B_BAND", context),
            "resampling": self.option(parameters, "RESAMPLING", RESAMPLING, context),
            **index_options(self, parameters, context),
            **mask_options(self, parameters, context),
            "extent": self.extent(parameters, source, context),
            "overview": self.overview(parameters, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.difference.job import check_normalized_difference

        check_normalized_difference(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the index, write the output file and return the result of the job."""
        from ..core.jobs.difference.job import normalized_difference
        from .shared.gdal_file import GdalFile, copy_to_cog

        return normalized_difference(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path and the statistics; register the name and colours of the layer that QGIS will load."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded
        from .shared.styles import Colours

        index, output = self._options["index"], self._options["dst"]
        name = f"{INDEXES[index].name} {raster_stem(self._options['src'])}"
        finish_when_loaded(output, Colours(index), (self.parameterDefinition("OUTPUT").description(), name), context)
        numbers = {name: getattr(result, name.lower()) for name in OUTPUT_NUMBERS}
        return {"OUTPUT": output, **numbers}
