"""Zonal and block statistics: a table of pixel statistics for cells, polygons or zones of a raster."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from ..core.choices import ZONAL_STATISTICS, ZONES
from .shared.base import Parameters
from .shared.overview import OverviewAlgorithm
from .shared.parameters import RasterPathParameter
from .shared.pixel_parameters import add_mask, add_nodata, add_overview, add_scaling, mask_options, scaling_options
from .zonalstatistics_help import ZONAL_STATISTICS_HELP

STATISTICS = ("count", "min", "max", "mean")
"""Statistics that are computed by default."""


class ZonalStatisticsAlgorithm(OverviewAlgorithm):
    """Writes a table with statistics of the pixels in each zone of a raster."""

    HELP = ZONAL_STATISTICS_HELP
    GROUP = "analysis"
    RASTERS = ("INPUT", "ZONE_RASTER", "MASK")

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "zonalstatistics"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Zonal and block statistics")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("zones,polygons,fields,blocks,cells,table,mean,median,majority,summary,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        bands = self.tr("Bands (empty: all)")
        self.addParameter(QgsProcessingParameterBand("BANDS", bands, None, "INPUT", True, allowMultiple=True))
        self.add_enum("ZONES", self.tr("Zones"), list(ZONES.values()), 0)
        for name, text in (
            ("CELL_WIDTH", self.tr("Cell width (pixels)")),
            ("CELL_HEIGHT", self.tr("Cell height (pixels)")),
        ):
            self.addParameter(self.integer(name, text, 512, 1))
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.addParameter(
            QgsProcessingParameterFeatureSource("POLYGONS", self.tr("Polygon layer"), polygons, optional=True)
        )
        names = self.tr("Field with the names of the zones")
        self.addParameter(QgsProcessingParameterField("FIELD", names, None, "POLYGONS", optional=True))
        self.addParameter(RasterPathParameter("ZONE_RASTER", self.tr("Zone raster"), optional=True))
        band = self.tr("Band of the zone raster")
        self.addParameter(QgsProcessingParameterBand("ZONE_BAND", band, 1, "ZONE_RASTER", optional=True))
        self.addParameter(
            QgsProcessingParameterEnum(
                "STATISTICS",
                self.tr("Statistics"),
                [self.tr(label) for label in ZONAL_STATISTICS.values()],
                allowMultiple=True,
                defaultValue=[list(ZONAL_STATISTICS).index(each) for each in STATISTICS],
            )
        )
        add_mask(self, "", advanced=True)
        add_scaling(self, "stored", advanced=True)
        add_nodata(self)
        add_overview(self)
        self.add_extent()
        self.add_worker_parameters()
        self.add_cluster()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "TABLE", self.tr("Table of statistics"), QgsProcessing.SourceType.TypeVector
            )
        )
        self.add_report()
        self.addOutput(QgsProcessingOutputNumber("ZONE_COUNT", self.tr("Number of zones")))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.zonal_statistics`; the polygons are read here, in the main thread."""
        source = self.raster(parameters, "INPUT", context)
        zones = self.option(parameters, "ZONES", ZONES, context)
        self._check_table(parameters, zones, context)
        return {
            "src": source,
            "bands": self.bands(parameters, "BANDS", context),
            "zones": zones,
            "cell_width": self.whole(parameters, "CELL_WIDTH", context),
            "cell_height": self.whole(parameters, "CELL_HEIGHT", context),
            **(self._polygons(parameters, source, context) if zones == "polygons" else {}),
            "zone_raster": self.raster(parameters, "ZONE_RASTER", context) or None,
            "zone_band": self.band(parameters, "ZONE_BAND", context),
            "statistics": self.options(parameters, "STATISTICS", ZONAL_STATISTICS, context),
            **mask_options(self, parameters, context),
            **scaling_options(self, parameters, context),
            "nodata": self.number(parameters, "NODATA", context),
            "overview": self.overview(parameters, context),
            "extent": self.extent(parameters, source, context),
            **self.worker_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def _polygons(self, parameters: Parameters, source: str, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword arguments for the polygon layer; store the layer's features for the output."""
        from .shared.polygon_features import check_field, layer_features, polygon_features

        layer = self.parameterAsSource(parameters, "POLYGONS", context)
        if layer is None:
            return {}  # the core raises the error
        field = self.parameterAsString(parameters, "FIELD", context) or None
        check_field(layer, field, "field")
        self._layer, self._features = layer, layer_features(layer, parameters.get("POLYGONS"))
        polygons = polygon_features(self._features, layer.sourceCrs(), source, field, context)
        return {"polygons": polygons, "field": field}

    def _check_table(self, parameters: Parameters, zones: str, context: QgsProcessingContext) -> None:
        """Raise OutputError before the run if the table could not be written at the end of the run."""
        from .shared.bridge import layer_file
        from .shared.sinks import check_sink, check_without_geometry, sink_path

        table = sink_path(self, parameters, "TABLE", context)
        if zones == "raster":
            check_without_geometry(table, "TABLE")
        polygons = self.parameterAsVectorLayer(parameters, "POLYGONS", context)
        rasters = (self.raster(parameters, name, context) for name in self.RASTERS)
        others = [*filter(None, rasters), *([] if polygons is None else [layer_file(polygons)])]
        check_sink(table, "TABLE", "table", others)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Store the parameter values for the table; return an empty dictionary because the job writes no file."""
        self._parameters = parameters
        return {}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.zonal.job import check_zonal_statistics

        check_zonal_statistics(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the statistics and return the result of the job."""
        from ..core.jobs.zonal.job import zonal_table

        return zonal_table(**options, **watchers)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Write the table, register its style, and return the layer and the number of zones."""
        from ..core.raster.subdatasets import raster_stem
        from .shared.bridge import raster_crs
        from .shared.loading import finish_when_loaded
        from .shared.sinks import NewLayer, write_sink
        from .shared.styles import ZoneColours
        from .shared.zone_features import zone_layer

        by_polygons = self._options["zones"] == "polygons"
        crs = self._layer.sourceCrs() if by_polygons else raster_crs(self._options["src"])
        layer = zone_layer(result, self._layer if by_polygons else None, self._features if by_polygons else ())
        new, failure = NewLayer(layer.fields, layer.geometry, crs), "The table could not be written ({})."
        table = write_sink(self, self._parameters, "TABLE", context, new, layer.features, failure)
        name = self.tr("Statistics of {raster}").format(raster=raster_stem(self._options["src"]))
        colours = ZoneColours(layer.shown) if layer.shown else None
        finish_when_loaded(table, colours, (self.parameterDefinition("TABLE").description(), name), context)
        return {"TABLE": table, "ZONE_COUNT": len(result.records)}
