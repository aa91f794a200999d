"""Focal filter: smooths a raster, or computes another function of the pixels around each pixel."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterRasterDestination,
)

from ..core.choices import FOCAL_METHODS
from ..core.dependencies import FOR_FILTERS
from .focalfilter_help import FOCAL_FILTER
from .shared.base import Parameters
from .shared.focal_parameters import add_filter, add_stored_type, filter_options
from .shared.overview import OverviewAlgorithm
from .shared.parameters import RasterPathParameter
from .shared.pixel_parameters import BANDS_OUTPUTS, add_mask, mask_options


class FocalFilterAlgorithm(OverviewAlgorithm):
    """Computes a function of the neighbours of each pixel."""

    HELP = FOCAL_FILTER
    GROUP = "analysis"
    RASTERS = ("INPUT", "MASK")
    PACKAGES = FOR_FILTERS

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "focalfilter"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Focal filter")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr(
            "neighbourhood,neighborhood,moving window,convolution,smooth,blur,denoise,speckle,edge detection,texture,"
            "fill nodata,parallel,dask"
        ).split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        text = self.tr("Bands (empty: all)")
        self.addParameter(QgsProcessingParameterBand("BANDS", text, None, "INPUT", True, allowMultiple=True))
        add_filter(self)
        add_mask(self, "", advanced=True)
        self.add_extent()
        add_stored_type(self)
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Filtered")))
        self.add_report()
        for name, text in BANDS_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.focal_filter`."""
        source = self.raster(parameters, "INPUT", context)
        return {
            "src": source,
            "dst": self.destination(parameters, context),
            "bands": self.bands(parameters, "BANDS", context),
            **filter_options(self, parameters, context),
            **mask_options(self, parameters, context),
            "extent": self.extent(parameters, source, context),
            "overview": self.overview(parameters, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.focal.job import check_focal_filter

        check_focal_filter(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Filter the raster and write the result."""
        from ..core.jobs.focal.job import focal_filter
        from .shared.gdal_file import GdalFile, copy_to_cog

        return focal_filter(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path and the statistics of band 1; register the name of the layer that QGIS will load."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded
        from .shared.styles import statistic_colours

        output = self._options["dst"]
        method = self.tr(FOCAL_METHODS[self._options["method"]])
        name = self.tr("{method} of {raster}").format(method=method, raster=raster_stem(self._options["src"]))
        colours = statistic_colours(self._options["method"], result) if result.band_count == 1 else None
        finish_when_loaded(output, colours, (self.parameterDefinition("OUTPUT").description(), name), context)
        return {"OUTPUT": output, **{name: getattr(result, name.lower()) for name in BANDS_OUTPUTS}}
