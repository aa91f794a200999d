"""What the libraries of this process are and can do: versions, GDAL and its codecs, PROJ; works where some are missing.

Nothing here is imported before it is asked for, and whatever an import raises becomes words.
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

CODECS = ("DEFLATE", "LZW", "ZSTD", "LERC", "JPEG", "WEBP", "LZMA")
"""The compressions of GeoTIFF that people meet."""

MAPS = Path("/proc/self/maps")


@dataclass(frozen=True)
class Gdal:
    """A GDAL library: its version, the PROJ it uses, the codecs of its GeoTIFF driver.

    `libdeflate` tells whether it encodes DEFLATE with that faster library; None where it does not say so.
    """

    version: str
    proj: str
    codecs: frozenset[str]
    libdeflate: bool | None = None


def import_failures(packages: Iterable[str] = REQUIRED) -> dict[str, str]:
    """Return what each package says that cannot be imported, after importing all of them."""
    failures = {}
    for package in packages:
        try:
            importlib.import_module(package)
        except Exception as error:  # a broken library raises anything
            failures[package] = " ".join(f"{type(error).__name__}: {error}".split())
    return failures


def rasterio_gdal() -> Gdal | None:
    """Return the GDAL that rasterio uses; None where rasterio cannot be imported."""
    try:
        import rasterio
    except Exception:  # told by `import_failures`
        return None
    proj = str(getattr(rasterio, "__proj_version__", ""))
    codecs = frozenset(codec for codec in CODECS if _can_write(codec))
    mapped = mapped_libraries("deflate")
    return Gdal(str(rasterio.__gdal_version__), proj, codecs, None if mapped is None else bool(mapped))


def parse_gdal(version: str, proj: str, creation_options: str) -> Gdal:
    """Return the facts of a GDAL from the list of creation options (XML) of its GeoTIFF driver."""
    compressions = re.search(r"<Option name='COMPRESS'.*?</Option>", creation_options, re.DOTALL)
    named = re.findall(r"<Value>(\w+)</Value>", compressions.group()) if compressions else []
    level = re.search(r"DEFLATE compression level 1-(\d+)", creation_options)
    # zlib has nine levels, libdeflate twelve.
    return Gdal(version, proj, frozenset(named) & frozenset(CODECS), int(level.group(1)) > 9 if level else None)


def mapped_libraries(stem: str) -> tuple[str, ...] | None:
    """Return the files of the library `lib<stem>` that this process has loaded; None where the system does not tell."""
    try:
        lines = MAPS.read_text(errors="replace").splitlines()
    except OSError:
        return None
    # The file's name comes after five columns; wheels put a checksum into it, some of them their own name too.
    names = {line.split(None, 5)[5] for line in lines if len(line.split(None, 5)) == 6}
    wanted = re.compile(rf"lib{re.escape(stem)}(?:(?:-[a-z]+)?-[0-9a-f]+)?\.so(?:\.[\d.]+)?(?: \(deleted\))?")
    return tuple(sorted(name for name in names if wanted.fullmatch(os.path.basename(name))))


def crs_failure() -> str:
    """Return what goes wrong when rasterio looks up a CRS in PROJ's database; empty where nothing does."""
    try:
        from rasterio.crs import CRS
    except Exception:  # told by `import_failures`
        return ""
    try:
        found = CRS.from_epsg(32633).to_wkt()
    except Exception as error:
        return " ".join(str(error).split())
    return "" if "33N" in found else f"EPSG:32633 is {found!r}"


def proj_folders(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment variables that send every PROJ and GDAL of this process to one folder."""
    return {name: environment[name] for name in ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA") if environment.get(name)}


def deflate_encoder() -> str:
    """Return what encodes DEFLATE blocks of results; empty where numpy is missing."""
    try:
        from ..tiff import deflate, isal
    except ImportError:
        return ""
    if deflate.library() is None:
        return "GDAL"
    return "ISA-L" if isal.library() is not None else "libdeflate"


def missing_codecs(gdals: Collection[Gdal]) -> tuple[str, ...]:
    """Return the codecs that one of the GDALs lacks, in the order of `CODECS`."""
    return tuple(codec for codec in CODECS if any(codec not in gdal.codecs for gdal in gdals))


def _can_write(codec: str) -> bool:
    """Return whether rasterio's GDAL makes a GeoTIFF with this compression; a codec may be listed and not work."""
    import rasterio
    from rasterio.shutil import delete
    from rasterio.transform import from_origin

    path = f"/vsimem/parallel_raster_{os.getpid()}_{codec}.tif"
    keywords = {"driver": "GTiff", "width": 16, "height": 16, "count": 3, "dtype": "uint8", "interleave": "pixel"}
    place = from_origin(0, 16, 1, 1)  # rasterio warns of a file without
    try:
        with rasterio.open(path, "w", compress=codec, transform=place, **keywords):
            pass
        with rasterio.open(path) as dataset:
            return bool(dataset.tags(ns="IMAGE_STRUCTURE").get("COMPRESSION") == codec)
    except Exception:
        return False
    finally:
        with contextlib.suppress(Exception):
            delete(path, driver="GTiff")
