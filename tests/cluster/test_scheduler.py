"""Runs on a scheduler with workers: results, file access, version differences, and errors."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

import kit
from cases import long
from georeference import METRES
from parallel_raster.core import InputError, OptionError, ResourceError
from parallel_raster.core.dependencies import MissingDependency
from parallel_raster.core.diagnostics.installation import check_installation


@pytest.mark.parametrize(
    "options",
    [
        {"chunk_size": 0},
        {"data_type": "int16", "clamp": True},
        {"creation_options": "COMPRESS=LERC|MAX_Z_ERROR=0.01"},
        *long(
            {},
            {"cog": True, "creation_options": "BLOCKSIZE=256"},
            {"data_type": "uint8", "extent": (400_105, 4_986_001, 413_996, 4_999_995)},
            {"creation_options": "TILED=NO|COMPRESS=LZW"},
            {"creation_options": "TILED=NO|COMPRESS=DEFLATE|BLOCKYSIZE=7"},
            {"creation_options": "COMPRESS=NONE|BLOCKXSIZE=128|BLOCKYSIZE=64"},
            {"creation_options": "COMPRESS=ZSTD|BIGTIFF=YES"},
            {"verify": False},
        ),
    ],
    ids=lambda options: "-".join(f"{key}={value}" for key, value in options.items())[:60] or "plain",
)
def test_the_same_result(cluster, compute, expected, folder, read_file, options):
    """Pixels, statistics, metadata and encoding of the output are the same on a cluster as with local threads."""
    reference = expected(**options)
    compute(cluster.address, **options)
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.parametrize("job", ["highest"])
@pytest.mark.parametrize("chunk_size", [0, *long(256)])
def test_a_job_with_a_halo(cluster, compute, expected, folder, read_file, job, chunk_size):
    """A job class that is defined outside the package runs on workers that can import its module."""
    reference = expected(chunk_size=chunk_size)
    compute(cluster.address, chunk_size=chunk_size)
    assert read_file(folder / "out.tif") == reference
    assert kit.listing(folder) == ["out.tif"]


@pytest.mark.long
def test_a_worker_with_several_threads(dask, compute, expected, folder, read_file):
    reference = expected()
    dask.start_worker("worker", "--nthreads", "3")
    dask.wait_for_workers("worker")
    compute(dask.address)
    assert read_file(folder / "out.tif") == reference


@pytest.mark.long
def test_masks_and_a_second_raster(cluster, compute, expected, folder, read_file, tmp_path):
    """With a mask and a second raster, which the workers also read, the result is the same as with local threads."""
    random = np.random.default_rng(2)
    for name, size, pixel in (("second", 750, 20), ("mask", 500, 30)):
        with rasterio.open(
            tmp_path / f"{name}.tif", "w", driver="GTiff", width=size, height=size, count=1, dtype="uint16",
            crs=METRES, transform=Affine(pixel, 0, 400_000, 0, -pixel, 5_000_000),
        ) as dataset:  # fmt: skip
            dataset.write(random.integers(0, 12, (1, size, size), dtype="uint16"))
    options = {"input_b": tmp_path / "second.tif", "resampling": "cubic", "mask": tmp_path / "mask.tif"}
    reference = expected(**options)
    compute(cluster.address, **options)
    assert read_file(folder / "out.tif") == reference


def test_tasks_are_named_after_their_chunks(cluster, compute, monkeypatch):
    """Dask's task keys contain the name of the job and the chunk's row and column, which Dask's dashboard shows."""
    from distributed import Client
    from distributed.utils import key_split

    keys, real = [], Client.submit
    monkeypatch.setattr(
        Client, "submit", lambda self, *args, **keywords: keys.append(keywords["key"]) or real(self, *args, **keywords)
    )
    compute(cluster.address, chunk_size=512)
    assert {key_split(key) for key in keys} == {"normalized-difference"}
    assert sorted(key[1:] for key in keys) == [(row, col) for row in range(3) for col in range(3)]


def test_blocks_are_copied(cluster, compute, monkeypatch):
    """The client copies encoded blocks into the output without decoding pixels."""
    from parallel_raster.core.writing.writer import RasterWriter

    def fail(*_):
        raise RuntimeError("decoded")

    monkeypatch.setattr(RasterWriter, "write", fail)
    compute(cluster.address)


@pytest.mark.long
def test_relative_paths(cluster, compute, scene, folder, monkeypatch):
    """Relative paths are resolved in the current folder of the client, not of the workers."""
    monkeypatch.chdir(scene.parent)
    compute(cluster.address, src=scene.name)
    assert (folder / "out.tif").is_file()


