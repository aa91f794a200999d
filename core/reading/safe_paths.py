"""What a path is allowed to be before any library opens it.

Opening a file can be more than reading it: GDAL runs Python that a VRT carries, follows its sources to the
network and reads any file as raw pixels, whatever the file is called. These checks need only the standard
library, so that they also stand before QGIS's own look at a raster parameter.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree  # nosec B405

from ..errors import InputError
from ..raster.subdatasets import Subdataset, is_address, split_subdataset, store_driver, subdataset_in

AUXILIARY = ".aux.xml"
"""Behind a file's name: the file beside it that holds what a GeoTIFF cannot carry; both take their names together."""

TIFF_EXTENSIONS = (".tif", ".tiff")
TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ARCHIVES = ("/vsizip/", "/vsitar/", "/vsigzip/")
SIDECARS = (".ovr", ".msk")
HEAD_BYTES = 1024
BLANK = b"\xef\xbb\xbf \t\r\n"
LARGEST_VRT = 64 * 2**20
OPENED = ("sourcefilename", "sourcedataset", "dempath")
OPENED_METADATA = ("X_DATASET", "Y_DATASET", "OVERVIEW_FILE")
"""Elements of a VRT, and keys of its metadata, whose text GDAL opens as a file."""

_VIRTUAL = re.compile(r"/vsi(?!zip/|tar/|gzip/)")
_OTHER_SUBDATASET = re.compile(r"[A-Z][A-Z0-9_]+:")
_URL = re.compile(r"^(/vsi(curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs)|[A-Za-z][A-Za-z0-9+.-]+://)")


def is_remote(path: str) -> bool:
    """Return whether the path asks for the network by itself."""
    return bool(_URL.match(path))


def check_raster_path(path: str) -> tuple[str, ...]:
    """Return the local files behind a raster, or raise when it cannot be, or must not be, opened.

    Nothing is touched but the files' bytes.

    A URL or an archive that the user typed passes. A `.tif` must hold a TIFF, and so must the overviews and the
    mask beside it. A VRT must not carry Python, read raw bytes, ask for the network or name itself, and its
    sources obey the same rules.

    Raises
    ------
    InputError
        One sentence with the file and the reason.
    """
    if not path:
        raise InputError("No input file is given.")
    inside = split_subdataset(path)
    if inside is None and (is_remote(path) or path.startswith("/vsi")) or inside is not None and inside.elsewhere:
        return ()
    try:
        files = _check_local(path, ()) if inside is None else _check_inside(path, inside, ())
    except InputError as error:
        if _names(str(error), path):
            raise
        raise InputError(f"{path} cannot be used: {error}", parameter=error.parameter) from error
    return tuple(dict.fromkeys(files))


def _names(message: str, path: str) -> bool:
    """Return whether a message names a file, and not only one whose name is longer."""
    return re.search(rf"(?<![\w./]){re.escape(path)}(?!\.?\w)", message) is not None


def _check_inside(name: str, inside: Subdataset, parents: tuple[str, ...]) -> list[str]:
    """Return the files that a subdataset name may mean, each of which may be opened."""
    if not inside.files:
        raise InputError(f"{name} does not exist: there is no file {inside.file}.")
    return [file for path in inside.files for file in _check_local(path, parents)]


def _check_local(path: str, parents: tuple[str, ...]) -> list[str]:
    files = [path]
    if store_driver(path):
        _check_store(path)
        _check_beside(path)
        return files
    _check_file(path)
    extension = os.path.splitext(path)[1].lower()
    head = _head(path)
    if extension in TIFF_EXTENSIONS and not head.startswith(TIFF_MAGIC):
        raise InputError(f"{path} is not a raster that GDAL can read: {_what_it_is(head)}.")
    if extension == ".vrt" or _looks_like_vrt(head):
        files += _check_vrt(path, parents)
    elif head.lstrip(BLANK).startswith((b"<", b"{")):
        raise InputError(f"{path} is not a raster that GDAL can read: {_what_it_is(head)}.")
    _check_beside(path)
    return files


def _check_beside(path: str) -> None:
    """Raise when a file beside a raster, which GDAL opens with it, must not be opened."""
    for sidecar in (path + suffix for suffix in SIDECARS):
        if os.path.exists(sidecar) and not _head(sidecar).startswith((*TIFF_MAGIC, b"EHFA_HEADER_TAG")):
            raise InputError(f"{sidecar} is not a TIFF, so {path} is not opened; remove or replace {sidecar}.")
    _check_auxiliary(path)


