"""Label objects: assigns ids to groups of connected pixels that a formula selects, and measures the groups."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterString,
)

from ..core.dependencies import FOR_FILTERS
from .labelobjects_help import LABEL_OBJECTS
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.parameters import RasterPathsParameter
from .shared.pixel_parameters import (
    add_input_values,
    add_mask,
    add_resampling,
    input_value_options,
    mask_options,
    resampling_option,
)
from .shared.translation import QT_TRANSLATE_NOOP

CONNECTIVITY = {
    4: QT_TRANSLATE_NOOP("ParallelRaster", "Pixels with a common edge (4 neighbours)"),
    8: QT_TRANSLATE_NOOP("ParallelRaster", "Pixels with a common edge or corner (8 neighbours)"),
}
"""Values of the core's parameter `connectivity`, with the labels that the dialog shows for them."""


class LabelObjectsAlgorithm(ParallelRasterAlgorithm):
    """Assigns an id to each group of connected pixels."""

    HELP = LABEL_OBJECTS
    GROUP = "analysis"
    RASTERS = ("MASK",)
    PACKAGES = FOR_FILTERS

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "labelobjects"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Label objects")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr(
            "connected components,segmentation,clump,region group,patches,threshold,count,sieve,area,parallel,dask"
        ).split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathsParameter("INPUTS", self.tr("Input rasters (A, B, C ... in this order)")))
        text = self.tr("Formula that selects the pixels of objects")
        self.addParameter(QgsProcessingParameterString("EXPRESSION", text, "A > 0"))
        self.add_enum("CONNECTIVITY", self.tr("Connected pixels"), list(CONNECTIVITY.values()), 0)
        self.addParameter(self.integer("MIN_SIZE", self.tr("Minimum object size (pixels)"), 1, 1))
        kind = QgsProcessingParameterNumber.Type.Integer
        text = self.tr("Maximum object size (pixels; empty: no limit)")
        self.addParameter(QgsProcessingParameterNumber("MAX_SIZE", text, kind, None, True, 1))
        add_mask(self, "", advanced=True)
        add_input_values(self)
        add_resampling(self)
        self.add_extent()
        self.add_run_parameters()
        self.add_cluster()
        table, text = QgsProcessing.SourceType.TypeVector, self.tr("Table of objects")
        self.addParameter(
            QgsProcessingParameterFeatureSink("TABLE", text, table, optional=True, createByDefault=False)
        )  # fmt: skip
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Objects")))
        self.add_report()
        self.addOutput(QgsProcessingOutputNumber("OBJECT_COUNT", self.tr("Number of objects")))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.label_objects`."""
        from .shared.object_table import check_table
        from .shared.sinks import sink_path

        sources = self.rasters(parameters, "INPUTS", context)
        hiding = mask_options(self, parameters, context)
        table = sink_path(self, parameters, "TABLE", context)
        check_table(table, [*sources, *filter(None, [hiding["mask"]])])
        return {
            "sources": sources,
            "dst": self.destination(parameters, context),
            "expression": self.parameterAsString(parameters, "EXPRESSION", context),
            "connectivity": self.option(parameters, "CONNECTIVITY", CONNECTIVITY, context),
            "min_size": self.whole(parameters, "MIN_SIZE", context),
            "max_size": self.whole(parameters, "MAX_SIZE", context),
            "table": bool(table),
            "aliases": self.layer_names(parameters, "INPUTS", context),
            **hiding,
            **input_value_options(self, parameters, context),
            **resampling_option(self, parameters, context),
            "extent": self.extent(parameters, sources[0] if sources else "", context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path as a keyword argument of the job."""
        self._parameters = parameters
        return super().job_destination(parameters, context)

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.labelling.job import check_label_objects

        check_label_objects(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Label the objects, write the output file and return the result of the job."""
        from ..core.jobs.labelling.job import label_objects
        from .shared.gdal_file import GdalFile, copy_to_cog

        return label_objects(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Write the table if requested, register the layer's style, and return the paths and the number of objects."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.loading import finish_when_loaded
        from .shared.object_table import object_features, object_layer
        from .shared.sinks import write_sink
        from .shared.styles import MixedColours

        output = self._options["dst"]
        name = self.tr("Objects of {raster}").format(raster=raster_stem(self._options["sources"][0]))
        names = self.parameterDefinition("OUTPUT").description(), name
        finish_when_loaded(output, MixedColours(result.object_count), names, context)
        outputs = {"OUTPUT": output, "OBJECT_COUNT": result.object_count}
        if result.table is not None:
            failure = "The table of objects could not be written ({}). The raster is complete."
            outputs["TABLE"] = write_sink(
                self, self._parameters, "TABLE", context, object_layer(), object_features(result.table), failure
            )
        return outputs
