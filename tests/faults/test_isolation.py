"""What a run opens and starts, and what it says where a package is missing (F48, F49)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from fault_kit import LONG, assert_for_people, options_for, run_child
from qgis_kit import Qgis, error_text, wait_for_mark

LISTENING = "0A"

LOOKING = """
from test_isolation import open_ports, child_processes
class Looking:
    def report(self, done, total):
        assert open_ports(os.getpid()) == [] and child_processes(os.getpid()) == [], "a port or a process"
        assert "distributed" not in sys.modules, "distributed was imported"
    def is_cancelled(self): return False
tell(lambda: run_index(arguments, progress=Looking()))
"""

BLOCKER = """
import importlib.metadata, sys
missing, old = {missing!r}, {old!r}
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if missing and name.split(".")[0] == missing:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
version = importlib.metadata.version
importlib.metadata.version = lambda name: "0.1.0" if name == old else version(name)
"""

PACKAGES = ("numpy", "rasterio", "dask", "rioxarray")


def open_ports(pid: int) -> list[str]:
    """Return the lines of /proc that are listening TCP sockets of this process."""
    own = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            own.add(os.readlink(descriptor))
        except OSError:
            continue
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
    ]
    return [line[1] for line in lines if line[3] == LISTENING and f"socket:[{line[9]}]" in own]


def child_processes(pid: int) -> list[str]:
    """Return the ids of the processes that this one started."""
    children: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            children += (task / "children").read_text().split()
    return children


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc, which Linux has")


@needs_proc
def test_no_port_and_no_process_in_the_core(noise: Path, tmp_path: Path) -> None:
    """F48: Dask's threads, and nothing else."""
    run = run_child(LOOKING, options_for(noise, tmp_path / "out.tif"))
    assert run.ok, f"{run.kind} {run.message}"


@LONG  # tests/qgis/test_task.py looks at the same
@needs_proc
def test_no_port_and_no_process_in_qgis(qgis: Qgis, big_noise: Path, tmp_path: Path) -> None:
    """F48: the same inside `qgis_process`, in the middle of a run."""
    process = qgis.start(big_noise, tmp_path / "out.tif")
    wait_for_mark(process, 30)
    ports, children = open_ports(process.pid), child_processes(process.pid)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert ports == [] and children == []


def block(folder: Path, missing: str = "", old: str = "") -> dict[str, str]:
    """Return an environment in which Python does not find a package, or finds it too old."""
    (folder / "sitecustomize.py").write_text(BLOCKER.format(missing=missing, old=old))
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("fault", ["missing", "old"])
def test_package_is_named(tmp_path: Path, package: str, fault: str) -> None:
    """F49: which package, which version is needed, and how to install it; without importing any of them."""
    code = BLOCKER.format(**{"missing": "", "old": "", fault: package}) + (
        "from parallel_raster.core.dependencies import check_dependencies\n"
        "from parallel_raster.core import errors\n"
        "try: check_dependencies()\n"
        "except errors.ParallelRasterError as error: print('OUTCOME ' + json.dumps("
        "{'ok': False, 'expected': True, 'kind': '', 'message': str(error)}))\n"
    )
    run = run_child(code, {}, fresh=True)
    assert run.expected, run.stderr
    wanted = "is missing" if fault == "missing" else "is 0.1.0"
    assert_for_people(run.message + ".", f"{package} ", wanted, "Install it with", "or newer")


@pytest.mark.parametrize(("package", "fault"), [("dask", "missing"), ("rasterio", "missing"), ("rioxarray", "old")])
def test_plugin_loads_without_it(qgis: Qgis, noise: Path, tmp_path: Path, package: str, fault: str) -> None:
    """F49: the plugin is there, and running the algorithm says what to install."""
    environment = block(tmp_path, **{fault: package})
    run = qgis.run(noise, tmp_path / "out.tif", environment)
    text = error_text(run) + run.stdout
    assert run.returncode != 0
    assert package in text and "nstall" in text and "Traceback" not in text, text
    assert not (tmp_path / "out.tif").exists()


def test_plugin_is_listed_without_packages(qgis: Qgis, tmp_path: Path) -> None:
    """F49: the algorithm stays in the list, so that models which use it stay whole."""
    listed = qgis.call("list", **block(tmp_path, missing="rasterio"))
    assert listed.returncode == 0
    assert "parallelraster:normalizeddifference" in listed.stdout
