"""Tests for progress that is divided into successive stages."""

from __future__ import annotations

from parallel_raster.core.progress import stages


def test_stages_follow_each_other(make_progress):
    progress = make_progress()
    first, second = stages(progress, 3, 2)
    for done in range(4):
        first.report(done, 3)
    for done in range(3):
        second.report(done, 2)
    assert progress.reports == [(0, 5), (1, 5), (2, 5), (3, 5), (3, 5), (4, 5), (5, 5)]


def test_a_stage_passes_on_cancellation(make_progress):
    progress = make_progress(cancel_at=1)
    first, second = stages(progress, 1, 1)
    assert not second.is_cancelled()
    first.report(1, 1)
    assert second.is_cancelled()


def test_a_stage_with_more_steps_than_chunks_ends_at_the_total(make_progress):
    """Chunks may be read back in several pieces, but the reported progress does not exceed the total."""
    progress = make_progress()
    first, second = stages(progress, 1, 1)
    first.report(1, 1)
    for done in range(9):
        second.report(done, 8)
    assert progress.reports == sorted(progress.reports)
    assert max(done for done, _ in progress.reports) == 2
    assert progress.reports[-1] == (2, 2)
