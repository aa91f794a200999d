"""The way to a cluster's scheduler, by address, by its file or by SLURM, and what its workers are like.

`distributed` and `dask_jobqueue` are imported here alone, and only when a cluster is asked for.
"""

from __future__ import annotations

import contextlib
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ..dependencies import MissingDependency, check_cluster_dependencies, install_hint, own_python
from ..errors import Cancelled, ResourceError, about
from ..parallel.background import call_with_timeout
from ..progress import POLL_SECONDS, Log, NoProgress, Progress
from ..versions import VERSION
from .address import ClusterAddress
from .worker import worker_info

CONNECT_SECONDS = 30.0
"""How long a scheduler may take to answer; `timeout` is how long its workers may."""

ATTEMPT_SECONDS = 10.0
"""How long one attempt at that may take."""

CLOSE_SECONDS = 20.0
MEMORY_SHARE = 4
"""A run takes so small a part of a worker's memory, as it does of this machine's."""


@dataclass(frozen=True)
class Connection:
    """A client of `distributed` whose scheduler has workers, and what these can take."""

    client: Any
    address: ClusterAddress
    workers: dict[str, dict[str, Any]]
    threads: int

    @property
    def other_dask(self) -> str:
        """What is to be said where workers have another dask than this machine; empty where none has."""
        here = worker_info()["versions"]["dask"]
        there = sorted({facts["dask"] for facts in self.workers.values()} - {here})
        if not there:
            return ""
        return f"dask is {' and '.join(there)} there and {here} here: install the same version on all."

    def thread_memory(self, bound: float) -> float:
        """Return the bytes that every thread of the cluster may use, `bound` being the user's for a worker, or 0."""
        each: list[float] = [
            (min(bound, facts["limit"]) if bound else facts["memory"] / MEMORY_SHARE) / facts["nthreads"]
            for facts in self.workers.values()
        ]
        return min(each)


@contextlib.contextmanager
def connected(address: ClusterAddress, progress: Progress, log: Log) -> Iterator[Connection]:
    """Give the connection to a cluster that has at least one worker, all of the same version as this.

    Raises
    ------
    MissingDependency
        A package that this kind of cluster needs is not there.
    ResourceError
        The scheduler cannot be reached, there is no worker within the timeout, or a worker is of another version.
    Cancelled
        `progress` asked for it.
    """
    with contextlib.ExitStack() as stack:
        with about("cluster"):
            check_cluster_dependencies(slurm=address.kind == "slurm")
            _check_imports()
            client = _open_client(address, progress, log, stack)
            log.info(f"Cluster: {address}; dashboard: {client.dashboard_link}")
            _wait_for_worker(client, address, progress)
            workers = _compare_workers(client, address, progress, log)
        threads = sum(facts["nthreads"] for facts in workers.values())
        if address.kind == "slurm":
            threads = max(threads, address.maximum * max(facts["nthreads"] for facts in workers.values()))
        log.info(f"Cluster: {len(workers)} workers with {sum(f['nthreads'] for f in workers.values())} threads")
        yield Connection(client, address, workers, threads)


def scheduler_workers(client: Any) -> dict[str, dict[str, Any]]:
    """Return what the scheduler knows of each worker: its threads (`nthreads`) and memory limit (0: none)."""
    try:
        info = client.scheduler_info(n_workers=-1)  # else newer versions name only some
    except TypeError:
        info = client.scheduler_info()
    if client.status != "running":
        return {}
    return {
        name: {"nthreads": facts["nthreads"], "limit": facts.get("memory_limit") or math.inf}
        for name, facts in info.get("workers", {}).items()
    }


def in_words(error: BaseException) -> str:
    """Return a library's error in a line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300].rstrip(".")


def _check_imports() -> None:
    """Return when `distributed` can be imported; with another version of dask beside it, it cannot."""
    try:
        import distributed  # noqa: F401
    except Exception as error:  # a broken library raises anything
        raise MissingDependency(
            f"The Python package distributed is installed but cannot be imported: {in_words(error)}. "
            f"It must be of the same version as dask. {install_hint('distributed')}"
        ) from error


def _open_client(address: ClusterAddress, progress: Progress, log: Log, stack: contextlib.ExitStack) -> Any:
    if address.kind == "slurm":
        place = _asked_slurm(address, progress, log)
        stack.callback(_close, place)
    else:
        place = _read_address(address, progress) if address.kind == "file" else address.place
    client = _connected_client(place, address, progress)
    stack.callback(_close, client)
    return client


def _connected_client(place: Any, address: ClusterAddress, progress: Progress) -> Any:
    """Return a client; one that hangs on the way, as happens with TLS, is left behind for another."""
    import distributed

    seconds = min(CONNECT_SECONDS, address.timeout)
    each = min(ATTEMPT_SECONDS, seconds)
    end = time.monotonic() + seconds
    while True:
        try:
            connect = lambda: distributed.Client(place, timeout=each, set_as_default=False)  # noqa: E731
            return call_with_timeout(connect, progress, each + 1, _close)
        except Cancelled:
            raise
        except Exception as error:
            if time.monotonic() < end and isinstance(error, (OSError, TimeoutError)):
                continue
            hint = " TLS certificates are named in Dask's configuration." if str(place).startswith("tls") else ""
            raise ResourceError(
                f"The scheduler {address} could not be reached within {seconds:g} s: {in_words(error)}. "
                f"See that it runs at that address, with the same version of dask as here ({distributed.__version__})."
                f"{hint}"
            ) from error


def _close(opened: Any) -> None:
    """Close a client or a cluster; who does not answer is left alone."""
    call: Callable[[], Any] = opened.close
    with contextlib.suppress(Exception):
        call_with_timeout(call, NoProgress(), CLOSE_SECONDS)


def _read_address(address: ClusterAddress, progress: Progress) -> str:
    """Return the address that a scheduler's file names, as soon as that is written."""
    end = time.monotonic() + address.timeout
    while True:
        try:
            with open(address.place, encoding="utf-8") as file:
                found = json.load(file)["address"]
            if isinstance(found, str) and found.startswith(("tcp://", "tls://")):
                return found
            raise ResourceError(f"{address.place} names the address {found!r}; tcp:// or tls:// is needed.")
        except (OSError, ValueError, LookupError, TypeError) as error:
            if time.monotonic() >= end:
                raise ResourceError(
                    f"{address.place} did not become a scheduler's file within {address.timeout:g} s ({error}). Start "
                    "the scheduler with: dask scheduler --scheduler-file PATH"
                ) from error
        if progress.is_cancelled():
            raise Cancelled
        time.sleep(POLL_SECONDS)


