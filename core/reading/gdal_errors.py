"""Captures the GDAL warnings and errors of the current thread from rasterio's log."""

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


class _Listener(logging.Filter):
    """Log filter that appends GDAL's messages to the lists of the thread that caused them.

    All threads share one instance. While a call of `lines` is active, rasterio's logger passes all messages to this
    filter, even if the application disabled the logger or all logging; the filter lets through only messages that the
    application would see. Nothing that other loggers share, such as the level of `logging.disable`, is changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self._logger = logging.getLogger("rasterio._env")
        self._lock = threading.Lock()
        self._lines: dict[int, list[list[GdalMessage]]] = {}
        self._count, self._disabled = 0, False

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        is_error = record.levelno >= logging.ERROR or text.startswith(ERROR_MARK)
        if is_error or record.levelno >= logging.WARNING:
            for lines in self._lines.get(record.thread or 0, ()):
                lines.append(GdalMessage(text, is_error))
        return not self._disabled and self._is_enabled(record.levelno)

    def _is_enabled(self, level: int) -> bool:
        """Return True if the application's logging settings let messages of this level pass."""
        return type(self._logger).isEnabledFor(self._logger, level)

    def _enables(self, level: int) -> bool:
        return level >= logging.INFO or self._is_enabled(level)

    @contextlib.contextmanager
    def lines(self) -> Iterator[list[GdalMessage]]:
        """Yield a list to which this thread's messages are appended while the `with` block runs."""
        logger, thread, found = self._logger, threading.get_ident(), list[GdalMessage]()
        with self._lock:
            self._count += 1
            if self._count == 1:
                self._disabled, logger.disabled = logger.disabled, False
                vars(logger)["isEnabledFor"] = self._enables  # hides the method, which obeys `logging.disable`
                logger.addFilter(self)
            self._lines.setdefault(thread, []).append(found)
        try:
            yield found
        finally:
            with self._lock:
                self._lines[thread].pop()  # the `with` blocks of a thread are nested
                self._count -= 1
                if not self._count:
                    logger.removeFilter(self)
                    del vars(logger)["isEnabledFor"]
                    logger.disabled = logger.disabled or self._disabled
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
