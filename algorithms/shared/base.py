"""What all algorithms share: the frame of a run, and the checks before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

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
from .given_values import GivenValues, Parameters
from .messages import name_parameter

RASTER_TYPES = (
    QgsProcessingParameterRasterLayer.typeName(),
    QgsProcessingParameterMultipleLayers.typeName(),
)
"""Types of the parameters that name rasters."""

__all__ = ["ParallelRasterAlgorithm", "Parameters"]


class ParallelRasterAlgorithm(GivenValues):
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
            return False, name_parameter(error, self.parameterDefinitions(), parameters)
        return True, ""

    def prepareAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Turn layers into paths and parameters into plain values, in the main thread."""
        from .task import in_main_thread

        with processing_errors(self, parameters):
            check_dependencies()
            self._check_paths(parameters, context)
            self._options = self.job_options(parameters, context)
        for line in self._unused_settings(parameters, context):
            feedback.pushWarning(line)
        self._prepared_in_main = in_main_thread()
        return True

    def processAlgorithm(
        self, parameters: Parameters, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job inside a QgsTask and return the outputs."""
        from .task import in_main_thread, run_job

        # Only the algorithm's own dialog prepares in one thread and runs in another, and then shows what came out:
        # what a step of a model or script makes is not put into the project.
        self._in_dialog = self._prepared_in_main and not in_main_thread()
        with processing_errors(self, parameters):
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
        from .layers import refresh_layers

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
        from .loading import load_set

        tiles, limit = self._results["TILES"], LOADED_TILES.current()
        if 0 < len(tiles) <= limit:
            load_set(tiles, title, index, context)
        elif tiles and limit:
            text = self.tr("The {count} tiles are not loaded: the maximum in the Processing options is {limit}.")
            feedback.pushInfo(text.format(count=len(tiles), limit=limit))
            if instead:
                load_set([instead], "", index, context)

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword of the job that says where it writes."""
        return {"dst": self.output_path(parameters, context)}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise a ParallelRasterError when the metadata of inputs and output already rule the run out."""

    def _report_output(self) -> dict[str, str]:
        report = self._options.get("report")
        return {"REPORT": report.path} if report and report.written else {}

    def _check_acceptable(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if isinstance(value, str) and definition.type() == QgsProcessingParameterBand.typeName():
                continue  # `band` knows more ways to write a number than QGIS, and what to say of the others
            if not definition.checkValueIsAcceptable(value, context):
                given = "no value is given" if value is None else f"{value!r} cannot be used"
                raise OptionError(
                    f"{definition.description()} ({definition.name()}): {given}.", parameter=definition.name().lower()
                )

    def used_open_options(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the open options, set on the layer of a raster parameter, that the run uses, as `KEY=VALUE`."""
        return []

    def _unused_settings(self, parameters: Parameters, context: QgsProcessingContext) -> Iterator[str]:
        """Yield what the user set on any of the rasters in QGIS and the run does not use."""
        from .layer_settings import unused_settings

        for definition in self.parameterDefinitions():
            if definition.type() in RASTER_TYPES:
                name = definition.name()
                used = self.used_open_options(parameters, name, context)
                for value in self.raster_values(parameters, name, context):
                    yield from unused_settings(value, context, used)

    def _check_paths(self, parameters: Parameters, context: QgsProcessingContext) -> None:
        from ...core.reading.safe_paths import check_raster_path

        for name in self.RASTERS:
            path = self.raster(parameters, name, context)
            if path:
                with about(name.lower()):
                    check_raster_path(path)
