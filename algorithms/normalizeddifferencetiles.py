"""Normalized difference of tiles: computes one index for every raster in a list or folder."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFolderDestination,
)

from ..core.choices import INDEXES
from .normalizeddifferencetiles_help import NORMALIZED_DIFFERENCE_TILES
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.index_parameters import add_index_parameters, add_type_parameters, index_options


class NormalizedDifferenceTilesAlgorithm(ParallelRasterAlgorithm):
    """Computes (A - B) / (A + B) for many rasters and writes the results to a folder."""

    HELP = NORMALIZED_DIFFERENCE_TILES
    GROUP = "indexes"
    RASTERS = ()

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "normalizeddifferencetiles"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Normalized difference of tiles")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        words = self.tr("index,indices,vegetation,water,snow,batch,folder,many,parallel,dask").split(",")
        return [*words, *INDEXES]

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.add_input_files()
        for name, text, default in (
            ("BAND_A", self.tr("Positive term, A (band number; near infrared for NDVI)"), 4),
            ("BAND_B", self.tr("Negative term, B (band number; red for NDVI)"), 3),
        ):
            self.addParameter(self.integer(name, text, default, 1))
        add_index_parameters(self)
        add_type_parameters(self)
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Normalized differences")))
        self.add_report()
        self.addOutput(QgsProcessingOutputMultipleLayers("TILES", self.tr("Normalized differences")))
        self.addOutput(QgsProcessingOutputNumber("TILE_COUNT", self.tr("Number of files")))

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output folder; for a temporary output, every call returns a new path."""
        return self.parameterAsString(parameters, "OUTPUT", context)

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the arguments of `core.normalized_difference_tiles`, with the output folder under the key `dst`."""
        return {
            **self.input_files(parameters, context),
            "dst": self.destination(parameters, context),
            "band_a": self.band(parameters, "BAND_A", context),
            "band_b": self.band(parameters, "BAND_B", context),
            **index_options(self, parameters, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the paths or the metadata of the inputs show that the run would fail."""
        from ..core.jobs.difference.tiles import check_normalized_difference_tiles

        given = dict(options)
        check_normalized_difference_tiles(given.pop("sources"), given.pop("dst"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute the index of every raster, write the output files and return the result of the job."""
        from ..core.jobs.difference.tiles import normalized_difference_tiles
        from .shared.gdal_file import GdalFile, copy_to_cog

        given = {**options, **watchers, "create": GdalFile, "copy": copy_to_cog}
        return normalized_difference_tiles(given.pop("sources"), given.pop("dst"), **given)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output folder, the paths of the output files and their number."""
        return {"OUTPUT": result.output, "TILES": list(result.tiles), "TILE_COUNT": result.tile_count}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the results in QGIS as one group of styled layers."""
        from .shared.styles import Colours

        index = self._options["index"]
        title = self.tr("{index} of tiles").format(index=INDEXES[index].name)
        self.load_tiles(title, Colours(index), "", context, feedback)
