"""Start a Dask scheduler and workers as processes on the loopback interface, as a user would start them."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import rasterio
from affine import Affine

from georeference import METRES

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
START_SECONDS = 120

LOOPBACK = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""Options that make Dask listen only on loopback; by default, Dask serves metrics on all interfaces."""


def environment(folder, **more):
    """Return environment variables that let a process import `seam` and, as `parallel_raster`, this checkout."""
    path = Path(folder) / "packages"
    path.mkdir(exist_ok=True)
    if not (path / "parallel_raster").exists():
        (path / "parallel_raster").symlink_to(ROOT)
    proj = {"PROJ_DATA": "/usr/share/proj"} if Path("/usr/share/proj/proj.db").is_file() else {}
    current = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join([str(path), str(ROOT / "tests"), current])
    return {**os.environ, **proj, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1", **more}


def wait_until(condition, seconds=START_SECONDS, what="a condition"):
    """Wait until `condition()` returns a true value, and return that value; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"timed out after {seconds} s waiting for {what}"
        time.sleep(0.05)
    return value


class Dask:
    """A scheduler and its workers, each in its own process; all of them are stopped at the end of the `with` block."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.processes, self.address = {}, ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if "COVERAGE_PROCESS_CONFIG" in os.environ:
            self._let_end()
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _let_end(self):
        """Stop the processes with SIGTERM, the scheduler last, so that coverage can write its data before they end."""
        for process in reversed(self.processes.values()):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(10)

    def start(self, name, command, **more):
        log = open(self.folder / f"{name}.log", "wb")  # noqa: SIM115 - the process keeps writing to the file
        self.processes[name] = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder, env=environment(self.folder, **more),
            start_new_session=True,
        )  # fmt: skip
        log.close()

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def start_scheduler(self, *options, protocol="tcp", **more):
        command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", f"{protocol}://127.0.0.1",
                   "--port", "0", *LOOPBACK, *options]  # fmt: skip
        self.start("scheduler", command, **more)
        found = wait_until(
            lambda: re.search(rf"Scheduler at:\s+({protocol}://\S+)", self.log("scheduler")), what="the scheduler"
        )
        self.address = found.group(1)
        return self.address

    def start_worker(self, name="worker", *options, prefix=(), **more):
        command = [*prefix, sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--nthreads", "1",
                   *LOOPBACK, "--no-nanny", "--host", "127.0.0.1", "--local-directory", str(self.folder),
                   "--preload", str(HERE / "preload.py"), *options]  # fmt: skip
        self.start(name, command, **more)

    def wait_for_workers(self, *names):
        for name in names:
            wait_until(lambda name=name: "Registered to:" in self.log(name), what=name)

    def kill(self, *names):
        """Kill processes with SIGKILL, as the system does when memory runs out."""
        for name in names:
            os.killpg(self.processes[name].pid, signal.SIGKILL)


def listening(*pids):
    """Return the addresses (host, port) on which processes and their children listen."""
    connections = []
    for pid in pids:
        with contextlib.suppress(psutil.NoSuchProcess):
            for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
                connections += each.net_connections()
    return {(each.laddr.ip, each.laddr.port) for each in connections if each.status == psutil.CONN_LISTEN}


def workers_in(folder):
    """Return the process IDs of all Dask workers whose local directory is `folder`."""
    return [each.pid for each in psutil.process_iter(["cmdline"])
            if {"distributed.cli.dask_worker", str(folder)} <= set(each.info["cmdline"] or ())]  # fmt: skip


def free_port():
    """Return the number of a free port on the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listing(folder):
    """Return the sorted relative paths of all files and folders in a folder, including hidden ones."""
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*"))


def write_scene(path, size, seed=1):
    """Write a raster with two bands of noise and nodata, in blocks of 256 x 256 pixels; return its path."""
    values = np.random.default_rng(seed).integers(0, 3000, (2, size, size), dtype="uint16")
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=2, dtype="uint16", nodata=0, crs=METRES,
        transform=Affine(10, 0, 400_000, 0, -10, 5_000_000), tiled=True, blockxsize=256, blockysize=256,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    return path