def _check_store(folder: str) -> None:
    """Raise when a Zarr store holds no arrays but tells where else they are, perhaps in the network."""
    index = os.path.join(folder, ".zmetadata")
    try:
        if os.path.isfile(index) and b'"record_size"' in Path(index).read_bytes():
            raise InputError(f"{folder} only refers to arrays elsewhere (Kerchunk), which are not read; copy them.")
    except OSError as error:
        raise InputError(f"{index} cannot be read: {error.strerror}.") from error


def _check_auxiliary(path: str) -> None:
    """Raise when the metadata beside a raster names its overviews: GDAL opens whatever the name says."""
    auxiliary = path + ".aux.xml"
    if os.path.isfile(auxiliary) and any(
        value.strip().upper() == "OVERVIEW_FILE"
        for element in _vrt_elements(auxiliary)
        for value in element.attrib.values()
    ):
        raise InputError(f"{auxiliary} names another file as overviews, so {path} is not opened; remove {auxiliary}.")


def _check_file(path: str) -> None:
    if not os.path.exists(path):
        kind = _OTHER_SUBDATASET.match(path)
        if kind:
            raise InputError(
                f"{path} does not exist, and subdatasets named {kind.group()} are not read. Convert it to a GeoTIFF "
                "first."
            )
        raise InputError(f"{path} does not exist.")
    if os.path.isdir(path):
        raise InputError(f"{path} is a folder; a raster file is needed.")
    if not os.path.isfile(path):
        raise InputError(f"{path} is not a regular file; a raster file is needed.")
    if not os.access(path, os.R_OK):
        raise InputError(f"{path} cannot be read; check its permissions.")


def _head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def _what_it_is(head: bytes) -> str:
    text = head.lstrip(BLANK).lower()
    if not head:
        return "it is empty"
    if text.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, fetch the real file with 'git lfs pull'"
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is an HTML page, perhaps an error page saved in place of the download"
    if _looks_like_vrt(head):
        return "it is a VRT; a .tif must be a GeoTIFF, name it .vrt if you trust it"
    if text.startswith((b"<", b"{")):
        return "it is XML or JSON, which could send GDAL elsewhere"
    return "it is named as a TIFF but does not begin like one"


def _looks_like_vrt(head: bytes) -> bool:
    return b"<VRTDataset" in head


def _check_vrt(path: str, parents: tuple[str, ...]) -> list[str]:
    files: list[str] = []
    real = os.path.realpath(path)
    if real in parents:
        raise InputError(f"{path} names itself as one of its sources.")
    for element in _vrt_elements(path):
        # GDAL's own XML reader takes elements and attributes alike, in upper and lower case, without namespaces.
        # Of two that differ only in upper and lower case it takes the first.
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
        raise InputError(f"{path} carries program code (a pixel function), which is not run; use its result instead.")
    if name == "subclass" and value.lower() == "vrtrawrasterband":
        raise InputError(f"{path} reads raw bytes of another file; convert it to a GeoTIFF first.")
    if name not in ("mdi", "srs", "xmlns") and (is_remote(value) or _VIRTUAL.search(value)):
        raise InputError(f"{path} would reach the network ({value}); if you trust that address, give it as the input.")


def _source_path(vrt: str, value: str, attributes: dict[str, str]) -> str:
    """Return where GDAL looks for a source: beside the VRT when its `relativeToVRT` begins with a number but 0.

    Of a subdataset that is where its file lies, unless there is a file of the whole name.
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
            raise InputError(f"{path} is a VRT of more than {LARGEST_VRT // 2**20} MB; it is not read.")
        return list(parse_xml(Path(path).read_bytes(), path).iter())
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def parse_xml(data: bytes, path: str) -> ElementTree.Element:
    """Return the root of what a file says in XML, which must not declare entities.

    Raises
    ------
    InputError
        It does, or is damaged; names the file.
    """
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise InputError(f"{path} declares XML entities; such a VRT is not read.")
    try:
        return ElementTree.fromstring(data)  # noqa: S314 # nosec B314 - no entities are left to expand
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"{path} is not a raster that GDAL can read: its XML is damaged ({error}).") from error


def _check_source(vrt: str, source: str, parents: tuple[str, ...]) -> list[str]:
    inside = split_subdataset(source)
    if is_remote(source) or _VIRTUAL.search(source) or is_address(source):
        raise InputError(f"{vrt} would reach the network ({source}); if you trust that address, give it as the input.")
    if source.startswith(ARCHIVES) or inside is not None and inside.elsewhere:
        return []
    if inside is not None:
        if not inside.files:
            raise InputError(f"{vrt} needs {source}, but there is no file {inside.file}.")
        return _check_inside(source, inside, parents)
    if source.startswith("<"):
        raise InputError(f"{vrt} has another VRT inside as its source; write that to a file first.")
    if source and not os.path.exists(source):
        raise InputError(f"{vrt} needs {source}, which does not exist.")
    return _check_local(source, parents) if source else []
