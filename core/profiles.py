"""Creation options of GeoTIFF outputs: what the user gave, what fits where nothing was given, what the driver says."""

from __future__ import annotations

import logging
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.shutil import delete

from .errors import OptionError
from .grid import Grid
from .machine import usable_cpus
from .planner import Shape

PREDICTOR_CODECS = ("DEFLATE", "LZW", "ZSTD")
LOSSLESS_CODECS = ("NONE", "PACKBITS", "LZMA", *PREDICTOR_CODECS)
KEPT_IN_FILE = {"TILED", "BLOCKXSIZE", "BLOCKYSIZE", "COMPRESS", "PREDICTOR", "BIGTIFF", "INTERLEAVE", "NUM_THREADS"}
"""Options that a file reopened for update still knows; a compression level, say, is forgotten."""

YES = ("YES", "TRUE", "ON", "1")
NO = ("NO", "FALSE", "OFF", "0")

TRIAL_ROWS = 2**15
"""Rows, and with tiles columns, of the empty file that shows which blocks the driver makes."""

NOT_OURS = (
    "COPY_SRC_OVERVIEWS",
    "STREAMABLE_OUTPUT",
    "APPEND_SUBDATASET",
    "RPB",
    "RPCTXT",
    "TFW",
    "WORLDFILE",
    "PROFILE",
)
"""Options of the driver that make no sense for a result written chunk by chunk into one file."""


@dataclass(frozen=True)
class OutputProfile:
    """Everything that GDAL needs to make the empty output: its grid, bands, type, nodata and creation options."""

    grid: Grid
    count: int
    dtype: str
    nodata: float | None
    options: Mapping[str, str]
    block: Shape

    @property
    def reopens_alike(self) -> bool:
        """Whether the file can be closed and reopened while it is written without a change of its encoding."""
        codec = self.options.get("COMPRESS", "NONE")
        return set(self.options) <= KEPT_IN_FILE and codec in ("NONE", "PACKBITS", *PREDICTOR_CODECS)

    @property
    def threads(self) -> int:
        """Threads on which GDAL encodes."""
        given = self.options["NUM_THREADS"]
        return int(given) if given.isdigit() else usable_cpus()

    @property
    def lossless(self) -> bool:
        """Whether the pixels read back are the pixels written."""
        codec = self.options.get("COMPRESS", "NONE")
        exact_lerc = codec.startswith("LERC") and float(self.options.get("MAX_Z_ERROR", 0)) == 0
        exact_webp = codec == "WEBP" and self.options.get("WEBP_LOSSLESS", "NO").upper() in YES
        return (codec in LOSSLESS_CODECS or exact_lerc or exact_webp) and not {"DISCARD_LSB", "NBITS"} & set(
            self.options
        )

    @property
    def raw_bytes(self) -> int:
        """Size of the pixels without compression, bytes."""
        return self.grid.width * self.grid.height * self.count * np.dtype(self.dtype).itemsize

    def creation_keywords(self) -> dict[str, object]:
        """Return the keywords of `rasterio.open` that make the file."""
        return {
            "driver": "GTiff",
            "width": self.grid.width,
            "height": self.grid.height,
            "count": self.count,
            "dtype": self.dtype,
            "crs": self.grid.crs,
            "transform": self.grid.transform,
            "nodata": self.nodata,
            **self.options,
            # Else GDAL would first fill the whole file with empty blocks.
            "SPARSE_OK": "TRUE",
        }


def parse_creation_options(given: str | Mapping[str, object]) -> dict[str, str]:
    """Return creation options as upper-case keys and values, from `KEY=VALUE|KEY=VALUE` or a mapping.

    Raises
    ------
    OptionError
        A part has no `=`, or names an option that does not suit a result written in chunks.
    """
    if isinstance(given, str):
        pairs = []
        for part in filter(None, (part.strip() for part in given.split("|"))):
            key, separator, value = part.partition("=")
            if not separator or not key.strip():
                raise OptionError(f"The creation option {part!r} is not of the form KEY=VALUE.")
            pairs.append((key.strip(), value.strip()))
    else:
        pairs = [(str(key), str(value)) for key, value in given.items()]
    options = {key.upper(): value.upper() if key.upper() != "JPEG_QUALITY" else value for key, value in pairs}
    for key in NOT_OURS:
        if key in options:
            raise OptionError(f"The creation option {key} cannot be used for this output; leave it out.")
    return options