def _asked_slurm(address: ClusterAddress, progress: Progress, log: Log) -> Any:
    try:
        return call_with_timeout(lambda: _start_slurm(address, log), progress, CONNECT_SECONDS, _close)
    except TimeoutError as error:
        raise ResourceError(f"Dask's scheduler for SLURM did not start: {error}.") from error


def _start_slurm(address: ClusterAddress, log: Log) -> Any:
    """Return a cluster whose jobs SLURM starts, as the user's own configuration (`jobqueue.yaml`) says."""
    import dask
    from distributed.utils import get_ip_interface

    jobqueue = _import_jobqueue()
    own = dask.config.get("jobqueue.slurm", {})
    scheduler = dict(own.get("scheduler-options") or {})
    interface = scheduler.get("interface") or own.get("interface")
    host = scheduler.get("host") or (get_ip_interface(interface) if interface else "")
    if not host:
        log.warning("jobqueue.yaml names no interface, so Dask's scheduler can be reached from every network.")
    elif "dashboard_address" not in scheduler:
        scheduler["dashboard_address"] = f"{host}:8787"
    options: dict[str, Any] = {"scheduler_options": scheduler}
    if not own.get("python"):
        options["python"] = own_python()
    try:
        cluster = jobqueue.SLURMCluster(**options)
    except Exception as error:
        raise ResourceError(
            f"SLURM workers cannot be started: {in_words(error)}. "
            "The section jobqueue.slurm of Dask's configuration (jobqueue.yaml) says what they need."
        ) from error
    # Work is sent only when there is a worker, and without work an adaptive cluster would keep none.
    cluster.adapt(minimum=max(1, address.minimum), maximum=address.maximum)
    return cluster


def _import_jobqueue() -> Any:
    """Return the package `dask_jobqueue`, imported without its own handler of interrupts.

    Its version 0.9 sets one when it is imported, which no thread but the main one may do, and which is ours to set.
    """
    setter = signal.signal
    signal.signal = lambda *_: None
    try:
        import dask_jobqueue
    finally:
        signal.signal = setter
    return dask_jobqueue


def _wait_for_worker(client: Any, address: ClusterAddress, progress: Progress) -> None:
    end = time.monotonic() + address.timeout
    while not _asked(lambda: scheduler_workers(client), address, progress):
        if time.monotonic() >= end:
            raise ResourceError(
                f"{address} had no worker within {address.timeout:g} seconds. Start workers, or wait longer with "
                "timeout=SECONDS in CLUSTER."
            )
        for _ in range(10):
            if progress.is_cancelled():
                raise Cancelled
            time.sleep(POLL_SECONDS)


def _compare_workers(client: Any, address: ClusterAddress, progress: Progress, log: Log) -> dict[str, dict[str, Any]]:
    """Return the facts of each worker that is there, once all are found to be of this version."""
    known = _asked(lambda: scheduler_workers(client), address, progress)
    told = _asked(lambda: client.run(worker_info, on_error="return"), address, progress)
    here = worker_info()["versions"]
    differences = set()
    told = {name: facts for name, facts in told.items() if not isinstance(facts, OSError)}  # these have left
    for name, facts in told.items():
        if isinstance(facts, Exception) and "parallel_raster" in str(facts):  # what cannot be imported is named
            raise ResourceError(
                f"The worker {name} does not have parallel_raster {VERSION} ({facts}). Install it there with pip from "
                "this repository."
            )
        if isinstance(facts, Exception):
            raise ResourceError(f"The worker {name} failed: {in_words(facts)}.")
        there = facts["versions"]
        if there["parallel_raster"] != VERSION:
            raise ResourceError(
                f"parallel_raster is {there['parallel_raster']} on the worker {facts['host']} and {VERSION} here; "
                "install the same version on all."
            )
        differences |= {f"{what} {there.get(what)} there and {found} here"
                        for what, found in here.items() if there.get(what) != found}  # fmt: skip
    if differences:
        log.warning(f"Versions differ between workers and this machine: {'; '.join(sorted(differences))}.")
    workers = {
        name: {
            **known[name],
            "memory": min(facts["memory"], known[name]["limit"]),
            "dask": facts["versions"]["dask"],
        }
        for name, facts in told.items()
        if name in known
    }
    if not workers:
        raise ResourceError(f"The workers of {address} left as soon as they had come; their logs tell why.")
    return workers


def _asked(call: Callable[[], Any], address: ClusterAddress, progress: Progress) -> Any:
    """Return what a cluster answers."""
    try:
        return call_with_timeout(call, progress, CONNECT_SECONDS)
    except (TimeoutError, OSError) as error:
        raise ResourceError(f"{address} does not answer: {error}.") from error
