"""Runs in a QgsTask, for every way to start an algorithm: progress, cancelling, errors and clean-up."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cancels import before_each, chunk_functions, wait_for
from harness import (
    ALGORITHM,
    SMALL_BLOCKS,
    cancelled,
    hidden_files,
    now_and_then,
    pump,
    recording_feedback,
    run_in_background,
    wait_for_progress,
)


@pytest.fixture(params=[1, 4], ids=["pool of one", "pool of four"])
def pool(request, provider):
    """The task manager's thread pool, with one or four threads."""
    from parallel_raster.algorithms.shared.task import _task_pool

    threads = _task_pool()
    before = threads.maxThreadCount()
    threads.setMaxThreadCount(request.param)
    yield threads
    threads.setMaxThreadCount(before)


@pytest.fixture
def task_names(provider):
    """List that collects the descriptions of all tasks added to the task manager."""
    from qgis.core import QgsApplication

    descriptions = []
    manager = QgsApplication.taskManager()

    def note(number):
        descriptions.append(manager.task(number).description())

    manager.taskAdded.connect(note)
    yield descriptions
    manager.taskAdded.disconnect(note)


def parameters(scene, tmp_path, **more):
    return {
        "INPUT": scene, "BAND_A": 2, "BAND_B": 1, "CREATION_OPTIONS": SMALL_BLOCKS, "CHUNK_SIZE": 128,
        "OUTPUT": str(tmp_path / "out.tif"), **more,
    }  # fmt: skip


def test_on_the_main_thread(run, scene, tmp_path, pool, task_names):
    """`processing.run` on the main thread adds one task; progress increases; only this thread uses the feedback."""
    feedback = recording_feedback()
    run(feedback=feedback, **parameters(scene(1500), tmp_path))
    assert task_names == ["Parallel normalized difference"]
    assert feedback.steps == sorted(feedback.steps)
    assert feedback.steps[-1] == 100
    assert len(set(feedback.steps)) > 3
    assert feedback.threads == {threading.get_ident()}


def test_in_the_toolbox(scene, tmp_path, pool, task_names):
    """A run from the toolbox is already a task, so no second task is added."""
    feedback = recording_feedback()
    _task, outcome, _kept = run_in_background(parameters(scene(), tmp_path), feedback)
    pump(lambda: outcome)
    assert outcome[0][0] is True
    assert outcome[0][1]["VALID_PERCENT"] == 100
    assert len(task_names) == 1


