"""Creation options of GeoTIFF outputs: what the user gave, what the input or a default adds, what the driver says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import rasterio
from rasterio.errors import RasterioError
from rasterio.shutil import delete

from ..errors import OptionError
from ..parallel.machine import usable_cpus
from ..raster.dtypes import WIDE_INTEGERS, array_dtype
from ..raster.grid import Grid
from ..raster.nodata import Nodata, stored_nodata
from ..raster.windows import Shape
from ..reading.gdal_errors import ERROR_MARK, gdal_words
from ..reading.gdal_quirks import memory_path, rasterio_dtype, usable_predictor
from ..reading.metadata import RasterMetadata, RasterSource
from .value_limits import Limits, option_limits

KEPT_IN_FILE = {
    "TILED", "BLOCKXSIZE", "BLOCKYSIZE", "COMPRESS", "PREDICTOR", "BIGTIFF", "INTERLEAVE", "NUM_THREADS",
    "PHOTOMETRIC", "ALPHA", "NBITS",
}  # fmt: skip
"""Options that a file reopened for update still knows; a compression level, say, is forgotten."""

YES = ("YES", "TRUE", "ON", "1")
NO = ("NO", "FALSE", "OFF", "0")

PREDICTOR_CODECS = ("DEFLATE", "LZW", "ZSTD")
LOSSLESS_CODECS = ("NONE", "PACKBITS", "LZMA", *PREDICTOR_CODECS)

BLOCK_STEP = 16
"""GDAL reads tiles of any size, but writes only those whose edges are a multiple of this."""

TRIAL_ROWS = 2**15
"""Rows, and with tiles columns, of the empty file that shows which blocks the driver makes."""

NOT_OURS = (
    "COPY_SRC_OVERVIEWS", "STREAMABLE_OUTPUT", "APPEND_SUBDATASET", "RPB", "RPCTXT", "TFW", "WORLDFILE", "PROFILE",
)  # fmt: skip
"""Options of the driver that make no sense for a result written chunk by chunk into one file."""


@dataclass(frozen=True)
class Inherited:
    """What an output takes from its (first) input: the type, the creation options, and the look.

    `options` is empty where the input is no tiled, lossless GeoTIFF; `look` holds the options that belong to the
    bands whatever the file: NBITS, PHOTOMETRIC and ALPHA.
    """

    dtype: str
    options: Mapping[str, str]
    look: Mapping[str, str]


@dataclass(frozen=True)
class OutputProfile:
    """Everything that GDAL needs to make the empty output: its grid, bands, type, nodata and creation options.

    `facts` is what the file says of itself besides, `masked` whether it has a mask of its own. `own_bits` tells that
    NBITS is the number of bits that the pixels had before. `lost` names the empty value that does not come back from
    the storage, so that a mask takes its place; `alpha_clears` tells that colours under an alpha of 0 do not.
    """

    grid: Grid
    count: int
    dtype: str
    nodata: Nodata
    options: Mapping[str, str]
    block: Shape
    metadata: RasterMetadata | None = None
    masked: bool = False
    own_bits: bool = False
    lost: str = ""
    alpha_clears: bool = False

    @property
    def patched_nodata(self) -> str:
        """The nodata value as text where it must be entered in the finished file, "" where the library stores it."""
        if self.nodata is None:
            return ""
        wide = self.dtype in WIDE_INTEGERS
        foreign = array_dtype(self.dtype).kind in "iu" and stored_nodata(self.nodata, array_dtype(self.dtype)) is None
        return format(self.nodata, ".17g" if isinstance(self.nodata, float) else "d") if wide or foreign else ""

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
        cut = {"DISCARD_LSB"} if self.own_bits else {"DISCARD_LSB", "NBITS"}
        if self.alpha_clears:
            return False
        return (codec in LOSSLESS_CODECS or exact_lerc or exact_webp) and not cut & set(self.options)

    @property
    def limits(self) -> Limits | None:
        """What the options leave of the values of the type; None where they store them all."""
        return option_limits(self.final_options, self.dtype)

    @property
    def final_options(self) -> Mapping[str, str]:
        """The creation options of the result; `options` are those of the file that the chunks are written to."""
        return self.options

    @property
    def is_cog(self) -> bool:
        """Whether the result is a Cloud Optimized GeoTIFF: a copy of the file that the chunks are written to."""
        return False

    @property
    def has_overviews(self) -> bool:
        """Whether the result has overviews."""
        return False

    @property
    def sparse(self) -> bool:
        """Whether empty blocks of the result may be missing."""
        return True

    @property
    def space_factor(self) -> float:
        """How many times the size of the pixels as they are stored the disk must hold at once."""
        return 1.0

    @property
    def block_bytes(self) -> int:
        """What a block takes, decoded, with the bands that are stored beside it."""
        beside = self.count if self.options.get("INTERLEAVE", "PIXEL") == "PIXEL" else 1
        return self.block[0] * self.block[1] * beside * array_dtype(self.dtype).itemsize

    @property
    def raw_bytes(self) -> int:
        """Size of the pixels without compression, bytes."""
        return self.grid.width * self.grid.height * self.count * array_dtype(self.dtype).itemsize

    def creation_keywords(self) -> dict[str, object]:
        """Return the keywords of `rasterio.open` that make the file."""
        placed_by_points = self.metadata is not None and self.metadata.is_placed_by_points
        return {
            "driver": "GTiff",
            "width": self.grid.width,
            "height": self.grid.height,
            "count": self.count,
            "dtype": rasterio_dtype(self.dtype),
            "crs": None if placed_by_points else self.grid.crs,
            "transform": None if placed_by_points else self.grid.transform,
            "nodata": 0 if self.patched_nodata else self.nodata,
            **self.creation_options(),
        }

    def creation_options(self) -> dict[str, str]:
        """Return the options of the driver."""
        # With SPARSE_OK GDAL leaves out blocks of nodata, so it must know that value; without it fills the whole
        # file with empty blocks first.
        return {**self.options, "SPARSE_OK": "FALSE" if self.patched_nodata else "TRUE"}


def inherited_options(source: RasterSource) -> Inherited:
    """Return what an output takes from this input."""
    structure, bands, first = source.structure, source.metadata.bands, source.inputs[0]
    look = _look(structure, bands[0].dtype, [band.colour for band in bands])
    codec = structure.get("COMPRESSION", "NONE")
    exact = codec in LOSSLESS_CODECS or codec.startswith("LERC") and float(structure.get("MAX_Z_ERROR", 1)) == 0
    if structure.get("TILED") != "YES" or not exact:
        return Inherited(bands[0].dtype, {}, look)
    options = {"TILED": "YES", "COMPRESS": codec}
    if all(edge % BLOCK_STEP == 0 for edge in first.block):
        options.update(BLOCKXSIZE=str(first.block[1]), BLOCKYSIZE=str(first.block[0]))
    if codec in PREDICTOR_CODECS:
        options["PREDICTOR"] = structure.get("PREDICTOR", "1")
    if len(bands) > 1:
        options["INTERLEAVE"] = structure.get("INTERLEAVE", "PIXEL")
    return Inherited(bands[0].dtype, options, look)


def _look(structure: Mapping[str, str], dtype: str, colours: Sequence[str]) -> dict[str, str]:
    look = {}
    if colours[0] != "palette":
        look["PHOTOMETRIC"] = "RGB" if list(colours[:3]) == ["red", "green", "blue"] else "MINISBLACK"
    if array_dtype(dtype).kind in "iu" and structure.get("NBITS", "").isdigit():
        look["NBITS"] = structure["NBITS"]
    if "alpha" in colours and "ALPHA" in structure:
        look["ALPHA"] = structure["ALPHA"]
    return look


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
                raise OptionError(
                    f"CREATION_OPTIONS: {part!r} is not of the form KEY=VALUE.", parameter="creation_options"
                )
            pairs.append((key.strip(), value.strip()))
    else:
        pairs = [(str(key), str(value)) for key, value in given.items()]
    options = {key.upper(): value.upper() if key.upper() != "JPEG_QUALITY" else value for key, value in pairs}
    for key in NOT_OURS:
        if key in options:
            raise OptionError(
                f"CREATION_OPTIONS: {key} cannot be used for this output; leave it out.", parameter="creation_options"
            )
    return options


def resolve_profile(
    grid: Grid,
    count: int,
    dtype: str,
    nodata: Nodata,
    given: str | Mapping[str, object],
    workers: int,
    *,
    inherited: Inherited | None = None,
    fit_blocks: bool = False,
) -> OutputProfile:
    """Return the profile of an output: the user's creation options, completed by the input's, or by fitting defaults.

    Parameters
    ----------
    grid, count, dtype, nodata
        Of the output.
    given
        The user's creation options.
    workers
        Threads on which GDAL encodes.
    inherited
        What options that were not given take from the (first) input.
    fit_blocks
        Blocks whose size was not given are no larger than the output needs.

    Raises
    ------
    OptionError
        The driver does not know an option or its value; says what the driver says.
    """
    inherited = inherited or Inherited(dtype, {}, {})
    wanted = parse_creation_options(given)
    options = _with_defaults(wanted, dtype, inherited)
    if fit_blocks and options["TILED"] in YES:
        for key, edge in (("BLOCKXSIZE", grid.width), ("BLOCKYSIZE", grid.height)):
            if key not in wanted:
                options[key] = str(min(int(options[key]), -(-edge // 16) * 16))
    if options["TILED"] not in YES + NO:
        raise OptionError(
            f"CREATION_OPTIONS: TILED={options['TILED']} cannot be used: YES or NO is needed.",
            parameter="creation_options",
        )
    options.setdefault("NUM_THREADS", str(workers))
    trial = OutputProfile(_small_grid(grid, options), count, dtype, nodata, options, (0, 0))
    block = _tried_block(trial)
    for key, edge in (("BLOCKYSIZE", block[0]), ("BLOCKXSIZE", block[1])):
        if options["TILED"] in YES and options.get(key, str(edge)) != str(edge):
            raise OptionError(
                f"CREATION_OPTIONS: {key}={options[key]} cannot be used: a multiple of 16 is needed.",
                parameter="creation_options",
            )
    own_bits = "NBITS" in options and "NBITS" not in wanted
    return OutputProfile(grid, count, dtype, nodata, options, block, own_bits=own_bits)


def _with_defaults(given: dict[str, str], dtype: str, inherited: Inherited) -> dict[str, str]:
    look = inherited.look if inherited.dtype == dtype else {}
    base = {"TILED": "YES", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER", **inherited.options}
    predictor = base.pop("PREDICTOR", "")
    edges = {key: base.pop(key, "512") for key in ("BLOCKXSIZE", "BLOCKYSIZE")}
    options = {**base, **look, **given}
    if options["TILED"] in YES:
        options = {**edges, **options}
    if options["COMPRESS"] in PREDICTOR_CODECS and "NBITS" not in options:
        fitting = {"f": "3", "c": "1"}.get(array_dtype(dtype).kind, "2")
        predictor = predictor if predictor and inherited.dtype == dtype else fitting
        options.setdefault("PREDICTOR", usable_predictor(predictor, dtype))
    return options


def _small_grid(grid: Grid, options: Mapping[str, str]) -> Grid:
    """Return a grid that has the same blocks but is small: the list of a huge file's blocks alone fills the memory.

    It has no CRS: what GDAL says of one that the file cannot carry is no word about the options.
    """
    height = min(grid.height, max(TRIAL_ROWS, _whole_number(options.get("BLOCKYSIZE", ""))))
    width = min(grid.width, TRIAL_ROWS) if options["TILED"] in YES else grid.width
    return replace(grid, crs=None, width=width, height=height)


def _whole_number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _tried_block(profile: OutputProfile) -> Shape:
    """Return (rows, columns) of the blocks that the driver chooses, after making the empty file in memory."""
    path = memory_path()
    with refused_by_driver(profile.options, profile.dtype):
        with rasterio.open(path, "w", **profile.creation_keywords()) as dataset:
            block: Shape = dataset.block_shapes[0]
        delete(path, driver="GTiff")
    return block


@contextmanager
def refused_by_driver(options: Mapping[str, str], dtype: str) -> Iterator[None]:
    """Try creation options inside: an error or a warning of the driver refuses them.

    Raises
    ------
    OptionError
        With the options and what the driver says of them.
    """
    shown = "|".join(f"{key}={value}" for key, value in options.items())
    refusal = f"CREATION_OPTIONS: {shown} cannot be used for {dtype}"
    with gdal_words() as said:
        try:
            yield
        except Exception as error:
            if not is_library_error(error):
                raise
            lines = [line.text for line in said if not line.text.startswith(ERROR_MARK)]
            raise OptionError(
                f"{refusal}: {plain_words([*lines, str(error)])}.", parameter="creation_options"
            ) from error
    lines = [line.text for line in said if not line.text.startswith(ERROR_MARK)]
    warnings = [line for line in lines if not _is_about_another(line, options)]
    if warnings:
        raise OptionError(f"{refusal}: {plain_words(warnings)}.", parameter="creation_options")


def is_library_error(error: Exception) -> bool:
    """Return whether rasterio or GDAL raised it; GDAL's own exceptions (rasterio._err.CPLE_*) have no public root."""
    known = isinstance(error, (RasterioError, OSError, ValueError, TypeError, SystemError, RuntimeError))
    return known or type(error).__module__.startswith("rasterio")


def _is_about_another(line: str, options: Mapping[str, str]) -> bool:
    """Return whether a warning is about an option that nobody gave: GDAL says so of WEBP_LEVEL for lossless WEBP."""
    found = re.search(r"(?:^| )([A-Z][A-Z_]+) is specified", line)
    return found is not None and found.group(1) not in options


def plain_words(lines: list[str]) -> str:
    """Return what GDAL said, once each, without the names of files in memory."""
    texts = (re.sub(r"\S*/vsimem/[^\s:]*:?\s*", "", line.split(" in ", 1)[-1]) for line in lines)
    unique = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    return "; ".join(unique)
