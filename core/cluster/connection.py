"""Connect to a cluster's scheduler by address, scheduler file or SLURM, and check its workers.

Only this module imports `distributed` and `dask_jobqueue`, and only when CLUSTER is set.
"""

from __future__ import annotations

import contextlib
import json
import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..dependencies import MissingDependency, check_cluster_dependencies, install_hint, own_python
from ..errors import Cancelled, ResourceError, about
from ..parallel.background import call_with_timeout
from ..progress import POLL_SECONDS, Log, NoProgress, Progress
from ..versions import VERSION
from .address import ClusterAddress
from .worker import functions_digest, worker_info

CONNECT_SECONDS = 30.0
"""Maximum wait for a response from the scheduler, in seconds. `timeout` in CLUSTER limits the wait for workers."""

ATTEMPT_SECONDS = 10.0
"""Maximum duration of one connection attempt, in seconds."""

CLOSE_SECONDS = 20.0
MEMORY_SHARE = 4
"""Divisor of a worker's memory: by default, a run uses a quarter of this memory, as local runs do."""


@dataclass(frozen=True)
class Connection:
    """An open `distributed` client with the metadata of its workers and their total number of threads."""

    client: Any
    address: ClusterAddress
    workers: dict[str, dict[str, Any]]
    threads: int

    @property
    def other_dask(self) -> str:
        """Error text that lists the workers' dask versions that differ from this machine's; empty if there are none."""
        here = worker_info()["versions"]["dask"]
        there = sorted({worker["dask"] for worker in self.workers.values()} - {here})
        if not there:
            return ""
        return (
            f"the workers have dask {' and '.join(there)}, but this machine has {here}. Install the same version on "
            "all machines."
        )

    @property
    def functions_differ(self) -> bool:
        """True if results of functions such as exp or ln on a worker are not bit-identical to those on this machine."""
        return len({functions_digest(), *(worker["functions"] for worker in self.workers.values())}) > 1

    def check_packages(self, packages: Sequence[str]) -> None:
        """Raise MissingDependency if an optional package is missing on a worker, or its version is too old.

        Raises
        ------
        MissingDependency
            A package is missing or too old on a worker.
        """
        for worker in self.workers.values():
            for package in set(packages) & set(worker["problems"]):
                raise MissingDependency(
                    f"On the cluster worker {worker['host']}: {worker['problems'][package]}", parameter="cluster"
                )

    def thread_memory(self, limit: float) -> float:
        """Return the memory, in bytes, that each thread of the cluster may use.

        `limit` is the user's memory limit per worker in bytes; 0 uses a quarter of the memory of each worker.
        """
        each: list[float] = [
            (min(limit, worker["limit"]) if limit else worker["memory"] / MEMORY_SHARE) / worker["nthreads"]
            for worker in self.workers.values()
        ]
        return min(each)


@contextlib.contextmanager
def connected(address: ClusterAddress, progress: Progress, log: Log) -> Iterator[Connection]:
    """Connect to a cluster, wait for its first worker, and close the connection when the `with` block ends.

    Raises
    ------
    MissingDependency
        A package required for this kind of cluster is missing.
    ResourceError
        The scheduler cannot be reached, no worker joins within the timeout, or a worker has a different version of this
        package.
    Cancelled
        The run was cancelled through `progress`.
    """
    with contextlib.ExitStack() as stack:
        with about("cluster"):
            check_cluster_dependencies(slurm=address.kind == "slurm")
            _check_imports()
            client = _open_client(address, progress, log, stack)
            log.info(f"Cluster: {address}; dashboard: {client.dashboard_link}")
            _wait_for_worker(client, address, progress)
            workers = _compare_workers(client, address, progress, log)
        threads = current = sum(worker["nthreads"] for worker in workers.values())
        if address.kind == "slurm":
            threads = max(threads, address.maximum * max(worker["nthreads"] for worker in workers.values()))
        log.info(f"Cluster workers: {len(workers)}; threads: {current}")
        yield Connection(client, address, workers, threads)


