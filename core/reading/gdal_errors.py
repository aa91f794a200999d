"""Capture GDAL's warnings and errors in the current thread from rasterio's log."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import NamedTuple

import rasterio
import rasterio.env

ERROR_MARK = "GDAL signalled an error"
"""Prefix of GDAL errors that rasterio logs at level INFO without raising them."""


class GdalMessage(NamedTuple):
    """A warning or error message from GDAL."""

    text: str
    is_error: bool


class _Listener(logging.Handler):
    """Log handler that appends GDAL's messages to the lists of the thread that caused them.

    All threads share one instance. The first active call of `lines` changes the level of rasterio's logger; the level
    is restored when the last active call ends.
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
        """Yield a list to which this thread's messages are appended while the `with` block runs."""
        logger, thread, found = logging.getLogger("rasterio._env"), threading.get_ident(), list[GdalMessage]()
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._level = logger.level
                logger.addHandler(self)
                logger.setLevel(logging.INFO)  # regardless of the level that the application set
            self._lines.setdefault(thread, []).append(found)
        try:
            yield found
        finally:
            with self._lock:
                self._lines[thread].pop()  # the `with` blocks of a thread are nested
                self._count -= 1
                if not self._count:
                    logger.removeHandler(self)
                    logger.setLevel(self._level)
                    self._lines.clear()


_listener = _Listener()


@contextlib.contextmanager
def gdal_words() -> Iterator[list[GdalMessage]]:
    """Yield a list to which GDAL's warnings and errors in this thread are appended while the `with` block runs."""
    with contextlib.ExitStack() as stack:
        if not rasterio.env.hasenv():
            stack.enter_context(rasterio.Env())  # without an environment, GDAL writes to the terminal
        yield stack.enter_context(_listener.lines())


@contextlib.contextmanager
def raised_errors() -> Iterator[None]:
    """Context manager that raises GDAL errors that rasterio only logs, for example errors from closing a file.

    Raises
    ------
    RuntimeError
        GDAL reported an error. The message is GDAL's first error message.
    """
    with gdal_words() as lines:
        yield
    errors = [line.text for line in lines if line.is_error]
    if errors:
        raise RuntimeError(errors[0].partition("msg=")[2].strip("'\"") or errors[0])
