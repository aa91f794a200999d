"""Code that runs on a cluster's workers: plain functions on plain values, independent of the scheduler.

Workers and client share a file system. Each run has a hidden folder next to the output. The run continues as long as
this folder contains the file `GO`. The client removes the file when the run ends or is cancelled, and the workers
check whether the file exists. Errors are returned as text because exceptions pickled by one version of a library
may not load in a different version.
"""

from __future__ import annotations

import contextlib
import copyreg
import hashlib
import os
import platform
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from affine import Affine

from .. import errors
from ..dependencies import optional_problems
from ..errors import Cancelled, ParallelRasterError
from ..parallel.machine import available_memory
from ..progress import POLL_SECONDS, Stop
from ..versions import VERSION

GO = "go"
LOOK_SECONDS = 0.25
"""Interval in seconds at which workers check whether the run continues."""

ORDER_SECONDS = 10.0
"""Maximum time in seconds that an item on a newly joined worker waits for the work order of its run."""

CLOCK_SECONDS = 2.0
"""Tolerance in seconds for modification times: some file systems round to 2 s, and machines may round differently."""

# Pickle a transform as its six numbers because affine 2 and affine 3 cannot load each other's pickles.
copyreg.pickle(Affine, lambda transform: (Affine, tuple(transform)[:6]))

Work = Callable[[Any, Stop], Any]
"""Picklable frozen dataclass whose `__call__` method, called as `work(item, stop)`, processes one item."""


@dataclass(frozen=True)
class Order:
    """Description of a run, sent to all workers.

    It contains the run's hidden folder, the package version, the inputs (path, size, modification time in ns) and
    the function that processes an item.
    """

    folder: str
    version: str
    inputs: tuple[tuple[str, int, int], ...]
    work: Work


class Failure(NamedTuple):
    """An error raised for an item, as plain values: name of the error class in `errors`, message and parameter."""

    kind: str
    message: str
    parameter: str = ""

    @classmethod
    def of(cls, error: ParallelRasterError) -> Failure:
        """Return the failure that describes `error`."""
        return cls(type(error).__name__, str(error), error.parameter)

    def error(self) -> ParallelRasterError:
        """Return the exception that this failure describes."""
        if self.kind == Cancelled.__name__:
            return Cancelled()
        kind: type[ParallelRasterError] = getattr(errors, self.kind, errors.ParallelRasterError)
        return kind(self.message, parameter=self.parameter)


class FolderStop(Stop):
    """Stop flag that is set once the file `GO` disappears from the run's folder."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._path = os.path.join(folder, GO)
        self._looked = -LOOK_SECONDS

    def is_set(self) -> bool:
        """Return True if the run has ended."""
        now = time.monotonic()
        if not super().is_set() and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            if not _exists(self._path):
                self.set()
        return super().is_set()

    def check(self) -> None:
        """Raise Cancelled if the run has ended.

        Raises
        ------
        Cancelled
            The run has ended or was cancelled.
        """
        if self.is_set():
            raise Cancelled


class NoOrder(NamedTuple):
    """Returned by a worker that has received an item but not the run's work order; the client sends the item again."""


_active: dict[str, list[int]] = {}
_orders: dict[str, Order] = {}
_lock = threading.Lock()


def worker_info() -> dict[str, Any]:
    """Return versions, problems of optional packages, host name, available memory (bytes) and `functions_digest()`."""
    import dask
    import numpy
    import rasterio

    versions = {
        "parallel_raster": VERSION,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "dask": dask.__version__.split("+")[0],  # without the suffix that some distributions add
        "rasterio": rasterio.__version__,
        "GDAL": rasterio.__gdal_version__,
    }
    memory = available_memory()
    return {
        "versions": versions,
        "problems": optional_problems(),
        "host": socket.gethostname(),
        "memory": memory,
        "functions": functions_digest(),
    }


