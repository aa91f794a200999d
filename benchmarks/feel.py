"""How QGIS feels with the plugin: loading it, cancelling a run, and working on while one goes on.

/usr/bin/python3 benchmarks/feel.py [--runs 5] [--size 4096]

Every run is a QGIS of its own, without a screen. It prints what each measured beside its bound, writes nothing, and
fails when a bound is missed. The machine should do nothing else meanwhile.
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
    """What is measured, how it is called, and the most (or `least`) that it may be; None: it is only told."""

    key: str
    words: str
    limit: float | None
    least: bool = False

    def is_kept(self, value: float) -> bool:
        """Return whether a value is within the bound."""
        if self.limit is None:
            return True
        return value >= self.limit if self.least else value <= self.limit


BOUNDS = (
    Bound("load", "loading the plugin, ms", 50),
    Bound("load_ratio", "  as a share of importing qgis.core", None),
    Bound("cancel_call", "cancel of processing.run, s", 2),
    Bound("cancel_task", "cancel of the toolbox's task, s", 2),
    Bound("turns", "turns of the event loop a second", 30, least=True),
    Bound("freeze", "  the longest freeze, s", 2),
    Bound("turns_strong", "the same while much is encoded", 30, least=True),
    Bound("freeze_strong", "  the longest freeze, s", 2),
)


class Turns:
    """Notes the turns of the event loop inside its block: a timer of 10 ms fires less often where a window hangs."""

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
    """Return what loading the plugin, menu and all, takes in this process, and what must be kept: QGIS and plugin."""
    start = time.perf_counter()
    import qgis.core  # noqa: F401 - what the plugin is compared with

    imported = time.perf_counter() - start
    app = start_qgis()
    desktop = SimpleNamespace(mainWindow=lambda: None, addPluginToRasterMenu=lambda *_: None)
    start = time.perf_counter()
    plugin = register_package().classFactory(desktop)
    plugin.initGui()
    spent = time.perf_counter() - start
    return {"load": 1000 * spent, "load_ratio": spent / imported}, (app, plugin)


def run(values: dict[str, Any], feedback: Any = None) -> None:
    """Call `processing.run` on the main thread."""
    import processing

    processing.run(ALGORITHM, values, feedback=feedback or recording_feedback())


def cancelled_call(values: dict[str, Any]) -> float:
    """Return how long `processing.run` goes on after its feedback was cancelled."""
    from qgis.core import QgsProcessingException

    feedback, asked = recording_feedback(), []

    def stop(percent: float) -> None:
        if percent > CANCEL_PERCENT and not asked:
            asked.append(time.monotonic())
            feedback.cancel()

    feedback.progressChanged.connect(stop)
    try:
        run(values, feedback)
    except QgsProcessingException:
        return time.monotonic() - asked[0]
    raise SystemExit("The run ended before it could be cancelled; give a larger --size.")


def cancelled_task(values: dict[str, Any]) -> float:
    """Return how long the toolbox's task goes on after Cancel."""
    feedback = recording_feedback()
    _task, outcome, _kept = run_in_background(values, feedback)
    pump(lambda: feedback.steps and feedback.steps[-1] > CANCEL_PERCENT)
    asked = time.monotonic()
    feedback.cancel()
    pump(lambda: outcome)
    if outcome[0][0]:
        raise SystemExit("The run ended before it could be cancelled; give a larger --size.")
    return time.monotonic() - asked


def measure_here(source: str, folder: str) -> dict[str, float]:
    """Return all that is measured, in this process."""
    found, _kept = loading()
    plain, strong = ({"INPUT": source, "OUTPUT": f"{folder}/out.tif", **each} for each in (PLAIN, STRONG))
    for name, values in (("", plain), ("_strong", strong)):
        with Turns() as turns:
            run(values)
        found[f"turns{name}"], found[f"freeze{name}"] = turns.per_second, turns.longest_gap
    found["cancel_call"], found["cancel_task"] = cancelled_call(plain), cancelled_task(plain)
    return found


def measure(source: str, folder: str) -> dict[str, float]:
    """Return what a QGIS of its own measures.

    Python keeps the compiled modules in the folder, as it does beside an installed plugin.
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


def report(first: dict[str, float], runs: list[dict[str, float]], tell: Callable[[str], None] = print) -> bool:
    """Print all runs beside their bounds; return whether every run kept them."""
    kept = True
    tell(f"The first load, when Python compiles the plugin's modules: {first['load']:.0f} ms")
    for bound in BOUNDS:
        values = [each[bound.key] for each in runs]
        fine = all(bound.is_kept(value) for value in values)
        kept = kept and fine
        limit = "" if bound.limit is None else f"{'at least' if bound.least else 'at most'} {bound.limit:g}"
        words = " ".join(f"{value:8.2f}" if value < 10 else f"{value:8.0f}" for value in values)
        tell(f"{bound.words:36}{words}   {limit}{'' if fine else '  MISSED'}")
    return kept


def main() -> None:
    """Measure, print, and fail where a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--source", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.source:
        print(json.dumps(measure_here(given.source, given.folder)), flush=True)
        os._exit(0)  # QGIS without a desktop has nothing to put in order
    with tempfile.TemporaryDirectory(prefix="feel-") as folder:
        source = scene(Path(folder), given.size)
        first, *runs = [measure(source, folder) for _ in range(given.runs + 1)]
    if not report(first, runs):
        raise SystemExit("A bound was missed.")


if __name__ == "__main__":
    main()
