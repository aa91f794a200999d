"""Temporal composite: combines the scenes of each month, season or other period into one raster."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputMultipleLayers,
    QgsProcessingOutputNumber,
    QgsProcessingOutputRasterLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.choices import EMPTY_PERIODS, LAYOUTS, PERIODS, PIXEL_TYPES, REDUCERS, RESOLUTIONS, SCENE_VALUES
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.pixel_parameters import (
    add_nodata,
    add_overview,
    add_resampling,
    add_scaling,
    resampling_option,
    scaling_options,
)
from .temporalcomposite_help import TEMPORAL_COMPOSITE

ENUMS = {
    "PERIOD": PERIODS,
    "EMPTY": EMPTY_PERIODS,
    "VALUE": SCENE_VALUES,
    "REDUCER": REDUCERS,
    "RESOLUTION": RESOLUTIONS,
    "DATA_TYPE": PIXEL_TYPES,
    "LAYOUT": LAYOUTS,
}
TEXTS = ("NAME_REGEX", "START", "END", "EXPRESSION", "MASK_BAND", "MASK_PATTERN", "MASK_VALUES")
SWITCHES = ("NETWORK", "CLIMATOLOGY", "FUSE", "COUNTS", "DATES")


class TemporalCompositeAlgorithm(ParallelRasterAlgorithm):
    """Combines the scenes of each period and writes the results to a folder."""

    HELP = TEMPORAL_COMPOSITE
    GROUP = "analysis"
    RASTERS = ()

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "temporalcomposite"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Temporal composite")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return self.tr("time series,median,monthly,season,cloud-free,medoid,percentile,stack,parallel,dask").split(",")

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.add_input_files()
        behavior = QgsProcessingParameterFile.Behavior.File
        text, kinds = self.tr("List of scenes (scenes.json) or STAC items"), self.tr("Scenes (*.json *.geojson)")
        self.addParameter(QgsProcessingParameterFile("SCENES", text, behavior, optional=True, fileFilter=kinds))
        self._add_text("START", self.tr("Earliest acquisition date (for example 2024-03-01)"), advanced=False)
        self._add_text("END", self.tr("Latest acquisition date"), advanced=False)
        self.add_enum("PERIOD", self.tr("Period of each output"), list(PERIODS.values()), list(PERIODS).index("month"))
        self.add_enum("REDUCER", self.tr("Combine scenes by"), list(REDUCERS.values()), 0)
        self._add_text("BANDS", self.tr("Bands, as numbers or names (empty: all)"), advanced=False)
        self._add_text("MASK_BAND", self.tr("Mask band, as number or name (for example SCL)"), advanced=False)
        self._add_text("MASK_VALUES", self.tr("Mask values that hide a pixel (empty: automatic)"), advanced=False)
        self.add_extent(advanced=False)
        add_overview(self)
        self._add_scene_parameters()
        self._add_value_parameters()
        self._add_grid_parameters()
        self.add_run_parameters()
        self.add_cluster()
        self.addParameter(QgsProcessingParameterFolderDestination("OUTPUT", self.tr("Composites")))
        self.add_report()
        self.addOutput(QgsProcessingOutputMultipleLayers("RASTERS", self.tr("Composites")))
        self.addOutput(QgsProcessingOutputRasterLayer("STACK", self.tr("Stack of all periods")))
        self.addOutput(QgsProcessingOutputFile("TABLE", self.tr("Table of scenes")))
        self.addOutput(QgsProcessingOutputNumber("PERIOD_COUNT", self.tr("Number of periods")))

    def _add_scene_parameters(self) -> None:
        self._add_switch("NETWORK", self.tr("Read STAC assets over the network"), False)
        self._add_text("NAME_REGEX", self.tr("Regular expression for file names (named groups: date, band, scene)"))
        behavior = QgsProcessingParameterFile.Behavior.File
        text = self.tr('Table of dates (CSV with columns "file" and "datetime")')
        self.add_advanced(QgsProcessingParameterFile("DATES_FILE", text, behavior, "csv", None, True))
        self._add_switch("CLIMATOLOGY", self.tr("Combine the same period across all years"), False)
        self.add_enum("EMPTY", self.tr("Periods without a scene"), list(EMPTY_PERIODS.values()), 0, advanced=True)
        self._add_switch("FUSE", self.tr("Treat scenes of one day as one observation"), True)
        self._add_text("MASK_PATTERN", self.tr("File name of a scene's mask (for example {scene}_SCL.tif)"))
        self._add_text("MASK_BITS", self.tr("Mask bits that hide a pixel (for example 1-4), instead of mask values"))
        self.add_number("MASK_GROW", self.tr("Buffer around pixels hidden by the mask (map units)"), 0)

    def _add_value_parameters(self) -> None:
        self.add_enum("VALUE", self.tr("Values to combine"), list(SCENE_VALUES.values()), 0, advanced=True)
        text = self.tr('Formula for the values to combine, or for "Best scene" (A is the scene)')
        self.add_advanced(
            QgsProcessingParameterString("EXPRESSION", text, "(A@4-A@3)/(A@4+A@3)", multiLine=True, optional=True)
        )
        self.add_number("PERCENTILE", self.tr('Percentile (for "Percentile")'), 25)
        self.add_advanced(self.integer("MIN_COUNT", self.tr("Minimum number of observations of a pixel"), 1, 1))
        add_scaling(self, "stored", advanced=True)
        add_nodata(self)

    def _add_grid_parameters(self) -> None:
        self.add_enum("RESOLUTION", self.tr("Pixel size"), list(RESOLUTIONS.values()), 0, advanced=True)
        text = self.tr('Pixel size in map units (for "Pixel size below")')
        kind = QgsProcessingParameterNumber.Type.Double
        self.add_advanced(QgsProcessingParameterNumber("PIXEL_SIZE", text, kind, None, optional=True, minValue=0))
        add_resampling(self)
        self.add_enum("DATA_TYPE", self.tr("Output data type"), list(PIXEL_TYPES.values()), 0, advanced=True)
        self.add_number("OUTPUT_NODATA", self.tr("Output nodata (empty: automatic)"), None)
        self.add_enum("LAYOUT", self.tr("Output files"), list(LAYOUTS.values()), 0, advanced=True)
        self._add_switch("COUNTS", self.tr("Also write the number of observations of each pixel"), True)
        self._add_switch("DATES", self.tr("Also write the day of the scene chosen for each pixel"), False)

    def _add_text(self, name: str, text: str, *, advanced: bool = True) -> None:
        parameter = QgsProcessingParameterString(name, text, None, optional=True)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def _add_switch(self, name: str, text: str, default: bool) -> None:
        self.add_advanced(QgsProcessingParameterBoolean(name, text, default))

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of the output folder; for a temporary output, every call returns a new path."""
        return self.parameterAsString(parameters, "OUTPUT", context)

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the arguments of `core.temporal_composite`, with the output folder under the key `dst`."""
        chosen = self._scene_options(parameters, context)
        if parameters.get("EXTENT") not in (None, ""):
            chosen["extent"] = self.extent_in(parameters, self._crs(chosen), context)
        return {
            **chosen,
            "dst": self.destination(parameters, context),
            **self.run_options(parameters, context),
            **self.cluster_option(parameters, context),
            **self.report_option(parameters, context),
        }

    def _scene_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        bands = self.text(parameters, "BANDS", context)
        enums = {name.lower(): self.option(parameters, name, table, context) for name, table in ENUMS.items()}
        texts = {name.lower(): self.text(parameters, name, context) for name in TEXTS}
        switches = {name.lower(): self.parameterAsBoolean(parameters, name, context) for name in SWITCHES}
        return {
            "sources": self.rasters(parameters, "INPUTS", context),
            "input_folder": self.parameterAsString(parameters, "INPUT_FOLDER", context) or None,
            "pattern": self.parameterAsString(parameters, "PATTERN", context) or "*.tif",
            "scenes": self.parameterAsFile(parameters, "SCENES", context) or None,
            "dates_file": self.parameterAsFile(parameters, "DATES_FILE", context) or None,
            "bands": [part.strip() for part in bands.split(",") if part.strip()] or None,
            **enums,
            **texts,
            **switches,
            "percentile": self.number(parameters, "PERCENTILE", context),
            "min_count": self.whole(parameters, "MIN_COUNT", context),
            "mask_bits": self.text(parameters, "MASK_BITS", context) or None,
            "mask_grow": self.number(parameters, "MASK_GROW", context),
            **scaling_options(self, parameters, context),
            "nodata": self.number(parameters, "NODATA", context),
            "overview": self.whole(parameters, "OVERVIEW", context),
            "pixel_size": self.number(parameters, "PIXEL_SIZE", context),
            **resampling_option(self, parameters, context),
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
        }

    def _crs(self, options: dict[str, Any]) -> QgsCoordinateReferenceSystem:
        """Return the CRS of the first scene, used to convert EXTENT; an invalid CRS if the scene has none."""
        from ..core.jobs.composite.job import reference_crs

        given = dict(options)
        return QgsCoordinateReferenceSystem.fromWkt(reference_crs(given.pop("sources"), "", **given))

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if an option is invalid, without opening the scenes."""
        from ..core.jobs.composite.job import check_temporal_composite

        given = dict(options)
        check_temporal_composite(given.pop("sources"), given.pop("dst"), **given)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Write the composites and return the result of the job."""
        from ..core.jobs.composite.job import temporal_composite
        from .shared.gdal_file import GdalFile, copy_to_cog

        given = {**options, **watchers, "create": GdalFile, "copy": copy_to_cog}
        self._result = temporal_composite(given.pop("sources"), given.pop("dst"), **given)
        return self._result

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the paths of the folder, the composites and the table, and the number of periods."""
        return {
            "OUTPUT": result.output,
            "RASTERS": list(result.rasters),
            **({"STACK": result.stack} if result.stack else {}),
            "TABLE": result.table,
            "PERIOD_COUNT": result.period_count,
        }

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load the composites as one layer group with the same stretch; each has the time range of its period."""
        from .shared.time_layers import load_periods

        load_periods(self._result, self._options["reducer"], self.tr("Composites"), context, feedback)
