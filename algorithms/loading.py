"""What becomes of the results that QGIS loads: their names, their colours, and one group for a set of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import (
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsRasterLayer,
)

from .styles import apply_index_style

_waiting: set[Finisher] = set()
"""QGIS keeps no reference of its own to a post-processor made in Python."""


class Finisher(QgsProcessingLayerPostProcessorInterface):
    """Gives the layers of one run the colours of an index, and a group if it has a title."""

    def __init__(self, index: str, *, title: str = "", layers: int = 1) -> None:
        super().__init__()
        self._index = index
        self._title = title
        self._group: QgsLayerTreeGroup | None = None
        self._to_come = layers

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Finish a layer that stands in the project already, in the main thread."""
        if self._index and isinstance(layer, QgsRasterLayer):
            apply_index_style(layer, self._index)
        if self._title and context.project() is not None:
            self._move(layer, context)
        self._to_come -= 1
        if not self._to_come:
            _waiting.discard(self)

    def _move(self, layer: QgsMapLayer, context: QgsProcessingContext) -> None:
        node = context.project().layerTreeRoot().findLayer(layer.id())
        if node is None:
            return
        parent = node.parent()
        if self._group is None:
            self._group = parent.insertGroup(0, self._title)
            self._group.setExpanded(False)
        # First the copy: the project forgets a layer that its tree no longer has.
        copy = node.clone()
        copy.setExpanded(False)
        self._group.addChildNode(copy)
        parent.removeChildNode(node)


def finish_when_loaded(path: str, index: str, names: tuple[str, str], context: QgsProcessingContext) -> None:
    """Have the layer of `path` coloured, and called by the second name in place of the first, when QGIS loads it.

    Another name than the first is one that the user chose, in a model for instance. Nothing happens where the file is
    not loaded.
    """
    if context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        if details.name == names[0]:
            details.name = names[1]
        finisher = Finisher(index)
        _waiting.add(finisher)
        details.setPostProcessor(finisher)


def load_set(paths: Sequence[str], title: str, index: str, context: QgsProcessingContext) -> None:
    """Have QGIS load rasters at the end of the run, into one group, in the colours of an index unless that is empty."""
    finisher = Finisher(index, title=title, layers=len(paths))
    _waiting.add(finisher)
    for path in paths:
        kind = QgsProcessingUtils.LayerHint.Raster
        details = QgsProcessingContext.LayerDetails(Path(path).stem, context.project(), "", kind)
        details.setPostProcessor(finisher)
        context.addLayerToLoadOnCompletion(path, details)
