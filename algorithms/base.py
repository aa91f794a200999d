"""What all algorithms share: the parameters of a run, its frame, and the checks before it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ..core.dependencies import check_dependencies, dependency_problems
from ..core.errors import OptionError, ParallelRasterError
from ..core.path_check import check_raster_path
from .bridge import errors_for_people, extent_value, qgis_threads, raster_crs, raster_path
from .defaults import CHUNK_SIZE, CREATION_OPTIONS, LOADED_TILES, MEMORY, WORKERS
from .host import host_versions
from .layers import refresh_layers
from .loading import load_set
from .messages import Given, band_words, file_words, name_parameter, output_path_of
from .parameters import ExtentPathParameter
from .plugin_algorithm import PluginAlgorithm
from .task import in_main_thread, run_job

Parameters = dict[str, Any]


class ParallelRasterAlgorithm(PluginAlgorithm):
    """A job of the core as a Processing algorithm.

    A subclass names its parameters in `initAlgorithm`, its raster inputs in `RASTERS`, reads the parameters into
    keywords of the core's function in `job_options(parameters, context)`, calls that function in
    `do_job(options, progress=, log=)` and names what it returned in `job_outputs(result, context)`.
    """

    RASTERS: tuple[str, ...] = ("INPUT",)

    def canExecute(self) -> tuple[bool, str]:
        """Return whether the needed packages are there, and what to do where not."""
        problems = dependency_problems()
        return not problems, " ".join(problems)

    def add_extent(self) -> None:
        """Add EXTENT."""
        self.addParameter(ExtentPathParameter("EXTENT", self.tr("Extent"), optional=True))

    def add_run_parameters(self) -> None:
        """Add the parameters that say how a run writes and what it may use of the machine."""
        self.addParameter(self.creation_options())
        self.add_advanced(QgsProcessingParameterBoolean("COG", self.tr("Cloud Optimized GeoTIFF"), False))
        for name, text, default in (
            ("WORKERS", self.tr(WORKERS.description), WORKERS.current()),
            ("MEMORY", self.tr(MEMORY.description), MEMORY.current()),
            ("CHUNK_SIZE", self.tr(CHUNK_SIZE.description), CHUNK_SIZE.current()),
        ):
            self.add_advanced(self.integer(name, text, default))

    def creation_options(self) -> QgsProcessingParameterString:
        """Return CREATION_OPTIONS."""
        options = QgsProcessingParameterString(
            "CREATION_OPTIONS", self.tr("Creation options"), defaultValue=CREATION_OPTIONS.current(), optional=True
        )
        options.setMetadata({"widget_wrapper": _raster_options_widget()})
        return options

    def integer(self, name: str, text: str, default: int, least: int = 0) -> QgsProcessingParameterNumber:
        """Return a parameter for a whole number that has a least value."""
        kind = QgsProcessingParameterNumber.Type.Integer
        return QgsProcessingParameterNumber(name, text, kind, defaultValue=default, minValue=least)

    def add_cluster(self) -> None:
        """Add CLUSTER; `cluster_option` reads it."""
        text = self.tr("Cluster (address of a scheduler, or slurm; empty: this computer)")
        self.add_advanced(QgsProcessingParameterString("CLUSTER", text, optional=True))

    def add_report(self) -> None:
        """Add REPORT; `report_option` reads it."""
        kind = self.tr("HTML files (*.html)")
        self.addParameter(
            QgsProcessingParameterFileDestination("REPORT", self.tr("Report of the run"), kind, None, True, False)
        )

    def add_enum(self, name: str, text: str, labels: list[str], default: int, *, advanced: bool = False) -> None:
        """Add a choice from a list."""
        parameter = QgsProcessingParameterEnum(name, text, [self.tr(label) for label in labels], defaultValue=default)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def add_number(self, name: str, text: str, default: float | None, *, advanced: bool = True) -> None:
        """Add a number, which is optional where it has no default."""
        kind = QgsProcessingParameterNumber.Type.Double
        parameter = QgsProcessingParameterNumber(name, text, kind, defaultValue=default, optional=default is None)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def add_advanced(self, parameter: QgsProcessingParameterDefinition) -> None:
        """Add a parameter to the advanced section."""
        parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        """Return whether the run may start, and why not.

        Instead of the method it overrides, which opens every raster with GDAL before we have looked at the file:
        that can run code which a file carries, and writes statistics beside the input.
        """
        try:
            self._check_paths(parameters, context)
            self._check_acceptable(parameters, context)
            check_dependencies()
            self.check_job(self.job_options(parameters, context))
        except ParallelRasterError as error:
            return False, name_parameter(str(error), self._given(parameters, context))
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Turn layers into paths and parameters into plain values, in the main thread."""
        with errors_for_people():
            check_dependencies()
            self._check_paths(parameters, context)
            self._options = self.job_options(parameters, context)
        self._prepared_in_main = in_main_thread()
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job inside a QgsTask and return the outputs."""
        # Only the algorithm's own dialog prepares in one thread and runs in another, and then shows what came out:
        # what a step of a model or script makes is not put into the project.
        self._in_dialog = self._prepared_in_main and not in_main_thread()
        with errors_for_people():
            # Asked for here, not before: QGIS loads what the context of this thread was told to load.
            self._options.update(self.job_destination(parameters, context))
            result = run_job(
                self.displayName(),
                lambda progress, log: self.do_job(self._options, progress=progress, log=log),
                feedback,
            )
            self._results = {**self.job_outputs(result, context), **self._report_output()}
            return self._results

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Refresh the layers whose files were replaced and load sets of files, in the main thread."""
        values = (value if isinstance(value, list) else [value] for value in self._results.values())
        refresh_layers(context.project(), [each for value in values for each in value if isinstance(each, str)])
        if self._in_dialog:
            self.load_results(context, feedback)
        return {}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Have QGIS load what it does not load by itself at the end of a run in the dialog."""

    def load_tiles(
        self, title: str, index: str, instead: str, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Have QGIS load the set TILES in one group; of a set above the user's limit the file `instead`."""
        tiles, limit = self._results["TILES"], LOADED_TILES.current()
        if 0 < len(tiles) <= limit:
            load_set(tiles, title, index, context)
        elif tiles and limit:
            text = self.tr("{count} tiles: sets of more than {limit} are not loaded (Processing options).")
            feedback.pushInfo(text.format(count=len(tiles), limit=limit))
            if instead:
                load_set([instead], "", index, context)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword of the job that says where it writes."""
        return {"dst": self.output_path(parameters, context)}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise a ParallelRasterError when the metadata of inputs and output already rule the run out."""

    def raster(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> str:
        """Return the path of a raster parameter; empty where it is not given."""
        value = parameters.get(name)
        if value is None or not isinstance(value, (str, os.PathLike)) and not hasattr(value, "providerType"):
            value = self.parameterAsString(parameters, name, context)
        return raster_path(value, context)

    def rasters(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the paths of a parameter of several rasters, given as paths or layers; none where it is not given."""
        return [raster_path(value, context) for value in _flat(parameters.get(name))]

    def destination(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of OUTPUT before the run, without having QGIS load it.

        Each call names another file for a temporary output, and QGIS would look for all of them at the end.
        """
        apart = QgsProcessingContext()
        apart.copyThreadSafeSettings(context)
        return self.output_path(parameters, apart)

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of OUTPUT; a temporary one is another at each call."""
        return self.parameterAsOutputLayer(parameters, "OUTPUT", context)

    def band(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> int:
        """Return a band's number; its default only where none is given, so that a band 0 is refused by name."""
        value = parameters.get(name)
        if value in (None, ""):
            return int(self.parameterDefinition(name).defaultValue())
        if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d+(\.0*)?\s*", value):
            raise OptionError(f"{name} is {value!r}; the number of a band is needed, counted from 1.")
        return self.parameterAsInt(parameters, name, context)

    def number(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> float | None:
        """Return an optional number; None where it is not given."""
        value = parameters.get(name)
        if value in (None, ""):
            return None
        if isinstance(value, str):
            try:
                float(value)
            except ValueError:
                # QGIS would take an optional number that is none for 0, or for its default.
                raise OptionError(f"{name} is {value!r}; a number is needed.") from None
        return self.parameterAsDouble(parameters, name, context)

    def extent(
        self, parameters: Parameters, raster: str, context: QgsProcessingContext
    ) -> tuple[float, float, float, float] | None:
        """Return EXTENT in the CRS of the raster; None where it is not given."""
        value = extent_value(parameters.get("EXTENT"), context)
        if value in (None, ""):
            return None
        rectangle = self.parameterAsExtent({"EXTENT": value}, "EXTENT", context, raster_crs(raster))
        if rectangle.isNull():
            if isinstance(value, str):
                raise OptionError(f"EXTENT is {value!r}, which has no extent; give xmin,xmax,ymin,ymax or a layer.")
            return None
        return rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()

    def run_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keywords of the parameters that `add_run_parameters` added."""
        return {
            "creation_options": self.parameterAsString(parameters, "CREATION_OPTIONS", context) or "",
            "cog": self.parameterAsBoolean(parameters, "COG", context),
            "workers": self.parameterAsInt(parameters, "WORKERS", context) or qgis_threads(context),
            "memory": self.parameterAsInt(parameters, "MEMORY", context),
            "chunk_size": self.parameterAsInt(parameters, "CHUNK_SIZE", context),
        }

    def cluster_option(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword of the parameter that `add_cluster` added."""
        return {"cluster": self.parameterAsString(parameters, "CLUSTER", context) or ""}

    def report_option(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword of the parameter that `add_report` added."""
        from ..core.run_record import ReportFile

        path = self.parameterAsFileOutput(parameters, "REPORT", context)
        return {"report": ReportFile(path, host_versions()) if path else None}

    def _report_output(self) -> dict[str, str]:
        report = self._options.get("report")
        return {"REPORT": report.path} if report and report.written else {}

    def _check_acceptable(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if not definition.checkValueIsAcceptable(value, context):
                given = "no value is given" if value is None else f"{value!r} cannot be used"
                raise OptionError(f"{definition.description()} ({definition.name()}): {given}.")

    def _given(self, parameters: Parameters, context: QgsProcessingContext) -> Iterator[Given]:
        for definition in self.parameterDefinitions():
            name, value = definition.name(), parameters.get(definition.name())
            words: tuple[str, ...] = ()
            if definition.isDestination() or name in self.RASTERS or name == "INPUT_FOLDER":
                try:
                    path = self.raster(parameters, name, context) if name in self.RASTERS else output_path_of(value)
                except ParallelRasterError as error:  # a layer that is no file; that may be what the message says
                    words = (str(error),)
                else:
                    words = file_words(path, destination=definition.isDestination())
            elif "BAND" in name:
                bands = self.parameterAsInts(parameters, name, context)
                words = tuple(word for band in bands for word in band_words(band))
            yield Given(name, definition.description(), words)

    def _check_paths(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        for name in self.RASTERS:
            path = self.raster(parameters, name, context)
            if path:
                check_raster_path(path)


def _flat(value: Any) -> Iterator[Any]:
    """Yield the single values of a list, in which a model may have put lists; text may hold several paths."""
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    elif isinstance(value, str) and ";" in value and not os.path.exists(value):
        yield from filter(None, (part.strip() for part in value.split(";")))
    elif value not in (None, ""):
        yield value


def _raster_options_widget() -> dict[str, str]:
    """Return the metadata that gives a string parameter QGIS's own editor of creation options."""
    if Qgis.QGIS_VERSION_INT >= 34000:
        return {"widget_type": "rasteroptions"}
    return {"class": "processing.algs.gdal.ui.RasterOptionsWidget.RasterOptionsWidgetWrapper"}