def test_progress_and_log(cluster, compute, watch, folder):
    """Log lines, such as the dashboard URL, are written in the calling thread, and the progress never decreases."""
    lines, threads, progress = [], set(), watch()

    class Log:
        def info(self, line):
            threads.add(threading.get_ident())
            lines.append(line)

        warning = info

    compute(cluster.address, progress=progress, log=Log())
    shares = [done / total for done, total in progress.reports]
    assert shares == sorted(shares) and shares[-1] == 1 and len(set(shares)) > 5
    assert any("dashboard: http" in line for line in lines)
    assert any("Cluster workers: 2; threads: 2" in line for line in lines)
    assert threads == {threading.get_ident()}


def test_no_port_is_opened(cluster, compute, watch):
    """The client does not open any listening ports during a run."""
    during, before = [], kit.listening(os.getpid())
    progress = watch(at=0.3, action=lambda: during.append(kit.listening(os.getpid())))
    compute(cluster.address, progress=progress)
    assert during == [before]


def test_the_servers_of_the_tests_listen_on_loopback(cluster):
    found = kit.listening(*(process.pid for process in cluster.processes.values()))
    assert len(found) >= 3 and {host for host, _ in found} == {"127.0.0.1"}


def test_a_scheduler_file(dask, compute, folder, tmp_path):
    path = tmp_path / "a folder" / "scheduler.json"
    path.parent.mkdir()
    dask.start_worker()
    started = threading.Timer(1.5, lambda: path.write_text(json.dumps({"type": "Scheduler", "address": dask.address})))
    started.start()
    compute(f"scheduler-file:{path}?timeout=300")
    assert (folder / "out.tif").is_file()


@pytest.mark.parametrize("content", ["", *long("{}", '{"address": "ftp://x"}', "[1]")])
def test_an_invalid_scheduler_file(compute, folder, tmp_path, content):
    (tmp_path / "scheduler.json").write_text(content)
    with pytest.raises(ResourceError, match="scheduler.json"):
        compute(f"scheduler-file:{tmp_path / 'scheduler.json'}?timeout=1")
    assert kit.listing(folder) == []


def test_a_scheduler_that_does_not_run(compute, folder):
    with pytest.raises(ResourceError, match="could not be reached within 2 s"):
        compute(f"tcp://127.0.0.1:{kit.free_port()}?timeout=2")
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_scheduler_without_workers(dask, compute, folder):
    with pytest.raises(ResourceError, match="No workers joined the cluster .* within 15 seconds"):
        compute(f"{dask.address}?timeout=15")
    assert kit.listing(folder) == []


@pytest.mark.long
def test_workers_may_join_late(dask, compute, folder):
    starting = threading.Timer(1, dask.start_worker)
    starting.start()
    compute(dask.address)
    assert (folder / "out.tif").is_file()
    starting.join()


def test_another_version_on_a_worker(dask, compute, folder):
    from parallel_raster.core.versions import VERSION

    dask.start_worker("worker-1")
    dask.start_worker("worker-2", OTHER_VERSION="0.0.9")
    dask.wait_for_workers("worker-1", "worker-2")
    with pytest.raises(ResourceError, match=f"has parallel_raster 0.0.9, but this machine has {VERSION}"):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_worker_with_another_version_joins_late(dask, compute, folder, watch):
    """If a worker with a different version of the package joins during the run, the run fails."""
    dask.start_worker("worker-1", SLOW_PIXELS="0.5")
    dask.wait_for_workers("worker-1")
    progress = watch(at=0.1, action=lambda: dask.start_worker("worker-2", OTHER_VERSION="0.0.9"))
    with pytest.raises(ResourceError, match="The worker .* has parallel_raster 0.0.9"):
        compute(dask.address, progress=progress, chunk_size=256)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_worker_without_the_core(dask, compute, folder, tmp_path):
    command = [shutil.which("env"), "PYTHONPATH=", *worker_command(dask)]
    dask.start("worker-1", command)
    dask.wait_for_workers("worker-1")
    with pytest.raises(ResourceError, match="does not have parallel_raster .* Install this version"):
        compute(dask.address)
    assert kit.listing(folder) == []


def worker_command(dask):
    return [sys.executable, "-m", "distributed.cli.dask_worker", dask.address, "--no-dashboard", "--no-nanny",
            "--host", "127.0.0.1", "--local-directory", str(dask.folder)]  # fmt: skip


def hidden(path, how):
    """Return a command prefix that makes `path` an empty folder ("empty") or read-only ("read-only") for a process."""
    mount = {"empty": f"mount -t tmpfs none '{path}'", "read-only": f"mount --bind -r '{path}' '{path}'"}[how]
    command = ["unshare", "--mount", "sh", "-c", f'{mount} && exec "$@"', "sh"]
    if subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("mounting for a single process needs root")
    return command


