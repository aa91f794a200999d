"""What is checked of an output before any work starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import OutputError, about
from ..reading.safe_paths import TIFF_EXTENSIONS
from ..units import MEBIBYTE

if TYPE_CHECKING:
    from .creation_options import OutputProfile

HARDEST_COMPRESSION = 20
"""A compressed result is taken to need at least this fraction of its pixels: less room is clearly too little."""

REPORT_EXTENSIONS = (".html", ".htm")
TABLE_EXTENSIONS = (".csv",)


def check_output(destination: str, inputs: Sequence[str], profile: OutputProfile) -> str:
    """Return the absolute path of an output that may be written.

    Raises
    ------
    OutputError
        Its extension, its folder, its rights or the free space do not allow it, or it is one of the inputs.
    """
    path = check_place(destination, inputs)
    _check_space(os.path.dirname(os.path.realpath(path)), profile)
    return path


def check_report(destination: str, others: Sequence[str] = ()) -> str:
    """Return the absolute path of a report that may be written, beside the other files of a run.

    Raises
    ------
    OutputError
        Its extension, its folder or its rights do not allow it, or it is one of the other files.
    """
    return _check_text(destination, "report", "a web page", REPORT_EXTENSIONS, others)


def check_table(destination: str, others: Sequence[str] = ()) -> str:
    """Return the absolute path of a table that may be written, beside the other files of a run.

    Raises
    ------
    OutputError
        As for `check_report`.
    """
    return _check_text(destination, "table", "a CSV file", TABLE_EXTENSIONS, others)


def _check_text(destination: str, name: str, kind: str, extensions: Sequence[str], others: Sequence[str]) -> str:
    path = os.path.abspath(destination)
    with about(name):
        if os.path.splitext(path)[1].lower() not in extensions:
            raise OutputError(f"{path}: the {name} is {kind}, so its name must end in {' or '.join(extensions)}.")
        check_further(name, path, others)
    return path


def check_further(what: str, path: str, others: Sequence[str] = ()) -> None:
    """Raise unless a further output may be written, beside the other files of a run.

    Raises
    ------
    OutputError
        Its folder or its rights do not allow it, or it is one of the other files.
    """
    _check_rights(os.path.abspath(path))
    for other in others:
        if os.path.realpath(path) == os.path.realpath(other) or (
            os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)
        ):
            raise OutputError(f"The {what} {path} is another file of the run, {other}. Choose another name.")


def check_folder(folder: str, inputs: Sequence[str], profile: OutputProfile, raw_bytes: int) -> str:
    """Return the absolute path of a folder that tiles may be written to, whether it exists or not.

    Raises
    ------
    OutputError
        It is no folder, may not be written in, holds a file of the input, or has too little free space.
    """
    path = os.path.abspath(folder)
    there = path
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        raise OutputError(f"{there} is not a folder, so no tiles can be written to {path}.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"Nothing may be written in {there}; choose another folder or change its permissions.")
    for source in inputs:
        if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, os.path.dirname(source) or "."):
            raise OutputError(
                f"The folder {path} holds the input {source}, which would be taken for one of the tiles. "
                "Choose another folder."
            )
    check_disk_space(os.path.realpath(there), min_disk_space(profile, raw_bytes), at_least=_is_compressed(profile))
    return path


def check_place(destination: str, inputs: Sequence[str], extensions: Sequence[str] = TIFF_EXTENSIONS) -> str:
    """Return the absolute path of an output, of any size, that may be written.

    Raises
    ------
    OutputError
        Its extension, its folder or its rights do not allow it, or it is one of the inputs.
    """
    path = os.path.abspath(destination)
    _check_name(path, extensions)
    _check_rights(path)
    for source in inputs:
        if os.path.exists(path) and os.path.exists(source) and os.path.samefile(path, source):
            raise OutputError(f"Output is one of the inputs: {path} is {source}. Choose another output.")
    return path


def _check_name(path: str, extensions: Sequence[str]) -> None:
    extension = os.path.splitext(path)[1]
    if extension.lower() not in extensions:
        raise OutputError(f"{path}: the output is a GeoTIFF, so its name must end in {' or '.join(extensions)}.")


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
    check_disk_space(folder, min_disk_space(profile, profile.raw_bytes), at_least=_is_compressed(profile))


def min_disk_space(profile: OutputProfile, raw_bytes: int) -> int:
    """Return the bytes that outputs of so many bytes of pixels take on the disk at least, while they are made."""
    stored = raw_bytes // HARDEST_COMPRESSION if _is_compressed(profile) else raw_bytes
    return int(stored * profile.space_factor)


def check_disk_space(folder: str, needed: int, *, at_least: bool, free: int | None = None) -> None:
    """Raise when there is clearly too little room for so many bytes, of which `free` were free; None: are now.

    Raises
    ------
    OutputError
        Says how much is needed, or needed at least, and how much is free.
    """
    free = shutil.disk_usage(folder).free if free is None else free
    if needed > free:
        about = "at least " if at_least else "about "
        raise OutputError(
            f"Not enough space on {folder}: {about}{needed / MEBIBYTE:.1f} MB needed, {free / MEBIBYTE:.1f} MB free."
        )


def _is_compressed(profile: OutputProfile) -> bool:
    return profile.final_options.get("COMPRESS", "NONE") != "NONE"
