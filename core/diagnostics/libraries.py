"""Versions and capabilities of the libraries of this process: GDAL and its codecs, PROJ, and DEFLATE encoders.

This module also works if libraries are missing: its functions import the libraries and return import errors as text.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..dependencies import REQUIRED
from ..stac.addresses import JP2_DRIVERS

CODECS = ("DEFLATE", "LZW", "ZSTD", "LERC", "JPEG", "WEBP", "LZMA")
"""Common GeoTIFF compressions."""

MAPS = Path("/proc/self/maps")


@dataclass(frozen=True)
class Gdal:
    """A GDAL library: the versions of GDAL and of the PROJ it uses, and the codecs of its GeoTIFF driver.

    `libdeflate` is true if GDAL encodes DEFLATE with libdeflate, which is faster than zlib; None if unknown. `vsicurl`
    is true if GDAL can read files from servers, and `jpeg2000` is true if GDAL can read JPEG 2000 files.
    """

    version: str
    proj: str
    codecs: frozenset[str]
    libdeflate: bool | None = None
    vsicurl: bool = True
    jpeg2000: bool = True


def import_failures(packages: Iterable[str] = REQUIRED) -> dict[str, str]:
    """Import the packages; return the error messages of failed imports, keyed by package name."""
    failures = {}
    for package in packages:
        try:
            importlib.import_module(package)
        except Exception as error:  # a broken library can raise any exception
            failures[package] = " ".join(f"{type(error).__name__}: {error}".split())
    return failures


def rasterio_gdal() -> Gdal | None:
    """Return the GDAL that rasterio uses; None if rasterio cannot be imported."""
    try:
        import rasterio
    except Exception:  # reported by `import_failures`
        return None
    proj = str(getattr(rasterio, "__proj_version__", ""))
    codecs = frozenset(codec for codec in CODECS if _can_write(codec))
    mapped = mapped_libraries("deflate")
    with rasterio.Env() as environment:
        drivers = frozenset(environment.drivers())
    return Gdal(
        str(rasterio.__gdal_version__), proj, codecs, None if mapped is None else bool(mapped), _has_vsicurl(),
        not drivers.isdisjoint(JP2_DRIVERS),
    )  # fmt: skip


def _has_vsicurl() -> bool:
    """Return whether rasterio's GDAL can read files from servers; no request is sent.

    The function opens a /vsicurl path with an unknown protocol. If GDAL does not support /vsicurl, the error is the
    same as for a path with an unknown /vsi prefix.
    """
    import rasterio

    errors = []
    for name in ("vsicurl", "vsinone"):
        try:
            rasterio.open(f"/{name}/none://none", driver="GTiff").close()
        except Exception as error:
            errors.append(str(error).replace(name, ""))
    return len(set(errors)) > 1


def parse_gdal(version: str, proj: str, creation_options: str, drivers: Iterable[str], folders: Iterable[str]) -> Gdal:
    """Return a description of a GDAL library, given its versions, creation options, drivers and /vsi prefixes.

    `creation_options` is the XML that the GeoTIFF driver returns; it lists the codecs.
    """
    compressions = re.search(r"<Option name='COMPRESS'.*?</Option>", creation_options, re.DOTALL)
    named = re.findall(r"<Value>(\w+)</Value>", compressions.group()) if compressions else []
    level = re.search(r"DEFLATE compression level 1-(\d+)", creation_options)
    # zlib has 9 compression levels, libdeflate has 12.
    libdeflate = int(level.group(1)) > 9 if level else None
    vsicurl, jpeg2000 = any("vsicurl/" in name for name in folders), not set(drivers).isdisjoint(JP2_DRIVERS)
    return Gdal(version, proj, frozenset(named) & frozenset(CODECS), libdeflate, vsicurl, jpeg2000)


def mapped_libraries(stem: str) -> tuple[str, ...] | None:
    """Return paths of the shared library `lib<stem>` loaded by this process; None if the system cannot list them."""
    try:
        lines = MAPS.read_text(errors="replace").splitlines()
    except OSError:
        return None
    # In each line, the path follows five columns. Names of libraries in wheels contain a checksum, and some also
    # contain the name of the wheel.
    names = {line.split(None, 5)[5] for line in lines if len(line.split(None, 5)) == 6}
    pattern = re.compile(rf"lib{re.escape(stem)}(?:(?:-[a-z]+)?-[0-9a-f]+)?\.so(?:\.[\d.]+)?(?: \(deleted\))?")
    return tuple(sorted(name for name in names if pattern.fullmatch(os.path.basename(name))))


def crs_failure() -> str:
    """Look up a CRS in PROJ's database with rasterio; return the error message, empty if the lookup succeeds."""
    try:
        from rasterio.crs import CRS
    except Exception:  # reported by `import_failures`
        return ""
    try:
        found = CRS.from_epsg(32633).to_wkt()
    except Exception as error:
        return " ".join(str(error).split())
    return "" if "33N" in found else f"EPSG:32633 is {found!r}"


def proj_folders(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment variables that set the data folders of all PROJ and GDAL libraries in this process."""
    return {name: environment[name] for name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA") if environment.get(name)}


def deflate_encoder() -> str:
    """Return the name of the library that encodes DEFLATE blocks of outputs; empty if numpy is missing."""
    try:
        from ..tiff import deflate, isal
    except ImportError:
        return ""
    if deflate.library() is None:
        return "GDAL"
    return "ISA-L" if isal.library() is not None else "libdeflate"


def missing_codecs(gdals: Collection[Gdal]) -> tuple[str, ...]:
    """Return the codecs that at least one of the GDAL libraries does not have, in the order of `CODECS`."""
    return tuple(codec for codec in CODECS if any(codec not in gdal.codecs for gdal in gdals))


def _can_write(codec: str) -> bool:
    """Return whether rasterio's GDAL can write a test file with this codec; a codec that GDAL lists may still fail."""
    import rasterio
    from rasterio.shutil import delete
    from rasterio.transform import from_origin

    path = f"/vsimem/parallel_raster_{os.getpid()}_{codec}.tif"
    keywords = {"driver": "GTiff", "width": 16, "height": 16, "count": 3, "dtype": "uint8", "interleave": "pixel"}
    transform = from_origin(0, 16, 1, 1)  # without one, rasterio warns that the file is not georeferenced
    try:
        with rasterio.open(path, "w", compress=codec, transform=transform, **keywords):
            pass
        with rasterio.open(path) as dataset:
            return bool(dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION") == codec)
    except Exception:
        return False
    finally:
        with contextlib.suppress(Exception):
            delete(path, driver="GTiff")
