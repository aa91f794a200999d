"""Parameters shared by the algorithms that compute a normalized difference."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterBoolean

from ...core.choices import INDEX_TYPES, INDEXES, ZERO_SUM
from .base import ParallelRasterAlgorithm, Parameters
from .pixel_parameters import add_scaling, scaling_options
from .translation import translate


def add_index_parameters(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters that control how an index is computed from two bands."""
    labels = [index.label for index in INDEXES.values()]
    text = translate("ParallelRaster", "Index (sets the name and colours of the result)")
    algorithm.add_enum("INDEX", text, labels, 1)
    add_scaling(algorithm, "stored")
    algorithm.add_number(
        "NODATA", translate("ParallelRaster", "Nodata of both bands (empty: as stored in the files)"), None
    )
    algorithm.add_enum(
        "ZERO_SUM", translate("ParallelRaster", "Result where A + B = 0"), list(ZERO_SUM.values()), 0, advanced=True
    )
    algorithm.add_advanced(
        QgsProcessingParameterBoolean("CLAMP", translate("ParallelRaster", "Clip to [-1, 1]"), False)
    )


def add_type_parameters(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters for the data type and nodata value of the output."""
    labels = list(INDEX_TYPES.values())
    algorithm.add_enum("DATA_TYPE", translate("ParallelRaster", "Output data type"), labels, 0, advanced=True)
    algorithm.add_number(
        "OUTPUT_NODATA",
        translate("ParallelRaster", "Output nodata (empty: -9999, -32768 or 255, depending on data type)"),
        None,
    )


def index_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the values of the parameters defined in this module, as keyword arguments of the core."""

    def chosen(table: dict[str, Any], name: str) -> str:
        return algorithm.option(parameters, name, table, context)

    return {
        "index": chosen(INDEXES, "INDEX"),
        **scaling_options(algorithm, parameters, context),
        "nodata": algorithm.number(parameters, "NODATA", context),
        "zero_sum": chosen(ZERO_SUM, "ZERO_SUM"),
        "clamp": algorithm.parameterAsBoolean(parameters, "CLAMP", context),
        "data_type": chosen(INDEX_TYPES, "DATA_TYPE"),
        "output_nodata": algorithm.number(parameters, "OUTPUT_NODATA", context),
    }
