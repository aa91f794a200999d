"""Safety checks of raster paths before a library opens them.

Opening an untrusted raster can be dangerous: GDAL may run Python code from a VRT, open sources of a VRT over the
network, or read any file as raw pixels, regardless of its extension. The checks need only the standard library, so they
can run before QGIS opens a raster parameter.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from ..errors import InputError
from ..raster.subdatasets import Subdataset, is_address, split_subdataset, store_driver, subdataset_in

AUXILIARY = ".aux.xml"
"""Suffix of the sidecar with metadata that a GeoTIFF cannot store. The sidecar is renamed together with its GeoTIFF."""

TIFF_EXTENSIONS = (".tif", ".tiff")
TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ARCHIVES = ("/vsizip/", "/vsitar/", "/vsigzip/")
SIDECARS = (".ovr", ".msk")
HEAD_BYTES = 1024
BLANK = b"\xef\xbb\xbf \t\r\n"
LARGEST_VRT = 64 * 2**20
OPENED = ("sourcefilename", "sourcedataset", "dempath")
OPENED_METADATA = ("X_DATASET", "Y_DATASET", "OVERVIEW_FILE")
"""VRT elements (`OPENED`) and metadata keys (`OPENED_METADATA`) whose value is the name of a file that GDAL opens."""

_VIRTUAL = re.compile(r"/vsi(?!zip/|tar/|gzip/)")
_OTHER_SUBDATASET = re.compile(r"[A-Z][A-Z0-9_]+:")
_URL = re.compile(r"^(/vsi(curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs)|[A-Za-z][A-Za-z0-9+.-]+://)")


def check_geojson(path: str) -> None:
    """Raise InputError unless a file is readable and its content is JSON.

    The caller must open the file only as a vector file. If GDAL opened it as a raster, JSON could make GDAL open other
    files.

    Raises
    ------
    InputError
        The file cannot be read, or its content is not JSON.
    """
    _check_file(path)
    head = _head(path)
    if not head.lstrip(BLANK).startswith(b"{"):
        raise InputError(
            f"{path} has the extension of a GeoJSON file, but its content is not JSON. Choose a different file."
        )


def is_remote(path: str) -> bool:
    """Return True if the path is a URL or a GDAL network path."""
    return bool(_URL.match(path))


def check_raster_path(path: str) -> tuple[str, ...]:
    """Return the local files of a raster; raise InputError if the raster is unreadable or unsafe to open.

    Files are only read as bytes; no raster library opens them.

    A URL or archive path given as the input is accepted. A `.tif` file must be a TIFF, and so must its external
    overviews and mask. A VRT must not contain Python code, read raw bytes, access the network or include itself; its
    sources must meet the same conditions.

    Raises
    ------
    InputError
        The raster is unreadable or unsafe. The error names the file and the reason.
    """
    if not path:
        raise InputError("No input file was given. Choose a raster.")
    inside = split_subdataset(path)
    if inside is None and (is_remote(path) or path.startswith("/vsi")) or inside is not None and inside.elsewhere:
        return ()
    try:
        files = _check_local(path, ()) if inside is None else _check_container(path, inside, ())
    except InputError as error:
        if _contains_path(str(error), path):
            raise
        raise InputError(f"{path} cannot be used: {error}", parameter=error.parameter) from error
    return tuple(dict.fromkeys(files))


def _contains_path(message: str, path: str) -> bool:
    """Return True if a message contains the path, other than as part of a longer path."""
    return re.search(rf"(?<![\w./]){re.escape(path)}(?!\.?\w)", message) is not None


def _check_container(name: str, inside: Subdataset, parents: tuple[str, ...]) -> list[str]:
    """Return all files that a subdataset name may refer to, after checking them."""
    if not inside.files:
        raise InputError(f"{name} cannot be opened: the file {inside.file} does not exist. Check the path.")
    return [file for path in inside.files for file in _check_local(path, parents)]


def _check_local(path: str, parents: tuple[str, ...]) -> list[str]:
    files = [path]
    if store_driver(path):
        _check_store(path)
        _check_sidecars(path)
        return files
    _check_file(path)
    extension = os.path.splitext(path)[1].lower()
    head = _head(path)
    if extension in TIFF_EXTENSIONS and not head.startswith(TIFF_MAGIC):
        raise InputError(f"{path} is not a raster that GDAL can read: {_describe_content(head)}.")
    if extension == ".vrt" or _looks_like_vrt(head):
        files += _check_vrt(path, parents)
    elif head.lstrip(BLANK).startswith((b"<", b"{")):
        raise InputError(f"{path} is not a raster that GDAL can read: {_describe_content(head)}.")
    _check_sidecars(path)
    return files


def _check_sidecars(path: str) -> None:
    """Raise InputError if a sidecar file, which GDAL opens with the raster, is unsafe."""
    for sidecar in (path + suffix for suffix in SIDECARS):
        if os.path.exists(sidecar) and not _head(sidecar).startswith((*TIFF_MAGIC, b"EHFA_HEADER_TAG")):
            raise InputError(f"{sidecar} is not a TIFF, so {path} was not opened. Remove or replace {sidecar}.")
    _check_auxiliary(path)


def _check_store(folder: str) -> None:
    """Raise InputError if a Zarr store only refers to arrays in other files, possibly on the network."""
    index = os.path.join(folder, ".zmetadata")
    try:
        if os.path.isfile(index) and b'"record_size"' in Path(index).read_bytes():
            raise InputError(
                f"{folder} only contains references to arrays in other files (Kerchunk), which are not supported. "
                "Convert it to a GeoTIFF first."
            )
    except OSError as error:
        raise InputError(f"{index} cannot be read: {error.strerror}. Check the file and its permissions.") from error


def _check_auxiliary(path: str) -> None:
    """Raise InputError if the `.aux.xml` of a raster sets OVERVIEW_FILE: GDAL would open any file named there."""
    auxiliary = path + ".aux.xml"
    if os.path.isfile(auxiliary) and any(
        value.strip().upper() == "OVERVIEW_FILE"
        for element in _vrt_elements(auxiliary)
        for value in element.attrib.values()
    ):
        raise InputError(
            f"{auxiliary} refers to a different file for overviews, so {path} was not opened. Remove {auxiliary}."
        )


def _check_file(path: str) -> None:
    if not os.path.exists(path):
        kind = _OTHER_SUBDATASET.match(path)
        if kind:
            raise InputError(
                f"{path} does not exist as a file, and subdataset names that begin with {kind.group()} are not "
                "supported. Convert the subdataset to a GeoTIFF first."
            )
        raise InputError(f"{path} does not exist. Check the path.")
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder. Choose a raster file.")
    if not os.path.isfile(path):
        raise InputError(f"{path} is not a regular file. Choose a raster file.")
    if not os.access(path, os.R_OK):
        raise InputError(f"{path} cannot be read. Check its permissions.")


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the file and its permissions.") from error


def _describe_content(head: bytes) -> str:
    text = head.lstrip(BLANK).lower()
    if not head:
        return "it is empty. Download or create the file again"
    if text.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer. Download the file with 'git lfs pull'"
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is an HTML page, perhaps an error message from the server. Download the file again"
    if _looks_like_vrt(head):
        return "it is a VRT with the extension of a TIFF. If you trust it, change its extension to .vrt"
    if text.startswith((b"<", b"{")):
        return (
            "it is XML or JSON that could make GDAL open other files, so it was not opened. If you trust the file, "
            "convert it to a GeoTIFF"
        )
    return "it has the extension of a TIFF, but its content is not a TIFF. Download or create the file again"


def _looks_like_vrt(head: bytes) -> bool:
    return b"<VRTDataset" in head


def _check_vrt(path: str, parents: tuple[str, ...]) -> list[str]:
    files: list[str] = []
    real = os.path.realpath(path)
    if real in parents:
        raise InputError(f"{path} includes itself, directly or through another VRT. Fix the sources in the VRT.")
    for element in _vrt_elements(path):
        # GDAL's XML parser treats elements and attributes alike and ignores case and namespaces. Of two names that
        # differ only in case, it uses the first.
        attributes = {_plain(name): value.strip() for name, value in reversed(list(element.items()))}
        text = (element.text or "").strip()
        key = attributes.get("key", "").upper() if _plain(element.tag) == "mdi" else ""
        for name, value in [(_plain(element.tag), text), *attributes.items()]:
            _check_vrt_value(path, name, value)
            if name in OPENED or key in OPENED_METADATA and name == "mdi":
                files += _check_source(path, _source_path(path, value, attributes), (*parents, real))
    return files


def _plain(name: str) -> str:
    return name.rsplit("}", 1)[-1].lower()


def _check_vrt_value(path: str, name: str, value: str) -> None:
    if name == "pixelfunctioncode" or (name == "pixelfunctionlanguage" and value.lower() != "c"):
        raise InputError(
            f"{path} contains code (a pixel function), so it was not opened. If you trust {path}, convert it to a "
            "GeoTIFF (for example with gdal_translate) and use the GeoTIFF as the input."
        )
    if name == "subclass" and value.lower() == "vrtrawrasterband":
        raise InputError(
            f"{path} reads raw bytes from another file, so it was not opened. If you trust {path}, convert it to a "
            "GeoTIFF (for example with gdal_translate) and use the GeoTIFF as the input."
        )
    if name not in ("mdi", "srs", "xmlns") and (is_remote(value) or _VIRTUAL.search(value)):
        raise InputError(
            f"{path} refers to a network location ({value}), so it was not opened. If you trust this location, use it "
            "as the input."
        )


def _source_path(vrt: str, value: str, attributes: dict[str, str]) -> str:
    """Return the path at which GDAL looks for a source.

    The path is relative to the VRT's folder if `relativeToVRT` begins with a number other than 0. In a subdataset name,
    only the file part is joined with the folder, unless a file with the full name exists.
    """
    number = re.match(r"\s*[+-]?\d+", attributes.get("relativetovrt", "0"))
    if number is None or int(number.group()) == 0:
        return value
    folder = os.path.dirname(vrt)
    joined = os.path.join(folder, value)
    return joined if os.path.exists(joined) else subdataset_in(folder, value) or joined


def _vrt_elements(path: str) -> list[ElementTree.Element]:
    try:
        if os.path.getsize(path) > LARGEST_VRT:
            raise InputError(
                f"{path} is larger than {LARGEST_VRT // 2**20} MB, the limit for XML files. Use a smaller file."
            )
        return list(parse_xml(Path(path).read_bytes(), path).iter())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the file and its permissions.") from error


def parse_xml(data: bytes, path: str) -> ElementTree.Element:
    """Parse XML from the file `path` and return its root element.

    Raises
    ------
    InputError
        The XML is malformed or declares entities. The error names the file.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(f"{path} declares XML entities, which are not allowed. Remove them.")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 # nosec B314 - no entities are left to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(
            f"{path} is not a raster that GDAL can read: its XML is malformed ({error}). Replace the file."
        ) from error


def _check_source(vrt: str, source: str, parents: tuple[str, ...]) -> list[str]:
    inside = split_subdataset(source)
    if is_remote(source) or _VIRTUAL.search(source) or is_address(source):
        raise InputError(
            f"{vrt} refers to a network location ({source}), so it was not opened. If you trust this location, use it "
            "as the input."
        )
    if source.startswith(ARCHIVES) or inside is not None and inside.elsewhere:
        return []
    if inside is not None:
        if not inside.files:
            raise InputError(
                f"{vrt} needs {source}, but the file {inside.file} does not exist. Restore the file or fix the VRT."
            )
        return _check_container(source, inside, parents)
    if source.startswith("<"):
        raise InputError(f"{vrt} contains the XML of another VRT as a source. Save the inner VRT to a file first.")
    if source and not os.path.exists(source):
        raise InputError(f"{vrt} needs {source}, which does not exist. Restore the file or fix the VRT.")
    return _check_local(source, parents) if source else []
