"""STAC items to aligned rasters: writes the items found by a search to rasters on one grid."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.choices import DUPLICATES, ON_ERROR, RESAMPLING, SIGNING, STAC_SCALING, STEPS
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.bridge import crs_text
from .shared.parameters import RasterPathParameter
from .shared.pixel_parameters import add_nodata
from .stacstack_help import STAC_STACK

ENUMS = {
    "RESAMPLING": RESAMPLING,
    "STEP": STEPS,
    "DUPLICATES": DUPLICATES,
    "SCALING": STAC_SCALING,
    "SIGNING": SIGNING,
    "ON_ERROR": ON_ERROR,
}
SIGN_URL = "https://planetarycomputer.microsoft.com/api/sas/v1/sign"


class StacStackAlgorithm(ParallelRasterAlgorithm):
    """Writes the items of a STAC catalogue as rasters on one grid."""

    HELP = STAC_STACK
    GROUP = "analysis"
    RASTERS = ("GRID",)

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "stacstack"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("STAC items to aligned rasters")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("stac,catalogue,items,download,stack,time series,sentinel,landsat,cog,aligned").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        behavior = QgsProcessingParameterFile.Behavior.File
        kinds = self.tr("Items (*.geojson *.json)")
        self.addParameter(
            QgsProcessingParameterFile(
                "ITEMS", self.tr("STAC items (JSON file)"), behavior, optional=False, fileFilter=kinds
            )
        )
        self.addParameter(QgsProcessingParameterString("ASSETS", self.tr("Assets (keys or band names)")))
        text = self.tr("Mask asset (classes or quality bits)")
        self.addParameter(QgsProcessingParameterString("MASK_ASSET", text, None, optional=True))
        self.add_extent(advanced=False)
        text = self.tr("Raster whose grid is used, instead of an extent")
        self.addParameter(RasterPathParameter("GRID", text, optional=True))
        self.addParameter(QgsProcessingParameterCrs("CRS", self.tr("CRS (empty: automatic)"), None, True))
        text, kind = self.tr("Pixel size in map units (empty: automatic)"), QgsProcessingParameterNumber.Type.Double
        self.addParameter(QgsProcessingParameterNumber("PIXEL_SIZE", text, kind, None, optional=True, minValue=0))
        resampling = self.tr("Resampling of assets that are not aligned with the output")
        self._add_choice("RESAMPLING", resampling, advanced=False)
        self._add_choice("STEP", self.tr("Items combined into one raster"), 1, advanced=False)
        self._add_value_parameters()
        self._add_network_parameters()
        self.add_run_parameters()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Scenes")))
        self.add_report()
        self.addOutput(QgsProcessingOutputFile("SCENES", self.tr("List of scenes")))
        self.addOutput(QgsProcessingOutputMultipleLayers("RASTERS", self.tr("Scenes")))
        self.addOutput(QgsProcessingOutputRasterLayer("VRT", self.tr("Virtual raster of all scenes")))
        self.addOutput(QgsProcessingOutputFile("TABLE", self.tr("Table of items")))
        self.addOutput(QgsProcessingOutputNumber("SCENE_COUNT", self.tr("Number of scenes")))

    def _add_value_parameters(self) -> None:
        self._add_choice("DUPLICATES", self.tr("If an item exists in several versions"))
        self._add_choice("SCALING", self.tr("Scale and offset"))
        self.add_number("SCALE", self.tr('Scale (for "Scale and offset below")'), 1)
        self.add_number("OFFSET", self.tr('Offset (for "Scale and offset below")'), 0)
        add_nodata(self)
        text = self.tr("Read overviews if the output has larger pixels than an asset")
        self.add_advanced(QgsProcessingParameterBoolean("OVERVIEWS", text, True))

    def _add_network_parameters(self) -> None:
        self._add_choice("SIGNING", self.tr("Signing of URLs"))
        text = self.tr("URL of the signing service")
        self.add_advanced(QgsProcessingParameterString("SIGN_URL", text, SIGN_URL, optional=True))
        text = self.tr("Authentication for the signing service")
        self.add_advanced(QgsProcessingParameterAuthConfig("AUTHCFG", text, None, True))
        self.add_advanced(self.integer("RETRIES", self.tr("Retries per request"), 4))
        self.add_advanced(self.integer("CONNECTIONS", self.tr("Files read at once"), 8, 1))
        self._add_choice("ON_ERROR", self.tr("If a scene cannot be read"))
        text = self.tr("Resume an unfinished run")
        self.add_advanced(QgsProcessingParameterBoolean("RESUME", text, False))

    def _add_choice(self, name: str, text: str, default: int = 0, *, advanced: bool = True) -> None:
        self.add_enum(name, text, list(ENUMS[name].values()), default, advanced=advanced)

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output folder; for a temporary output, every call returns a new path."""
        return self.parameterAsString(parameters, "OUTPUT", context)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the path of the output folder as the keyword argument of the job."""
        return {"folder": self.output_path(parameters, context)}

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.stac_stack`, with the authentication under the key `authcfg`."""
        enums = {name.lower(): self.option(parameters, name, table, context) for name, table in ENUMS.items()}
        crs = self.parameterAsCrs(parameters, "CRS", context)
        return {
            "items": self.parameterAsFile(parameters, "ITEMS", context),
            "folder": self.destination(parameters, context),
            "assets": self.parameterAsString(parameters, "ASSETS", context),
            "mask_asset": self.parameterAsString(parameters, "MASK_ASSET", context).strip(),
            **self.extent_with_crs(parameters, context),
            "grid": self.raster(parameters, "GRID", context) or None,
            "crs": crs_text(crs),
            "pixel_size": self.number(parameters, "PIXEL_SIZE", context),
            **enums,
            "scale": self.number(parameters, "SCALE", context),
            "offset": self.number(parameters, "OFFSET", context),
            "nodata": self.number(parameters, "NODATA", context),
            "overviews": self.parameterAsBoolean(parameters, "OVERVIEWS", context),
            "sign_url": self.parameterAsString(parameters, "SIGN_URL", context) or SIGN_URL,
            "retries": self.whole(parameters, "RETRIES", context),
            "connections": self.whole(parameters, "CONNECTIONS", context),
            "resume": self.parameterAsBoolean(parameters, "RESUME", context),
            "authcfg": self.parameterAsString(parameters, "AUTHCFG", context),
            **self.run_options(parameters, context),
            **self.report_option(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if an option is invalid. The items are read later, during the run."""
        from ..core.jobs.stac.job import check_stac_stack

        given = {name: value for name, value in options.items() if name != "authcfg"}
        check_stac_stack(given.pop("items"), given.pop("folder"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the scenes and return the result of the job."""
        from ..core.jobs.stac.job import stac_stack
        from .shared.fetch import qgis_fetch
        from .shared.gdal_file import GdalFile, copy_to_cog

        given = {**options, **watchers, "create": GdalFile, "copy": copy_to_cog}
        fetch = qgis_fetch(given.pop("authcfg"))
        self._result = stac_stack(given.pop("items"), given.pop("folder"), fetch=fetch, **given)
        return self._result

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the paths of the folder, scene list, rasters, virtual raster and table, and the number of scenes."""
        return {
            "OUTPUT": result.output,
            "SCENES": result.scenes,
            "RASTERS": list(result.rasters),
            "VRT": result.vrt,
            "TABLE": result.table,
            "SCENE_COUNT": result.scene_count,
        }

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the scenes as one layer group; each layer has the time of its scene."""
        from .shared.time_layers import load_moments

        load_moments(self._result.rasters, self._result.times, self.tr("Scenes"), context, feedback)
