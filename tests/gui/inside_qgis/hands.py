"""The user's hands: clicks and keys that Qt takes for real ones, counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.PyQt.QtCore import QModelIndex, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QWidget

from .player import Player, a_moment, until

LEFT = Qt.MouseButton.LeftButton
NOTHING = Qt.KeyboardModifier.NoModifier


class Hands:
    """Clicks and types where a user could: on what is visible and enabled."""

    def __init__(self, player: Player) -> None:
        self.clicks = 0
        self._player = player

    def click(self, widget: QWidget) -> Iterator[None]:
        """Press and release the left button in the middle of a widget."""
        yield from self._do(widget, 1, lambda: QTest.mouseClick(widget, LEFT, NOTHING, widget.rect().center()))

    def double_click(self, view: Any, index: QModelIndex) -> Iterator[None]:
        """Press twice on a row of a list or tree."""
        view.scrollTo(index)  # as the wheel does
        yield from a_moment()
        spot = view.visualRect(index).center()
        place = view.viewport()
        yield from self._do(place, 1, lambda: QTest.mouseClick(place, LEFT, NOTHING, spot))
        yield from self._do(place, 1, lambda: QTest.mouseDClick(place, LEFT, NOTHING, spot))

    def choose(self, box: QComboBox, text: str) -> Iterator[None]:
        """Open a list and press on the row of that text."""
        yield from self.click(box)
        yield from until(lambda: box.view().isVisible(), "the list opens")
        yield from a_moment()  # Qt takes a press that follows too soon for the end of the one that opened the list
        view = box.view()
        spot = view.visualRect(box.model().index(box.findText(text), 0)).center()
        place = view.viewport()
        yield from self._do(place, 1, lambda: QTest.mouseClick(place, LEFT, NOTHING, spot))
        yield from until(lambda: not view.isVisible(), "the list closes")

    def type(self, widget: QWidget, text: str) -> Iterator[None]:
        """Press one key for each letter."""
        yield from self._do(widget, 0, lambda: QTest.keyClicks(widget, text))

    def _do(self, widget: QWidget, clicks: int, act: Any) -> Iterator[None]:
        if not (widget.isVisible() and widget.isEnabled() and widget.visibleRegion().contains(widget.rect().center())):
            raise RuntimeError(f"nobody can reach {widget.objectName() or type(widget).__name__}")
        self.clicks += clicks
        self._player.later(act)  # what it opens may block until it is closed
        yield from a_moment(0.2)
