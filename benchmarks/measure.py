"""Measure complete processes: wall time, CPU time and peak memory, as medians of alternating runs."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
SCENE = str(Path(__file__).resolve().parent / "scene.py")


class Run(NamedTuple):
    """Measurements of one process: wall time and CPU time in seconds, and peak resident memory in MB.

    If `is_stopped` is true, the process was stopped before it had finished, so the measurements are lower limits.
    """

    wall: float
    cpu: float
    peak: float
    is_stopped: bool = False


def scene(folder: Path, size: int, interleave: str = "pixel", bands: int = 4, nodata: str = "nodata") -> str:
    """Return the path of the scene of `size` x `size` pixels with 4 or 5 bands; create it if it is missing.

    If `nodata` is "plain", the scene has no nodata value.

    A separate process creates the scene to keep this process small: the measured peak memory of a child process
    includes the memory that its parent had when the child started.
    """
    kind = f"{'' if bands == 4 else f'_{bands}'}{'' if nodata == 'nodata' else f'_{nodata}'}"
    path = folder / f"scene_{size}_{interleave}{kind}.tif"
    if not path.exists():
        subprocess.run([sys.executable, SCENE, str(path), str(size), interleave, str(bands), nodata], check=True)
    return str(path)


def series(folder: Path, size: int, count: int, bands: int = 4) -> list[str]:
    """Return the paths of `count` scenes of one year; create them if they are missing."""
    target = series_folder(folder, size, count, bands)
    if len(list(target.glob("scene_*[0-9].tif"))) < count:
        subprocess.run([sys.executable, SCENE, str(target), str(size), "series", str(count), str(bands)], check=True)
    return sorted(map(str, target.glob("scene_*[0-9].tif")))


def series_folder(folder: Path, size: int, count: int, bands: int = 4) -> Path:
    """Return the folder of the scenes that `series` creates."""
    return folder / f"series_{size}_{count}{'' if bands == 4 else f'_{bands}'}"


def cloud_mask(folder: Path, size: int) -> str:
    """Return the path of the scene's cloud mask; create the file if it is missing."""
    path = folder / f"clouds_{size}.tif"
    if not path.exists():
        subprocess.run([sys.executable, SCENE, str(path), str(size), "mask"], check=True)
    return str(path)


def fields(folder: Path, size: int) -> str:
    """Return the path of a file with 10,000 polygons in the scene of `size` x `size` pixels; create it if missing."""
    path = folder / f"fields_{size}.geojson"
    if not path.exists():
        maker = str(Path(__file__).resolve().parent / "zones.py")
        subprocess.run([sys.executable, maker, "polygons", str(path), str(size)], check=True)
    return str(path)


def tiles(folder: Path, size: int) -> Path:
    """Return the folder with the tiles of the scene, which has `size` x `size` pixels; create them if missing."""
    path = folder / f"tiles_{size}"
    if not path.exists():
        make_tiles(scene(folder, size), path)
    return path


def make_tiles(source: str, folder: Path) -> None:
    """Split a raster into tiles of 2048 x 2048 pixels."""
    maker = str(Path(__file__).resolve().parent / "prepare.py")
    subprocess.run([sys.executable, maker, "tiles", source, str(folder)], check=True)


@functools.cache
def compile_checkout() -> None:
    """Compile the modules of this checkout to bytecode, as pip and QGIS do when they install or first load them."""
    compiled(*(ROOT / name for name in ("__init__.py", "core", "algorithms", "plugin")))


def compiled(*paths: Path) -> None:
    """Compile the given modules, and all modules in the given folders, to bytecode."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", *map(str, paths)], check=True)


def measured(
    command: Sequence[str], environment: Mapping[str, str] | None = None, *, time_limit: float | None = None
) -> Run:
    """Run a command and return its measurements; the output of the command is shown only if the command fails.

    After `time_limit` seconds, the process is stopped together with its child processes.
    """
    compile_checkout()
    start = time.perf_counter()
    child = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    timer = threading.Timer(time_limit or threading.TIMEOUT_MAX, os.killpg, (child.pid, signal.SIGKILL))
    timer.daemon = True
    timer.start()
    try:
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
    except KeyboardInterrupt:  # the child is in another session, so the terminal does not interrupt it
        os.killpg(child.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    is_stopped = time_limit is not None and wall >= time_limit and child.returncode == -signal.SIGKILL
    if child.returncode and not is_stopped:
        sys.exit(f"{' '.join(command)} failed:\n{output}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, is_stopped)


def interleaved(
    commands: Mapping[str, Sequence[str]], repeats: int, environment: Mapping[str, str], outputs: Sequence[Path] = ()
) -> dict[str, list[Run]]:
    """Run the commands in turn, so that other load on the machine affects all of them; return the runs by name.

    Files and folders in `outputs` are removed before each run, so that deleting old outputs is not measured.
    """
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(repeats):
        for name, command in commands.items():
            for path in outputs:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            runs[name].append(measured(command, environment))
    return runs


def median(runs: Sequence[Run], field: str) -> float:
    """Return the median of one field of the runs."""
    return statistics.median(getattr(run, field) for run in runs)


def print_table(runs: Mapping[str, Sequence[Run]], reference: str) -> None:
    """Print a Markdown table of medians, ranges and ratios to the reference."""
    print("| run | wall s, median (min to max) | ratio | CPU s | peak MB |")
    print("|---|---|---|---|---|")
    base = median(runs[reference], "wall")
    for name, each in runs.items():
        walls = [run.wall for run in each]
        print(
            f"| {name} | {median(each, 'wall'):.2f} ({min(walls):.2f} to {max(walls):.2f}) | "
            f"{median(each, 'wall') / base:.2f} | {median(each, 'cpu'):.2f} | {max(run.peak for run in each):.0f} |"
        )


def qgis_process(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Return the `qgis_process` command and an environment in which this checkout is enabled as a plugin."""
    plugins, home = folder / "qgis-plugins", folder / "qgis-profile"
    shutil.rmtree(home, ignore_errors=True)  # enabling a plugin twice is an error
    for each in (plugins, home):
        each.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    link = plugins / "parallel_raster"
    if not link.is_symlink():
        link.symlink_to(ROOT)
    program = shutil.which("qgis_process.bin") or "qgis_process"
    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_CUSTOM_CONFIG_PATH": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QGIS_PLUGINPATH": str(plugins),
    }
    measured([program, "plugins", "enable", "parallel_raster"], environment)
    return [program], environment
