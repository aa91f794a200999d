"""Names, colours and layer groups of the results that QGIS loads after a run."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
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
    QgsVectorLayer,
)

from .styles import AnyColours, ZoneColours, apply_colours, apply_zone_colours

Finish = Callable[[QgsMapLayer, int], None]
"""Function that sets further properties of a loaded layer, given the layer and its index among the run's layers."""

_waiting: set[Finisher] = set()
"""Post-processors still in use; QGIS itself keeps no reference to post-processors created in Python."""


class Finisher(QgsProcessingLayerPostProcessorInterface):
    """Post-processor that styles one loaded layer and moves it into the group of its run."""

    def __init__(
        self,
        colours: AnyColours | None,
        group: RunGroup | None = None,
        place: int = 0,
        finish: Finish | None = None,
    ) -> None:
        super().__init__()
        self._colours, self._finish = colours, finish
        self._group, self._place = group, place

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Style a layer that QGIS has added to the project and move it to its group; runs in the main thread."""
        if isinstance(self._colours, ZoneColours):
            if isinstance(layer, QgsVectorLayer):
                apply_zone_colours(layer, self._colours)
        elif self._colours is not None and isinstance(layer, QgsRasterLayer):
            apply_colours(layer, self._colours)
        if self._finish is not None:
            self._finish(layer, self._place)
        if self._group is not None and context.project() is not None:
            root = context.project().layerTreeRoot()
            self._group.take(root.findLayer(layer.id()), root, self._place)
        _waiting.discard(self)


class RunGroup:
    """Layer group of one run. The group is created when the first layer is added to it."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._group: QgsLayerTreeGroup | None = None
        self._places: list[int] = []
        self._nodes: list[QgsLayerTreeLayer] = []

    def take(self, node: QgsLayerTreeLayer | None, root: QgsLayerTreeGroup, place: int) -> None:
        """Move the layer with the layer tree node `node` into the group; `place` is its index among the run's layers.

        The group is created at the top of the layer tree. A layer that is already in a group with the same title from
        an earlier run stays there. A layer that QGIS has already put into the group of this run is moved to the
        position given by `place`. If `node` is None, nothing happens.
        """
        if node is None:
            return
        parent = node.parent()
        if parent is None or parent.name() == self._title and parent is not self._group:
            return
        if self._group is None:
            self._group = _results_group(root).insertGroup(0, self._title)
            self._group.setExpanded(False)
        # Copy before removing: the project deletes a layer that is no longer in its tree.
        copy = node.clone()
        copy.setExpanded(False)
        number, children = bisect.bisect(self._places, place), self._group.children()
        before = children.index(self._nodes[number]) if number < len(self._nodes) else len(children)
        self._group.insertChildNode(before, copy)
        self._places.insert(number, place)
        self._nodes.insert(number, copy)
        parent.removeChildNode(node)


def _results_group(root: QgsLayerTreeGroup) -> QgsLayerTreeGroup:
    """Return the results group set in the Processing options, or the root of the layer tree.

    The group that QGIS chose for the new layer is not used: QGIS adds layers next to the current layer, which may be in
    the group of an earlier run.
    """
    name = QgsSettings().value("Processing/Configuration/RESULTS_GROUP_NAME", "", type=str)
    return (root.findGroup(name) if name else None) or root


def finish_when_loaded(
    path: str,
    colours: AnyColours | None,
    names: tuple[str, str],
    context: QgsProcessingContext,
) -> None:
    """Register styling and renaming of the layer that QGIS loads from `path` after the run.

    `names` contains QGIS's default name for the layer and the name that replaces it. A name other than the default was
    chosen by the user, for example in a model, and is kept. If QGIS does not load the file, nothing happens.
    """
    if context.willLoadLayerOnCompletion(path):
        details = context.layerToLoadOnCompletionDetails(path)
        if details.name == names[0]:
            details.name = names[1]
        _finish(details, Finisher(colours))


def load_set(
    paths: Sequence[str],
    title: str,
    colours: AnyColours | None,
    context: QgsProcessingContext,
    finish: Finish | None = None,
) -> None:
    """Register rasters that QGIS loads as one layer group after the run.

    The layers get `colours`, or QGIS's default style if `colours` is None. `finish` is called with each loaded layer
    and its position in `paths`.
    """
    group = RunGroup(title) if title else None
    for place, path in enumerate(paths):
        kind = QgsProcessingUtils.LayerHint.Raster
        details = QgsProcessingContext.LayerDetails(Path(path).stem, context.project(), "", kind)
        _finish(details, Finisher(colours, group, place, finish))
        context.addLayerToLoadOnCompletion(path, details)


def _finish(details: QgsProcessingContext.LayerDetails, finisher: Finisher) -> None:
    _waiting.add(finisher)
    details.setPostProcessor(finisher)
