"""Which Python packages the core needs, and what to do where one is missing; the standard library only."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
from importlib import metadata
from pathlib import Path

from .errors import ParallelRasterError

REQUIRED = {"numpy": "1.24", "rasterio": "1.3", "dask": "2022.12", "rioxarray": "0.13"}


class MissingDependency(ParallelRasterError):
    """A package that the jobs need is not there, or too old."""


def dependency_problems() -> list[str]:
    """Return a sentence for each required package that is missing or too old; empty when all is well."""
    problems = []
    for package, needed in REQUIRED.items():
        if not _is_importable(package):
            problems.append(f"The Python package {package} ({needed} or newer) is missing. {install_hint(package)}")
        elif _numbers(found := _version(package)) < _numbers(needed):
            problems.append(
                f"The Python package {package} is {found}; {needed} or newer is needed. {install_hint(package)}"
            )
    return problems


def check_dependencies() -> None:
    """Return when every required package is there.

    Raises
    ------
    MissingDependency
        Names the packages and how to install them on this system.
    """
    problems = dependency_problems()
    if problems:
        raise MissingDependency(" ".join(problems))


def install_hint(package: str) -> str:
    """Return how to install a package for the Python that runs now."""
    if (Path(sys.prefix) / "conda-meta").is_dir():
        return f"Install it with: conda install -c conda-forge {package}"
    if platform.system() == "Windows":
        return f"Install python3-{package} with the OSGeo4W setup, or in its shell: python -m pip install {package}"
    if platform.system() == "Linux" and Path("/etc/debian_version").exists():
        return f"Install it with: sudo apt install python3-{package}"
    return f"Install it with: {sys.executable if 'python' in sys.executable else 'python3'} -m pip install {package}"


def _is_importable(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        # Some systems ship packages without their metadata; such a package is taken at its word.
        return REQUIRED[package]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])
