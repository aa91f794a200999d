"""Spectral index: computes indexes of the Awesome Spectral Indices catalogue from one or several rasters."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ..core.choices import INDEXES, SENSORS
from ..core.indexes.catalogue import catalogue
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.parameters import NamesParameter, RasterPathsParameter
from .shared.pixel_parameters import (
    BANDS_OUTPUTS,
    add_mask,
    add_nodata,
    add_overview,
    add_resampling,
    add_scaling,
    mask_options,
    resampling_option,
    scaling_options,
)
from .spectralindex_help import SPECTRAL_INDEX

NAMED = 3
"""Maximum number of index names in a layer name; if there are more indexes, the layer name gives only their number."""

RAMPS = {**{index.name: word for word, index in INDEXES.items()}, "NDREI": "ndre"}
"""Colour ramps by index name; all indexes without an entry are drawn with the diverging ramp."""


class SpectralIndexAlgorithm(ParallelRasterAlgorithm):
    """Computes indexes from the Awesome Spectral Indices catalogue and writes them to one raster file."""

    HELP = SPECTRAL_INDEX
    GROUP = "indexes"
    RASTERS = ("MASK",)

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "spectralindex"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Spectral index")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        words = self.tr("index,indices,vegetation,water,burn,urban,soil,snow,band math,formula,parallel,dask").split(
            ","
        )
        return [*words, "evi", "savi", "msavi", "osavi", "awesome spectral indices", "spyndex"]

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        text = self.tr("Input rasters (all bands in one file, or one file per band)")
        self.addParameter(RasterPathsParameter("INPUTS", text))
        self.addParameter(NamesParameter("INDEX", self.tr("Indexes"), list(catalogue().indexes), "NDVI", several=True))
        self.addParameter(NamesParameter("SENSOR", self.tr("Sensor"), SENSORS, "auto"))
        text = self.tr("Bands (for example N=4,R=3 or N=B@1; empty: automatic)")
        self.addParameter(QgsProcessingParameterString("BANDS", text, None, optional=True))
        text = self.tr("Constants (for example L=0.5; empty: catalogue defaults)")
        self.addParameter(QgsProcessingParameterString("CONSTANTS", text, None, optional=True))
        add_scaling(self, "stored")
        add_nodata(self)
        add_mask(self, "")
        self.add_number("OUTPUT_NODATA", self.tr("Output nodata (empty: -9999)"), None)
        add_overview(self)
        add_resampling(self)
        self.add_extent()
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Spectral index")))
        self.add_report()
        for name, text in BANDS_OUTPUTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.spectral_index`."""
        sources = self.rasters(parameters, "INPUTS", context)
        return {
            "sources": sources,
            "dst": self.destination(parameters, context),
            "index": self.names(parameters, "INDEX", context),
            "sensor": ",".join(self.names(parameters, "SENSOR", context)),
            "bands": self.text(parameters, "BANDS", context),
            "constants": self.text(parameters, "CONSTANTS", context),
            **scaling_options(self, parameters, context),
            "nodata": self.number(parameters, "NODATA", context),
            **mask_options(self, parameters, context),
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
            "overview": self.whole(parameters, "OVERVIEW", context),
            **resampling_option(self, parameters, context),
            "extent": self.extent(parameters, sources[0] if sources else "", context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.spectral.job import check_spectral_index

        check_spectral_index(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the indexes, write the output file and return the result of the job."""
        from ..core.jobs.spectral.job import spectral_index
        from .shared.gdal_file import GdalFile, copy_to_cog

        return spectral_index(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path and the statistics of band 1; register the name and colours of the layer to load."""
        from ..core.indexes.catalogue import find_indexes
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded
        from .shared.styles import Colours, diverging_colours

        output = self._options["dst"]
        indexes = [each.short_name for each in find_indexes(self._options["index"])]
        listed = ", ".join(indexes)
        if len(indexes) > NAMED:
            listed = self.tr("{count} indexes").format(count=len(indexes))
        name = f"{listed} {raster_stem(self._options['sources'][0])}"
        if indexes[0] in RAMPS:
            colours = Colours(RAMPS[indexes[0]])
        else:
            colours = diverging_colours(result.minimum, result.maximum, result.mean, result.std_dev)
        finish_when_loaded(output, colours, (self.parameterDefinition("OUTPUT").description(), name), context)
        return {"OUTPUT": output, **{name: getattr(result, name.lower()) for name in BANDS_OUTPUTS}}
