"""Search a STAC catalogue: saves a catalogue's items for an area and a time range."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from .shared.base import ParallelRasterAlgorithm, Parameters
from .stacsearch_help import STAC_SEARCH

TEXTS = ("URL", "COLLECTIONS", "START", "END", "FILTER")


class StacSearchAlgorithm(ParallelRasterAlgorithm):
    """Searches a STAC catalogue and saves the items that it finds."""

    HELP = STAC_SEARCH
    GROUP = "analysis"
    RASTERS = ()

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "stacsearch"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Search a STAC catalogue")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("stac,catalogue,catalog,search,items,sentinel,landsat,cloud cover,download").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(QgsProcessingParameterString("URL", self.tr("URL of the catalogue")))
        self.addParameter(QgsProcessingParameterString("COLLECTIONS", self.tr("Collections, separated by commas")))
        self.add_extent(advanced=False)
        first = self.tr("Earliest acquisition date (for example 2024-03-01)")
        for name, text in (("START", first), ("END", self.tr("Latest acquisition date"))):
            self.addParameter(QgsProcessingParameterString(name, text, None, optional=True))
        self.add_number("CLOUD_COVER", self.tr("Maximum cloud cover (percent)"), 100, advanced=False)
        text = self.tr("Additional filter (CQL2 JSON)")
        self.add_advanced(QgsProcessingParameterString("FILTER", text, None, multiLine=True, optional=True))
        self.add_advanced(self.integer("MAX_ITEMS", self.tr("Maximum number of items"), 1000, 1))
        self.add_advanced(QgsProcessingParameterAuthConfig("AUTHCFG", self.tr("Authentication"), None, True))
        text = self.tr("GeoJSON files (*.geojson);;JSON files (*.json)")
        self.addParameter(QgsProcessingParameterFileDestination("OUTPUT", self.tr("STAC items"), text))
        self.addOutput(QgsProcessingOutputNumber("ITEM_COUNT", self.tr("Number of items")))

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output file; for a temporary output, every call returns a new path."""
        return self.parameterAsFileOutput(parameters, "OUTPUT", context)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the path of the output file as the keyword argument of the job."""
        return {"output": self.output_path(parameters, context)}

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.stac_search`, with the authentication under the key `authcfg`."""
        texts = {name.lower(): self.parameterAsString(parameters, name, context).strip() for name in TEXTS}
        return {
            **texts,
            "output": self.destination(parameters, context),
            **self.extent_with_crs(parameters, context),
            "cloud_cover": self.number(parameters, "CLOUD_COVER", context),
            "max_items": self.whole(parameters, "MAX_ITEMS", context),
            "authcfg": self.parameterAsString(parameters, "AUTHCFG", context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if an option is invalid; no request is sent."""
        from ..core.jobs.stac.search import check_stac_search

        given = {name: value for name, value in options.items() if name != "authcfg"}
        check_stac_search(given.pop("url"), given.pop("output"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Search the catalogue and return the result of the job."""
        from ..core.jobs.stac.search import stac_search
        from .shared.fetch import qgis_fetch

        given = {**options, **watchers}
        fetch = qgis_fetch(given.pop("authcfg"))
        return stac_search(given.pop("url"), given.pop("output"), fetch=fetch, **given)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the path of the output file and the number of items."""
        return {"OUTPUT": result.output, "ITEM_COUNT": result.item_count}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the footprints of the items as a layer."""
        from .shared.loading import load_set

        if self._results["ITEM_COUNT"]:
            load_set([self._results["OUTPUT"]], "", None, context)
