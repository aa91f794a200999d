"""Tests for calls in background threads, with timeout and cancellation."""

from __future__ import annotations

import threading

import pytest

from cancels import PATIENCE, wait_for
from parallel_raster.core import Cancelled
from parallel_raster.core.parallel.background import Waiting, call_with_timeout
from parallel_raster.core.progress import NoProgress


def test_the_result_or_error_of_a_call_is_passed_on():
    assert call_with_timeout(lambda: 7, NoProgress(), PATIENCE) == 7
    with pytest.raises(ZeroDivisionError):
        call_with_timeout(lambda: 1 / 0, NoProgress(), PATIENCE)


def test_waiting_ends_on_cancellation_and_timeout():
    late, go = [], threading.Event()

    def slow():
        go.wait(PATIENCE)
        return "late"

    class Cancel(NoProgress):
        def is_cancelled(self):
            return True

    with pytest.raises(Cancelled):
        call_with_timeout(slow, Cancel(), PATIENCE, late.append)
    with pytest.raises(TimeoutError):
        call_with_timeout(slow, NoProgress(), 0.2, late.append)
    assert not late
    go.set()
    assert wait_for(lambda: late == ["late", "late"])


def test_the_result_of_a_call_abandoned_after_its_end():
    late = []
    waiting = Waiting(lambda: 1, late.append)
    assert waiting.is_done(PATIENCE)
    waiting.abandon()
    assert late == [1]
