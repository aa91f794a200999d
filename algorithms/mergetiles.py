"""Merge tiles: merges any number of rasters into one mosaic."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)

from ..core.choices import MERGE_METHODS, MERGE_TYPES, PIXEL_RULES, RESAMPLING, RESOLUTIONS
from ..core.errors import about
from .mergetiles_help import MERGE_TILES
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.translation import QT_TRANSLATE_NOOP

OUTPUT_NUMBERS = {
    "TILE_COUNT": QT_TRANSLATE_NOOP("ParallelRaster", "Number of rasters"),
    "COPIED_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Pixels copied without decoding (percent)"),
}


class MergeTilesAlgorithm(ParallelRasterAlgorithm):
    """Merges raster files into one raster file."""

    HELP = MERGE_TILES
    GROUP = "tiles"
    RASTERS = ()

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "mergetiles"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Merge tiles")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("mosaic,merge,tiles,virtual raster,vrt,feather,blend,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.add_input_files()
        self.add_enum("METHOD", self.tr("Method where rasters overlap"), list(MERGE_METHODS.values()), 0)
        text = self.tr("Feather: distance from the edge to full weight (pixels)")
        self.addParameter(self.integer("FEATHER", text, 32, 1))
        text = self.tr("First valid and Last valid: trim the overlap of tiles listed in tiles.json")
        self.addParameter(QgsProcessingParameterBoolean("TRIM_OVERLAP", text, True))
        text = self.tr("Pixels with nodata in some bands")
        self.add_enum("PIXEL_RULE", text, list(PIXEL_RULES.values()), 0, advanced=True)
        self.add_enum("RESOLUTION", self.tr("Pixel size"), list(RESOLUTIONS.values()), 0)
        text = self.tr('Pixel size in map units (for "Pixel size below")')
        kind = QgsProcessingParameterNumber.Type.Double
        self.addParameter(QgsProcessingParameterNumber("PIXEL_SIZE", text, kind, None, optional=True, minValue=0))
        text = self.tr("Resampling of rasters that are not aligned with the output")
        self.add_enum("RESAMPLING", text, list(RESAMPLING.values()), 0)
        self.add_extent()
        self.add_number("NODATA", self.tr("Nodata of all inputs (empty: as stored in the files)"), None)
        self.add_number("OUTPUT_NODATA", self.tr("Output nodata (empty: automatic)"), None)
        self.add_enum("DATA_TYPE", self.tr("Output data type"), list(MERGE_TYPES.values()), 0)
        self.add_run_parameters()
        self.add_cluster()
        self.add_report()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Merged")))
        for name, text in OUTPUT_NUMBERS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.merge_tiles`."""
        inputs = self.rasters(parameters, "INPUTS", context)
        folder = self.parameterAsString(parameters, "INPUT_FOLDER", context) or None
        return {
            "sources": inputs,
            "dst": self.destination(parameters, context),
            "input_folder": folder,
            "pattern": self.parameterAsString(parameters, "PATTERN", context) or "*.tif",
            "method": self.option(parameters, "METHOD", MERGE_METHODS, context),
            "feather": self.whole(parameters, "FEATHER", context),
            "trim_overlap": self.parameterAsBoolean(parameters, "TRIM_OVERLAP", context),
            "pixel_rule": self.option(parameters, "PIXEL_RULE", PIXEL_RULES, context),
            "resolution": self.option(parameters, "RESOLUTION", RESOLUTIONS, context),
            "pixel_size": self.number(parameters, "PIXEL_SIZE", context),
            "resampling": self.option(parameters, "RESAMPLING", RESAMPLING, context),
            "extent": self.extent(parameters, self._extent_raster(parameters, inputs, folder, context), context),
            "nodata": self.number(parameters, "NODATA", context),
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
            "data_type": self.option(parameters, "DATA_TYPE", MERGE_TYPES, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if a path or an option is invalid; the rasters are opened only during the run."""
        from ..core.jobs.merging.job import check_merge_tiles

        check_merge_tiles(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the mosaic and return the result of the job."""
        from ..core.jobs.merging.job import merge_tiles
        from .shared.gdal_file import GdalFile, copy_to_cog

        return merge_tiles(**options, **watchers, create=GdalFile, copy=copy_to_cog)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path, the number of rasters and the percentage of copied pixels."""
        numbers = {name: getattr(result, name.lower()) for name in OUTPUT_NUMBERS}
        return {"OUTPUT": self._options["dst"], **numbers}

    def _extent_raster(
        self, parameters: Parameters, inputs: list[str], folder: str | None, context: QgsProcessingContext
    ) -> str:
        """Return the path of the first input raster, whose CRS is used for EXTENT, or "" if EXTENT is not set."""
        if parameters.get("EXTENT") in (None, ""):
            return ""
        from ..core.tileset.inputs import list_inputs

        pattern = self.parameterAsString(parameters, "PATTERN", context) or "*.tif"
        with about("sources"):
            return list_inputs(inputs, folder, pattern, "", records=False)[0].path
