"""Check output paths, permissions and disk space before any work starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import OutputError, about
from ..reading.safe_paths import TIFF_EXTENSIONS
from ..units import MEBIBYTE
from .partial_file import SIDECARS

if TYPE_CHECKING:
    from .creation_options import OutputProfile

MAX_COMPRESSION = 20
"""Assumed maximum compression ratio. A run does not start if an output compressed this much would not fit on disk."""

REPORT_EXTENSIONS = (".html", ".htm")
TABLE_EXTENSIONS = (".csv",)


def check_output(destination: str, inputs: Sequence[str], profile: OutputProfile) -> str:
    """Return the absolute path of a GeoTIFF output after checking that it can be written.

    Raises
    ------
    OutputError
        The extension, folder or permissions are unsuitable, disk space is too low, or the output is one of the inputs.
    """
    path = check_place(destination, inputs)
    _check_space(os.path.dirname(os.path.realpath(path)), profile)
    return path


def check_report(destination: str, others: Sequence[str] = ()) -> str:
    """Return the absolute path of an HTML report after checking that it can be written.

    Raises
    ------
    OutputError
        The extension, folder or permissions are unsuitable, or the path is one of `others`, the run's other files.
    """
    return _check_text(destination, "report", "an HTML page", REPORT_EXTENSIONS, others)


def check_table(destination: str, others: Sequence[str] = ()) -> str:
    """Return the absolute path of a CSV table after checking that it can be written.

    Raises
    ------
    OutputError
        The extension, folder or permissions are unsuitable, or the path is one of `others`, the run's other files.
    """
    return _check_text(destination, "table", "a CSV file", TABLE_EXTENSIONS, others)


def _check_text(destination: str, name: str, kind: str, extensions: Sequence[str], others: Sequence[str]) -> str:
    """Return the absolute path of a text output after checking it; errors refer to the output as `name`."""
    path = os.path.abspath(destination)
    with about(name):
        if os.path.splitext(path)[1].lower() not in extensions:
            raise OutputError(f"{path}: the {name} is {kind}, so its name must end in {' or '.join(extensions)}.")
        check_further(name, path, others)
    return path


def check_further(what: str, path: str, others: Sequence[str] = ()) -> None:
    """Raise OutputError if an additional output cannot be written; errors refer to the output as `what`.

    Raises
    ------
    OutputError
        The folder or permissions are unsuitable, or the path is one of `others`, the run's other files.
    """
    _check_permissions(os.path.abspath(path))
    check_distinct(what, path, others)


def check_distinct(what: str, path: str, others: Sequence[str]) -> None:
    """Raise OutputError if the path of an output is one of `others`; errors refer to the output as `what`."""
    for other in others:
        if os.path.realpath(path) == os.path.realpath(other) or (
            os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other)
        ):
            raise OutputError(
                f"The {what} {path} is the same file as {other}, which this run also uses. Choose a different name."
            )


def check_folder(folder: str, inputs: Sequence[str], profile: OutputProfile, raw_bytes: int) -> str:
    """Return the absolute path of an existing or new folder after checking that files can be written to it.

    `raw_bytes` is the uncompressed size in bytes of the pixels of all files.

    Raises
    ------
    OutputError
        The path is not a folder, or the folder is not writable, contains an input, or has too little free disk space.
    """
    path = os.path.abspath(folder)
    existing = path
    while not os.path.lexists(existing):
        existing = os.path.dirname(existing)
    if not os.path.isdir(existing):
        raise OutputError(f"{existing} is not a folder, so nothing can be written to {path}. Choose another folder.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise OutputError(f"The folder {existing} is not writable. Change its permissions or choose another folder.")
    check_no_input_in(path, inputs)
    check_disk_space(os.path.realpath(existing), min_disk_space(profile, raw_bytes), at_least=_is_compressed(profile))
    return path


def check_no_input_in(folder: str, inputs: Sequence[str]) -> None:
    """Raise OutputError if one of the inputs is in an output folder, where it could be replaced."""
    for source in inputs if os.path.exists(folder) else ():
        folders = {os.path.dirname(name) or "." for name in (source, os.path.realpath(source))}
        if os.path.exists(source) and any(os.path.samefile(folder, each) for each in folders):
            raise OutputError(
                f"The folder {folder} contains the input {source}, which would be mistaken for an output. "
                "Choose another folder."
            )


def check_place(destination: str, inputs: Sequence[str], extensions: Sequence[str] = TIFF_EXTENSIONS) -> str:
    """Return the absolute path of an output after checking that it can be written; disk space is not checked.

    Raises
    ------
    OutputError
        The extension, folder or permissions are unsuitable, or the output or one of its sidecars is one of the inputs.
    """
    path = os.path.abspath(destination)
    _check_extension(path, extensions)
    _check_permissions(path)
    check_no_input(path, inputs)
    return path


def check_no_input(path: str, inputs: Sequence[str]) -> None:
    """Raise OutputError if an output or one of its sidecars is one of the inputs."""
    replaced = [file for file in replaced_files(path) if os.path.exists(file)]
    for source in inputs if replaced else ():
        for file in replaced if os.path.exists(source) else ():
            if os.path.samefile(file, source):
                same = file if file == path else f"{file}, a sidecar of {path} that would be removed,"
                raise OutputError(
                    f"Output is one of the inputs: {same} is the same file as {source}. Choose a different output."
                )


def replaced_files(path: str) -> Iterator[str]:
    """Yield the path of an output, and the paths of the sidecars that are removed when it is replaced."""
    yield path
    yield from (os.path.realpath(path) + suffix for suffix in SIDECARS)


def _check_extension(path: str, extensions: Sequence[str]) -> None:
    """Raise OutputError if the extension of an output raster is not one of `extensions`."""
    extension = os.path.splitext(path)[1]
    if extension.lower() not in extensions:
        raise OutputError(f"{path}: the output is a GeoTIFF, so its name must end in {' or '.join(extensions)}.")


def _check_permissions(path: str) -> None:
    """Raise OutputError unless `path` can be created or replaced."""
    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    if not os.path.exists(folder):
        raise OutputError(f"The output folder {folder} does not exist. Create it first.")
    if not os.path.isdir(folder):
        raise OutputError(f"{folder} is not a folder, so {path} cannot be written. Choose another output.")
    if os.path.islink(real):
        raise OutputError(f"{path} is a symbolic link that points to itself. Remove it or choose another output.")
    if os.path.isdir(real):
        raise OutputError(f"{path} is a folder. Enter the name of a file.")
    if os.path.exists(real) and not os.path.isfile(real):
        raise OutputError(f"{path} is not a regular file. Choose another output.")
    if os.path.exists(real) and not os.access(real, os.W_OK):
        raise OutputError(f"{path} is read-only. Change its permissions or choose another output.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"The folder {folder} is not writable. Change its permissions or choose another folder.")


def _check_space(folder: str, profile: OutputProfile) -> None:
    """Raise OutputError if `folder` has too little free disk space for an output, even with maximum compression."""
    check_disk_space(folder, min_disk_space(profile, profile.raw_bytes), at_least=_is_compressed(profile))


def min_disk_space(profile: OutputProfile, raw_bytes: int) -> int:
    """Return the minimum disk space in bytes for writing outputs with `raw_bytes` bytes of uncompressed pixels."""
    stored = raw_bytes // MAX_COMPRESSION if _is_compressed(profile) else raw_bytes
    return int(stored * profile.space_factor)


def check_disk_space(folder: str, needed: int, *, at_least: bool, free: int | None = None) -> None:
    """Raise OutputError if a folder has less free disk space than needed.

    Parameters
    ----------
    folder
        Folder of the output.
    needed
        Bytes required.
    at_least
        True if `needed` is a minimum rather than an estimate.
    free
        Free bytes; None for the current free space of `folder`.

    Raises
    ------
    OutputError
        The free space is too small. The message states the required and the free space.
    """
    free = shutil.disk_usage(folder).free if free is None else free
    if needed > free:
        qualifier = "at least " if at_least else "about "
        raise OutputError(
            f"Not enough space on {folder}: {qualifier}{needed / MEBIBYTE:.1f} MB needed, "
            f"{free / MEBIBYTE:.1f} MB free. Free up some disk space or choose another folder."
        )


def _is_compressed(profile: OutputProfile) -> bool:
    return profile.final_options.get("COMPRESS", "NONE") != "NONE"
