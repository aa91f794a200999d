"""Processes killed during a run (workers, the scheduler, the client), cancellations, and other failures."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import kit
from cases import long
from parallel_raster.core import Cancelled, OutputError, ResourceError

JOBS = pytest.mark.parametrize("job", ["difference", *long("highest")])
"""Runs a test with the normalized difference and with the example job in `seam.py`, which has a halo."""

CHILD = """
import sys
from parallel_raster.core import normalized_difference

class PrintProgress:
    def report(self, done, total):
        print("DONE", done / total, flush=True)
    def is_cancelled(self):
        return False

src, dst, cluster = sys.argv[1:]
normalized_difference(src, dst, band_a=1, band_b=2, chunk_size=256, cluster=cluster, progress=PrintProgress())
"""


@JOBS
def test_a_worker_is_killed(slow, compute, expected, folder, read_file, watch, job):
    """The chunks of a killed worker are computed again, including finished ones whose results were lost with it."""
    reference = expected()
    progress = watch(at=0.3, action=lambda: slow.kill("worker-1"))
    compute(slow.address, progress=progress)
    assert progress._hit and slow.processes["worker-1"].poll() is not None
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_workers_are_stopped_and_another_joins(slow, compute, expected, folder, read_file, watch):
    """The output is correct if some workers leave and another joins during the run, as on an adaptive cluster."""
    reference = expected()

    def change():
        slow.start_worker("worker-3")
        slow.processes["worker-1"].send_signal(signal.SIGTERM)
        slow.processes["worker-2"].send_signal(signal.SIGTERM)

    compute(slow.address, progress=watch(at=0.3, action=change))
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@JOBS
@pytest.mark.long
def test_all_workers_are_killed_and_another_joins(dask, compute, expected, folder, read_file, watch, job):
    """If all workers are killed, the run continues when a new worker joins, for example if SLURM restarts a job."""
    reference = expected()
    dask.start_worker("worker-1", SLOW_PIXELS="0.1")
    dask.wait_for_workers("worker-1")

    def change():
        dask.kill("worker-1")
        dask.start_worker("worker-2")

    compute(dask.address, progress=watch(at=0.3, action=change))
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@JOBS
def test_all_workers_are_killed(slow, compute, folder, watch, job):
    """If all workers are lost, the run fails after the timeout, keeps the old output and leaves no other files."""
    (folder / "out.tif").write_bytes(b"old")
    progress = watch(at=0.2, action=lambda: slow.kill("worker-1", "worker-2"))
    with pytest.raises(ResourceError, match="has had no workers for 10 seconds"):
        compute(f"{slow.address}?timeout=10", progress=progress)
    assert progress._hit and max(done / total for done, total in progress.reports) < 1
    assert kit.listing(folder) == ["out.tif"] and (folder / "out.tif").read_bytes() == b"old"


@pytest.mark.long
def test_a_chunk_crashes_every_worker(dask, compute, folder):
    """A chunk that crashes every worker ends the run with an error, even though Dask's nannies restart the workers."""
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name, "--nanny", CRASH_ON="(512, 512, 256, 256)")
    dask.wait_for_workers("worker-1", "worker-2")
    with pytest.raises(ResourceError, match=r"crashed repeatedly on chunk \d+ of 36"):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_the_scheduler_is_killed(slow, compute, folder, watch):
    with pytest.raises(ResourceError, match="connection to the scheduler|does not respond|no worker"):
        compute(f"{slow.address}?timeout=15", progress=watch(at=0.2, action=lambda: slow.kill("scheduler")))
    assert kit.listing(folder) == []


def is_idle(dask):
    """Return True if no worker is executing a task."""
    from distributed import Client

    with Client(dask.address) as client:
        return not any(client.run(lambda dask_worker: len(dask_worker.state.executing)).values())


@JOBS
def test_a_cancel(dask, compute, folder, tmp_path, watch, job):
    """After a cancellation, no further chunk starts, the workers become idle, and no files are left behind."""
    started = tmp_path / "started"
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name, SLOW_PIXELS="1", STARTED=str(started))
    dask.wait_for_workers("worker-1", "worker-2")
    (folder / "out.tif").write_bytes(b"old")
    with pytest.raises(Cancelled):
        compute(dask.address, progress=watch(at=0.1, cancel=True))
    assert kit.listing(folder) == ["out.tif"] and (folder / "out.tif").read_bytes() == b"old"
    kit.wait_until(lambda: is_idle(dask), what="idle workers")
    assert len(started.read_text()) < 36  # the number of chunks
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_a_cancel_while_waiting_for_workers(dask, compute, folder, watch):
    class CancelAtTheEleventhPoll(watch):
        polls = 0

        def is_cancelled(self):
            self.polls += 1
            return self.polls > 10

    progress = CancelAtTheEleventhPoll()
    with pytest.raises(Cancelled):
        compute(dask.address, progress=progress)
    assert progress.polls == 11
    assert kit.listing(folder) == []


@pytest.mark.long
def test_the_cluster_can_be_used_again_after_a_cancel(slow, compute, expected, folder, read_file, watch):
    reference = expected()
    with pytest.raises(Cancelled):
        compute(slow.address, progress=watch(at=0.2, cancel=True))
    compute(slow.address)
    assert read_file(folder / "out.tif") == reference


@pytest.mark.long
def test_the_client_is_killed(slow, compute, scene, folder, tmp_path):
    """After the client is killed, the workers become idle, and the next run removes the files left behind."""
    command = [sys.executable, "-c", CHILD, str(scene), str(folder / "other.tif"), slow.address]
    child = subprocess.Popen(command, env=kit.environment(tmp_path), stdout=subprocess.PIPE, text=True)
    for line in child.stdout:
        if float(line.split()[1]) > 0.2:
            break
    child.kill()
    child.communicate()
    assert any(".parts/" in name for name in kit.listing(folder))
    compute()
    assert kit.listing(folder) == ["out.tif"]
    kit.wait_until(lambda: is_idle(slow), what="idle workers")
    assert kit.listing(folder) == ["out.tif"]


@JOBS
@pytest.mark.long
def test_a_full_disk_on_a_worker(dask, compute, folder, tmp_path, job):
    """If the disk is full on a worker, the run fails with an error that reports this, and no files are left behind."""
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        dask.start_worker()
        dask.wait_for_workers("worker")
        with pytest.raises(OutputError, match="[Nn]ot enough space"):
            compute(dask.address)
        assert kit.listing(folder) == []
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@JOBS
@pytest.mark.long
def test_a_memory_limit(cluster, compute, expected, folder, read_file, job):
    """MEMORY limits the memory of each worker; if it is too small for one chunk, the error asks for a larger value."""
    reference = expected()
    compute(cluster.address, chunk_size=0, memory=12)
    assert read_file(folder / "out.tif") == reference
    with pytest.raises(ResourceError, match="Set MEMORY|larger MEMORY"):
        compute(cluster.address, memory=1)
