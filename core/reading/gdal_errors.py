"""What GDAL says in this thread while something runs, as rasterio hands it to Python's log."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import NamedTuple

import rasterio
import rasterio.env

ERROR_MARK = "GDAL signalled an error"
"""How rasterio begins an error of GDAL that no call of its own raises; it is logged as a mere note."""


class GdalMessage(NamedTuple):
    """A line that GDAL said, and whether it is an error."""

    text: str
    is_error: bool


class _Listener(logging.Handler):
    """Hands what GDAL says to whoever listens in the same thread.

    One for all threads: the level of rasterio's logger is changed by the first and put back by the last of them.
    """

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._lock = threading.Lock()
        self._lines: dict[int, list[list[GdalMessage]]] = {}
        self._count, self._level = 0, logging.NOTSET

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        is_error = record.levelno >= logging.ERROR or text.startswith(ERROR_MARK)
        if is_error or record.levelno >= logging.WARNING:
            for lines in self._lines.get(record.thread or 0, ()):
                lines.append(GdalMessage(text, is_error))

    @contextlib.contextmanager
    def lines(self) -> Iterator[list[GdalMessage]]:
        """Give the list of what is said in this thread."""
        logger, thread, found = logging.getLogger("rasterio._env"), threading.get_ident(), list[GdalMessage]()
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._level = logger.level
                logger.addHandler(self)
                logger.setLevel(logging.INFO)  # whatever the application set for rasterio
            self._lines.setdefault(thread, []).append(found)
        try:
            yield found
        finally:
            with self._lock:
                self._lines[thread].pop()  # the last to begin in a thread is the first to end
                self._count -= 1
                if not self._count:
                    logger.removeHandler(self)
                    logger.setLevel(self._level)
                    self._lines.clear()


_listener = _Listener()


@contextlib.contextmanager
def gdal_words() -> Iterator[list[GdalMessage]]:
    """Give the list of GDAL's warnings and errors in this thread, which grows while the block runs."""
    with contextlib.ExitStack() as stack:
        if not rasterio.env.hasenv():
            stack.enter_context(rasterio.Env())  # outside of one GDAL writes to the terminal
        yield stack.enter_context(_listener.lines())


@contextlib.contextmanager
def raised_errors() -> Iterator[None]:
    """Raise an error of GDAL that no call of rasterio raises, as when a file is closed.

    Raises
    ------
    RuntimeError
        With what GDAL said.
    """
    with gdal_words() as lines:
        yield
    errors = [line.text for line in lines if line.is_error]
    if errors:
        raise RuntimeError(errors[0].partition("msg=")[2].strip("'\"") or errors[0])