@pytest.mark.parametrize("which", ["input", *long("output")])
def test_a_folder_that_a_worker_cannot_access(dask, compute, scene, folder, which):
    """An error names the path before any chunk is computed, even if the worker has an empty folder at this path."""
    path = scene.parent if which == "input" else folder
    dask.start_worker("worker-1")
    dask.start_worker("worker-2", prefix=hidden(path, "empty"))
    dask.wait_for_workers("worker-1", "worker-2")
    with pytest.raises(ResourceError, match=str(scene if which == "input" else folder)):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_folder_that_a_worker_cannot_write_to(dask, compute, folder):
    dask.start_worker("worker-1", prefix=hidden(folder, "read-only"))
    dask.wait_for_workers("worker-1")
    with pytest.raises(ResourceError, match=f"cannot write to {folder}"):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_different_file_under_the_same_path_on_a_worker(dask, compute, scene, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / scene.name).write_bytes(scene.read_bytes() + b"more")
    command = hidden(scene.parent, "empty")
    command[4] = command[4].replace(" && exec", f" && cp '{other / scene.name}' '{scene}' && exec")
    dask.start_worker("worker-1", prefix=command)
    dask.wait_for_workers("worker-1")
    with pytest.raises(ResourceError, match="is a different file on the worker"):
        compute(dask.address)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_a_damaged_input(cluster, compute, scene, folder, tmp_path):
    """A damaged input raises the same error on a cluster as with local threads."""
    damaged = tmp_path / "damaged.tif"
    damaged.write_bytes(scene.read_bytes()[: scene.stat().st_size * 3 // 4])
    with pytest.raises(InputError) as here:
        compute(src=damaged, workers=1)
    with pytest.raises(InputError, match="damaged.tif, bands? .* the block at row") as there:
        compute(cluster.address, src=damaged)
    assert "column" in str(here.value) and "column" in str(there.value)
    assert kit.listing(folder) == []


@pytest.mark.parametrize("text", ["localhost:8786", "tcp://host", "slurm?max=0", "udp://1.2.3.4:5"])
def test_an_invalid_address(compute, folder, text):
    with pytest.raises(OptionError, match="CLUSTER"):
        compute(text)
    assert kit.listing(folder) == []


def test_without_distributed(compute, monkeypatch):
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "distributed" else real(name))
    with pytest.raises(MissingDependency, match="distributed"):
        compute("tcp://127.0.0.1:1")


def test_a_distributed_that_cannot_be_imported(compute, folder, tmp_path, monkeypatch):
    """If `distributed` cannot be imported, for example because it does not match Dask's version, the error says why."""
    (tmp_path / "distributed.py").write_text("raise ImportError('cannot import name x from dask.utils')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "distributed")
    with pytest.raises(MissingDependency, match="distributed is installed but cannot be imported: .*x from dask.utils"):
        compute("tcp://127.0.0.1:1")
    assert kit.listing(folder) == []


@pytest.mark.long
def test_tls(tmp_path_factory, compute, folder, tmp_path):
    """TLS certificates are taken from Dask's configuration; without certificates, the error mentions TLS."""
    import dask as dask_config

    if not shutil.which("openssl"):
        pytest.skip("openssl, which makes the certificates, is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
         "-days", "2", "-subj", "/CN=parallel-raster-test"], check=True, capture_output=True,
    )  # fmt: skip
    options = ["--tls-ca-file", str(certificate), "--tls-cert", str(certificate), "--tls-key", str(key)]
    with kit.Dask(tmp_path_factory.mktemp("tls")) as dask:
        dask.start_scheduler(*options, protocol="tls")
        dask.start_worker("worker", *options)
        dask.wait_for_workers("worker")
        with pytest.raises(ResourceError, match="TLS"):
            compute(f"{dask.address}?timeout=15")
        named = {"ca-file": certificate, "client.cert": certificate, "client.key": key}
        with dask_config.config.set({f"distributed.comm.tls.{what}": str(path) for what, path in named.items()}):
            compute(dask.address)
    assert (folder / "out.tif").is_file()


def test_local_runs_do_not_import_distributed(scene, folder):
    """Without CLUSTER, neither `distributed` nor `dask_jobqueue` is imported."""
    code = f"""
import sys
from parallel_raster.core import normalized_difference
normalized_difference({str(scene)!r}, {str(folder / "out.tif")!r}, band_a=1, band_b=2)
print([name for name in ("distributed", "dask_jobqueue") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=kit.environment(Path(folder).parent), capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.long
def test_the_installation_check_of_a_cluster(cluster, dask):
    """The installation check reports the workers of a cluster, or that the cluster has no workers."""
    fine = [each.text for each in check_installation(cluster=cluster.address).findings if each.level == "fine"]
    assert any(cluster.address in text and "dashboard: http" in text and "Cluster workers: 2" in text for text in fine)
    checked = check_installation(cluster=f"{dask.address}?timeout=15")
    assert not checked.ok and any("within 15 seconds" in each.text for each in checked.findings)
