"""Parameters that Focal filter and Focal filter for tiles share."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterNumber

from ...core.choices import FOCAL_EDGES, FOCAL_METHODS, FOCAL_SHAPES, NODATA_RULES, PIXEL_TYPES
from .base import ParallelRasterAlgorithm, Parameters
from .translation import translate

ENUMS = {
    "method": FOCAL_METHODS,
    "shape": FOCAL_SHAPES,
    "edge": FOCAL_EDGES,
    "nodata_rule": NODATA_RULES,
    "data_type": PIXEL_TYPES,
}
"""Choices of each enum parameter, keyed by the parameter name in lower case, which is the core's keyword argument."""

SMALLEST = 0.01
"""Lowest SIGMA and TRUNCATE that the dialog accepts."""


def add_filter(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters of the filter: method, neighbourhood, edge and nodata."""
    integer, double = QgsProcessingParameterNumber.Type.Integer, QgsProcessingParameterNumber.Type.Double
    algorithm.add_enum("METHOD", translate("ParallelRaster", "Method"), list(FOCAL_METHODS.values()), 0)
    text = translate("ParallelRaster", "Radius (pixels; not for Gaussian, Sobel and Laplace)")
    algorithm.addParameter(QgsProcessingParameterNumber("RADIUS", text, integer, 1, minValue=1, maxValue=100))
    text = translate("ParallelRaster", "Shape of the neighbourhood")
    algorithm.add_enum("SHAPE", text, list(FOCAL_SHAPES.values()), 0)
    for name, text, default in (
        ("SIGMA", translate("ParallelRaster", "Sigma of the Gaussian filter (pixels)"), 1),
        ("TRUNCATE", translate("ParallelRaster", "Radius of the Gaussian filter (multiples of sigma)"), 4),
    ):
        algorithm.addParameter(QgsProcessingParameterNumber(name, text, double, default, minValue=SMALLEST))
    text = translate("ParallelRaster", "Values outside the raster")
    algorithm.add_enum("EDGE", text, list(FOCAL_EDGES.values()), 0)
    algorithm.add_enum("NODATA_RULE", translate("ParallelRaster", "Nodata rule"), list(NODATA_RULES.values()), 0)


def add_stored_type(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters for the overview, and for the data type and nodata value of the output."""
    text = translate("ParallelRaster", "Overview (-1 = full resolution, 0 = first overview)")
    algorithm.add_advanced(algorithm.integer("OVERVIEW", text, -1, -1))
    text = translate("ParallelRaster", "Output data type")
    algorithm.add_enum("DATA_TYPE", text, list(PIXEL_TYPES.values()), 0, advanced=True)
    text = translate("ParallelRaster", "Output nodata (empty: automatic)")
    algorithm.add_number("OUTPUT_NODATA", text, None)


def filter_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword arguments for the parameters added by `add_filter` and `add_stored_type`."""
    return {
        **{name: algorithm.option(parameters, name.upper(), table, context) for name, table in ENUMS.items()},
        "radius": algorithm.whole(parameters, "RADIUS", context),
        "sigma": algorithm.number(parameters, "SIGMA", context),
        "truncate": algorithm.number(parameters, "TRUNCATE", context),
        "output_nodata": algorithm.number(parameters, "OUTPUT_NODATA", context),
    }
