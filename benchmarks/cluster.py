"""Measure the run time of the normalized difference on a cluster with one and with two workers, each with one thread.

.venv/bin/python benchmarks/cluster.py [SIZE] [REPEATS]

The default SIZE, 10980 pixels, is the edge length of a Sentinel-2 tile. The script starts a scheduler and the workers
on loopback and needs Dask's distributed package.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from measure import ROOT, scene

DATA = ROOT / "build" / "bench"
LOOPBACK = ("--no-dashboard", "--dashboard-address", "127.0.0.1:0")
"""Options that restrict Dask to loopback; by default, Dask serves metrics on all interfaces, even with no dashboard."""

SHOWN = ("computing", "assembling", "verifying")


def main(size: int, repeats: int) -> None:
    """Measure one and two workers in turn and print a table."""
    DATA.mkdir(parents=True, exist_ok=True)
    source = scene(DATA, size)
    with tempfile.TemporaryDirectory() as folder:
        packages = Path(folder) / "packages"
        packages.mkdir()
        (packages / "parallel_raster").symlink_to(ROOT)
        sys.path.insert(0, str(packages))
        environment = {**os.environ, "PYTHONPATH": f"{packages}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
        times: dict[int, list[dict[str, float]]] = {1: [], 2: []}
        for _ in range(repeats):
            for workers, found in times.items():
                found.append(run(source, Path(folder), environment, workers))
    print(f"{size} x {size} pixels, NDVI, DEFLATE, medians of {repeats} runs in seconds\n")
    print(f"| workers | total (s) | {' (s) | '.join(SHOWN)} (s) |\n|---|---|{'---|' * len(SHOWN)}")
    medians = {
        workers: {part: statistics.median(each[part] for each in found) for part in found[0]}
        for workers, found in times.items()
    }
    for workers, parts in medians.items():
        print(f"| {workers} | {parts['total']:.2f} | {' | '.join(f'{parts[part]:.2f}' for part in SHOWN)} |")
    for part in ("total", "computing"):
        print(f"\nTwo workers compared with one, {part}: {medians[1][part] / medians[2][part]:.2f} times as fast")


def run(source: str, folder: Path, environment: dict[str, str], workers: int) -> dict[str, float]:
    """Run once on a new cluster with `workers` workers; return the times of the run and its parts, in seconds."""
    from parallel_raster.core import normalized_difference
    from parallel_raster.core.cluster.workers import ClusterWorkers
    from parallel_raster.core.engine import parts
    from parallel_raster.core.writing.writer import RasterWriter

    spent = {part: 0.0 for part in SHOWN}

    def timed(owner: object, name: str, part: str):
        real = getattr(owner, name)

        def call(*args: object, **kwargs: object) -> object:
            began = time.perf_counter()
            try:
                return real(*args, **kwargs)
            finally:
                spent[part] += time.perf_counter() - began

        setattr(owner, name, call)
        return lambda: setattr(owner, name, real)

    file = folder / f"scheduler-{time.time_ns()}.json"
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
               *LOOPBACK, "--scheduler-file", str(file)]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment, "cwd": folder}
    processes = [subprocess.Popen(command, **quiet)]
    undo = [timed(ClusterWorkers, "run", "computing"), timed(parts, "collect_parts", "assembling"),
            timed(RasterWriter, "finish", "verifying")]  # fmt: skip
    try:
        options = ["--nthreads", "1", "--no-nanny", *LOOPBACK, "--host", "127.0.0.1"]
        place = ["--scheduler-file", str(file), "--local-directory", str(folder)]
        command = [sys.executable, "-m", "distributed.cli.dask_worker", *place, *options]
        processes += [subprocess.Popen(command, **quiet) for _ in range(workers)]
        wait_for(file, workers)
        began = time.perf_counter()
        normalized_difference(source, folder / "out.tif", cluster=f"scheduler-file:{file}")
        return {"total": time.perf_counter() - began, **spent}
    finally:
        for each in undo:
            each()
        for process in processes:
            process.kill()
            process.wait()


def wait_for(file: Path, workers: int) -> None:
    """Wait until all workers have joined the scheduler, so that their start is not measured."""
    from distributed import Client

    while not file.exists():
        time.sleep(0.05)
    with Client(scheduler_file=str(file), set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=60)


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 10980, given[1] if len(given) > 1 else 3)
