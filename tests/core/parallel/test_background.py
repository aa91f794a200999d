"""A call in a thread of its own that is waited for, and left when that takes too long."""

from __future__ import annotations

import threading

import pytest

from cancels import PATIENCE, wait_for
from parallel_raster.core import Cancelled
from parallel_raster.core.parallel.background import Waiting, call_with_timeout
from parallel_raster.core.progress import NoProgress


def test_waiting():
    assert call_with_timeout(lambda: 7, NoProgress(), PATIENCE) == 7
    with pytest.raises(ZeroDivisionError):
        call_with_timeout(lambda: 1 / 0, NoProgress(), PATIENCE)


def test_who_waits_hears_a_cancel_and_the_time():
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


def test_abandoned_after_the_end():
    late = []
    waiting = Waiting(lambda: 1, late.append)
    assert waiting.is_done(PATIENCE)
    waiting.abandon()
    assert late == [1]
