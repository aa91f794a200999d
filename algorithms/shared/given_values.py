"""Conversion of parameter values to plain values: raster paths, band numbers, keyword arguments of the core."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsExpression,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterVectorLayer,
    QgsProperty,
    QgsRectangle,
)
from qgis.PyQt.QtCore import QVariant

from ...core.errors import OptionError, about
from .bridge import (
    crs_text,
    extent_across_180,
    extent_value,
    layer_of,
    qgis_threads,
    raster_crs,
    raster_path,
    raster_source,
    split_source,
)
from .host import host_versions
from .shared_parameters import SharedParameters

Parameters = dict[str, Any]
Key = TypeVar("Key")

VECTOR_TYPES = (
    QgsProcessingParameterFeatureSource.typeName(),
    QgsProcessingParameterFeatureSink.typeName(),
    QgsProcessingParameterVectorLayer.typeName(),
)
"""QGIS names of the parameter types whose values are vector layers."""

_PATHS = re.compile(r'(?:[^;"]|"[^"]*"|")+')
"""Matches one path in a list of paths that are separated by semicolons; semicolons in quotes belong to the path."""

LARGEST_INTEGER = 2**63 - 1
"""Largest value of an integer parameter."""


class GivenValues(SharedParameters):
    """Reads parameter values without letting QGIS open any file."""

    def raster(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> str:
        """Return the path of a raster parameter, or an empty string if it is not set."""
        with about(name.lower()):
            return raster_path(self._raster_value(parameters, name, context), context)

    def raster_values(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[Any]:
        """Return the values of a raster or raster list parameter: paths, layers, or ids or names of layers."""
        several = self.parameterDefinition(name).type() == QgsProcessingParameterMultipleLayers.typeName()
        value = parameters.get(name) if several else self._raster_value(parameters, name, context)
        return list(_flat(value)) if several else [value] * (value not in (None, ""))

    def open_options(
        self, parameters: Parameters, name: str, context: QgsProcessingContext, pattern: re.Pattern[str]
    ) -> list[str]:
        """Return the open options (`KEY=VALUE`) that match a pattern, from all layers in a raster parameter."""
        sources = [raster_source(value, context) for value in self.raster_values(parameters, name, context)]
        return [option for source in sources for option in split_source(source)[1] if pattern.fullmatch(option)]

    def _raster_value(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
        value = parameters.get(name)
        if value is None or not isinstance(value, (str, os.PathLike)) and not hasattr(value, "providerType"):
            return self.parameterAsString(parameters, name, context)
        return value

    def rasters(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the paths of a raster list parameter, or an empty list if it is not set."""
        with about(name.lower()):
            return [raster_path(value, context) for value in _flat(parameters.get(name))]

    def input_files(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword arguments for the parameters of `add_input_files`: either a list or a folder."""
        inputs = self.rasters(parameters, "INPUTS", context)
        folder = self.parameterAsString(parameters, "INPUT_FOLDER", context)
        if bool(inputs) == bool(folder):
            problem = "Both are set" if inputs else "Neither is set"
            raise OptionError(
                f"Specify either input rasters (INPUTS) or an input folder (INPUT_FOLDER). {problem}.",
                parameter="sources",
            )
        pattern = self.parameterAsString(parameters, "PATTERN", context) or "*.tif"
        return {"sources": inputs or folder, "pattern": pattern}

    def layer_names(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the layer name of each raster in a raster list parameter, or an empty string for a path."""
        layers = (layer_of(value, context) for value in self.raster_values(parameters, name, context))
        return ["" if layer is None else layer.name() for layer in layers]

    def destination(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of OUTPUT before the run, without registering it for loading.

        For a temporary output, every call returns a new path. If the paths were registered, QGIS would try to load
        all of them after the run.
        """
        separate = QgsProcessingContext()
        separate.copyThreadSafeSettings(context)
        return self.output_path(parameters, separate)

    def output_path(self, parameters: Parameters, context: QgsProcessingContext) -> str:
        """Return the path of OUTPUT; for a temporary output, every call returns a new path."""
        return self.parameterAsOutputLayer(parameters, "OUTPUT", context)

    def band(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> int:
        """Return the value of a band parameter, or its default if no band is set."""
        value = given(parameters, name, context)
        if value in (None, ""):
            return int(self.parameterDefinition(name).defaultValue())
        return _band_number(value, name)

    def bands(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> tuple[int, ...] | None:
        """Return the values of a parameter for several bands, or None if no band is set."""
        value = given(parameters, name, context)
        if isinstance(value, str):
            value = [each for each in re.split("[,;]", value) if each.strip()]
        elif value is not None and not isinstance(value, (list, tuple)):
            value = [value]
        return tuple(_band_number(each, name) for each in value or ()) or None

    def _given_or_default(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
        value = given(parameters, name, context)
        return self.parameterDefinition(name).defaultValue() if value in (None, "") else value

    def number(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
        """Return the value of a number parameter as a float, or its default (which may be None) if it is not set.

        `parameterAsDouble` would replace an invalid value with the default, or with 0.
        """
        value = self._given_or_default(parameters, name, context)
        if value is None:
            return None
        try:
            return float(value)
        except (OverflowError, TypeError, ValueError):
            raise OptionError(f"{name} is {value!r}. Enter a number.", parameter=name.lower()) from None

    def option(self, parameters: Parameters, name: str, table: Mapping[Key, Any], context: QgsProcessingContext) -> Key:
        """Return the chosen key of `table`, which has a key for each option of an enum parameter, in the same order.

        `parameterAsEnum` would round fractions, and replace an invalid value with the default.
        """
        value = self._given_or_default(parameters, name, context)
        return _option(value, name, list(table))

    def options(
        self, parameters: Parameters, name: str, table: Mapping[Key, Any], context: QgsProcessingContext
    ) -> tuple[Key, ...]:
        """Return the chosen keys of `table` for an enum parameter with several values; see `option`."""
        value = self._given_or_default(parameters, name, context)
        if isinstance(value, str):
            value = value.split(",")
        elif not isinstance(value, (list, tuple)):
            value = [value]
        return tuple(_option(each, name, list(table)) for each in value)

    def whole(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
        """Return the value of an integer parameter as an int, or its default (which may be None) if it is not set.

        `parameterAsInt` would round fractions, and return 0 for numbers of more than 32 bits.
        """
        value = self._given_or_default(parameters, name, context)
        if value is None:
            return None
        number = _whole_number(value)
        if number is None or abs(number) > LARGEST_INTEGER:
            small = "" if number is None else f" from -{LARGEST_INTEGER:,} to {LARGEST_INTEGER:,}"
            raise OptionError(f"{name} is {value!r}. Enter a whole number{small}.", parameter=name.lower())
        return number

    def text(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> str:
        """Return the value of a text parameter, or its default. The elements of a list are joined by commas.

        QGIS's own conversion would turn a list into an empty string.
        """
        value = given(parameters, name, context)
        if isinstance(value, (list, tuple)):
            return ",".join(map(str, value))
        text = str(self.parameterAsString({name: value}, name, context))
        if value and not text:
            raise OptionError(f"{name} is {value!r}. Enter text or a list.", parameter=name.lower())
        return text

    def names(self, parameters: Parameters, name: str, context: QgsProcessingContext) -> list[str]:
        """Return the values of a `NamesParameter`, or its default. The core splits them at commas and checks them."""
        value = given(parameters, name, context)
        if value is None:
            value = self.parameterDefinition(name).defaultValue()
        return [str(each) for each in value] if isinstance(value, (list, tuple)) else [str(value)]

    def extent(
        self, parameters: Parameters, raster: str, context: QgsProcessingContext
    ) -> tuple[float, float, float, float] | None:
        """Return EXTENT as (xmin, ymin, xmax, ymax) in the CRS of a raster, or None if EXTENT is not set."""
        if parameters.get("EXTENT") in (None, ""):
            return None
        return self.extent_in(parameters, raster_crs(raster), context)

    def extent_with_crs(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the keyword arguments `extent` and `extent_crs`: the value of EXTENT, and the CRS of this value."""
        extent = self.extent_in(parameters, None, context)
        if extent is None:
            return {"extent": None}
        value = extent_value(given(parameters, "EXTENT", context), context)
        crs = self.parameterAsExtentCrs({"EXTENT": value}, "EXTENT", context)
        return {"extent": extent_across_180(value, crs) or extent, "extent_crs": crs_text(crs)}

    def extent_in(
        self, parameters: Parameters, crs: QgsCoordinateReferenceSystem | None, context: QgsProcessingContext
    ) -> tuple[float, float, float, float] | None:
        """Return EXTENT as (xmin, ymin, xmax, ymax) in `crs` (None: in its own CRS), or None if EXTENT is not set."""
        with about("extent"):
            value = extent_value(given(parameters, "EXTENT", context), context)
        if value in (None, ""):
            return None
        rectangle = self.parameterAsExtent({"EXTENT": value}, "EXTENT", context, crs or QgsCoordinateReferenceSystem())
        if rectangle.isNull():
            if isinstance(value, QgsRectangle):
                return None
            shown = value.name() if isinstance(value, QgsMapLayer) else repr(value)
            raise OptionError(
                f"EXTENT is {shown}, which cannot be read as an extent. Enter four coordinates "
                "(xmin,xmax,ymin,ymax) or choose a layer.",
                parameter="extent",
            )
        return rectangle.xMinimum(), rectangle.yMinimum(), rectangle.xMaximum(), rectangle.yMaximum()

    def run_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword arguments for the parameters added by `add_run_parameters`."""
        return {
            "creation_options": self.parameterAsString(parameters, "CREATION_OPTIONS", context) or "",
            "cog": self.parameterAsBoolean(parameters, "COG", context),
            **self.worker_options(parameters, context),
        }

    def worker_options(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword arguments for the parameters added by `add_worker_parameters`."""
        return {
            "workers": self.whole(parameters, "WORKERS", context) or qgis_threads(context),
            "memory": self.whole(parameters, "MEMORY", context),
            "chunk_size": self.whole(parameters, "CHUNK_SIZE", context),
        }

    def cluster_option(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword argument for the parameter added by `add_cluster`."""
        return {"cluster": self.parameterAsString(parameters, "CLUSTER", context) or ""}

    def report_option(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return the core's keyword argument for the parameter added by `add_report`."""
        from ...core.report.record import ReportFile

        path = self.parameterAsFileOutput(parameters, "REPORT", context)
        if not path:
            return {"report": None}
        return {"report": ReportFile(path, host_versions(), self._report_parameters(parameters, context))}

    def _report_parameters(self, parameters: Parameters, context: QgsProcessingContext) -> dict[str, Any]:
        """Return all parameters of the algorithm for the report.

        The report shows the core's values, such as the paths of temporary outputs. Exceptions are vector layers, which
        the core gets as features, and WORKERS: if it is 0, the core gets QGIS's setting instead.
        """
        from ...core.report.record import GivenParameter

        shown = {}
        for definition in self.parameterDefinitions():
            name = definition.name()
            value = given(parameters, name, context) if name in parameters else definition.defaultValue()
            preferred = name == "WORKERS" or definition.type() in VECTOR_TYPES
            shown[name] = GivenParameter(_report_value(value, context), preferred)
        return shown


def given(parameters: Parameters, name: str, context: QgsProcessingContext) -> Any:
    """Return the value of a parameter, or the result of its expression; None if the parameter is not set or is NULL.

    Raises
    ------
    OptionError
        The value is an invalid expression, or an expression that cannot be evaluated.
    """
    value = parameters.get(name)
    if isinstance(value, QgsProperty):
        value = _result(value, name, context) if value.isActive() else None
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return _plain(value)


def _result(value: QgsProperty, name: str, context: QgsProcessingContext) -> Any:
    """Return the result of a data-defined value of the parameter `name`."""
    result, is_valid = value.value(context.expressionContext(), None)
    if not is_valid and value.expressionString():
        expression = QgsExpression(value.expressionString())
        expression.evaluate(context.expressionContext())
        problem = (expression.parserErrorString() or expression.evalErrorString()).strip()  # empty if it is NULL
        if problem:
            raise OptionError(f"The expression for {name} is invalid. Correct it: {problem}", parameter=name.lower())
    return result


def _plain(value: Any) -> Any:
    """Return the Python value of a QVariant, None if it is NULL; other values are returned unchanged."""
    if not isinstance(value, QVariant):
        return value
    return None if value.isNull() else value.value()


def _report_value(value: Any, context: QgsProcessingContext) -> Any:
    """Return a parameter value as the report shows it: layers by name, definitions by their source or destination."""
    for attribute in ("source", "sink"):  # QgsProcessingFeatureSourceDefinition, QgsProcessingOutputLayerDefinition
        held = getattr(value, attribute, None)
        if isinstance(held, QgsProperty):
            value = held.staticValue() or held.asExpression()
    if isinstance(value, (list, tuple)):
        return [_report_value(each, context) for each in value]
    if isinstance(value, (str, QgsMapLayer)):
        layer = layer_of(value, context) if value else None
        return value if layer is None else layer.name()
    return value


def _whole_number(value: Any) -> int | None:
    """Return a whole number given as a number or text, such as 5, 5.0 or "5e3"; None for any other value."""
    try:
        if re.fullmatch(r"\s*[+-]?\d+\s*", str(value)):
            return int(str(value))
        number = float(value)
        return int(number) if number.is_integer() else None
    except (OverflowError, TypeError, ValueError):
        return None


def _option(value: Any, name: str, keys: list[Key]) -> Key:
    """Return the key at an index that is given as a number or text."""
    index = _whole_number(value)
    if index is None or not 0 <= index < len(keys):
        raise OptionError(
            f"{name} is {value!r}. Enter the number of an option, from 0 to {len(keys) - 1}.", parameter=name.lower()
        )
    return keys[index]


def _band_number(value: Any, name: str) -> int:
    """Return a band number given as a number or text; 0 is returned unchanged, so that the core rejects it."""
    if not re.fullmatch(r"\s*[+-]?\d+(\.0*)?\s*", str(value)):
        raise OptionError(f"{name} is {value!r}. Enter a band number, counted from 1.", parameter=name.lower())
    return int(str(value).partition(".")[0])


def _split_paths(text: str) -> list[str]:
    """Return the paths and subdataset names in a string separated by semicolons outside quotes.

    The string is not split if it is the path of an existing file, unless all of its parts are existing files, too.
    """
    from ...core.raster.subdatasets import input_file

    parts = [part.strip() for part in _PATHS.findall(text) if part.strip()]
    files = [input_file(split_source(each)[0]) for each in (text, *parts)]
    is_one = ";" in files[0] and os.path.exists(files[0]) and not all(map(os.path.exists, files[1:]))
    return [text] if is_one else parts


def _flat(value: Any) -> Iterator[Any]:
    """Yield the individual values in nested lists, which models create, and in semicolon-separated strings of paths."""
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _flat(each)
    elif isinstance(value, str) and ";" in value:
        yield from _split_paths(value)
    elif value not in (None, ""):
        yield value
