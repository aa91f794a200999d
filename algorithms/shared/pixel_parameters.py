"""Parameters and outputs that pixelwise algorithms share: masks, overview, scaling, data type and nodata."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterBand, QgsProcessingParameterString

from ...core.choices import PIXEL_TYPES, RESAMPLING, SCALING
from .base import ParallelRasterAlgorithm, Parameters
from .parameters import RasterPathParameter
from .translation import QT_TRANSLATE_NOOP, translate

BANDS_OUTPUTS = {
    "BAND_COUNT": QT_TRANSLATE_NOOP("ParallelRaster", "Number of bands"),
    "MINIMUM": QT_TRANSLATE_NOOP("ParallelRaster", "Minimum"),
    "MAXIMUM": QT_TRANSLATE_NOOP("ParallelRaster", "Maximum"),
    "MEAN": QT_TRANSLATE_NOOP("ParallelRaster", "Mean"),
    "STD_DEV": QT_TRANSLATE_NOOP("ParallelRaster", "Standard deviation"),
    "VALID_PERCENT": QT_TRANSLATE_NOOP("ParallelRaster", "Valid pixels (percent)"),
    "INVALID_COUNT": QT_TRANSLATE_NOOP("ParallelRaster", "Number of invalid results (stored as nodata)"),
}
"""Numeric outputs of algorithms that compute bands; keys are attributes of the core's `BandsResult`, in upper case."""


def add_mask(algorithm: ParallelRasterAlgorithm, values: str, *, advanced: bool = False, main: bool = False) -> None:
    """Add the mask parameters; `values` is the default of MASK_VALUES.

    If `advanced` is True, all mask parameters are advanced. If `main` is True, none is advanced, and MASK is mandatory.
    """
    add = algorithm.add_advanced if advanced else algorithm.addParameter
    add_detail = algorithm.addParameter if main else algorithm.add_advanced
    add(RasterPathParameter("MASK", translate("ParallelRaster", "Mask (class or quality layer)"), optional=not main))
    text = translate("ParallelRaster", "Mask band")
    add_detail(QgsProcessingParameterBand("MASK_BAND", text, 1, "MASK", optional=True))
    # MASK_VALUES may be left empty: the core then uses MASK_BITS or the rule of a known mask layer, or raises an error.
    text = translate("ParallelRaster", "Mask values that hide a pixel (for example 3,8-10)")
    add(QgsProcessingParameterString("MASK_VALUES", text, values or None, optional=True))
    text = translate("ParallelRaster", "Mask bits that hide a pixel (for example 1-4), instead of mask values")
    add_detail(QgsProcessingParameterString("MASK_BITS", text, None, optional=True))
    text = translate("ParallelRaster", "Buffer around pixels hidden by the mask (map units)")
    algorithm.add_number("MASK_GROW", text, 0, advanced=not main)


def mask_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword arguments for the parameters added by `add_mask`."""
    return {
        "mask": algorithm.raster(parameters, "MASK", context) or None,
        "mask_band": algorithm.band(parameters, "MASK_BAND", context),
        "mask_values": algorithm.text(parameters, "MASK_VALUES", context),
        "mask_bits": algorithm.text(parameters, "MASK_BITS", context) or None,
        "mask_grow": algorithm.number(parameters, "MASK_GROW", context),
    }


def add_value_parameters(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters for scaling, input nodata, overview, output data type and output nodata."""
    algorithm.add_enum("DATA_TYPE", translate("ParallelRaster", "Output data type"), list(PIXEL_TYPES.values()), 0)
    text = translate("ParallelRaster", "Output nodata (empty: automatic)")
    algorithm.add_number("OUTPUT_NODATA", text, None)
    add_input_values(algorithm)


def add_input_values(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameters for scaling, input nodata and overview."""
    add_scaling(algorithm, "none", advanced=True)
    add_nodata(algorithm)
    add_overview(algorithm)


def value_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword arguments for the parameters added by `add_value_parameters`."""
    return {
        "data_type": algorithm.option(parameters, "DATA_TYPE", PIXEL_TYPES, context),
        "output_nodata": algorithm.number(parameters, "OUTPUT_NODATA", context),
        **input_value_options(algorithm, parameters, context),
    }


def input_value_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword arguments for the parameters added by `add_input_values`."""
    return {
        **scaling_options(algorithm, parameters, context),
        "nodata": algorithm.number(parameters, "NODATA", context),
        "overview": algorithm.whole(parameters, "OVERVIEW", context),
    }


def add_scaling(algorithm: ParallelRasterAlgorithm, default: str, *, advanced: bool = False) -> None:
    """Add the parameters SCALING, SCALE and OFFSET."""
    text, labels = translate("ParallelRaster", "Scale and offset"), list(SCALING.values())
    algorithm.add_enum("SCALING", text, labels, list(SCALING).index(default), advanced=advanced)
    algorithm.add_number("SCALE", translate("ParallelRaster", 'Scale (for "Scale and offset below")'), 1)
    algorithm.add_number("OFFSET", translate("ParallelRaster", 'Offset (for "Scale and offset below")'), 0)


def scaling_options(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword arguments for the parameters added by `add_scaling`."""
    return {
        "scaling": algorithm.option(parameters, "SCALING", SCALING, context),
        "scale": algorithm.number(parameters, "SCALE", context),
        "offset": algorithm.number(parameters, "OFFSET", context),
    }


def add_nodata(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameter for the nodata value of all inputs."""
    text = translate("ParallelRaster", "Nodata of all inputs (empty: as stored in the files)")
    algorithm.add_number("NODATA", text, None)


def add_overview(algorithm: ParallelRasterAlgorithm, *, advanced: bool = True) -> None:
    """Add the parameter for the overview that is read instead of the full resolution."""
    text = translate("ParallelRaster", "Overview (-1 = full resolution, 0 = first overview)")
    (algorithm.add_advanced if advanced else algorithm.addParameter)(algorithm.integer("OVERVIEW", text, -1, -1))


def add_resampling(algorithm: ParallelRasterAlgorithm) -> None:
    """Add the parameter RESAMPLING, for inputs whose pixels do not coincide with those of the first input."""
    text = translate("ParallelRaster", "Resampling of inputs on other grids")
    algorithm.add_enum("RESAMPLING", text, list(RESAMPLING.values()), 0, advanced=True)


def resampling_option(
    algorithm: ParallelRasterAlgorithm, parameters: Parameters, context: QgsProcessingContext
) -> dict[str, Any]:
    """Return the core's keyword argument for the parameter added by `add_resampling`."""
    return {"resampling": algorithm.option(parameters, "RESAMPLING", RESAMPLING, context)}
