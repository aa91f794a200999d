"""The version of the engine, which a cluster's workers must share with the one who asks them."""

from __future__ import annotations

import platform

from .dependencies import REQUIRED, found_version

VERSION = "0.2.0.dev1"
"""The same as in metadata.txt and pyproject.toml."""


def library_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the core needs; empty where it is not known."""
    return {"Python": platform.python_version(), **{package: found_version(package) for package in REQUIRED}}
