"""What is checked of an output before any work starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .errors import OutputError
from .machine import MEBIBYTE
from .path_check import TIFF_EXTENSIONS

if TYPE_CHECKING:
    from .profiles import OutputProfile

HARDEST_COMPRESSION = 20
"""A compressed result is taken to need at least this fraction of its pixels: less room is clearly too little."""


def check_output(destination: str, inputs: Sequence[str], profile: OutputProfile) -> str:
    """Return the absolute path of an output that may be written.

    Raises
    ------
    OutputError
        Its extension, its folder, its rights or the free space do not allow it, or it is one of the inputs.
    """
    path = os.path.abspath(destination)
    _check_name(path)
    _check_rights(path)
    for source in inputs:
        if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
            raise OutputError(f"Output is one of the inputs: {path} is {source}. Choose another output.")
    _check_space(os.path.dirname(os.path.realpath(path)), profile)
    return path


def _check_name(path: str) -> None:
    extension = os.path.splitext(path)[1]
    if extension.lower() not in TIFF_EXTENSIONS:
        raise OutputError(f"{path}: the output is a GeoTIFF, so its name must end in {' or '.join(TIFF_EXTENSIONS)}.")


def _check_rights(path: str) -> None:
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    if not os.path.exists(folder):
        raise OutputError(f"The output folder {folder} does not exist; make it first.")
    if not os.path.isdir(folder):
        raise OutputError(f"{folder} is not a folder, so {path} cannot be written.")
    if os.path.islink(real):
        raise OutputError(f"{path} is a link that leads back to itself; remove it or choose another output.")
    if os.path.isdir(real):
        raise OutputError(f"{path} is a folder; a file name is needed.")
    if os.path.exists(real) and not os.path.isfile(real):
        raise OutputError(f"{path} is not a regular file; choose another output.")
    if os.path.exists(real) and not os.access(real, os.W_OK):
        raise OutputError(f"{path} is read-only; choose another output or change its permissions.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"Nothing may be written in {folder}; choose another folder or change its permissions.")


def _check_space(folder: str, profile: OutputProfile) -> None:
    compressed = profile.options.get("COMPRESS", "NONE") != "NONE"
    needed = profile.raw_bytes // HARDEST_COMPRESSION if compressed else profile.raw_bytes
    free = shutil.disk_usage(folder).free
    if needed > free:
        about = "at least " if compressed else "about "
        raise OutputError(
            f"Not enough space on {folder}: {about}{needed / MEBIBYTE:.1f} MB needed, {free / MEBIBYTE:.1f} MB free."
        )