def functions_digest() -> str:
    """Return a hash of the results of numpy functions on this machine, for comparison with other machines.

    The last bit of exp, ln, log10, powers and trigonometric functions can depend on the version of numpy and the CPU.
    """
    import numpy as np

    values = np.linspace(0.01, 0.99, 4096)
    functions = (np.exp, np.log, np.log10, np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
    results = [*(function(values) for function in functions), values**1.7, np.arctan2(values, 0.3)]
    return hashlib.sha256(np.stack(results).tobytes()).hexdigest()


def take_order(order: Order) -> str:
    """Check and store the work order of a run; return an error message if this worker cannot execute it, else ""."""
    problem = check_order(order)
    if not problem:
        with _lock:
            _orders[order.folder] = order
    return problem


def check_order(order: Order) -> str:
    """Return an error message if this worker cannot execute a work order, otherwise an empty string."""
    host = socket.gethostname()
    if order.version != VERSION:
        return (
            f"The worker {host} has parallel_raster {VERSION}, but this machine has {order.version}. Install the same "
            "version on all machines."
        )
    if not _exists(os.path.join(order.folder, GO)):
        return (
            f"The worker {host} cannot find the output folder {os.path.dirname(order.folder)}. "
            "The folder must be on a file system that all workers share, at the same path."
        )
    for path, size, mtime in order.inputs:
        try:
            stat = os.stat(path)
        except OSError as error:
            return (
                f"{path} cannot be found by the worker {host}: {error.strerror}. All workers must be able to access "
                "the file at this path."
            )
        if stat.st_size != size or abs(stat.st_mtime_ns - mtime) > CLOCK_SECONDS * 1e9:
            return (
                f"{path} is a different file on the worker {host} ({stat.st_size} bytes there, {size} bytes here). "
                "All workers must access the same file at this path."
            )
        if not os.access(path, os.R_OK):
            return f"{path} cannot be read by the worker {host}. Check the permissions of the file."
    return _check_writing(order.folder, host)


def _check_writing(folder: str, host: str) -> str:
    probe = os.path.join(folder, f"probe-{secrets.token_hex(8)}")
    try:
        with open(probe, "xb"):
            pass
        os.remove(probe)
    except OSError as error:
        return (
            f"The worker {host} cannot write to {os.path.dirname(folder)}: {error.strerror}. Check the permissions "
            "and the free disk space there."
        )
    return ""


def perform(folder: str, number: int, item: Any) -> Any:
    """Process an item of the run that uses `folder`; return the result, a `Failure`, or `NoOrder`."""
    import rasterio

    stop = FolderStop(folder)
    order = _begin_item(folder, number, stop)
    if order is None:
        return NoOrder()
    try:
        stop.check()
        with rasterio.Env.from_defaults():  # one GDAL environment for all datasets of the item
            return order.work(item, stop)
    except ParallelRasterError as error:
        return Failure.of(error)
    except MemoryError:
        host = socket.gethostname()
        return Failure(
            "ResourceError",
            f"There was not enough memory on the worker {host}. Lower MEMORY or CHUNK_SIZE.",
            "memory",
        )
    finally:
        with _lock:
            _active[folder].remove(number)


def _begin_item(folder: str, number: int, stop: Stop) -> Order | None:
    """Mark an item as active, and return the work order; None if the order does not arrive within `ORDER_SECONDS`.

    The worker waits because the client would otherwise send the item again as a new task. The scheduler counts the
    workers that crashed on a task, and for a new task, this count starts again at zero.
    """
    end = time.monotonic() + ORDER_SECONDS
    while True:
        with _lock:
            order = _orders.get(folder)
            if order is not None:
                _active.setdefault(folder, []).append(number)
                return order
        if stop.is_set() or time.monotonic() >= end:
            return None
        time.sleep(POLL_SECONDS)


def end_order(folder: str) -> list[int]:
    """Forget the work order of a run; return the indices of its items that are still active on this worker."""
    with _lock:
        _orders.pop(folder, None)
        active = list(_active.get(folder, ()))
        if not active:
            _active.pop(folder, None)
    return active


def _exists(path: str) -> bool:
    """Return True if a file exists. The file is opened, so network file systems query the server instead of a cache."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        try:
            os.close(os.open(path, os.O_RDONLY))
        except PermissionError:
            return True
        return True
    return False
