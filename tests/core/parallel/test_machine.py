"""Tests for CPU and memory limits, which are set in separate processes because they cannot be removed again."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from parallel_raster.core.errors import OptionError
from parallel_raster.core.parallel import machine
from parallel_raster.core.parallel.machine import (
    available_memory,
    processor_name,
    resolve_memory,
    resolve_workers,
    usable_cpus,
)
from parallel_raster.core.units import MEBIBYTE

linux = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")


def run_in_process(code):
    """Run code in a new process that loads only the module `machine`; return the numbers that the code prints."""
    path = os.path.dirname(os.path.dirname(os.path.dirname(machine.__file__)))
    start = (
        "import importlib.util, sys, os, types\n"
        "package = types.ModuleType('p'); package.__path__ = [sys.argv[1]]; sys.modules['p'] = package\n"
        "from p.core.parallel.machine import *\n"
    )
    done = subprocess.run([sys.executable, "-c", start + code, path], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def test_given_numbers_are_used():
    assert resolve_workers(3) == 3
    assert resolve_memory(0.5) == MEBIBYTE // 2


def test_zero_means_automatic():
    assert resolve_workers(0) == usable_cpus() >= 1
    quarter = resolve_memory(0)
    assert 0 < quarter <= available_memory()
    assert quarter == pytest.approx(available_memory() / 4, rel=0.2)


@pytest.mark.parametrize("resolve", [resolve_workers, resolve_memory])
def test_negative_numbers_raise_errors(resolve):
    with pytest.raises(OptionError, match="-1"):
        resolve(-1)


def test_the_number_of_workers_is_limited(monkeypatch):
    assert resolve_workers(1024) == 1024 and resolve_workers(3_000_000_000) == 1024
    monkeypatch.setattr(machine, "usable_cpus", lambda: 1152)
    assert resolve_workers(0) == 1024


@linux
def test_affinity():
    """Only CPUs to which the process is bound are counted. Shared servers often bind processes to CPUs."""
    assert run_in_process("os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); print(usable_cpus())") == [1]


@linux
def test_address_space():
    """The available memory does not exceed the limit set with `ulimit -v`."""
    (left,) = run_in_process(
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); print(available_memory())"
    )
    assert 2**28 < left < 2**30


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    """Return a function that writes control group files, which the module then reads instead of the system's files."""
    monkeypatch.setattr(machine, "_cgroup_folders", lambda: [tmp_path / "own", tmp_path])
    (tmp_path / "own").mkdir()

    def write(folder="own", **files):
        for name, text in files.items():
            path = tmp_path / folder / name.replace("__", ".")
            path.write_text(text)

    return write


def test_memory_of_a_container(cgroup, monkeypatch):
    monkeypatch.setattr(machine, "_system_memory", lambda: 64e9)
    cgroup(memory__max="max\n", memory__current="5000\n")
    assert available_memory() > 60e9
    cgroup(".", memory__max="1000000\n", memory__current="400000\n")  # the limit of the parent group also counts
    assert available_memory() == 600_000
    cgroup(memory__limit_in_bytes="500000\n", memory__usage_in_bytes="400000\n")  # file names of cgroup version 1
    assert available_memory() == 100_000


def test_a_container_without_free_memory(cgroup):
    cgroup(memory__max="1000\n", memory__current="2000\n")
    assert available_memory() == 0


def test_cpus_of_a_container(cgroup, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    assert usable_cpus() == 16
    cgroup(cpu__max="max 100000\n")
    assert usable_cpus() == 16
    cgroup(".", cpu__max="350000 100000\n")
    assert usable_cpus() == 4
    cgroup(cpu__max="5000 100000\n")
    assert usable_cpus() == 1


def test_cpus_of_a_container_with_cgroup_version_1(cgroup, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(16)), raising=False)
    cgroup(cpu__cfs_quota_us="200000\n", cpu__cfs_period_us="100000\n")
    assert usable_cpus() == 2
    cgroup(cpu__cfs_quota_us="-1\n")
    assert usable_cpus() == 16


def test_processor_name(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "cpuinfo")
    assert processor_name() in (machine.platform.processor(), machine.platform.machine())
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Fast: one\nprocessor\t: 1\nmodel name\t: Other\n")
    assert processor_name() == "Fast: one"


def test_damaged_cgroup_files(cgroup):
    cgroup(memory__max="\n", memory__current="x\n", cpu__max="rubbish\n")
    assert usable_cpus() >= 1 and available_memory() > 0


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
@pytest.mark.parametrize(("limit", "allowed"), [(128, 64), (100, 50), (4096, 64), (1, 1)])
def test_open_files_limit(limit, allowed, monkeypatch):
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda kind: (limit, 9999))
    assert machine.open_files_limit() == allowed
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY, 9999))
    assert machine.open_files_limit() == 64


@linux
def test_freed_memory_is_reused():
    """With `keep_freed_memory`, freed memory is reused, so there are far fewer page faults."""
    count = """
import resource
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    arrays = [bytearray(b"1") * 2**20 for _ in range(8)]
    del arrays
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    (plain,), (reused,) = run_in_process(count), run_in_process("keep_freed_memory()" + count)
    assert reused < plain / 4
