"""Tile raster: splits a raster into tiles by columns and rows, by tile size or by polygons."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.choices import ALIGNMENT, REMAINDER, TILING
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.bridge import raster_crs
from .shared.parameters import RasterPathParameter
from .tileraster_help import TILE_RASTER


class TileRasterAlgorithm(ParallelRasterAlgorithm):
    """Splits a raster into a folder of tiles."""

    HELP = TILE_RASTER
    GROUP = "tiles"

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "tileraster"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Tile raster")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("split,retile,cut,clip,grid,chips,mosaic,patches,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        self.add_enum("TILING", self.tr("Tiling"), list(TILING.values()), 1)
        for name, text in (("COLUMNS", self.tr("Tile columns")), ("ROWS", self.tr("Tile rows"))):
            self.addParameter(self.integer(name, text, 4, 1))
        width, height = self.tr("Tile width (pixels or map units)"), self.tr("Tile height (pixels or map units)")
        for name, text in (("TILE_WIDTH", width), ("TILE_HEIGHT", height)):
            self.add_number(name, text, 2048, advanced=False)
        polygons = [QgsProcessing.SourceType.TypeVectorPolygon]
        self.addParameter(
            QgsProcessingParameterFeatureSource("POLYGONS", self.tr("Polygon layer"), polygons, optional=True)
        )
        self.addParameter(
            QgsProcessingParameterField(
                "NAME_FIELD", self.tr("Field with the names of the tiles"), None, "POLYGONS", optional=True
            )
        )
        self.addParameter(self.integer("OVERLAP", self.tr("Overlap on each side (pixels)"), 0))
        remainder = self.tr("Tiles that extend beyond the raster")
        self.add_enum("REMAINDER", remainder, list(REMAINDER.values()), 0)
        self.add_enum("ALIGNMENT", self.tr("Align tiles to"), list(ALIGNMENT.values()), 0, advanced=True)
        self.add_extent()
        self.add_advanced(
            QgsProcessingParameterBand("BANDS", self.tr("Bands (empty: all)"), None, "INPUT", True, allowMultiple=True)
        )
        self.add_advanced(QgsProcessingParameterBoolean("SKIP_EMPTY", self.tr("Skip tiles without data"), False))
        self._add_advanced_parameters()
        self.add_run_parameters()
        self.add_cluster()
        self.add_report()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Tiles")))
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                "TILE_INDEX", self.tr("Tile index"), polygons[0], optional=True, createByDefault=False
            )
        )
        self.addOutput(QgsProcessingOutputMultipleLayers("TILES", self.tr("Tiles")))
        self.addOutput(QgsProcessingOutputRasterLayer("VRT", self.tr("Virtual mosaic")))
        self.addOutput(QgsProcessingOutputNumber("TILE_COUNT", self.tr("Number of tiles")))

    def _add_advanced_parameters(self) -> None:
        kind = QgsProcessingParameterNumber.Type.Double
        self.add_advanced(
            QgsProcessingParameterNumber(
                "MIN_VALID",
                self.tr("Minimum percentage of valid pixels in a tile (other tiles are skipped)"),
                kind,
                defaultValue=0,
                minValue=0,
                maxValue=100,
            )  # fmt: skip
        )
        template = self.tr("Name template (tokens {name} {row} {col} {id} {x} {y})")
        self.add_advanced(QgsProcessingParameterString("NAME_TEMPLATE", template, "", optional=True))
        resume = self.tr("Resume an unfinished run")
        self.add_advanced(QgsProcessingParameterBoolean("RESUME", resume, False))
        self.add_advanced(self.integer("MAX_TILES", self.tr("Maximum number of tiles"), 100_000))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.tile_raster`; the polygons are read here, in the main thread."""
        from .shared.polygon_features import check_field, layer_features, polygon_features

        source = self.raster(parameters, "INPUT", context)
        self._check_index(parameters, context)
        tiling = self.option(parameters, "TILING", TILING, context)
        field = self.parameterAsString(parameters, "NAME_FIELD", context) or None
        layer = self.parameterAsSource(parameters, "POLYGONS", context) if tiling == "polygons" else None
        polygons = None
        if layer is not None:
            check_field(layer, field, "name_field")
            features = layer_features(layer, parameters.get("POLYGONS"))
            polygons = polygon_features(features, layer.sourceCrs(), source, field, context)
        return {
            "src": source,
            "folder": self.parameterAsString(parameters, "OUTPUT", context),
            "tiling": tiling,
            "columns": self.whole(parameters, "COLUMNS", context),
            "rows": self.whole(parameters, "ROWS", context),
            "tile_width": self.number(parameters, "TILE_WIDTH", context),
            "tile_height": self.number(parameters, "TILE_HEIGHT", context),
            "polygons": polygons,
            "name_field": field if layer is not None else None,
            "overlap": self.whole(parameters, "OVERLAP", context),
            "remainder": self.option(parameters, "REMAINDER", REMAINDER, context),
            "alignment": self.option(parameters, "ALIGNMENT", ALIGNMENT, context),
            "extent": self.extent(parameters, source, context),
            "bands": self.bands(parameters, "BANDS", context),
            "min_valid": self.number(parameters, "MIN_VALID", context),
            "skip_empty": self.parameterAsBoolean(parameters, "SKIP_EMPTY", context),
            "count_valid": parameters.get("TILE_INDEX") not in (None, ""),
            "name_template": self.parameterAsString(parameters, "NAME_TEMPLATE", context),
            "resume": self.parameterAsBoolean(parameters, "RESUME", context),
            "max_tiles": self.whole(parameters, "MAX_TILES", context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output folder as a keyword argument; for a temporary output, every call returns a new folder."""
        self._parameters = parameters
        return {"folder": self.parameterAsString(parameters, "OUTPUT", context)}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.tiling.job import check_tile_raster

        check_tile_raster(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the tiles and return the result of the job."""
        from ..core.jobs.tiling.job import tile_raster
        from .shared.gdal_file import GdalFile, copy_to_cog

        return tile_raster(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Write the tile index if requested; return the output paths, the number of tiles and the index."""
        from .shared.sinks import write_sink
        from .shared.tile_features import index_features, index_layer

        outputs = {
            "OUTPUT": result.output,
            "TILES": list(result.tiles),
            "VRT": result.vrt or None,
            "TILE_COUNT": result.tile_count,
        }
        if self._parameters.get("TILE_INDEX") not in (None, ""):
            layer = index_layer(raster_crs(self._options["src"]))
            failure = "The tile index could not be written ({}). The tiles are complete."
            outputs["TILE_INDEX"] = write_sink(
                self, self._parameters, "TILE_INDEX", context, layer, index_features(result), failure
            )
        return outputs

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the tiles in QGIS as one layer group, or the virtual mosaic if there are too many tiles."""
        from ..core.raster.subdatasets import raster_stem

        title = self.tr("Tiles of {name}").format(name=raster_stem(self._options["src"]))
        self.load_tiles(title, None, self._results["VRT"], context, feedback)

    def _check_index(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """Raise OutputError if the tile index, which is written after the tiles, cannot be written."""
        from .shared.sinks import sink_path
        from .shared.tile_features import check_index

        path = sink_path(self, parameters, "TILE_INDEX", context)
        folder = self.parameterAsString(parameters, "OUTPUT", context)
        check_index(path, folder, self.parameterAsVectorLayer(parameters, "POLYGONS", context))
