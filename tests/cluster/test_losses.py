"""What dies in the middle: workers, all workers, the scheduler, the one who asked; and a cancel."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

import kit
from parallel_raster.core import Cancelled, OutputError, ResourceError

JOBS = pytest.mark.parametrize("job", ["difference", *kit.long("highest")])
"""The normalized difference, and a job with a halo as a newcomer would write it."""

CHILD = """
import sys
from parallel_raster.core import normalized_difference

class Tell:
    def report(self, done, total):
        print("DONE", done / total, flush=True)
    def is_cancelled(self):
        return False

src, dst, cluster = sys.argv[1:]
normalized_difference(src, dst, band_a=1, band_b=2, chunk_size=256, cluster=cluster, progress=Tell())
"""


@JOBS
def test_a_worker_is_killed(slow, compute, expected, folder, read_file, watch, job):
    """Its chunks are computed again, also those it had finished and whose results went with it."""
    wanted = expected()
    progress = watch(at=0.3, action=lambda: slow.kill("worker-1"))
    compute(slow.address, progress=progress)
    assert progress._hit and slow.processes["worker-1"].poll() is not None
    assert read_file(folder / "out.tif") == wanted
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_a_worker_is_stopped_and_another_comes(slow, compute, expected, folder, read_file, watch):
    """Workers may change all the time, as an adaptive cluster's do."""
    wanted = expected()

    def change():
        slow.start_worker("worker-3")
        slow.processes["worker-1"].send_signal(signal.SIGTERM)
        slow.processes["worker-2"].send_signal(signal.SIGTERM)

    compute(slow.address, progress=watch(at=0.3, action=change))
    assert read_file(folder / "out.tif") == wanted
    assert kit.listing(folder) == ["out.tif"]


@JOBS
@pytest.mark.long
def test_all_workers_are_killed_and_another_comes(dask, compute, expected, folder, read_file, watch, job):
    """As where SLURM starts a job again: the run goes on."""
    wanted = expected()
    dask.start_worker("worker-1", SLOW_PIXELS="0.1")
    dask.wait_for_workers("worker-1")

    def change():
        dask.kill("worker-1")
        dask.start_worker("worker-2")

    compute(dask.address, progress=watch(at=0.3, action=change))
    assert read_file(folder / "out.tif") == wanted
    assert kit.listing(folder) == ["out.tif"]


@JOBS
def test_all_workers_are_killed(slow, compute, folder, watch, job):
    """An error after the timeout; the old result is kept and nothing is left."""
    (folder / "out.tif").write_bytes(b"old")
    progress = watch(at=0.2, action=lambda: slow.kill("worker-1", "worker-2"))
    with pytest.raises(ResourceError, match="has had no worker for 10 seconds"):
        compute(f"{slow.address}?timeout=10", progress=progress)
    assert progress._hit and max(done / total for done, total in progress.reports) < 1
    assert kit.listing(folder) == ["out.tif"] and (folder / "out.tif").read_bytes() == b"old"


@pytest.mark.long
def test_a_chunk_kills_every_worker(dask, compute, folder):
    """Though nannies start them again: an error that says so, and nothing is left."""
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name, "--nanny", DEADLY="(512, 512, 256, 256)")
    dask.wait_for_workers("worker-1", "worker-2")
    with pytest.raises(ResourceError, match=r"died again and again with chunk \d+ of 36 at hand"):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_the_scheduler_is_killed(slow, compute, folder, watch):
    with pytest.raises(ResourceError, match="connection to the scheduler|does not answer|no worker"):
        compute(f"{slow.address}?timeout=15", progress=watch(at=0.2, action=lambda: slow.kill("scheduler")))
    assert kit.listing(folder) == []


def idle(dask):
    """Whether no worker is at a task any more."""
    from distributed import Client

    with Client(dask.address) as client:
        return not any(client.run(lambda dask_worker: len(dask_worker.state.executing)).values())


@JOBS
def test_a_cancel(dask, compute, folder, tmp_path, watch, job):
    """The chunks not yet begun are left out, nothing runs on, and nothing is left."""
    begun = tmp_path / "begun"
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name, SLOW_PIXELS="1", BEGUN=str(begun))
    dask.wait_for_workers("worker-1", "worker-2")
    (folder / "out.tif").write_bytes(b"old")
    with pytest.raises(Cancelled):
        compute(dask.address, progress=watch(at=0.1, cancel=True))
    assert kit.listing(folder) == ["out.tif"] and (folder / "out.tif").read_bytes() == b"old"
    kit.wait_until(lambda: idle(dask), what="idle workers")
    assert len(begun.read_text()) < 36  # of the chunks
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_a_cancel_while_the_workers_are_waited_for(dask, compute, folder, watch):
    class AtTheTenthQuestion(watch):
        asked = 0

        def is_cancelled(self):
            self.asked += 1
            return self.asked > 10

    progress = AtTheTenthQuestion()
    with pytest.raises(Cancelled):
        compute(dask.address, progress=progress)
    assert progress.asked == 11
    assert kit.listing(folder) == []


@pytest.mark.long
def test_the_cluster_serves_again_after_a_cancel(slow, compute, expected, folder, read_file, watch):
    wanted = expected()
    with pytest.raises(Cancelled):
        compute(slow.address, progress=watch(at=0.2, cancel=True))
    compute(slow.address)
    assert read_file(folder / "out.tif") == wanted


@pytest.mark.long
def test_the_one_who_asked_is_killed(slow, compute, scene, folder, tmp_path):
    """The workers end by themselves, and the next run removes what is left."""
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
    kit.wait_until(lambda: idle(slow), what="idle workers")
    assert kit.listing(folder) == ["out.tif"]


@JOBS
@pytest.mark.long
def test_a_worker_without_room(dask, compute, folder, tmp_path, job):
    """A full disk on a worker is an error with the numbers, and leaves nothing."""
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
def test_a_memory_bound(cluster, compute, expected, folder, read_file, job):
    """MEMORY bounds each worker; what no chunk fits in is refused with the numbers."""
    wanted = expected()
    compute(cluster.address, chunk_size=0, memory=12)
    assert read_file(folder / "out.tif") == wanted
    with pytest.raises(ResourceError, match="Set MEMORY|larger MEMORY"):
        compute(cluster.address, memory=1)
