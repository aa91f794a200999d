"""Version of the engine, which must be the same on this machine and on cluster workers."""

from __future__ import annotations

import platform

from .dependencies import FOR_FILTERS, REQUIRED, found_version

VERSION = "0.2.0.dev1"
"""Version of the engine, equal to the version in metadata.txt and pyproject.toml."""


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that jobs use; empty strings for unknown versions."""
    packages = (*REQUIRED, *FOR_FILTERS)
    return {"Python": platform.python_version(), **{package: found_version(package) for package in packages}}
