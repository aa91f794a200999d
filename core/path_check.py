"""What a path is allowed to be before any library opens it.

Opening a file can be more than reading it: GDAL runs Python that a VRT carries, follows its sources to the
network and reads any file as raw pixels, whatever the file is called. These checks need only the standard
library, so that they also stand before QGIS's own look at a raster parameter.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from xml.etree import ElementTree

from .errors import InputError

TIFF_EXTENSIONS = (".tif", ".tiff")
TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
ARCHIVES = ("/vsizip/", "/vsitar/", "/vsigzip/")
SIDECARS = (".ovr", ".msk")
HEAD_BYTES = 1024
LARGEST_VRT = 64 * 2**20
_URL = re.compile(r"^(/vsi(curl|s3|gs|az|adls|oss|swift|webhdfs|hdfs)|[A-Za-z][A-Za-z0-9+.-]+://)")


def is_remote(path: str) -> bool:
    """Return whether the path asks for the network by itself."""
    return bool(_URL.match(path))


def check_raster_path(path: str) -> None:
    """Raise when the file cannot be, or must not be, opened as a raster; touch nothing but its bytes.

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
    if is_remote(path) or path.startswith("/vsi"):
        return
    _check_local(path, ())


def _check_local(path: str, parents: tuple[str, ...]) -> None:
    _check_file(path)
    extension = os.path.splitext(path)[1].lower()
    head = _head(path)
    if extension in TIFF_EXTENSIONS and not head.startswith(TIFF_MAGIC):
        raise InputError(f"{path} is not a raster that GDAL can read: {_what_it_is(head)}.")
    if extension == ".vrt" or _looks_like_vrt(head):
        _check_vrt(path, parents)
    for sidecar in (path + suffix for suffix in SIDECARS):
        if os.path.exists(sidecar) and not _head(sidecar).startswith((*TIFF_MAGIC, b"EHFA_HEADER_TAG")):
            raise InputError(f"{sidecar} is not a TIFF, so {path} is not opened; remove or replace {sidecar}.")


def _check_file(path: str) -> None:
    if not os.path.exists(path):
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
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "it is empty"
    if text.startswith(b"version https://git-lfs"):
        return "it is a Git LFS pointer, fetch the real file with 'git lfs pull'"
    if text.startswith((b"<!doctype html", b"<html")):
        return "it is an HTML page, perhaps an error page saved in place of the download"
    if _looks_like_vrt(head):
        return "it is a VRT; a .tif must be a GeoTIFF, name it .vrt if you trust it"
    return "it is named as a TIFF but does not begin like one"


def _looks_like_vrt(head: bytes) -> bool:
    return b"<VRTDataset" in head


def _check_vrt(path: str, parents: tuple[str, ...]) -> None:
    real = os.path.realpath(path)
    if real in parents:
        raise InputError(f"{path} names itself as one of its sources.")
    for element in _vrt_elements(path):
        name = element.tag
        text = (element.text or "").strip()
        if name == "PixelFunctionCode" or (name == "PixelFunctionLanguage" and text.lower() != "c"):
            raise InputError(
                f"{path} carries program code (a pixel function); it is not run. Write its result to a file."
            )
        if element.get("subClass") == "VRTRawRasterBand":
            raise InputError(f"{path} reads raw bytes of another file; convert it to a GeoTIFF first.")
        if name in ("SourceFilename", "SourceDataset") and text:
            relative = element.get("relativeToVRT", element.get("relativetoVRT", "0")) == "1"
            source = os.path.join(os.path.dirname(path), text) if relative else text
            _check_source(path, source, (*parents, real))


def _vrt_elements(path: str) -> list[ElementTree.Element]:
    try:
        if os.path.getsize(path) > LARGEST_VRT:
            raise InputError(f"{path} is a VRT of more than {LARGEST_VRT // 2**20} MB; it is not read.")
        data = Path(path).read_bytes()
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise InputError(f"{path} declares XML entities; such a VRT is not read.")
        return list(ElementTree.fromstring(data).iter())  # noqa: S314 - no entities are left to expand
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    except (ElementTree.ParseError, ValueError) as error:
        raise InputError(f"{path} is not a raster that GDAL can read: its XML is damaged ({error}).") from error


def _check_source(vrt: str, source: str, parents: tuple[str, ...]) -> None:
    if is_remote(source):
        raise InputError(
            f"{vrt} would reach the network ({source}); give that address itself as the input if you trust it."
        )
    if source.startswith(ARCHIVES):
        return
    if source.startswith(("/vsi", "<")):
        raise InputError(f"{vrt} has a source that is no file ({source[:80]}); write it to a file first.")
    if not os.path.exists(source):
        raise InputError(f"{vrt} needs {source}, which does not exist.")
    _check_local(source, parents)
