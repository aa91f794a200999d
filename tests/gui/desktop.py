"""Run the QGIS desktop as a child process on a virtual screen, play scenes in it, and always end the process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PICTURES = ROOT / "build" / "gui"
"""Folder in which screenshots and results are kept for inspection after the tests."""

START_SECONDS = 120
PLAY_SECONDS = 1800
"""Time limits that are reached only if QGIS hangs: a start takes about 3 s, the longest play about 30 s."""

SETTINGS = """[PythonPlugins]
parallel_raster=true
processing=true
[qgis]
checkVersion=false
"""


def program() -> str | None:
    """Return the path of the QGIS program, or None. Debian's `qgis` is a wrapper around `qgis.bin`."""
    return shutil.which("qgis.bin") or shutil.which("qgis")


def missing() -> str:
    """Return the reason why these tests cannot run on this machine, or an empty string."""
    if program() is None:
        return "the QGIS desktop (qgis.bin or qgis) is not installed"
    return "" if shutil.which("Xvfb") else "Xvfb, the virtual screen, is not installed"


class Screen:
    """Virtual screen (Xvfb) with a free display number."""

    def __init__(self) -> None:
        reader, writer = os.pipe()
        try:
            self._server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
                pass_fds=[writer], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            os.close(writer)
            self.name = f":{_read_line(reader)}"
        finally:
            os.close(reader)

    def close(self) -> None:
        """Ask Xvfb to end, so that it can remove its socket; kill it if it does not end."""
        self._server.terminate()
        try:
            self._server.wait(timeout=60)
        except subprocess.TimeoutExpired:
            end(self._server)


def _read_line(reader: int) -> str:
    """Return the line that Xvfb writes when it is ready: the number of its screen.

    Xvfb exits if it cannot write the complete line, so the pipe must stay open until then.
    """
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([reader], [], [], 60)
        part = os.read(reader, 20) if ready else b""
        if not part:
            raise RuntimeError("Xvfb, the virtual screen, did not start")
        line += part
    return line.decode().strip()


class Desktop:
    """Plays scenes in QGIS, with a separate profile and with this checkout as the plugin."""

    def __init__(self, screen: Screen, home: Path) -> None:
        self._home = home
        profile = home / "profiles" / "default" / "QGIS"
        profile.mkdir(parents=True)
        (profile / "QGIS3.ini").write_text(SETTINGS)
        (home / "run").mkdir(mode=0o700)
        (home / "plugins").mkdir()
        (home / "plugins" / "parallel_raster").symlink_to(ROOT)
        self._environment = {
            **os.environ,
            "DISPLAY": screen.name,
            "QT_QPA_PLATFORM": "xcb",
            "HOME": str(home),
            "XDG_RUNTIME_DIR": str(home / "run"),
            "QGIS_PLUGINPATH": str(home / "plugins"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
        }
        for name in ("PYTHONPATH", "PYTHONHOME", "WAYLAND_DISPLAY"):
            self._environment.pop(name, None)

    def play(self, play: str, **files: Path) -> dict:
        """Play the scenes of `inside_qgis/<play>.py`, close QGIS through its menu and return the observations.

        The first start with a new profile can be very slow, so QGIS is started again if the first start times out.
        """
        PICTURES.mkdir(parents=True, exist_ok=True)
        for old in PICTURES.glob(f"{play}*"):
            old.unlink()
        results = PICTURES / f"{play}.json"
        job = self._home / f"{play}-job.json"
        started = self._home / f"{play}-started"
        paths = {"tests": HERE, "pictures": PICTURES, "results": results, "started": started, **files}
        job.write_text(json.dumps({"play": play, **{name: str(path) for name, path in paths.items()}}))
        for _attempt in range(2):
            code = self._run(play, job, started)
            if started.exists():
                break
        observed = json.loads(results.read_text()) if results.exists() else {"scenes": {}}
        return {**observed, "exit_code": code, "stderr": self._log(play).read_text(errors="replace")[-4000:]}

    def _log(self, play: str) -> Path:
        return PICTURES / f"{play}.log"

    def _run(self, play: str, job: Path, started: Path) -> int | None:
        """Run QGIS and return its exit code, or None if it had to be killed."""
        command = [
            program(), "--nologo", "--noversioncheck", "--profiles-path", str(self._home),
            "--code", str(HERE / "inside_qgis" / "start.py"),
        ]  # fmt: skip
        with self._log(play).open("w") as log:
            child = subprocess.Popen(
                command, env={**self._environment, "PARALLEL_RASTER_GUI_JOB": str(job)}, cwd=self._home,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                _wait(lambda: started.exists() or child.poll() is not None, START_SECONDS)
                if started.exists():
                    _wait(lambda: child.poll() is not None, PLAY_SECONDS)
                return child.poll()
            finally:
                end(child)


def end(child: subprocess.Popen) -> None:
    """Kill the process group of a child process, which includes all processes that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(timeout=60)


def _wait(until, seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not until() and time.monotonic() < limit:
        time.sleep(0.05)