def test_processing_run_in_a_worker(run, scene, tmp_path, pool, task_names):
    """If a task of the user calls `processing.run`, the job runs in this task."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsTask

    values = parameters(scene(), tmp_path)
    results = []

    def work(task):
        results.append(run(context=QgsProcessingContext(), **values))

    task = QgsTask.fromFunction("a script", work)
    QgsApplication.taskManager().addTask(task)
    pump(lambda: task.status() in (QgsTask.TaskStatus.Complete, QgsTask.TaskStatus.Terminated))
    assert results
    assert task_names == ["a script"]


def model_of(algorithm_values):
    """Return a model whose only step is the algorithm with the given values."""
    from qgis.core import QgsProcessingModelAlgorithm, QgsProcessingModelChildAlgorithm
    from qgis.core import QgsProcessingModelChildParameterSource as Source

    model = QgsProcessingModelAlgorithm("one step", "tests")
    child = QgsProcessingModelChildAlgorithm(ALGORITHM)
    for name, value in algorithm_values.items():
        child.addParameterSources(name, [Source.fromStaticValue(value)])
    model.addChildAlgorithm(child)
    return model


def test_in_a_model(scene, tmp_path, pool):
    """The algorithm runs as a step of a model."""
    from qgis.core import QgsProcessingContext

    _results, ok = model_of(parameters(scene(), tmp_path)).run({}, QgsProcessingContext(), recording_feedback())
    assert ok
    assert (tmp_path / "out.tif").is_file()


def fail_in_a_chunk(monkeypatch):
    """Make the computation of every chunk raise an error."""
    from parallel_raster.core.pixels import job as pixel_job

    def broken(*arguments):
        raise ZeroDivisionError("injected")

    monkeypatch.setattr(pixel_job, "in_strips", broken)


def test_an_exception_in_a_chunk_stops_the_run_and_a_model(run, scene, tmp_path, monkeypatch):
    """An unexpected exception ends a run, a model and a background task with an error and without output."""
    from qgis.core import QgsProcessingContext, QgsProcessingException

    fail_in_a_chunk(monkeypatch)
    values = parameters(scene(), tmp_path)
    with pytest.raises(QgsProcessingException, match="injected"):
        run(**values)
    with pytest.raises(QgsProcessingException):
        model_of(values).run({}, QgsProcessingContext(), recording_feedback(), {}, False)
    _task, outcome, _kept = run_in_background(values, recording_feedback())
    pump(lambda: outcome)
    assert outcome[0][0] is False
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


def test_the_event_loop_runs_during_a_run(run, scene, tmp_path):
    """During `processing.run` on the main thread, the event loop runs at least once in every chunk."""
    turns, chunks = [], []

    def wait_for_a_turn():
        chunks.append(len(turns))
        assert wait_for(lambda seen=chunks[-1]: len(turns) > seen), "the event loop did not run during a chunk"

    with now_and_then(lambda: turns.append(1)), before_each(wait_for_a_turn, *chunk_functions()):
        run(**parameters(scene(600), tmp_path))
    assert len(chunks) >= 25


def test_cancel_from_the_feedback(run, scene, tmp_path):
    """Cancelling through the feedback ends the run with an error, skips the remaining chunks and leaves no output."""
    feedback = recording_feedback()
    with cancelled(feedback.cancel):
        run(feedback=feedback, **parameters(scene(2000), tmp_path, WORKERS=2))
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


def test_cancel_from_the_task_manager(run, scene, tmp_path):
    """Cancelling in the task manager has the same effect as cancelling through the feedback."""
    from qgis.core import QgsApplication

    with cancelled(lambda: [task.cancel() for task in QgsApplication.taskManager().activeTasks()]):
        run(**parameters(scene(2000), tmp_path, WORKERS=2))
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


def test_interrupting_qgis_process(qgis_process, scene, tmp_path):
    """Ctrl+C ends `qgis_process` early with exit code 1 and without output."""
    source = scene(3000)
    child = qgis_process.start(
        "run", ALGORITHM, *(f"--{name}={value}" for name, value in parameters(source, tmp_path).items())
    )
    wait_for_progress(child)
    child.send_signal(signal.SIGINT)
    rest, _ = child.communicate(timeout=120)
    assert child.returncode == 1
    assert "100" not in rest
    assert sorted(os.listdir(tmp_path)) == ["scene.tif"]


def children_and_sockets(pid):
    """Return the child processes and listening TCP sockets of a process, from /proc."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    inodes = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    listening = set()
    for table in ("tcp", "tcp6"):
        rows = [line.split() for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]]
        listening |= {row[9] for row in rows if row[3] == "0A"}
    return children, inodes & listening


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
def test_no_child_process_and_no_open_port(qgis_process, scene, tmp_path):
    """A run does not start child processes or open ports; both are checked several times during the run."""
    child = qgis_process.start(
        "run", ALGORITHM, *(f"--{name}={value}" for name, value in parameters(scene(3000), tmp_path).items())
    )
    wait_for_progress(child)
    samples = []
    while child.poll() is None and len(samples) < 20:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # the process may end in the meantime
            samples.append(children_and_sockets(child.pid))
        time.sleep(0.05)
    child.communicate(timeout=120)
    assert child.returncode == 0
    assert samples
    assert all(sample == ([], set()) for sample in samples)


IN_A_ROW = """
import os, sys, threading
from harness import load_plugin, pump, recording_feedback, run_in_background, start_qgis
app, plugin = start_qgis(), load_plugin()
values = {"INPUT": sys.argv[1], "BAND_A": 2, "BAND_B": 1, "CHUNK_SIZE": 128,
          "CREATION_OPTIONS": "BLOCKXSIZE=128|BLOCKYSIZE=128", "OUTPUT": sys.argv[2]}
for number in range(int(sys.argv[3])):
    task, outcome, kept = run_in_background(values, recording_feedback())
    pump(lambda: outcome)
    assert outcome[0][0] is True
    if number == 4:
        first = threading.active_count(), len(os.listdir("/proc/self/fd"))
print("COUNTS", *first, threading.active_count(), len(os.listdir("/proc/self/fd")), flush=True)
plugin.unload()
app.exitQgis()
"""


@pytest.mark.long
@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")
@pytest.mark.parametrize("runs", [5, 50])
def test_many_runs_in_a_row(scene, tmp_path, runs):
    """Repeated runs in one process do not cause crashes or Qt warnings, and leave no extra threads or file handles."""
    source = scene(500)
    done = subprocess.run(
        [sys.executable, "-c", IN_A_ROW, source, str(tmp_path / "out.tif"), str(runs)],
        capture_output=True, text=True, timeout=600, check=False, cwd=os.path.dirname(__file__),
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    threads_first, handles_first, threads_last, handles_last = map(int, done.stdout.split("COUNTS")[1].split())
    assert threads_last <= threads_first
    assert handles_last <= handles_first
    warnings = [
        line for line in done.stderr.splitlines() if line.startswith(("Q", "qt.")) and "XDG_RUNTIME" not in line
    ]
    assert warnings == []
    assert hidden_files(tmp_path) == []
