"""Tests for the check for missing and outdated packages."""

from __future__ import annotations

import importlib.util
import sys
from importlib import metadata
from pathlib import Path

import pytest

from parallel_raster.core.dependencies import (
    FOR_FILTERS,
    MissingDependency,
    check_dependencies,
    dependency_problems,
    optional_problems,
    own_python,
)
from parallel_raster.core.errors import ParallelRasterError


def test_all_packages_are_installed_here():
    assert dependency_problems() == []
    check_dependencies()


def test_a_missing_package_is_named_with_its_install_command(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "dask" else real(name))
    with pytest.raises(MissingDependency, match=r"dask \(2022.12 or newer\) is missing.*dask") as caught:
        check_dependencies()
    assert isinstance(caught.value, ParallelRasterError) and "\n" not in str(caught.value)


def test_an_optional_package_is_required_only_on_request(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "scipy" else real(name))
    check_dependencies()
    with pytest.raises(MissingDependency, match=r"scipy \(1.10 or newer\) is missing. Install it with: .*scipy"):
        check_dependencies(FOR_FILTERS)
    assert list(optional_problems()) == ["scipy"]


def test_own_python_ignores_sys_executable(monkeypatch):
    """`own_python` returns the Python that runs this code, even if `sys.executable` is QGIS or another Python."""
    for executable in ("/usr/bin/qgis_process.bin", "/home/me/.pyenv/shims/python3"):
        monkeypatch.setattr(sys, "executable", executable)
        assert own_python() == str(Path(sys.prefix) / "bin" / "python3")


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("1.2.9", False),
        ("1.3.0", True),
        ("1.3", True),
        ("1.10.1", True),
        ("2", True),
        ("1.3rc1", True),
        ("0.36", False),
    ],
)
def test_versions_are_compared_as_numbers(monkeypatch, version, accepted):
    real = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: version if name == "rasterio" else real(name))
    problems = dependency_problems()
    assert (problems == []) == accepted
    assert all(version in problem and "1.3 or newer" in problem for problem in problems)
