"""Tests for the recorder: what it records, and that it does not affect the run."""

from __future__ import annotations

import itertools
import sys
import threading
import time

import pytest

from cancels import PATIENCE, wait_for
from parallel_raster.core.errors import Cancelled
from parallel_raster.core.parallel import recorder as module
from parallel_raster.core.parallel.recorder import Recorder, resident_memory
from parallel_raster.core.parallel.threads import run_chunks
from parallel_raster.core.progress import NoProgress


def test_every_chunk_is_recorded_with_worker_and_times(log):
    recorder = Recorder("report.html", {}, log)
    barrier = threading.Barrier(2)

    def work(item, stop):
        if item in "ab":
            barrier.wait(PATIENCE)  # makes each worker run one chunk
        time.sleep(0.02)

    run_chunks(work, "abcdef", name="test", workers=2, progress=NoProgress(), recorder=recorder)
    assert sorted(span.chunk for span in recorder.spans) == list(range(6))
    assert {span.worker for span in recorder.spans} == {"parallel-raster_0", "parallel-raster_1"}
    for span in recorder.spans:
        assert 0 <= span.start < span.end <= recorder.seconds
        assert span.end - span.start >= 0.019
    for worker in {span.worker for span in recorder.spans}:
        own = sorted(span for span in recorder.spans if span.worker == worker)
        spans = sorted((span.start, span.end) for span in own)
        assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:]))  # one chunk at a time


def test_a_failed_chunk_is_not_recorded(log):
    recorder, numbers, begun = Recorder("report.html", {}, log), itertools.count(), []

    def work(item, stop):
        if next(numbers) == 2:
            raise Cancelled
        begun.append(item)

    with pytest.raises(Cancelled):
        run_chunks(work, range(3), name="test", workers=1, progress=NoProgress(), recorder=recorder)
    assert [span.chunk for span in recorder.spans] == begun and len(begun) == 2


def test_log_lines_are_forwarded(log):
    recorder = Recorder("report.html", {"a": 1}, log)
    recorder.info("first")
    recorder.warning("second")
    assert (log.infos, log.warnings) == (["first"], ["second"])
    assert recorder.lines == [("info", "first"), ("warning", "second")]


def test_progress_is_forwarded_and_memory_sampled_in_the_calling_thread(log, make_progress, monkeypatch):
    threads = set()
    monkeypatch.setattr(module, "resident_memory", lambda: threads.add(threading.get_ident()) or 2**20)
    recorder, progress = Recorder("report.html", {}, log), make_progress(cancel_at=3)
    numbers = itertools.count()

    def work(item, stop):
        number = next(numbers)
        assert wait_for(lambda: len(recorder.memory) > number)

    with pytest.raises(Cancelled):
        run_chunks(work, range(99), name="test", workers=1, progress=recorder.watch(progress))
    assert progress.reports[-1][0] >= 3
    assert threads == {threading.get_ident()}
    assert len(recorder.memory) >= 3
    assert all(later.seconds > earlier.seconds for earlier, later in zip(recorder.memory, recorder.memory[1:]))


def test_samples_keep_the_minimum_interval(log, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(module, "resident_memory", lambda: 2**20)
    recorder = Recorder("report.html", {}, log)
    for clock[0] in (0, 0.03, 0.06, 0.1, 0.12):
        recorder.sample()
    assert [sample.seconds for sample in recorder.memory] == [0, 0.06, 0.12]


def test_long_runs_keep_few_samples_and_the_peak(log, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(module, "resident_memory", lambda: 2**30 if 7.004 < clock[0] < 7.06 else 2**20)
    recorder = Recorder("report.html", {}, log)
    for step in range(40_000):
        clock[0] = step * 0.0501
        recorder.sample()
    assert 400 < len(recorder.memory) <= 1000
    assert sum(sample.bytes == 2**30 for sample in recorder.memory) == 1
    seconds = [sample.seconds for sample in recorder.memory]
    assert seconds == sorted(seconds) and seconds[-1] > 1990
    early = sum(each < 1000 for each in seconds)
    assert 0.6 < early / (len(seconds) - early) < 1.6  # samples are spread evenly over the run


def test_unknown_memory_is_not_recorded(log, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "STATM", tmp_path / "missing")
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert resident_memory() == 0
    recorder = Recorder("report.html", {}, log)
    recorder.sample()
    assert recorder.memory == []


def test_resident_memory_of_this_process():
    block = bytearray(64 * 2**20)
    with_block = resident_memory()
    del block
    assert with_block == 0 or with_block - resident_memory() > 32 * 2**20
