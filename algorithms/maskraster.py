"""Mask raster: masks out the raster pixels that a class or quality layer marks, for example as clouds."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterRasterDestination,
)

from ..core.choices import MARKS
from .maskraster_help import MASK_RASTER
from .shared.base import Parameters
from .shared.overview import OverviewAlgorithm
from .shared.parameters import RasterPathParameter
from .shared.pixel_parameters import add_mask, add_overview, mask_options
from .shared.translation import QT_TRANSLATE_NOOP

OUTPUT_NUMBERS = {
    "VALID_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Valid pixels (percent)"),
    "HIDDEN_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Pixels hidden by the mask (percent)"),
    "COPIED_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Pixels copied without decoding (percent)"),
}


class MaskRasterAlgorithm(OverviewAlgorithm):
    """Writes a copy of a raster in which the pixels selected by a mask layer are masked out."""

    HELP = MASK_RASTER
    GROUP = "analysis"
    RASTERS = ("INPUT", "MASK")

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "maskraster"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Mask raster")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("cloud,clouds,shadow,SCL,QA_PIXEL,quality,bits,nodata,hide,clip,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        bands = self.tr("Bands (empty: all)")
        self.addParameter(QgsProcessingParameterBand("BANDS", bands, None, "INPUT", True, allowMultiple=True))
        add_overview(self, advanced=False)
        add_mask(self, "", main=True)
        keep = self.tr("Keep pixels with these mask values or bits, and hide all others")
        self.addParameter(QgsProcessingParameterBoolean("KEEP", keep, False))
        self.add_enum("MARK", self.tr("Mark hidden pixels by"), list(MARKS.values()), 0)
        self.add_number("OUTPUT_NODATA", self.tr("Output nodata (empty: as in the input)"), None)
        self.add_extent()
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Masked")))
        self.add_report()
        for name, text in OUTPUT_NUMBERS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.mask_raster`."""
        source = self.raster(parameters, "INPUT", context)
        return {
            "src": source,
            "dst": self.destination(parameters, context),
            "bands": self.bands(parameters, "BANDS", context),
            "overview": self.overview(parameters, context),
            **mask_options(self, parameters, context),
            "keep": self.parameterAsBoolean(parameters, "KEEP", context),
            "mark": self.option(parameters, "MARK", MARKS, context),
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
            "extent": self.extent(parameters, source, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.masking.job import check_mask_raster

        check_mask_raster(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the masked raster and return the result of the job."""
        from ..core.jobs.masking.job import mask_raster
        from .shared.gdal_file import GdalFile, copy_to_cog

        return mask_raster(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path and the percentages in `OUTPUT_NUMBERS`; register the name of the output layer."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded

        output = self._options["dst"]
        name = self.tr("Masked {raster}").format(raster=raster_stem(self._options["src"]))
        finish_when_loaded(output, None, (self.parameterDefinition("OUTPUT").description(), name), context)
        return {"OUTPUT": output, **{name: getattr(result, name.lower()) for name in OUTPUT_NUMBERS}}
