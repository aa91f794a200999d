"""Workers that SLURM starts, as `slurm?min=1&max=2` asks for them."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

import kit
import slurm_kit
from parallel_raster.core import Cancelled, ResourceError, cluster_connect

CLUSTER = "slurm?min=1&max=2&timeout=90"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    if not importlib.util.find_spec("dask_jobqueue"):
        pytest.skip("dask_jobqueue, which asks SLURM for workers, is not installed (make setup)")
    if reason := slurm_kit.missing():
        pytest.skip(reason)
    # Its defaults must be there before settings of a test come and go; imported as a job does, off the main thread.
    interrupt = signal.getsignal(signal.SIGINT)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(cluster_connect._import_jobqueue).result()
    assert signal.getsignal(signal.SIGINT) is interrupt
    with slurm_kit.Slurm(tmp_path_factory.mktemp("slurm")) as slurm:
        yield slurm


@pytest.fixture
def configured(slurm, tmp_path, monkeypatch):
    """The user's jobqueue.yaml, which names the loopback interface."""
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
    assert slurm.jobs() == [] or kit.wait_until(lambda: not slurm.jobs(), 30, "the end of all jobs")


@pytest.mark.parametrize(
    "options", [{}, {"cog": True, "data_type": "int16", "creation_options": "BLOCKSIZE=256"}], ids=["plain", "cog"]
)
def test_the_same_result(configured, compute, expected, folder, read_file, options):
    wanted = expected(**options)
    compute(CLUSTER, **options)
    assert read_file(folder / "out.tif") == wanted
    assert kit.listing(folder) == ["out.tif"]


def test_ports_and_growth(configured, slurm, compute, tmp_path, watch):
    """Dask's scheduler listens on the interface that the configuration names, only; more work starts more workers."""
    configured.append("export SLOW_PIXELS=0.5")
    before, jobs, found, elsewhere = kit.listening(os.getpid()), [], set(), set()

    class Look(watch):
        def report(self, done, total):
            super().report(done, total)
            jobs.append(len(slurm.jobs()))
            found.update(kit.listening(os.getpid()) - before)
            elsewhere.update(kit.listening(*slurm.servers(), *kit.workers_in(tmp_path)))

    compute(CLUSTER, progress=Look())
    assert max(jobs) == 2
    assert found and {host for host, _ in found} == {"127.0.0.1"}
    assert {host for host, _ in elsewhere} == {"127.0.0.1"}
    assert kit.listening(os.getpid()) == before


def test_a_job_is_killed(configured, slurm, compute, expected, folder, read_file, watch):
    configured.append("export SLOW_PIXELS=0.5")
    wanted = expected()
    progress = watch(at=0.2, action=lambda: slurm.ask("scancel", "--signal=KILL", "--full", slurm.jobs()[0]))
    compute(CLUSTER, progress=progress)
    assert progress._hit and read_file(folder / "out.tif") == wanted


def test_a_cancel(configured, slurm, compute, folder, watch):
    configured.append("export SLOW_PIXELS=0.5")
    when = []
    progress = watch(at=0.1, action=lambda: when.append(time.monotonic()), cancel=True)
    with pytest.raises(Cancelled):
        compute(CLUSTER, progress=progress)
    assert time.monotonic() - when[0] < 10
    assert kit.listing(folder) == []
    kit.wait_until(lambda: not slurm.jobs(), 10, "the end of all jobs")


def test_no_worker_comes(configured, slurm, compute, folder):
    """A job that can never start ends the run after the timeout, and is withdrawn."""
    import dask

    later = dask.config.set({"jobqueue.slurm.job-extra-directives": ["--begin=now+1hour"]})
    with later, pytest.raises(ResourceError, match="had no worker within 4 seconds"):
        compute("slurm?max=1&timeout=4")
    assert kit.listing(folder) == []


def test_a_configuration_without_cores(slurm, compute, folder, monkeypatch):
    monkeypatch.setenv("PATH", slurm.environment["PATH"])
    with pytest.raises(ResourceError, match="jobqueue.yaml"):
        compute(CLUSTER)
