"""The tile index of Tile raster: a layer with one polygon feature per tile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsVectorLayer

from .bridge import layer_file
from .polygon_features import POLYGON, rectangle
from .sinks import NewLayer, check_sink_after, make_fields

INDEX_FIELDS = {
    "file": "QString", "row": "Int", "col": "Int", "id": "QString",
    "core_col": "Int", "core_row": "Int", "core_w": "Int", "core_h": "Int",
    "win_col": "Int", "win_row": "Int", "win_w": "Int", "win_h": "Int", "valid": "Double",
}  # fmt: skip
"""Fields of the tile index, with names short enough for shapefiles; `core_*` and `win_*` are in source pixels."""


def check_index(path: str, folder: str, polygons: QgsVectorLayer | None) -> None:
    """Raise OutputError if the tile index cannot be written to `path`.

    Raises
    ------
    OutputError
        The folder is missing or not writable, or `path` is the file of the polygon layer.
    """
    check_sink_after(path, "TILE_INDEX", "tile index", folder, [layer_file(polygons)] if polygons is not None else [])


def index_layer(crs: QgsCoordinateReferenceSystem) -> NewLayer:
    """Return the definition of the tile index layer."""
    return NewLayer(make_fields(INDEX_FIELDS), POLYGON, crs)


def index_features(result: Any) -> Iterator[QgsFeature]:
    """Yield one feature per tile of a `core.TileResult`, with the outline of the tile file and the index fields."""
    fields = make_fields(INDEX_FIELDS)
    for path, tile in zip(result.tiles, result.manifest.tiles):
        feature = QgsFeature(fields)
        feature.setGeometry(rectangle(result.manifest.tile_transform(tile), *tile.window[2:]))
        attributes = (path, tile.row, tile.col, str(tile.id), *tile.core, *tile.window, tile.valid_share)
        feature.setAttributes(list(attributes))
        yield feature
