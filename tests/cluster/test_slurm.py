"""Runs on workers started by SLURM (`slurm?min=1&max=2`)."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kit
import slurm_kit
from cases import long
from parallel_raster.core import Cancelled, ResourceError, merge_tiles, normalized_difference_tiles, tile_raster
from parallel_raster.core.cluster import connection

CLUSTER = "slurm?min=1&max=2&timeout=300"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if not importlib.util.find_spec("dask_jobqueue"):
        pytest.skip("dask_jobqueue, which starts workers with SLURM, is not installed (make test-cluster)")
    if reason := slurm_kit.missing():
        pytest.skip(reason)
    # Import dask_jobqueue before tests change Dask's configuration, because the import adds the defaults of
    # dask_jobqueue to the configuration. As in a run, the import takes place in a thread.
    interrupt = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(connection._import_jobqueue).result()
    assert signal.getsignal(signal.SIGINT) is interrupt
    with slurm_kit.Slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


@pytest.fixture
def configured(slurm, tmp_path, monkeypatch):
    """Configure `dask_jobqueue` for loopback, as a user's jobqueue.yaml would; yield the lines of the job prologue."""
    import dask

    environment = kit.environment(tmp_path)
    for name in ("PATH", "SLURM_CONF"):
        monkeypatch.setenv(name, slurm.environment[name])
    names = ("PYTHONPATH", "PROJ_DATA")
    prologue = [f"export {name}='{environment[name]}'" for name in names if name in environment]
    settings = {
        "cores": 1, "processes": 1, "memory": "300MB", "interface": "lo", "python": sys.executable,
        "walltime": "00:10:00", "job-script-prologue": prologue, "local-directory": str(tmp_path),
        "log-directory": str(tmp_path), "worker-extra-args": [*kit.LOOPBACK, "--preload", str(kit.HERE / "preload.py")],
    }  # fmt: skip
    with dask.config.set({f"jobqueue.slurm.{key}": value for key, value in settings.items()}):
        yield prologue
    assert slurm.jobs() == [] or kit.wait_until(lambda: not slurm.jobs(), what="the end of all jobs")


@pytest.mark.parametrize(
    "options",
    [{}, *long({"cog": True, "data_type": "int16", "creation_options": "BLOCKSIZE=256"})],
    ids=["plain", "cog"],
)
def test_the_same_result(configured, compute, expected, folder, read_file, options):
    reference = expected(**options)
    compute(CLUSTER, **options)
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_the_round_trip(configured, scene, folder, read_file):
    """Tiling, a normalized difference of the tiles and merging give the same files with and without SLURM."""
    bands = {"band_a": 1, "band_b": 2, "creation_options": "BLOCKXSIZE=128|BLOCKYSIZE=128"}
    for name, cluster in (("here", ""), ("there", "slurm?min=0&max=2&timeout=300")):
        tiles, index = folder / name / "tiles", folder / name / "index"
        tile_raster(scene, tiles, tile_width=512, tile_height=512, overlap=20, cluster=cluster)
        normalized_difference_tiles(tiles, index, cluster=cluster, **bands)
        merge_tiles(None, folder / name / "out.tif", input_folder=index, method="mean", cluster=cluster)
    names = kit.listing(folder / "here")
    assert names == kit.listing(folder / "there") and len([name for name in names if name.endswith(".tif")]) == 19
    for name in names:
        if name.endswith(".tif"):
            assert read_file(folder / "here" / name) == read_file(folder / "there" / name)


@pytest.mark.long
def test_from_qgis(configured, slurm, call, scene, folder, expected, read_file, tmp_path):
    """A run in `qgis_process` starts its own scheduler and reads the user's jobqueue.yaml.

    The jobs use QGIS's Python if jobqueue.yaml does not set `python`.
    """
    import dask

    reference = expected(chunk_size=0, creation_options="")
    for path in Path(importlib.util.find_spec("dask_jobqueue").origin).parents[1].glob("dask_jobqueue*"):
        # Debian does not package dask_jobqueue, so QGIS's Python cannot import it from its own folders.
        (tmp_path / path.name).symlink_to(path)
    settings = {**dask.config.get("jobqueue.slurm"), "python": None}
    (tmp_path / "jobqueue.yaml").write_text(json.dumps({"jobqueue": {"slurm": settings}}))  # JSON is valid YAML
    parameters = {"INPUT": scene, "BAND_A": 1, "BAND_B": 2, "OUTPUT": folder / "out.tif", "CLUSTER": CLUSTER}
    done = call(
        "run", "parallelraster:normalizeddifference", *(f"--{name}={value}" for name, value in parameters.items()),
        PYTHONPATH=str(tmp_path), DASK_CONFIG=str(tmp_path),
        **{name: slurm.environment[name] for name in ("PATH", "SLURM_CONF")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]
    kit.wait_until(lambda: not slurm.jobs(), what="the end of all jobs")


@pytest.mark.long
def test_ports_and_scaling(configured, slurm, compute, tmp_path, watch):
    """Dask's scheduler listens only on the configured interface, and SLURM starts a second worker during the run."""
    configured.append("export SLOW_PIXELS=0.5")
    before, jobs, client_ports, other_ports = kit.listening(os.getpid()), [], set(), set()

    class Monitor(watch):
        def report(self, done, total):
            super().report(done, total)
            jobs.append(len(slurm.jobs()))
            client_ports.update(kit.listening(os.getpid()) - before)
            other_ports.update(kit.listening(*slurm.servers(), *kit.workers_in(tmp_path)))

    compute(CLUSTER, progress=Monitor())
    assert max(jobs) == 2
    assert client_ports and {host for host, _ in client_ports} == {"127.0.0.1"}
    assert {host for host, _ in other_ports} == {"127.0.0.1"}
    assert kit.listening(os.getpid()) == before


@pytest.mark.long
def test_a_job_is_killed(configured, slurm, compute, expected, folder, read_file, watch):
    configured.append("export SLOW_PIXELS=0.5")
    reference = expected()
    progress = watch(at=0.2, action=lambda: slurm.ask("scancel", "--signal=KILL", "--full", slurm.jobs()[0]))
    compute(CLUSTER, progress=progress)
    assert progress._hit and read_file(folder / "out.tif") == reference


@pytest.mark.long
def test_a_cancel(configured, slurm, compute, folder, watch):
    configured.append("export SLOW_PIXELS=0.5")
    progress = watch(at=0.1, cancel=True)
    with pytest.raises(Cancelled):
        compute(CLUSTER, progress=progress)
    assert max(done / total for done, total in progress.reports) < 1
    kit.wait_until(lambda: not slurm.jobs(), what="the end of all jobs")
    assert kit.listing(folder) == []


@pytest.mark.long
def test_no_worker_starts(configured, slurm, compute, folder):
    """If SLURM never starts a worker, the run fails after the timeout and cancels its SLURM jobs."""
    import dask

    later = dask.config.set({"jobqueue.slurm.job-extra-directives": ["--begin=now+1hour"]})
    with later, pytest.raises(ResourceError, match="No workers joined the cluster .* within 15 seconds"):
        compute("slurm?max=1&timeout=15")
    assert kit.listing(folder) == []


def test_a_configuration_without_cores(slurm, compute, folder, monkeypatch):
    monkeypatch.setenv("PATH", slurm.environment["PATH"])
    with pytest.raises(ResourceError, match="jobqueue.yaml"):
        compute(CLUSTER)
