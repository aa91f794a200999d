"""Splits subdataset names such as `NETCDF:"a.nc":Band1` into the driver, the file and the remaining parts.

Only the standard library is used, so a name can be checked before a library opens the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

NUMBER = r"(?:off:)?\d+:"
WORD = r"\w+:"

PREFIXES = {
    "NETCDF": ("netCDF", ""),
    "HDF5": ("HDF5Image", ""),
    "HDF4_SDS": ("HDF4Image", WORD),
    "HDF4_EOS": ("HDF4Image", WORD),
    "HDF4_GR": ("HDF4Image", WORD),
    "BAG": ("BAG", ""),
    "S102": ("S102", ""),
    "S104": ("S104", ""),
    "S111": ("S111", ""),
    "GPKG": ("GPKG", ""),
    "OPENFILEGDB": ("OpenFileGDB", ""),
    "ZARR": ("Zarr", ""),
    "TILEDB": ("TileDB", ""),
    "GTIFF_DIR": ("GTiff", NUMBER),
    "NITF_IM": ("NITF", NUMBER),
    "PDF": ("PDF", NUMBER),
    "HEIF": ("HEIF", NUMBER),
    **dict.fromkeys(("SENTINEL2_L1B", "SENTINEL2_L1C", "SENTINEL2_L1C_TILE", "SENTINEL2_L2A"), ("SENTINEL2", "")),
}
"""For each prefix of subdataset names: GDAL's driver, and a pattern for the text between the prefix and the file."""

STORES = ((".zgroup", "Zarr"), (".zarray", "Zarr"), (".zmetadata", "Zarr"), ("zarr.json", "Zarr"),
          ("a00000001.gdbtable", "OpenFileGDB"), ("__tiledb_group.tdb", "TileDB"), ("__schema", "TileDB"))  # fmt: skip
"""Raster formats stored as a folder: name of a file or subfolder that identifies the format, and GDAL's driver."""

_NAME = re.compile(r"([A-Za-z][A-Za-z0-9_]*):(.+)", re.DOTALL)
_ADDRESS = re.compile(r"(?:\[[^\]]*\])*(?:/vsi|[A-Za-z][A-Za-z0-9+-]*://)")
"""Beginning of a URL or `/vsi` path. The netCDF library accepts settings in brackets before a URL."""
_FILE = re.compile(r"(?:[A-Za-z]:(?=[\\/]))?[^:]*")


class Subdataset(NamedTuple):
    """Parts of a subdataset name.

    `head` is the text before the file, `tail` the text after it. A name can be ambiguous: `files` are all existing
    files and folders that it may refer to; `file` is the longest of them, or the most likely path if none exists.
    `elsewhere` is True if the name may refer to a URL or an archive.
    """

    head: str
    file: str
    tail: str
    driver: str
    files: tuple[str, ...]
    elsewhere: bool

    def with_file(self, change: Callable[[str], str]) -> str:
        """Return the name with its file replaced by `change(file)`; unchanged if `elsewhere` is True."""
        if self.elsewhere:
            return self.head + self.file + self.tail
        return self.head + change(self.file) + self.tail


def split_subdataset(name: str, folder: str = "") -> Subdataset | None:
    """Return the parts of a subdataset name, or None for any other path and for the name of an existing file.

    Parameters
    ----------
    name
        Path or subdataset name.
    folder
        Folder to which a relative path in the name refers; empty for the current folder.
    """
    start = _file_start(name)
    if start is None or os.path.exists(os.path.join(folder, name)):
        return None
    candidates = list(_candidates(name, start))
    existing = [(begin, end) for begin, end in candidates if os.path.exists(os.path.join(folder, name[begin:end]))]
    begin, end = max(existing, key=lambda span: span[1] - span[0]) if existing else candidates[0]
    files = tuple(dict.fromkeys(os.path.join(folder, name[first:last]) for first, last in existing))
    elsewhere = not files and _ADDRESS.match(name[start:].lstrip('"')) is not None
    driver = PREFIXES[name.partition(":")[0].upper()][0]
    return Subdataset(name[:begin], name[begin:end], name[end:], driver, files, elsewhere)


def _file_start(name: str) -> int | None:
    """Return the index at which the file, or its opening quote, begins in a subdataset name; None for other paths."""
    match = _NAME.match(name)
    if not match or match[1].upper() not in PREFIXES:
        return None
    found = re.match(PREFIXES[match[1].upper()][1], match[2])
    return match.start(2) + found.end() if found else None


def is_address(name: str) -> bool:
    """Return True if the file in a subdataset name looks like a URL, even if a file with this name exists."""
    start = _file_start(name)
    return start is not None and "://" in (_ADDRESS.match(name[start:].lstrip('"')) or [""])[0]


def subdataset_in(folder: str, name: str) -> str:
    """Return the subdataset name with its file path joined to `folder`, or "" if `name` is not a subdataset name."""
    found = split_subdataset(name, folder)
    return found.with_file(lambda file: os.path.join(folder, file)) if found else ""


def _candidates(name: str, start: int) -> Iterator[tuple[int, int]]:
    """Yield possible (start, end) indices of the file in a subdataset name, most likely first.

    A quoted file ends at a quote followed by a colon or the end of the name. An unquoted file ends at the end of
    the name or at a colon, except the colon after a Windows drive letter.
    """
    if name[start : start + 1] == '"':
        ends = [match.start() for match in re.finditer(r'"(?=:|$)', name) if match.start() > start]
        if ends:
            yield from ((start + 1, end) for end in ends)
            return
    if _ADDRESS.match(name, start):
        yield start, len(name)
    match = _FILE.match(name, start)
    yield start, match.end() if match else len(name)
    yield from ((start, each.start()) for each in re.finditer(":", name) if each.start() > start)
    yield start, len(name)


def input_file(path: str) -> str:
    """Return the file that a subdataset name refers to; any other path is returned unchanged."""
    found = split_subdataset(path)
    return found.file if found else path


def raster_stem(path: str) -> str:
    """Return the file name without folder and extension, followed by the subdataset's name if there is one."""
    found = split_subdataset(path)
    if found is None:
        return os.path.splitext(os.path.basename(path.rstrip("/\\")))[0]
    stem = os.path.splitext(os.path.basename(found.file.rstrip("/\\")))[0]
    own = [*re.findall(r"[^\W_]\w*", found.head.partition(":")[2]), *re.findall(r"\w[\w.-]*", found.tail)]
    return "_".join([stem, *own])


def store_driver(path: str) -> str | None:
    """Return GDAL's driver for a folder that is a raster, such as a Zarr store, or None for any other path."""
    if not os.path.isdir(path):
        return None
    return next((driver for entry, driver in STORES if os.path.exists(os.path.join(path, entry))), None)


def store_files(folder: str) -> list[str]:
    """Return all files in a folder and its subfolders, sorted."""
    return [os.path.join(place, name) for place, _, names in sorted(os.walk(folder)) for name in sorted(names)]
