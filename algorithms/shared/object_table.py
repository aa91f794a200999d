"""The object table of Label objects: checks the output path, defines the layer, and creates one feature per object."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature

from ...core.raster.subdatasets import input_file
from .sinks import NO_GEOMETRY, NewLayer, check_sink, check_without_geometry, make_fields

OBJECT_FIELDS = {
    "id": "LongLong", "pixels": "LongLong", "area": "Double", "xmin": "Double", "ymin": "Double", "xmax": "Double",
    "ymax": "Double", "x": "Double", "y": "Double",
}  # fmt: skip
"""Fields of the table and their types. The field names are the column names of `core.LabelResult.table`."""

BATCH = 10_000
"""Number of rows converted to Python values at a time: Python values take several times as much memory as the table."""


def check_table(path: str, inputs: Iterable[str]) -> None:
    """Raise OutputError if the table cannot be written to `path`, or would replace one of the inputs.

    Raises
    ------
    OutputError
        The path cannot be used.
    """
    check_without_geometry(path, "TABLE")
    check_sink(path, "TABLE", "table of objects", [input_file(each) for each in inputs])


def object_layer() -> NewLayer:
    """Return the definition of the layer for the table of objects."""
    return NewLayer(make_fields(OBJECT_FIELDS), NO_GEOMETRY, QgsCoordinateReferenceSystem())


def object_features(table: Mapping[str, Any]) -> Iterator[QgsFeature]:
    """Yield one feature per object in the `table` of a `core.LabelResult`; an area of NaN becomes NULL."""
    fields = make_fields(OBJECT_FIELDS)
    for start in range(0, len(table["id"]), BATCH):
        for row in zip(*(table[name][start : start + BATCH].tolist() for name in OBJECT_FIELDS)):
            feature = QgsFeature(fields)
            feature.setAttributes([None if isinstance(value, float) and math.isnan(value) else value for value in row])
            yield feature
