"""Focal filter for tiles: applies the same filter to every raster in a list or folder."""

from __future__ import annotations

import re
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterString,
)

from ..core.dependencies import FOR_FILTERS
from ..core.errors import OptionError
from .focalfiltertiles_help import FOCAL_FILTER_TILES
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.focal_parameters import add_filter, add_stored_type, filter_options


class FocalFilterTilesAlgorithm(ParallelRasterAlgorithm):
    """Filters every raster in a list or folder."""

    HELP = FOCAL_FILTER_TILES
    GROUP = "analysis"
    RASTERS = ()
    PACKAGES = FOR_FILTERS

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "focalfiltertiles"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Focal filter for tiles")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr(
            "neighbourhood,neighborhood,moving window,convolution,smooth,blur,batch,folder,many,parallel,dask"
        ).split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.add_input_files()
        add_filter(self)
        text = self.tr("Bands, separated by commas (empty: all)")
        self.add_advanced(QgsProcessingParameterString("BANDS", text, None, optional=True))
        add_stored_type(self)
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Filtered tiles")))
        self.add_report()
        self.addOutput(QgsProcessingOutputMultipleLayers("TILES", self.tr("Filtered tiles")))
        self.addOutput(QgsProcessingOutputNumber("TILE_COUNT", self.tr("Number of files")))

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output folder; for a temporary output, every call returns a new path."""
        return self.parameterAsString(parameters, "OUTPUT", context)

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the arguments of `core.focal_filter_tiles`, with the output folder under the key `dst`."""
        return {
            **self.input_files(parameters, context),
            "dst": self.destination(parameters, context),
            "bands": self._bands(parameters, context),
            **filter_options(self, parameters, context),
            "overview": self.whole(parameters, "OVERVIEW", context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def _bands(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[int, ...] | None:
        """Return the numbers in BANDS, or None for all bands."""
        text = self.text(parameters, "BANDS", context)
        try:
            return tuple(int(number) for number in re.split("[,;]", text)) if text.strip() else None
        except ValueError:
            raise OptionError(f"BANDS is {text!r}. Enter band numbers, such as 1,2,3.", parameter="bands") from None

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the first raster show that the run would fail."""
        from ..core.jobs.focal.tiles import check_focal_filter_tiles

        given = dict(options)
        check_focal_filter_tiles(given.pop("sources"), given.pop("dst"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Filter all rasters and write the results."""
        from ..core.jobs.focal.tiles import focal_filter_tiles
        from .shared.gdal_file import GdalFile, copy_to_cog

        given = {**options, **watchers, "create": GdalFile, "copy": copy_to_cog}
        return focal_filter_tiles(given.pop("sources"), given.pop("dst"), **given)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output folder, the paths of the output files, and the number of files."""
        return {"OUTPUT": result.output, "TILES": list(result.tiles), "TILE_COUNT": result.tile_count}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the results in QGIS as one layer group."""
        self.load_tiles(self.tr("Filtered tiles"), None, "", context, feedback)
