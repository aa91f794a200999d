"""CPUs and memory available to this process, within the limits of containers and shells."""

from __future__ import annotations

import math
import os
import platform
import sys
from pathlib import Path

from ..errors import OptionError
from ..units import MEBIBYTE

KEPT_BYTES = 24 * MEBIBYTE
"""Bytes of memory that `keep_freed_memory` allocates and frees: more than any array for a small file, but less than
32 MB, above which glibc always uses mmap."""

UNKNOWN_MEMORY = 2 * 2**30
CPUINFO = Path("/proc/cpuinfo")
MOST_OPEN_FILES = 64
MOST_WORKERS = 1024


def usable_cpus() -> int:
    """Return how many CPUs this process may use at once (affinity and cgroup quota), at least 1."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min(count, math.ceil(_cgroup_cpu_quota())))


def processor_name() -> str:
    """Return the model name of the CPU, or its architecture if the name is unknown."""
    try:
        lines = CPUINFO.read_text(errors="replace").splitlines()
    except OSError:
        lines = []  # not Linux
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, "") or platform.processor() or platform.machine()


def available_memory() -> int:
    """Return how many bytes this process can still allocate within free RAM, cgroup limits and RLIMIT_AS."""
    return max(0, int(min(_system_memory(), _cgroup_memory(), _address_space())))


def open_files_limit() -> int:
    """Return how many inputs a run may keep open: half of the process's limit on open files, at most 64."""
    if sys.platform == "win32":
        return MOST_OPEN_FILES
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN_FILES if limit == resource.RLIM_INFINITY else max(1, min(MOST_OPEN_FILES, limit // 2))


def keep_freed_memory() -> None:
    """Make the C library reuse freed memory, up to some tens of megabytes.

    Until a block of `KEPT_BYTES` has been freed once, glibc maps new memory for every large allocation, and the system
    clears that memory. Mapping and clearing take an eighth of the CPU time of a run on many small files, and a
    thirtieth of the CPU time for the chunks of a large file. Other C libraries are not affected.
    """
    bytes(KEPT_BYTES)  # freed at once; unlike a bytearray, it is allocated without being written


def resolve_workers(workers: int) -> int:
    """Return the number of threads: `workers`, or the number of usable CPUs if `workers` is 0; at most `MOST_WORKERS`.

    Raises
    ------
    OptionError
        `workers` is negative.
    """
    if workers < 0:
        raise OptionError(f"WORKERS is {workers}; it must be 1 or more, or 0 for automatic.", parameter="workers")
    return min(workers or usable_cpus(), MOST_WORKERS)


def resolve_memory(megabytes: float) -> int:
    """Return the memory limit in bytes: `megabytes`, or a quarter of the available memory if `megabytes` is 0.

    Raises
    ------
    OptionError
        `megabytes` is negative.
    """
    if megabytes < 0:
        raise OptionError(
            f"MEMORY is {megabytes}; it must be a positive number of MB, or 0 for automatic.", parameter="memory"
        )
    return int(megabytes * MEBIBYTE) or available_memory() // 4


def _system_memory() -> float:
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass  # not Linux
    try:
        import psutil

        return float(psutil.virtual_memory().available)
    except ImportError:
        return UNKNOWN_MEMORY


def _cgroup_folders() -> list[Path]:
    """Return the folders of this process's cgroups (version 2, or memory and cpu of version 1) and their parents."""
    root = Path("/sys/fs/cgroup")
    folders = []
    try:
        lines = Path("/proc/self/cgroup").read_text().splitlines()
    except OSError:
        return []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        names = [""] if not controllers else [name for name in controllers.split(",") if name in ("memory", "cpu")]
        for name in names:
            own = root / name / path.lstrip("/")
            folders += [own, *(parent for parent in own.parents if parent == root or root in parent.parents)]
    return folders


def _number(path: Path) -> float:
    try:
        text = path.read_text().split()[0]
        return math.inf if text == "max" else float(text)
    except (OSError, ValueError, IndexError):
        return math.nan


def _cgroup_memory() -> float:
    available = math.inf
    for folder in _cgroup_folders():
        for limit_name, used_name in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            limit, used = _number(folder / limit_name), _number(folder / used_name)
            if not math.isnan(limit) and not math.isnan(used):
                available = min(available, limit - used)
    return available


def _cgroup_cpu_quota() -> float:
    quota = math.inf
    for folder in _cgroup_folders():
        try:
            allowed, period = (folder / "cpu.max").read_text().split()
            if allowed != "max":
                quota = min(quota, float(allowed) / float(period))
        except (OSError, ValueError):
            allowed_v1, period_v1 = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
            if allowed_v1 > 0 and period_v1 > 0:
                quota = min(quota, allowed_v1 / period_v1)
    return 10_000 if math.isinf(quota) else quota


def _address_space() -> float:
    if sys.platform == "win32":
        return math.inf
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return math.inf
    try:
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except (OSError, ValueError):
        used = 0
    return limit - used
