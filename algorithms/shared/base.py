"""Base class for algorithms that run a core job; it checks the parameter values and runs the job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterRasterLayer,
)

from ...core.dependencies import check_dependencies, dependency_problems
from ...core.errors import OptionError, ParallelRasterError, about
from .bridge import processing_errors
from .defaults import LOADED_TILES
from .given_values import GivenValues, Parameters, given
from .messages import name_parameter

if TYPE_CHECKING:
    from .styles import AnyColours

RASTER_TYPES = (
    QgsProcessingParameterRasterLayer.typeName(),
    QgsProcessingParameterMultipleLayers.typeName(),
)
"""QGIS names of the parameter types whose values are rasters."""

__all__ = ["ParallelRasterAlgorithm", "Parameters"]


class ParallelRasterAlgorithm(GivenValues):
    """Processing algorithm that runs one job of the core.

    A subclass adds its parameters in `initAlgorithm` and lists the parameters that take a single raster in `RASTERS`.
    It converts parameter values to keyword arguments of a core function in `job_options(parameters, context)`, calls
    that function in `do_job(options, progress=, log=)`, and returns the outputs from `job_outputs(result, context)`.
    """

    RASTERS: tuple[str, ...] = ("INPUT",)
    PACKAGES: Mapping[str, str] = {}
    """Packages, with minimum versions, that the algorithm requires in addition to the packages of the plugin."""

    def canExecute(self) -> tuple[bool, str]:
        """Return whether all required packages are installed and, if not, how to install them."""
        problems = dependency_problems(self.PACKAGES)
        return not problems, " ".join(problems)

    def checkParameterValues(self, parameters: Parameters, context: QgsProcessingContext) -> tuple[bool, str]:
        """Return whether the parameter values are valid and, if not, an error message.

        QGIS's own method is not called because it opens every raster with GDAL before the file type is checked. Opening
        a raster can run code contained in the file and write statistics next to the input.
        """
        from .destinations import check_destinations

        try:
            self._check_expressions(parameters, context)
            self._check_paths(parameters, context)
            self._check_acceptable(parameters, context)
            check_dependencies(self.PACKAGES)
            self.check_job(self.job_options(parameters, context))
            check_destinations(self, parameters, context)
        except ParallelRasterError as error:
            return False, name_parameter(error, self.parameterDefinitions(), parameters)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Convert the parameter values for the core, warn about ignored layer settings, and return True."""
        from .destinations import check_destinations
        from .task import in_main_thread

        with processing_errors(self, parameters):
            check_dependencies(self.PACKAGES)
            self._check_expressions(parameters, context)
            self._check_paths(parameters, context)
            self._options = self.job_options(parameters, context)
            check_destinations(self, parameters, context)
        for line in self._unused_settings(parameters, context):
            feedback.pushWarning(line)
        self._prepared_in_main = in_main_thread()
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job in a QgsTask and return the outputs."""
        from .task import in_main_thread, run_job

        # Results are loaded into the project only after a run in the algorithm dialog, not for steps of models and
        # scripts. Only the dialog prepares a run in the main thread and executes the run in another thread.
        self._in_dialog = self._prepared_in_main and not in_main_thread()
        with processing_errors(self, parameters):
            # The output path is evaluated here because QGIS loads the outputs that are registered in this context.
            self._options.update(self.job_destination(parameters, context))
            result = run_job(
                self.displayName(),
                lambda progress, log: self.do_job(self._options, progress=progress, log=log),
                feedback,
            )
            self._results = {**self.job_outputs(result, context), **self._report_output()}
            return self._results

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Refresh layers whose files were replaced and, after a run in the algorithm dialog, load the results.

        QGIS calls this method in the main thread.
        """
        from .layers import refresh_layers

        values = (value if isinstance(value, list) else [value] for value in self._results.values())
        refresh_layers(context.project(), [each for value in values for each in value if isinstance(each, str)])
        if self._in_dialog:
            self.load_results(context, feedback)
        return {}

    def load_results(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Load results that QGIS does not load on its own; called only after a run in the algorithm dialog."""

    def load_tiles(
        self,
        title: str,
        colours: AnyColours | None,
        instead: str,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Load the tiles in the TILES output as one layer group with the name `title`.

        The layers get `colours`, or QGIS's default colours if `colours` is None. If there are more tiles than the limit
        in the Processing options, log a message, and load only the file at the path `instead`, or nothing if `instead`
        is empty. If the limit is 0, load nothing.
        """
        from .loading import load_set

        tiles, limit = self._results["TILES"], LOADED_TILES.current()
        if 0 < len(tiles) <= limit:
            load_set(tiles, title, colours, context)
        elif tiles and limit:
            text = self.tr(
                "The {count} tiles were not loaded: the maximum number of tiles to load, set in the Processing "
                "options, is {limit}."
            )
            feedback.pushInfo(text.format(count=len(tiles), limit=limit))
            if instead:
                load_set([instead], "", colours, context)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the output path as a keyword argument of the job; subclasses may use a keyword other than `dst`."""
        return {"dst": self.output_path(parameters, context)}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""

    def _report_output(self) -> dict[str, str]:
        report = self._options.get("report")
        return {"REPORT": report.path} if report and report.written else {}

    def _check_acceptable(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if isinstance(value, str) and definition.type() == QgsProcessingParameterBand.typeName():
                continue  # checked by `GivenValues.band`
            if not definition.checkValueIsAcceptable(value, context):
                problem = "no value is set. Set a value" if value is None else f"{value!r} is not a valid value"
                raise OptionError(
                    f"{definition.description()} ({definition.name()}): {problem}.", parameter=definition.name().lower()
                )

    def used_open_options(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the open options (`KEY=VALUE`) that the run takes from the layer in the raster parameter `name`."""
        return []

    def _unused_settings(self, parameters: Parameters, context: QgsProcessingContext) -> Iterator[str]:
        """Yield a warning for each QGIS setting of an input layer that the run ignores."""
        from .layer_settings import unused_settings

        for definition in self.parameterDefinitions():
            if definition.type() in RASTER_TYPES:
                name = definition.name()
                used = self.used_open_options(parameters, name, context)
                for value in self.raster_values(parameters, name, context):
                    yield from unused_settings(value, context, used)

    def _check_expressions(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        """Raise OptionError if an expression is invalid; QGIS would use the default of the parameter instead."""
        for definition in self.parameterDefinitions():
            given(parameters, definition.name(), context)

    def _check_paths(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        from ...core.reading.safe_paths import check_raster_path

        for name in self.RASTERS:
            path = self.raster(parameters, name, context)
            if path:
                with about(name.lower()):
                    check_raster_path(path)
