"""What becomes of the results that QGIS loads: their names, their colours, and one group for a set of tiles."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from pathlib import Path

from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsSettings,
)

from .styles import apply_index_style

_waiting: set[Finisher] = set()
"""QGIS keeps no reference of its own to a post-processor made in Python."""


class Finisher(QgsProcessingLayerPostProcessorInterface):
    """Gives one layer the colours of an index, and a place in the group of its run; QGIS wants one for each layer."""

    def __init__(self, index: str, group: RunGroup | None = None, place: int = 0) -> None:
        super().__init__()
        self._index = index
        self._group, self._place = group, place

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Finish a layer that stands in the project already, in the main thread."""
        if self._index and isinstance(layer, QgsRasterLayer):
            apply_index_style(layer, self._index)
        if self._group is not None and context.project() is not None:
            root = context.project().layerTreeRoot()
            self._group.take(root.findLayer(layer.id()), root, self._place)
        _waiting.discard(self)


class RunGroup:
    """The group of the layers of one run, made for the first of them."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._group: QgsLayerTreeGroup | None = None
        self._places: list[int] = []
        self._nodes: list[QgsLayerTreeLayer] = []

    def take(self, node: QgsLayerTreeLayer | None, root: QgsLayerTreeGroup, place: int) -> None:
        """Move a layer into the group, which is put on top of the tree; one of the same set before stays in its own.

        `place` says where this one stands among those of the run. QGIS may have put it into the group already, above
        the layer before it.
        """
        if node is None:
            return
        parent = node.parent()
        if parent is None or parent.name() == self._title and parent is not self._group:
            return
        if self._group is None:
            self._group = _results_group(root).insertGroup(0, self._title)
            self._group.setExpanded(False)
        # First the copy: the project forgets a layer that its tree no longer has.
        copy = node.clone()
        copy.setExpanded(False)
        number, children = bisect.bisect(self._places, place), self._group.children()
        before = children.index(self._nodes[number]) if number < len(self._nodes) else len(children)
        self._group.insertChildNode(before, copy)
        self._places.insert(number, place)
        self._nodes.insert(number, copy)
        parent.removeChildNode(node)


def _results_group(root: QgsLayerTreeGroup) -> QgsLayerTreeGroup:
    """Return the group that the Processing options name for results, else all of the tree.

    Not the group that the layer stands in: QGIS puts it beside the current layer, perhaps into the last set of tiles.
    """
    name = QgsSettings().value("Processing/Configuration/RESULTS_GROUP_NAME", "", type=str)
    return (root.findGroup(name) if name else None) or root


def finish_when_loaded(path: str, index: str, names: tuple[str, str], context: QgsProcessingContext) -> None:
    """Have the layer of `path` coloured, and called by the second name in place of the first, when QGIS loads it.

    Another name than the first is one that the user chose, in a model for instance. Nothing happens where the file is
    not loaded.
    """
    if context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        if details.name == names[0]:
            details.name = names[1]
        _finish(details, Finisher(index))


def load_set(paths: Sequence[str], title: str, index: str, context: QgsProcessingContext) -> None:
    """Have QGIS load rasters at the end of the run into one group, in the colours of an index unless that is empty."""
    group = RunGroup(title) if title else None
    for place, path in enumerate(paths):
        kind = QgsProcessingUtils.LayerHint.Raster
        details = QgsProcessingContext.LayerDetails(Path(path).stem, context.project(), "", kind)
        _finish(details, Finisher(index, group, place))
        context.addLayerToLoadOnCompletion(path, details)


def _finish(details: QgsProcessingContext.LayerDetails, finisher: Finisher) -> None:
    _waiting.add(finisher)
    details.setPostProcessor(finisher)