def scheduler_workers(client: Any) -> dict[str, dict[str, Any]]:
    """Return `nthreads` and the memory limit (`limit`, in bytes) of each worker, by address; {} if disconnected."""
    try:
        info = client.scheduler_info(n_workers=-1)  # newer versions list only a few workers by default
    except TypeError:
        info = client.scheduler_info()
    if client.status != "running":
        return {}
    return {
        name: {"nthreads": worker["nthreads"], "limit": worker.get("memory_limit") or math.inf}
        for name, worker in info.get("workers", {}).items()
    }


def sending_problem(value: Any) -> str:
    """Return the reason why a value cannot be sent to the workers, as one line; empty if it can be sent."""
    try:
        from distributed.protocol.pickle import dumps
    except ImportError:  # the connection reports this error
        return ""
    try:
        dumps(value)
    except Exception as error:
        return one_line(error)
    return ""


def one_line(error: BaseException) -> str:
    """Return the class name and message of a library's error on one line of at most 300 characters."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300].rstrip(".")


def _check_imports() -> None:
    """Raise MissingDependency if `distributed` cannot be imported, e.g. because its version differs from dask's."""
    try:
        import distributed  # noqa: F401
    except Exception as error:  # importing a broken library can raise any exception
        raise MissingDependency(
            f"The Python package distributed is installed but cannot be imported: {one_line(error)}. "
            f"It must have the same version as dask. {install_hint('distributed')}"
        ) from error


def _open_client(address: ClusterAddress, progress: Progress, log: Log, stack: contextlib.ExitStack) -> Any:
    if address.kind == "slurm":
        place = _start_slurm(address, progress, log)
        stack.callback(_close, place)
    else:
        place = _read_address(address, progress) if address.kind == "file" else address.place
    client = _connected_client(place, address, progress)
    stack.callback(_close, client)
    return client


def _connected_client(place: Any, address: ClusterAddress, progress: Progress) -> Any:
    """Return a connected client. An attempt that hangs, as can happen with TLS, is abandoned and repeated."""
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
            hint = " Set the TLS certificates in Dask's configuration." if str(place).startswith("tls") else ""
            raise ResourceError(
                f"The scheduler {address} could not be reached within {seconds:g} s: {one_line(error)}. "
                "Check that it is running at that address with the same version of dask as this machine "
                f"({distributed.__version__}).{hint}"
            ) from error


def _close(resource: Any) -> None:
    """Close a client or a cluster; ignore errors and timeouts."""
    call: Callable[[], Any] = resource.close
    with contextlib.suppress(Exception):
        call_with_timeout(call, NoProgress(), CLOSE_SECONDS)


def _read_address(address: ClusterAddress, progress: Progress) -> str:
    """Return the address in a scheduler file; wait until the file has been written."""
    end = time.monotonic() + address.timeout
    while True:
        try:
            with open(address.place, encoding="utf-8") as file:
                found = json.load(file)["address"]
            if isinstance(found, str) and found.startswith(("tcp://", "tls://")):
                return found
            raise ResourceError(
                f"The address {found!r} in {address.place} must begin with tcp:// or tls://. Start the scheduler with "
                "one of these protocols."
            )
        except (OSError, ValueError, LookupError, TypeError) as error:
            if time.monotonic() >= end:
                raise ResourceError(
                    f"No valid scheduler file was found at {address.place} within {address.timeout:g} s ({error}). "
                    "Start the scheduler with: dask scheduler --scheduler-file PATH"
                ) from error
        if progress.is_cancelled():
            raise Cancelled
        time.sleep(POLL_SECONDS)


def _start_slurm(address: ClusterAddress, progress: Progress, log: Log) -> Any:
    try:
        return call_with_timeout(lambda: _slurm_cluster(address, log), progress, CONNECT_SECONDS, _close)
    except TimeoutError as error:
        raise ResourceError(
            f"Dask's scheduler for SLURM did not start: {error}. Check the jobqueue.slurm section of jobqueue.yaml."
        ) from error


