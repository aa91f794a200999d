"""What runs on a worker of a cluster: plain functions on plain values, which know no scheduler.

Workers share a file system with the one who asks them. A hidden folder beside the output belongs to a run: as long as
the file `GO` is in it, its work is wanted; it is removed when the run ends or is cancelled, and work under way hears of
that. What a worker raises is handed back as words, since exceptions do not travel well between versions.
"""

from __future__ import annotations

import contextlib
import copyreg
import os
import platform
import secrets
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from affine import Affine

from .. import errors
from ..errors import Cancelled, ParallelRasterError
from ..parallel.machine import available_memory
from ..progress import POLL_SECONDS, Stop
from ..versions import VERSION

GO = "go"
LOOK_SECONDS = 0.25
"""How often work under way looks whether it is still wanted."""

ORDER_SECONDS = 10.0
"""How long an item waits for the order on a worker that has just come."""

CLOCK_SECONDS = 2.0
"""File systems tell times in steps of up to so many seconds, and not all machines see the same step."""

# As its six numbers a transform means the same to all: affine 2 and 3 do not read each other's state.
copyreg.pickle(Affine, lambda transform: (Affine, tuple(transform)[:6]))

Work = Callable[[Any, Stop], Any]
"""Does one item; a frozen dataclass with `__call__`, so that it travels as plain values."""


@dataclass(frozen=True)
class Order:
    """What all items of a run share: the run's folder, the inputs as (path, size, time), and the work."""

    folder: str
    version: str
    inputs: tuple[tuple[str, int, int], ...]
    work: Work


class Failure(NamedTuple):
    """What went wrong with an item: the name of a class in `errors`, the sentence, and the parameter it speaks of."""

    kind: str
    message: str
    parameter: str = ""

    @classmethod
    def of(cls, error: ParallelRasterError) -> Failure:
        """Return an error in words."""
        return cls(type(error).__name__, str(error), error.parameter)

    def error(self) -> ParallelRasterError:
        """Return it as what is raised."""
        if self.kind == Cancelled.__name__:
            return Cancelled()
        kind: type[ParallelRasterError] = getattr(errors, self.kind, errors.ParallelRasterError)
        return kind(self.message, parameter=self.parameter)


class FolderStop(Stop):
    """Ends the work on an item when the run's folder says that it is no longer wanted."""

    def __init__(self, folder: str) -> None:
        super().__init__()
        self._path = os.path.join(folder, GO)
        self._looked = -LOOK_SECONDS

    def is_set(self) -> bool:
        """Return whether the run is over."""
        now = time.monotonic()
        if not super().is_set() and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            if not _is_there(self._path):
                self.set()
        return super().is_set()

    def check(self) -> None:
        """Return while the run goes on.

        Raises
        ------
        Cancelled
            The run was stopped.
        """
        if self.is_set():
            raise Cancelled


class NoOrder(NamedTuple):
    """An item came to a worker that has not been told the order; it is to be sent again."""


_active: Counter[str] = Counter()
_orders: dict[str, Order] = {}
_lock = threading.Lock()


def worker_info() -> dict[str, Any]:
    """Return what the client compares: versions by name, this machine's name, and the memory available in bytes."""
    import dask
    import numpy
    import rasterio

    versions = {
        "parallel_raster": VERSION,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "dask": dask.__version__.split("+")[0],  # behind that a distribution's own mark
        "rasterio": rasterio.__version__,
        "GDAL": rasterio.__gdal_version__,
    }
    return {"versions": versions, "host": socket.gethostname(), "memory": available_memory()}


def take_order(order: Order) -> str:
    """Remember the order of a run; return in words what keeps this worker from it, empty where nothing does."""
    problem = check_order(order)
    if not problem:
        with _lock:
            _orders[order.folder] = order
    return problem


def check_order(order: Order) -> str:
    """Return in words what keeps this worker from the work; empty where nothing does."""
    host = socket.gethostname()
    if order.version != VERSION:
        return f"parallel_raster is {VERSION} on the worker {host} and {order.version} here; install the same there."
    if not _is_there(os.path.join(order.folder, GO)):
        return (
            f"The worker {host} does not see the output folder {os.path.dirname(order.folder)}; "
            "it must lie on a file system that all workers share, under the same path."
        )
    for path, size, mtime in order.inputs:
        try:
            facts = os.stat(path)
        except OSError as error:
            return f"{path} is not there for the worker {host}: {error.strerror}. All workers must see it by that path."
        if facts.st_size != size or abs(facts.st_mtime_ns - mtime) > CLOCK_SECONDS * 1e9:
            return f"{path} is another file on the worker {host} than here ({facts.st_size} and {size} bytes)."
        if not os.access(path, os.R_OK):
            return f"{path} cannot be read by the worker {host}; check its permissions."
    return _check_writing(order.folder, host)


def _check_writing(folder: str, host: str) -> str:
    probe = os.path.join(folder, f"probe-{secrets.token_hex(8)}")
    try:
        with open(probe, "xb"):
            pass
        os.remove(probe)
    except OSError as error:
        return f"The worker {host} cannot write in {os.path.dirname(folder)}: {error.strerror}."
    return ""


def perform(folder: str, item: Any) -> Any:
    """Return what the work that was ordered for a run's folder makes of an item; or `NoOrder`, or a `Failure`."""
    stop = FolderStop(folder)
    order = _begun_order(folder, stop)
    if order is None:
        return NoOrder()
    try:
        stop.check()
        return order.work(item, stop)
    except ParallelRasterError as error:
        return Failure.of(error)
    except MemoryError:
        host = socket.gethostname()
        return Failure(
            "ResourceError",
            f"There was not enough memory on the worker {host}. Set a smaller MEMORY or CHUNK_SIZE.",
            "memory",
        )
    finally:
        with _lock:
            _active[folder] -= 1


def _begun_order(folder: str, stop: Stop) -> Order | None:
    """Return the order of a run, an item of which is now under way; `None` where it is not told in time.

    It is waited for, since an item that is sent again is a new one to the scheduler, which then no longer knows how
    many workers died over it.
    """
    end = time.monotonic() + ORDER_SECONDS
    while True:
        with _lock:
            order = _orders.get(folder)
            if order is not None:
                _active[folder] += 1
                return order
        if stop.is_set() or time.monotonic() >= end:
            return None
        time.sleep(POLL_SECONDS)


def end_order(folder: str) -> int:
    """Forget the order of a run, and return how many of its items are still under way in this process."""
    with _lock:
        _orders.pop(folder, None)
        count = _active[folder]
        if not count:
            del _active[folder]
    return count


def _is_there(path: str) -> bool:
    """Return whether a file is there; opened, since network file systems answer that from the server."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        try:
            os.close(os.open(path, os.O_RDONLY))
        except PermissionError:
            return True
        return True
    return False
