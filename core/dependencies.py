"""Python packages that the core requires, and how to install them. This module uses only the standard library."""

from __future__ import annotations

import importlib.util
import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from .errors import ParallelRasterError

REQUIRED = {"numpy": "1.24", "rasterio": "1.3", "dask": "2022.12", "rioxarray": "0.13"}

FOR_FILTERS = {"scipy": "1.10"}
"""Package required by the focal filters and by "Label objects"."""

FOR_CLUSTERS = {"distributed": "2022.12"}
FOR_SLURM = {"dask_jobqueue": "0.8"}
"""Packages required if CLUSTER is set (`FOR_CLUSTERS`), and additional ones if CLUSTER selects SLURM (`FOR_SLURM`)."""

NOTHING: Mapping[str, str] = {}

NOT_IN_DEBIAN = ("dask-jobqueue",)

SYSTEMS = {"debian": "Debian, Ubuntu", "windows": "Windows (OSGeo4W)", "macos": "macOS", "conda": "conda"}
"""Kinds of QGIS installation, each with a different way to install Python packages."""

MACOS_PYTHON = "/Applications/QGIS.app/Contents/MacOS/bin/python3"


class MissingDependency(ParallelRasterError):
    """A required package is missing or too old."""


def dependency_problems(additional: Mapping[str, str] = NOTHING) -> list[str]:
    """Return a sentence for each required package, and each package in `additional`, that is missing or too old."""
    return _problems({**REQUIRED, **additional})


def optional_problems() -> dict[str, str]:
    """Return a dict that maps the name of each optional package that is missing or too old to a sentence about it."""
    problems = {package: _problems({package: needed}) for package, needed in FOR_FILTERS.items()}
    return {package: found[0] for package, found in problems.items() if found}


def check_cluster_dependencies(*, slurm: bool) -> None:
    """Raise MissingDependency if a package for clusters (or, with `slurm`, for SLURM) is missing or too old.

    Raises
    ------
    MissingDependency
        The message lists the packages and how to install them on this system.
    """
    problems = _problems({**FOR_CLUSTERS, **FOR_SLURM} if slurm else FOR_CLUSTERS)
    if problems:
        raise MissingDependency("CLUSTER requires additional packages. " + " ".join(problems), parameter="cluster")


def _problems(packages: Mapping[str, str]) -> list[str]:
    problems = []
    for package, needed in packages.items():
        if not _is_importable(package):
            problems.append(f"The Python package {package} ({needed} or newer) is missing. {install_hint(package)}")
        elif _numbers(found := _version(package, needed)) < _numbers(needed):
            problems.append(
                f"The Python package {package} has version {found}; version {needed} or newer is required. "
                f"{install_hint(package)}"
            )
    return problems


def check_dependencies(additional: Mapping[str, str] = NOTHING) -> None:
    """Raise MissingDependency if a required package, or a package of `additional`, is missing or too old.

    Raises
    ------
    MissingDependency
        The message lists the packages and how to install them on this system.
    """
    problems = dependency_problems(additional)
    if problems:
        raise MissingDependency(" ".join(problems))


def install_hint(package: str) -> str:
    """Return a sentence that states how to install a package for the running Python."""
    way = install_ways(package).get(this_system()) or f"{own_python()} -m pip install {package}"
    return f"Install it with: {way}"


def install_ways(package: str) -> dict[str, str]:
    """Return a dict that maps each key of `SYSTEMS` to the command or step that installs a package on that system."""
    package = package.replace("_", "-")
    pip = f"{own_python()} -m pip install {package}"
    return {
        "debian": pip if package in NOT_IN_DEBIAN else f"sudo apt install python3-{package}",
        "windows": f"the OSGeo4W setup (python3-{package}), or in the OSGeo4W shell: python -m pip install {package}",
        "macos": f"{own_python() if this_system() == 'macos' else MACOS_PYTHON} -m pip install {package}",
        "conda": f"conda install -c conda-forge {package}",
    }


def this_system() -> str:
    """Return the key of `SYSTEMS` for the running Python, or an empty string if none applies."""
    if (Path(sys.prefix) / "conda-meta").is_dir():
        return "conda"
    if platform.system() == "Linux" and Path("/etc/debian_version").exists():
        return "debian"
    return {"Windows": "windows", "Darwin": "macos"}.get(platform.system(), "")


def own_python() -> str:
    """Return the path of the running Python's interpreter; "python3" if it is unknown.

    Inside QGIS, `sys.executable` may be the path of QGIS, or of a different Python that comes first on PATH.
    """
    own = Path(sys.prefix) / "bin" / "python3"
    return str(own) if own.exists() else sys.executable if "python" in Path(sys.executable).name else "python3"


def _is_importable(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except (ImportError, ValueError):
        return False


def found_version(package: str) -> str:
    """Return the version of an installed package without importing it; empty if unknown."""
    from importlib import metadata  # imported only here: it is slow, and QGIS loads this module at startup

    try:
        return metadata.version(package) or ""
    except metadata.PackageNotFoundError:
        return ""


def _version(package: str, needed: str) -> str:
    # Some systems ship packages without metadata; their version is assumed to be sufficient.
    return found_version(package) or needed


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.split("+")[0])[:3])