def _slurm_cluster(address: ClusterAddress, log: Log) -> Any:
    """Return a `SLURMCluster` configured by the user's `jobqueue.yaml`, with adaptive scaling."""
    import dask
    from distributed.utils import get_ip_interface

    jobqueue = _import_jobqueue()
    own = dask.config.get("jobqueue.slurm", {})
    scheduler = dict(own.get("scheduler-options") or {})
    interface = scheduler.get("interface") or own.get("interface")
    host = scheduler.get("host") or (get_ip_interface(interface) if interface else "")
    if not host:
        log.warning(
            "jobqueue.yaml does not set an interface, so Dask's scheduler accepts connections from every network."
        )
    elif "dashboard_address" not in scheduler:
        scheduler["dashboard_address"] = f"{host}:8787"
    options: dict[str, Any] = {"scheduler_options": scheduler}
    if not own.get("python"):
        options["python"] = own_python()
    try:
        cluster = jobqueue.SLURMCluster(**options)
    except Exception as error:
        raise ResourceError(
            f"SLURM workers cannot be started: {one_line(error)}. "
            "Check the jobqueue.slurm section of Dask's configuration (jobqueue.yaml)."
        ) from error
    # With a minimum of 0 workers, no worker would ever start: this package sends tasks only after a worker has joined,
    # and adaptive scaling starts workers only when there are tasks.
    cluster.adapt(minimum=max(1, address.minimum), maximum=address.maximum)
    return cluster


def _import_jobqueue() -> Any:
    """Import and return `dask_jobqueue` without letting it install a signal handler.

    Version 0.9 installs a handler when it is imported. Only the main thread may install a signal handler, and the
    application should decide which handler it uses.
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
    while not _query_cluster(lambda: scheduler_workers(client), address, progress):
        if time.monotonic() >= end:
            raise ResourceError(
                f"No workers joined the cluster {address} within {address.timeout:g} seconds. Start workers, or set a "
                "longer timeout=SECONDS in CLUSTER."
            )
        for _ in range(10):
            if progress.is_cancelled():
                raise Cancelled
            time.sleep(POLL_SECONDS)


def _compare_workers(client: Any, address: ClusterAddress, progress: Progress, log: Log) -> dict[str, dict[str, Any]]:
    """Return information on each worker, by name; raise ResourceError if a worker has another version of the core."""
    known = _query_cluster(lambda: scheduler_workers(client), address, progress)
    answers = _query_cluster(lambda: client.run(worker_info, on_error="return"), address, progress)
    here = worker_info()["versions"]
    differences = set()
    # An OSError means that the worker has left.
    answers = {name: answer for name, answer in answers.items() if not isinstance(answer, OSError)}
    for name, answer in answers.items():
        if isinstance(answer, Exception) and "parallel_raster" in str(answer):  # an ImportError
            raise ResourceError(
                f"The worker {name} does not have parallel_raster {VERSION} ({answer}). Install this version on the "
                "worker with pip, from the plugin's repository."
            )
        if isinstance(answer, Exception):
            raise ResourceError(f"The worker {name} failed: {one_line(answer)}. See the log of this worker.")
        there = answer["versions"]
        if there["parallel_raster"] != VERSION:
            raise ResourceError(
                f"The worker {answer['host']} has parallel_raster {there['parallel_raster']}, but this machine has "
                f"{VERSION}. Install the same version on all machines."
            )
        differences |= {f"{package} {there.get(package)} (worker), {version} (this machine)"
                        for package, version in here.items() if there.get(package) != version}  # fmt: skip
    if differences:
        log.warning(f"Versions differ between workers and this machine: {'; '.join(sorted(differences))}.")
    workers = {
        name: {
            **known[name],
            "memory": min(answer["memory"], known[name]["limit"]),
            "dask": answer["versions"]["dask"],
            "functions": answer["functions"],
            "host": answer["host"],
            "problems": answer["problems"],
        }
        for name, answer in answers.items()
        if name in known
    }
    if not workers:
        raise ResourceError(
            f"All workers of {address} disconnected right after they joined. See the logs of the workers."
        )
    return workers


def _query_cluster(call: Callable[[], Any], address: ClusterAddress, progress: Progress) -> Any:
    """Call `call` and return its result; raise ResourceError if the cluster does not respond in time."""
    try:
        return call_with_timeout(call, progress, CONNECT_SECONDS)
    except (TimeoutError, OSError) as error:
        raise ResourceError(
            f"The cluster {address} does not respond: {error}. Check that the scheduler and its workers are running."
        ) from error
