"""Measure how responsive QGIS is while it loads the plugin, when a run is cancelled, and during a run.

/usr/bin/python3 benchmarks/feel.py [--runs 5] [--size 4096]

Every run starts a new headless QGIS process. The script prints the measured values next to their limits and fails if a
limit is not met. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "qgis"))

from measure import scene

from harness import ALGORITHM, pump, recording_feedback, register_package, run_in_background, start_qgis

TICK_MILLISECONDS = 10
CANCEL_PERCENT = 20
CHUNKS = {"BAND_A": 2, "BAND_B": 1, "CHUNK_SIZE": 256}
PLAIN = {**CHUNKS, "CREATION_OPTIONS": "COMPRESS=DEFLATE|BLOCKXSIZE=256|BLOCKYSIZE=256"}
STRONG = {**CHUNKS, "CREATION_OPTIONS": "COMPRESS=DEFLATE|ZLEVEL=9|BLOCKXSIZE=256|BLOCKYSIZE=256"}


class Bound(NamedTuple):
    """A value to measure, with its label and limit.

    `limit` is a minimum if `least` is true, otherwise a maximum; None means that there is no limit.
    """

    key: str
    label: str
    limit: float | None
    least: bool = False

    def is_kept(self, value: float) -> bool:
        """Return True if a value is within the limit."""
        if self.limit is None:
            return True
        return value >= self.limit if self.least else value <= self.limit


BOUNDS = (
    Bound("load", "loading the plugin, ms", 50),
    Bound("load_ratio", "  relative to importing qgis.core", None),
    Bound("cancel_call", "cancelling processing.run, s", 2),
    Bound("cancel_task", "cancelling the toolbox task, s", 2),
    Bound("turns", "event loop iterations per second", 30, least=True),
    Bound("freeze", "  longest freeze, s", 2),
    Bound("turns_strong", "iterations/s with ZLEVEL=9", 30, least=True),
    Bound("freeze_strong", "  longest freeze with ZLEVEL=9, s", 2),
)


class Turns:
    """Context manager that measures how often the event loop runs, with a 10 ms timer that is delayed if QGIS freezes.

    At the end of the `with` block, `per_second` is the number of iterations per second, and `longest_gap` is the
    longest freeze in seconds.
    """

    def __enter__(self) -> Turns:
        from qgis.PyQt.QtCore import Qt, QTimer

        self._times: list[float] = []
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._times.append(time.monotonic()))
        self._start = time.monotonic()
        self._timer.start(TICK_MILLISECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        seconds = time.monotonic() - self._start
        times = [self._start, *self._times, self._start + seconds]
        self.per_second = len(self._times) / seconds
        self.longest_gap = max(later - earlier for earlier, later in zip(times, times[1:]))


def loading() -> tuple[dict[str, float], tuple[Any, Any]]:
    """Load the plugin with its menu; return loading times and (application, plugin), which the caller must keep."""
    start = time.perf_counter()
    import qgis.core  # noqa: F401 - the reference for the plugin's loading time

    imported = time.perf_counter() - start
    app = start_qgis()
    desktop = SimpleNamespace(mainWindow=lambda: None, addPluginToRasterMenu=lambda *_: None)
    start = time.perf_counter()
    plugin = register_package().classFactory(desktop)
    plugin.initGui()
    spent = time.perf_counter() - start
    return {"load": 1000 * spent, "load_ratio": spent / imported}, (app, plugin)


def run(values: dict[str, Any], feedback: Any = None) -> None:
    """Call `processing.run` in the main thread."""
    import processing

    processing.run(ALGORITHM, values, feedback=feedback or recording_feedback())


def cancelled_call(values: dict[str, Any]) -> float:
    """Cancel `processing.run` during a run; return how many seconds the call takes to end."""
    from qgis.core import QgsProcessingException

    feedback, cancelled = recording_feedback(), []

    def stop(percent: float) -> None:
        if percent > CANCEL_PERCENT and not cancelled:
            cancelled.append(time.monotonic())
            feedback.cancel()

    feedback.progressChanged.connect(stop)
    try:
        run(values, feedback)
    except QgsProcessingException:
        return time.monotonic() - cancelled[0]
    raise SystemExit("The run ended before it could be cancelled. Set a larger --size.")


def cancelled_task(values: dict[str, Any]) -> float:
    """Cancel a toolbox task during a run; return how many seconds the task takes to end."""
    feedback = recording_feedback()
    _task, outcome, _kept = run_in_background(values, feedback)
    pump(lambda: feedback.steps and feedback.steps[-1] > CANCEL_PERCENT)
    cancelled = time.monotonic()
    feedback.cancel()
    pump(lambda: outcome)
    if outcome[0][0]:
        raise SystemExit("The run ended before it could be cancelled. Set a larger --size.")
    return time.monotonic() - cancelled


def measure_here(source: str, folder: str) -> dict[str, float]:
    """Measure all values in this process; return them by key."""
    found, _kept = loading()
    plain, strong = ({"INPUT": source, "OUTPUT": f"{folder}/out.tif", **each} for each in (PLAIN, STRONG))
    for name, values in (("", plain), ("_strong", strong)):
        with Turns() as turns:
            run(values)
        found[f"turns{name}"], found[f"freeze{name}"] = turns.per_second, turns.longest_gap
    found["cancel_call"], found["cancel_task"] = cancelled_call(plain), cancelled_task(plain)
    return found


def measure(source: str, folder: str) -> dict[str, float]:
    """Measure all values in a new QGIS process; return them by key.

    Python stores compiled modules in `folder`, so later runs find them, as they do with an installed plugin.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
    environment.update(HOME=folder, XDG_RUNTIME_DIR=folder, LC_ALL="C.UTF-8")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, __file__, "--source", source, "--folder", folder]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr[-3000:])
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(first: dict[str, float], runs: list[dict[str, float]], show: Callable[[str], None] = print) -> bool:
    """Print the values of all runs next to their limits; return True if every value is within its limit."""
    kept = True
    show(f"First load, including compilation of the plugin's modules: {first['load']:.0f} ms")
    for bound in BOUNDS:
        values = [each[bound.key] for each in runs]
        fine = all(bound.is_kept(value) for value in values)
        kept = kept and fine
        limit = "" if bound.limit is None else f"{'at least' if bound.least else 'at most'} {bound.limit:g}"
        text = " ".join(f"{value:8.2f}" if value < 10 else f"{value:8.0f}" for value in values)
        show(f"{bound.label:36}{text}   {limit}{'' if fine else '  NOT MET'}")
    return kept


def main() -> None:
    """Measure and print all values; exit with an error if a limit is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--source", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.source:
        print(json.dumps(measure_here(given.source, given.folder)), flush=True)
        os._exit(0)  # skip the cleanup of QGIS, which is not needed here
    with tempfile.TemporaryDirectory(prefix="feel-") as folder:
        source = scene(Path(folder), given.size)
        first, *runs = [measure(source, folder) for _ in range(given.runs + 1)]
    if not report(first, runs):
        raise SystemExit("At least one limit was not met; see the lines marked NOT MET.")


if __name__ == "__main__":
    main()
