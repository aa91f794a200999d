"""Simulated mouse clicks and key presses, with a count of the clicks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qgis.PyQt.QtCore import QModelIndex, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QComboBox, QWidget

from .player import Player, a_moment, until

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class Hands:
    """Clicks and types on widgets that are visible and enabled, and counts the clicks."""

    def __init__(self, player: Player) -> None:
        self.clicks = 0
        self._player = player

    def click(self, widget: QWidget) -> Iterator[None]:
        """Click with the left button in the middle of a widget."""
        yield from self._do(widget, 1, lambda: QTest.mouseClick(widget, LEFT, NO_KEY, widget.rect().center()))

    def double_click(self, view: Any, index: QModelIndex) -> Iterator[None]:
        """Double-click a row of a list or tree."""
        view.scrollTo(index)  # as with the mouse wheel, which needs no click
        yield from a_moment()
        spot = view.visualRect(index).center()
        place = view.viewport()
        yield from self._do(place, 1, lambda: QTest.mouseClick(place, LEFT, NO_KEY, spot))
        yield from self._do(place, 1, lambda: QTest.mouseDClick(place, LEFT, NO_KEY, spot))

    def choose(self, box: QComboBox, text: str) -> Iterator[None]:
        """Open a combo box and click the row with the given text."""
        yield from self.click(box)
        yield from until(lambda: box.view().isVisible(), "the list opens")
        yield from a_moment()  # Qt ignores a click that follows too soon after the list was opened
        view = box.view()
        spot = view.visualRect(box.model().index(box.findText(text), 0)).center()
        place = view.viewport()
        yield from self._do(place, 1, lambda: QTest.mouseClick(place, LEFT, NO_KEY, spot))
        yield from until(lambda: not view.isVisible(), "the list closes")

    def type(self, widget: QWidget, text: str) -> Iterator[None]:
        """Type text into a widget, with one key press for each character."""
        yield from self._do(widget, 0, lambda: QTest.keyClicks(widget, text))

    def _do(self, widget: QWidget, clicks: int, act: Any) -> Iterator[None]:
        if not (widget.isVisible() and widget.isEnabled() and widget.visibleRegion().contains(widget.rect().center())):
            raise RuntimeError(f"{widget.objectName() or type(widget).__name__} is hidden or disabled")
        self.clicks += clicks
        self._player.later(act)  # the call may open a dialog and block until the dialog is closed
        yield from a_moment(0.2)
