"""Parallel normalized difference: NDVI and its relatives from two bands."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBand,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)

from ..core.options import INDEX_TYPES, INDEXES, SCALING, ZERO_SUM
from .base import ParallelRasterAlgorithm, Parameters
from .parameters import RasterPathParameter
from .styles import style_when_loaded

OUTPUT_NUMBERS = {
    "MINIMUM": "Minimum",
    "MAXIMUM": "Maximum",
    "MEAN": "Mean",
    "STD_DEV": "Standard deviation",
    "VALID_PERCENT": "Valid pixels (percent)",
    "OUTSIDE_COUNT": "Pixels outside [-1, 1]",
}

HELP = """Computes (A - B) / (A + B) of two bands, chunk by chunk on all processors: NDVI with A = near infrared and \
B = red, and its relatives.

A pixel counts when it is valid in both bands: finite, not nodata, not hidden by a mask or alpha. Every other pixel \
becomes nodata. Scale and offset of the bands are applied; nothing wraps or overflows, and the result is the same to \
the last bit for any chunk size and number of workers.

The result appears when it is complete and verified; a run that fails or is cancelled leaves nothing behind.

Example: Landsat 7 bands 4 and 3 give the NDVI; Sentinel-2 comes as one file per band, so give B08 as Input and B04 \
as Raster of the negative term."""


class NormalizedDifferenceAlgorithm(ParallelRasterAlgorithm):
    """(A - B) / (A + B), file to file."""

    RASTERS = ("INPUT", "INPUT_B")

    def name(self) -> str:
        """Return the part of the id after the colon."""
        return "normalizeddifference"

    def displayName(self) -> str:
        """Return the name shown in the toolbox."""
        return self.tr("Parallel normalized difference")

    def tags(self) -> list[str]:
        """Return the words that find the algorithm."""
        return ["ndvi", "index", "vegetation", "raster calculator", "dask", *(name for name in INDEXES)]

    def shortHelpString(self) -> str:
        """Return the help shown beside the parameters."""
        return self.tr(HELP)

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Name the parameters and outputs."""
        self.addParameter(RasterPathParameter("INPUT", self.tr("Input raster")))
        # Optional with a default, since QGIS 3.22 asks for a mandatory band although it has a default.
        for name, text, default in (
            ("BAND_A", self.tr("Positive term, A (near infrared for NDVI)"), 4),
            ("BAND_B", self.tr("Negative term, B (red for NDVI)"), 3),
        ):
            self.addParameter(QgsProcessingParameterBand(name, text, default, "INPUT", optional=True))
        self.addParameter(
            RasterPathParameter("INPUT_B", self.tr("Raster of the negative term, if another"), optional=True)
        )
        self.addParameter(QgsProcessingParameterBand("INPUT_B_BAND", self.tr("Its band"), 1, "INPUT_B", optional=True))
        self._add_enum(
            "INDEX", self.tr("Index (names and colours the result)"), [index.label for index in INDEXES.values()], 1
        )
        self._add_enum("SCALING", self.tr("Scale and offset"), list(SCALING.values()), 0)
        self._add_number("SCALE", self.tr("Scale (with the choice above)"), 1, advanced=False)
        self._add_number("OFFSET", self.tr("Offset (with the choice above)"), 0, advanced=False)
        self._add_number("NODATA", self.tr("Nodata of all inputs, over what they declare"), None)
        self._add_enum("ZERO_SUM", self.tr("Where A + B = 0"), list(ZERO_SUM.values()), 0, advanced=True)
        self.addParameter(QgsProcessingParameterBoolean("CLAMP", self.tr("Clip to [-1, 1]"), False))
        self.add_extent()
        self._add_enum("DATA_TYPE", self.tr("Output data type"), list(INDEX_TYPES.values()), 0)
        self._add_number("OUTPUT_NODATA", self.tr("Nodata of the output (empty: -9999, -32768 or 255 by type)"), None)
        self.add_run_parameters()
        self.addParameter(QgsProcessingParameterRasterDestination("OUTPUT", self.tr("Normalized difference")))
        for name, text in OUTPUT_NUMBERS.items():
            self.addOutput(QgsProcessingOutputNumber(name, self.tr(text)))

    def job_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keywords of `core.normalized_difference`."""
        source = self.raster(parameters, "INPUT", context)
        return {
            "src": source,
            "dst": self.destination(parameters, context),
            "band_a": self.band(parameters, "BAND_A", context),
            "band_b": self.band(parameters, "BAND_B", context),
            "input_b": self.raster(parameters, "INPUT_B", context) or None,
            "input_b_band": self.band(parameters, "INPUT_B_BAND", context),
            "index": list(INDEXES)[self.parameterAsEnum(parameters, "INDEX", context)],
            "scaling": list(SCALING)[self.parameterAsEnum(parameters, "SCALING", context)],
            "scale": self.parameterAsDouble(parameters, "SCALE", context),
            "offset": self.parameterAsDouble(parameters, "OFFSET", context),
            "nodata": self.number(parameters, "NODATA", context),
            "zero_sum": list(ZERO_SUM)[self.parameterAsEnum(parameters, "ZERO_SUM", context)],
            "clamp": self.parameterAsBoolean(parameters, "CLAMP", context),
            "extent": self.extent(parameters, source, context),
            "data_type": list(INDEX_TYPES)[self.parameterAsEnum(parameters, "DATA_TYPE", context)],
            "output_nodata": self.number(parameters, "OUTPUT_NODATA", context),
            **self.run_options(parameters, context),
        }

    def check_job(self, options: dict[str, Any]) -> None:
        """Raise when the metadata already rule the run out."""
        from ..core.difference import check_normalized_difference

        check_normalized_difference(**options)

    def do_job(self, options: dict[str, Any], **watchers: Any) -> Any:
        """Compute and write the index."""
        from ..core.difference import normalized_difference
        from .gdal_file import GdalFile

        return normalized_difference(**options, **watchers, create=GdalFile)

    def job_outputs(self, result: Any, context: QgsProcessingContext) -> dict[str, Any]:
        """Return file and statistics; give the layer its colours when it is loaded."""
        style_when_loaded(self._options["dst"], self._options["index"], context)
        numbers = {name: getattr(result, name.lower()) for name in OUTPUT_NUMBERS}
        return {"OUTPUT": self._options["dst"], **numbers}

    def _add_enum(self, name: str, text: str, labels: list[str], default: int, *, advanced: bool = False) -> None:
        parameter = QgsProcessingParameterEnum(name, text, [self.tr(label) for label in labels], defaultValue=default)
        (self.add_advanced if advanced else self.addParameter)(parameter)

    def _add_number(self, name: str, text: str, default: float | None, *, advanced: bool = True) -> None:
        kind = QgsProcessingParameterNumber.Type.Double
        parameter = QgsProcessingParameterNumber(name, text, kind, defaultValue=default, optional=default is None)
        (self.add_advanced if advanced else self.addParameter)(parameter)