def resolve_profile(
    grid: Grid, count: int, dtype: str, nodata: float | None, given: str | Mapping[str, object], workers: int
) -> OutputProfile:
    """Return the profile of an output: the user's creation options, completed by defaults that fit the type.

    Raises
    ------
    OptionError
        The driver does not know an option or its value; says what the driver says.
    """
    options = _with_defaults(parse_creation_options(given), np.dtype(dtype))
    if options["TILED"] not in YES + NO:
        raise OptionError(f"The creation option TILED={options['TILED']} cannot be used: YES or NO is needed.")
    options.setdefault("NUM_THREADS", str(workers))
    trial = OutputProfile(_trial_grid(grid, options), count, dtype, nodata, options, (0, 0))
    block = _tried_block(trial)
    for key, edge in (("BLOCKYSIZE", block[0]), ("BLOCKXSIZE", block[1])):
        if options["TILED"] in YES and options.get(key, str(edge)) != str(edge):
            raise OptionError(f"The creation option {key}={options[key]} cannot be used: a multiple of 16 is needed.")
    return OutputProfile(grid, count, dtype, nodata, options, block)


def _with_defaults(given: dict[str, str], dtype: np.dtype[Any]) -> dict[str, str]:
    options = {"TILED": "YES", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER", **given}
    if options["TILED"] in YES:
        options.setdefault("BLOCKXSIZE", "512")
        options.setdefault("BLOCKYSIZE", "512")
    if options["COMPRESS"] in PREDICTOR_CODECS and "NBITS" not in options:
        options.setdefault("PREDICTOR", "3" if dtype.kind == "f" else "2")
    return options


def _trial_grid(grid: Grid, options: Mapping[str, str]) -> Grid:
    """Return a grid that has the same blocks but is small: the list of a huge file's blocks alone fills the memory."""
    height = min(grid.height, max(TRIAL_ROWS, _whole_number(options.get("BLOCKYSIZE", ""))))
    width = min(grid.width, TRIAL_ROWS) if options["TILED"] in YES else grid.width
    return replace(grid, width=width, height=height)


def _whole_number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


class _DriverWords(logging.Handler):
    """Collects what GDAL says in this thread while it makes a file."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.lines.append(record.getMessage())


def _tried_block(profile: OutputProfile) -> Shape:
    """Return (rows, columns) of the blocks that the driver chooses, after making the empty file in memory."""
    words = _DriverWords()
    shown = "|".join(f"{key}={value}" for key, value in profile.options.items())
    refusal = f"The creation options {shown} cannot be used for {profile.dtype}"
    logger = logging.getLogger("rasterio._env")
    level = logger.level
    path = f"/vsimem/parallel_raster_{uuid.uuid4().hex}.tif"
    logger.addHandler(words)
    logger.setLevel(logging.WARNING)  # whatever the application set for rasterio
    try:
        with rasterio.open(path, "w", **profile.creation_keywords()) as dataset:
            block: Shape = dataset.block_shapes[0]
        delete(path, driver="GTiff")
    except (RasterioError, OSError, ValueError, TypeError) as error:
        raise OptionError(f"{refusal}: {_plain([*words.lines, str(error)])}.") from error
    finally:
        logger.removeHandler(words)
        logger.setLevel(level)
    if words.lines:
        raise OptionError(f"{refusal}: {_plain(words.lines)}.")
    return block


def _plain(lines: list[str]) -> str:
    texts = (re.sub(r"\S*/vsimem/[^\s:]*:?\s*", "", line.split(" in ", 1)[-1]) for line in lines)
    unique = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    return "; ".join(unique)
