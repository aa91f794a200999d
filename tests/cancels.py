"""What a run does with its chunks once it is asked to stop, told by counts: no clock decides whether a test passes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

PATIENCE = 60.0
"""Seconds after which what hangs is ended."""

IN_VAIN = "the cancel was not heard while a chunk was under way"


def chunk_functions() -> tuple[tuple[Any, str], ...]:
    """Return what computes a chunk and what compares one with what was written, for `Cancel` and `before_each`."""
    from parallel_raster.core.pixels import job as pixel_job
    from parallel_raster.core.writing.writer import RasterWriter

    return (pixel_job, "in_strips"), (RasterWriter, "_compare")


def wait_for(condition: Callable[[], Any]) -> bool:
    """Return whether a condition came to hold, as soon as it does."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.002)
    return bool(condition())


@contextmanager
def before_each(step: Callable[[], None], *functions: tuple[Any, str]) -> Iterator[None]:
    """Call `step` whenever one of the functions is called, each named as (module or class, name), in its thread."""
    with ExitStack() as stack:
        for owner, name in functions:
            stack.enter_context(mock.patch.object(owner, name, _behind(step, getattr(owner, name))))
        yield


def _behind(step: Callable[[], None], real: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **keywords: Any) -> Any:
        step()
        return real(*arguments, **keywords)

    return call


class Cancel:
    """A cancel in the middle of a run; as the run's `Progress` it asks for it, otherwise the test does.

    After the first `at` chunks it `is_due`. Later chunks are held until the run is told to stop, so the cancel must be
    heard while they are under way. `begun_later` counts those that begin after that: at most one for each worker, which
    had passed the last check.

    Parameters
    ----------
    functions
        What does a chunk, as (module or class, name).
    at
        How many of their calls go on undisturbed.
    told
        The class whose method, here called, tells the run to stop; None: `Stop.set`, which chunks look at.
    """

    def __init__(self, *functions: tuple[Any, str], at: int, told: tuple[type, str] | None = None) -> None:
        self.begun = 0
        self.begun_later = 0
        self._functions, self._at, self._told = functions, at, told
        self._heard, self._in_vain = threading.Event(), False
        self._lock = threading.Lock()
        self._stack = ExitStack()

    def __enter__(self) -> Cancel:
        from parallel_raster.core.progress import Stop

        owner, name = self._told or (Stop, "set")
        real = getattr(owner, name)

        def stopped(stop: Any) -> None:
            real(stop)
            if self.is_due:
                self._heard.set()

        self._stack.enter_context(mock.patch.object(owner, name, stopped))
        self._stack.enter_context(before_each(self._begin, *self._functions))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        assert not self._in_vain, IN_VAIN

    @property
    def is_due(self) -> bool:
        """Whether so many chunks have begun that the run is to be asked to stop."""
        return self.begun > self._at

    def report(self, done: int, total: int) -> None:
        """Take no note of the chunks done."""

    def is_cancelled(self) -> bool:
        """Ask the run to stop when it is due."""
        return self.is_due

    def _begin(self) -> None:
        with self._lock:
            self.begun += 1
            self.begun_later += self._heard.is_set()
            held = self.begun > self._at
        if held and not self._heard.wait(PATIENCE):
            self._in_vain = True
            raise AssertionError(IN_VAIN)
