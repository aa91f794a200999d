"""A run does not open ports or start processes (F48). Missing packages are reported (F49)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from cases import long
from fault_kit import LONG, assert_readable, options_for, run_child
from qgis_kit import Qgis, error_text, wait_for_mark

LISTENING = "0A"

INSPECTED = """
from test_isolation import open_ports, child_processes
class Inspector:
    def report(self, done, total):
        assert open_ports(os.getpid()) == [] and child_processes(os.getpid()) == [], "a port or a process"
        assert "distributed" not in sys.modules, "distributed was imported"
    def is_cancelled(self): return False
print_outcome(lambda: run_index(arguments, progress=Inspector()))
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
    """Return the addresses on which a process listens for TCP connections, as /proc lists them."""
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
    """Return the IDs of the child processes of a process."""
    children: list[str] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            children += (task / "children").read_text().split()
    return children


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc, which only Linux has")


@needs_proc
def test_no_port_and_no_process_in_the_core(noise: Path, tmp_path: Path) -> None:
    """F48: a run in the core uses only threads; it does not open any ports or start any processes."""
    run = run_child(INSPECTED, options_for(noise, tmp_path / "out.tif"))
    assert run.ok, f"{run.kind} {run.message}"


@LONG  # tests/qgis/test_task.py also checks this behaviour
@needs_proc
def test_no_port_and_no_process_in_qgis(qgis: Qgis, big_noise: Path, tmp_path: Path) -> None:
    """F48: `qgis_process` has no open port and no child process during a run."""
    process = qgis.start(big_noise, tmp_path / "out.tif")
    wait_for_mark(process, 30)
    ports, children = open_ports(process.pid), child_processes(process.pid)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert ports == [] and children == []


def block(folder: Path, missing: str = "", old: str = "") -> dict[str, str]:
    """Return environment variables that hide the package `missing` or make the package `old` appear too old."""
    (folder / "sitecustomize.py").write_text(BLOCKER.format(missing=missing, old=old))
    return {"PYTHONPATH": str(folder)}


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("fault", ["missing", "old"])
def test_package_is_named(tmp_path: Path, package: str, fault: str) -> None:
    """F49: the error for a missing or outdated package states the name, the required version and how to install it."""
    code = BLOCKER.format(**{"missing": "", "old": "", fault: package}) + (
        "from parallel_raster.core.dependencies import check_dependencies\n"
        "from parallel_raster.core import errors\n"
        "try: check_dependencies()\n"
        "except errors.ParallelRasterError as error: print('OUTCOME ' + json.dumps("
        "{'ok': False, 'expected': True, 'kind': '', 'message': str(error)}))\n"
    )
    run = run_child(code, {}, fresh=True)
    assert run.expected, run.stderr
    problem = "is missing" if fault == "missing" else "has version 0.1.0"
    assert_readable(run.message + ".", f"{package} ", problem, "Install it with", "or newer")


@pytest.mark.parametrize(
    ("package", "fault"), [("dask", "missing"), *long(("rasterio", "missing"), ("rioxarray", "old"))]
)
def test_plugin_loads_without_it(qgis: Qgis, noise: Path, tmp_path: Path, package: str, fault: str) -> None:
    """F49: if a package is missing or outdated, the plugin loads and the algorithm's error names the package."""
    environment = block(tmp_path, **{fault: package})
    run = qgis.run(noise, tmp_path / "out.tif", environment)
    text = error_text(run) + run.stdout
    assert run.returncode != 0
    assert package in text and "nstall" in text and "Traceback" not in text, text
    assert not (tmp_path / "out.tif").exists()


def test_plugin_is_listed_without_packages(qgis: Qgis, tmp_path: Path) -> None:
    """F49: without rasterio the algorithm is still listed, so models that use the algorithm remain valid."""
    listed = qgis.call("list", **block(tmp_path, missing="rasterio"))
    assert listed.returncode == 0
    assert "parallelraster:normalizeddifference" in listed.stdout
