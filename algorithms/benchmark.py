"""Benchmark serial and parallel: measures the speedup of parallel runs and finds the best chunk size."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
    QgsProcessingUtils,
)

from ..core.choices import BENCHMARK_CHUNK_SIZES
from ..core.errors import OptionError
from .benchmark_help import BENCHMARK
from .shared.base import ParallelRasterAlgorithm, Parameters
from .shared.bridge import qgis_threads
from .shared.defaults import CHUNK_SIZE, MEMORY, WORKERS
from .shared.parameters import ExtentPathParameter, RasterPathParameter


class BenchmarkAlgorithm(ParallelRasterAlgorithm):
    """Measures the run time of the normalized difference for several chunk sizes and numbers of threads."""

    HELP = BENCHMARK

    def name(self) -> str:
        """Return the algorithm id without the provider prefix."""
        return "benchmark"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Benchmark serial and parallel")

    def tags(self) -> list[str]:
        """Return search keywords for the toolbox."""
        return ["speed", "speedup", "performance", "threads", "workers", "chunk size", "timing", "measure", "dask"]

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Add the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        for name, text, band in (
            ("BAND_A", self.tr("Positive term, A"), 4),
            ("BAND_B", self.tr("Negative term, B"), 3),
        ):
            self.add_band(name, text, band)
        workers = self.tr("Maximum number of workers (threads; 0 = maximum set in QGIS)")
        self.addParameter(self.integer("WORKERS", workers, WORKERS.current()))
        self.addParameter(self.integer("REPEATS", self.tr("Measurements per variant"), 3, 1))
        sizes = ",".join(map(str, BENCHMARK_CHUNK_SIZES))
        self.add_advanced(QgsProcessingParameterString("CHUNK_SIZES", self.tr("Chunk sizes (pixels)"), sizes))
        part = self.tr("Extent (empty: the centre of the raster, at most 6144 x 6144 pixels)")
        self.add_advanced(ExtentPathParameter("EXTENT", part, optional=True))
        self.add_advanced(self.creation_options())
        self.add_advanced(self.integer("MEMORY", self.tr(MEMORY.description), MEMORY.current()))
        default = self.tr("Use the best chunk size as the default of all algorithms")
        self.add_advanced(QgsProcessingParameterBoolean("SET_CHUNK_SIZE", default, False))
        for name, text, kind in (
            ("REPORT", self.tr("Report"), self.tr("HTML files (*.html)")),
            ("TABLE", self.tr("Table of measured times"), self.tr("CSV files (*.csv)")),
        ):
            self.addParameter(QgsProcessingParameterFileDestination(name, text, kind, optional=True))
        self.addOutput(QgsProcessingOutputNumber("SPEEDUP", self.tr("Speedup (serial time / parallel time)")))
        self.addOutput(QgsProcessingOutputNumber("BEST_CHUNK_SIZE", self.tr("Best chunk size (pixels)")))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments of `core.benchmark_normalized_difference`."""
        source = self.raster(parameters, "INPUT", context)
        return {
            "src": source,
            "band_a": self.band(parameters, "BAND_A", context),
            "band_b": self.band(parameters, "BAND_B", context),
            "workers": self.whole(parameters, "WORKERS", context) or qgis_threads(context),
            "repeats": self.whole(parameters, "REPEATS", context),
            "chunk_sizes": _parse_sizes(self.text(parameters, "CHUNK_SIZES", context)),
            "extent": self.extent(parameters, source, context),
            "creation_options": self.parameterAsString(parameters, "CREATION_OPTIONS", context) or "",
            "memory": self.whole(parameters, "MEMORY", context),
            "folder": QgsProcessingUtils.tempFolder(),
            "table": self.parameterAsFileOutput(parameters, "TABLE", context) or None,
            **self.report_option(parameters, context),
        }

    def job_destination(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Store SET_CHUNK_SIZE for `postProcessAlgorithm`; return an empty dictionary because no raster is written."""
        self._sets_default = self.parameterAsBoolean(parameters, "SET_CHUNK_SIZE", context)
        return {}

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise ParallelRasterError if the options or the metadata of the inputs show that the run would fail."""
        from ..core.benchmark.job import check_benchmark

        check_benchmark(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Run the benchmark and return its result."""
        from ..core.benchmark.job import benchmark_normalized_difference
        from .shared.gdal_file import GdalFile

        return benchmark_normalized_difference(**options, **watchers, create=GdalFile)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the speedup, the best chunk size and, if the table was written, its path."""
        table = {"TABLE": result.table} if result.table else {}
        return {"SPEEDUP": result.speedup, "BEST_CHUNK_SIZE": result.best_chunk_size, **table}

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:
        """Store the best chunk size as the default if SET_CHUNK_SIZE is set. QGIS calls this in the main thread."""
        if self._sets_default:
            CHUNK_SIZE.choose(self._results["BEST_CHUNK_SIZE"])
            text = self.tr("The default chunk size of all algorithms is now {} pixels.")
            feedback.pushInfo(text.format(self._results["BEST_CHUNK_SIZE"]))
        return super().postProcessAlgorithm(context, feedback)


def _parse_sizes(text: str) -> tuple[int, ...]:
    """Return the integers in a comma-separated list.

    Raises
    ------
    OptionError
        A value is not an integer.
    """
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise OptionError(
            f"CHUNK_SIZES is {text!r}. Enter integers separated by commas, such as 512,1024,2048.",
            parameter="chunk_sizes",
        ) from None
