"""Creation options of GeoTIFF outputs: user options, inherited options, defaults, and a check by the driver."""

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
"""Options that GDAL still applies to a file reopened for update. Others, for example compression levels, are lost."""

YES = ("YES", "TRUE", "ON", "1")
NO = ("NO", "FALSE", "OFF", "0")

PREDICTOR_CODECS = ("DEFLATE", "LZW", "ZSTD")
LOSSLESS_CODECS = ("NONE", "PACKBITS", "LZMA", *PREDICTOR_CODECS)

YCBCR_JPEG = "YCbCr JPEG"
"""GDAL's name for JPEG blocks in the YCbCr colour space."""

PHOTO_CODECS = ("JPEG", "WEBP")
"""Codecs for RGB data; they determine the colour interpretation of the bands."""

LOSSY_OPTIONS = ("JPEG_QUALITY", "JPEGTABLESMODE", "MAX_Z_ERROR")
"""Creation options of lossy codecs that GDAL reports for an input and that affect the encoding of blocks."""

CODEC_OPTIONS = (*LOSSY_OPTIONS, "WEBP_LOSSLESS")
"""Inherited creation options that apply only to the codec of the input."""

BLOCK_STEP = 16
"""GDAL reads blocks of any size, but writes tiled files only if block width and height are multiples of this number."""

LARGEST_STRIP_BYTES = 2**24
"""Outputs inherit strips only up to this decoded size in bytes. With larger strips, some workers could be idle."""

TRIAL_ROWS = 2**15
"""Maximum number of rows (and columns, if tiled) of the empty file that is created to find the driver's block size."""

LARGEST_ONLY_STRIP = 2000
"""Maximum number of rows of a file that consists of one strip, if the file has a mask or 8-bit pixels.

GDAL reads larger strips line by line: it then cannot write the mask, and cannot read a strip that is empty.
"""

UNSUPPORTED = (
    "COPY_SRC_OVERVIEWS", "STREAMABLE_OUTPUT", "APPEND_SUBDATASET", "RPB", "RPCTXT", "TFW", "WORLDFILE", "PROFILE",
)  # fmt: skip
"""Driver options that do not work for an output that is written chunk by chunk into a single file."""


@dataclass(frozen=True)
class Inherited:
    """Data type and creation options that an output inherits from its (first) input.

    `options` is empty unless the input is a tiled, lossless GeoTIFF or, on request, a GeoTIFF with strips or a lossy
    codec. `look` contains NBITS, PHOTOMETRIC and ALPHA, which are inherited from inputs of any format.
    """

    dtype: str
    options: Mapping[str, str]
    look: Mapping[str, str]


@dataclass(frozen=True)
class OutputProfile:
    """Everything that GDAL needs to create the empty output: grid, bands, data type, nodata and creation options.

    `metadata` is the remaining metadata of the file; `masked` is True if the file has a mask. `own_bits` is True if
    NBITS was inherited from the input; all values then fit into these bits. `lost` names the value that the creation
    options do not preserve (nodata, NaN or alpha 0) and that a mask therefore replaces; "" if there is none.
    `alpha_clears` is True if the colours of pixels with alpha 0 are not preserved. Files with the same `header_key`
    differ only in their position, so the header of the first file can be copied for the others; the key is "" if
    there are no such files. A file that would be one strip of more than `LARGEST_ONLY_STRIP` rows is divided into
    smaller strips if it has a mask or 8-bit pixels; `options` and `block` are changed accordingly.
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
    header_key: str = ""

    def __post_init__(self) -> None:
        one_strip = self.options.get("TILED") in NO and self.block[0] >= self.grid.height > LARGEST_ONLY_STRIP
        if one_strip and (self.masked or array_dtype(self.dtype).itemsize == 1):
            # The class is frozen, so attributes cannot be assigned. `replace` calls this method for copies, too.
            object.__setattr__(self, "options", {**self.options, "BLOCKYSIZE": str(LARGEST_ONLY_STRIP)})
            object.__setattr__(self, "block", (LARGEST_ONLY_STRIP, self.block[1]))

    @property
    def patched_nodata(self) -> str:
        """Nodata value, as a string, to write after closing the file; "" if GDAL can store the value or none is set."""
        if self.nodata is None:
            return ""
        wide = self.dtype in WIDE_INTEGERS
        foreign = array_dtype(self.dtype).kind in "iu" and stored_nodata(self.nodata, array_dtype(self.dtype)) is None
        return format(self.nodata, ".17g" if isinstance(self.nodata, float) else "d") if wide or foreign else ""

    @property
    def reopens_alike(self) -> bool:
        """True if the file can be closed and reopened during writing without changing its encoding."""
        codec = self.options.get("COMPRESS", "NONE")
        return set(self.options) <= KEPT_IN_FILE and codec in ("NONE", "PACKBITS", *PREDICTOR_CODECS)

    @property
    def threads(self) -> int:
        """Number of threads that GDAL uses for encoding."""
        given = self.options["NUM_THREADS"]
        return int(given) if given.isdigit() else usable_cpus()

    @property
    def lossless(self) -> bool:
        """True if the pixels read back are equal to the pixels written."""
        codec = self.options.get("COMPRESS", "NONE")
        exact_lerc = codec.startswith("LERC") and float(self.options.get("MAX_Z_ERROR", 0)) == 0
        exact_webp = codec == "WEBP" and self.options.get("WEBP_LOSSLESS", "NO").upper() in YES
        cut = {"DISCARD_LSB"} if self.own_bits else {"DISCARD_LSB", "NBITS"}
        if self.alpha_clears:
            return False
        return (codec in LOSSLESS_CODECS or exact_lerc or exact_webp) and not cut & set(self.options)

    @property
    def limits(self) -> Limits | None:
        """Range of values that the creation options allow; None if every value of the data type can be stored."""
        return option_limits(self.final_options, self.dtype)

    @property
    def final_options(self) -> Mapping[str, str]:
        """Creation options of the result; `options` are the options of the file that the chunks are written to."""
        return self.options

    @property
    def is_cog(self) -> bool:
        """True if the result is a Cloud Optimized GeoTIFF, copied from the file that the chunks are written to."""
        return False

    @property
    def has_overviews(self) -> bool:
        """True if the result has overviews."""
        return False

    @property
    def sparse(self) -> bool:
        """True if empty blocks may be missing from the result file."""
        return True

    @property
    def space_factor(self) -> float:
        """Peak disk space as a multiple of the size of the stored pixels."""
        return 1.0

    @property
    def block_bytes(self) -> int:
        """Decoded size of a block in bytes, including all bands that are interleaved in it."""
        interleaved = self.count if self.options.get("INTERLEAVE", "PIXEL") == "PIXEL" else 1
        return self.block[0] * self.block[1] * interleaved * array_dtype(self.dtype).itemsize

    @property
    def raw_bytes(self) -> int:
        """Uncompressed size of the pixels in bytes."""
        return self.grid.width * self.grid.height * self.count * array_dtype(self.dtype).itemsize

    def creation_keywords(self) -> dict[str, object]:
        """Return the keyword arguments of `rasterio.open` that create the file."""
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
        """Return the creation options to pass to the driver."""
        # With SPARSE_OK, GDAL omits nodata blocks, so it must know the nodata value. Without SPARSE_OK, GDAL
        # first fills the file with empty blocks.
        options = {**self.options, "SPARSE_OK": "FALSE" if self.patched_nodata else "TRUE"}
        # By default, GDAL interprets three or four byte bands as red, green, blue and alpha.
        if self.metadata is None and self.count > 2 and self.options.get("COMPRESS") not in PHOTO_CODECS:
            options.setdefault("PHOTOMETRIC", "MINISBLACK")
        return options


def inherited_options(source: RasterSource, *, strips: bool = False, lossy: bool = False) -> Inherited:
    """Return the data type and creation options that an output inherits from `source`.

    If `strips` is True, the strips of a GeoTIFF are inherited like tiles. If `lossy` is True, lossy codecs are
    inherited too, with the options that determine the encoding of blocks.
    """
    structure, bands, first = source.structure, source.metadata.bands, source.inputs[0]
    look = _band_options(structure, bands[0].dtype, [band.colour for band in bands])
    codec = structure.get("COMPRESSION", "NONE")
    # With four bands, WEBP clears the colours of pixels with alpha 0.
    exact_webp = codec == "WEBP" and structure.get("COMPRESSION_REVERSIBILITY") == "LOSSLESS" and len(bands) == 3
    exact_lerc = codec.startswith("LERC") and float(structure.get("MAX_Z_ERROR", 1)) == 0
    exact = codec in LOSSLESS_CODECS or exact_lerc or exact_webp
    tiled = structure.get("TILED") == "YES"
    in_strips = strips and structure.get("TILED") == "NO" and first.block_bytes <= LARGEST_STRIP_BYTES
    if not (tiled or in_strips) or not (exact or lossy):
        return Inherited(bands[0].dtype, {}, look)
    options = {"TILED": "YES" if tiled else "NO", "COMPRESS": codec.split()[-1]}
    if not exact:
        options.update({key: structure[key] for key in LOSSY_OPTIONS if key in structure})
    if exact_webp:
        options["WEBP_LOSSLESS"] = "YES"
    if codec == YCBCR_JPEG:
        look = {**look, "PHOTOMETRIC": "YCBCR"}
    if not tiled:
        options["BLOCKYSIZE"] = str(first.block[0])
    elif all(edge % BLOCK_STEP == 0 for edge in first.block):
        options.update(BLOCKXSIZE=str(first.block[1]), BLOCKYSIZE=str(first.block[0]))
    if codec in PREDICTOR_CODECS:
        options["PREDICTOR"] = structure.get("PREDICTOR", "1")
    if len(bands) > 1:
        options["INTERLEAVE"] = structure.get("INTERLEAVE", "PIXEL")
    return Inherited(bands[0].dtype, options, look)


def without_short_bits(inherited: Inherited, nodata: Nodata) -> Inherited:
    """Return the inherited options, without NBITS if the nodata value does not fit into the bits."""
    if nodata is None or 0 <= nodata < 2 ** int(inherited.look.get("NBITS", 64)):
        return inherited
    return replace(inherited, look={key: value for key, value in inherited.look.items() if key != "NBITS"})


def _band_options(structure: Mapping[str, str], dtype: str, colours: Sequence[str]) -> dict[str, str]:
    """Return the options PHOTOMETRIC, NBITS and ALPHA that describe the bands of an input."""
    look = {}
    if colours[0] != "palette":
        grey = "MINISWHITE" if structure.get("MINISWHITE") == "YES" else "MINISBLACK"
        look["PHOTOMETRIC"] = "RGB" if list(colours[:3]) == ["red", "green", "blue"] else grey
    if array_dtype(dtype).kind in "iu" and structure.get("NBITS", "").isdigit():
        look["NBITS"] = structure["NBITS"]
    if "alpha" in colours and "ALPHA" in structure:
        look["ALPHA"] = structure["ALPHA"]
    return look


def parse_creation_options(given: str | Mapping[str, object]) -> dict[str, str]:
    """Parse creation options from `KEY=VALUE|KEY=VALUE` or a mapping; return keys and values in upper case.

    Raises
    ------
    OptionError
        A part has no `=`, or an option cannot be used for an output that is written in chunks.
    """
    if isinstance(given, str):
        pairs = []
        for part in filter(None, (part.strip() for part in given.split("|"))):
            key, separator, value = part.partition("=")
            if not separator or not key.strip():
                raise OptionError(
                    f"CREATION_OPTIONS: {part!r} is not of the form KEY=VALUE. Write options as KEY=VALUE|KEY=VALUE.",
                    parameter="creation_options",
                )
            pairs.append((key.strip(), value.strip()))
    else:
        pairs = [(str(key), str(value)) for key, value in given.items()]
    options = {key.upper(): value.upper() if key.upper() != "JPEG_QUALITY" else value for key, value in pairs}
    for key in UNSUPPORTED:
        if key in options:
            raise OptionError(
                f"CREATION_OPTIONS: {key} cannot be used for an output that is written in chunks. Remove this option.",
                parameter="creation_options",
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
    """Return the profile of an output; options that `given` omits are inherited from the input or set to defaults.

    Parameters
    ----------
    grid, count, dtype, nodata
        Grid, number of bands, data type and nodata value of the output.
    given
        The user's creation options.
    workers
        Number of threads that GDAL uses for encoding.
    inherited
        Data type and options of the (first) input, used for options that are not given; None uses defaults.
    fit_blocks
        True limits the block size to the size of the output, unless `given` sets the block size.

    Raises
    ------
    OptionError
        The driver does not support an option or its value. The message quotes the driver.
    """
    inherited = inherited or Inherited(dtype, {}, {})
    wanted = parse_creation_options(given)
    options = _with_defaults(wanted, dtype, _usable(inherited, wanted, count, dtype))
    if fit_blocks and options["TILED"] in YES:
        for key, edge in (("BLOCKXSIZE", grid.width), ("BLOCKYSIZE", grid.height)):
            if key not in wanted:
                options[key] = str(min(int(options[key]), -(-edge // 16) * 16))
    if options["TILED"] not in YES + NO:
        raise OptionError(
            f"CREATION_OPTIONS: TILED={options['TILED']} is invalid: it must be YES or NO.",
            parameter="creation_options",
        )
    options.setdefault("NUM_THREADS", str(workers))
    trial = OutputProfile(_small_grid(grid, options), count, dtype, nodata, options, (0, 0))
    block = _tried_block(trial)
    for key, edge in (("BLOCKYSIZE", block[0]), ("BLOCKXSIZE", block[1])):
        if options["TILED"] in YES and options.get(key, str(edge)) != str(edge):
            raise OptionError(
                f"CREATION_OPTIONS: {key}={options[key]} is invalid: it must be a multiple of 16.",
                parameter="creation_options",
            )
    own_bits = "NBITS" in options and "NBITS" not in wanted
    return OutputProfile(grid, count, dtype, nodata, options, block, own_bits=own_bits)


def _usable(inherited: Inherited, given: Mapping[str, str], count: int, dtype: str) -> Inherited:
    """Return the inherited options without those that the output cannot use.

    If the output has another codec, the options of the input's codec are left out. WEBP_LEVEL requests lossy WEBP, so
    WEBP_LOSSLESS is then left out. WEBP is lossless only for 3 bands of type Byte with INTERLEAVE=PIXEL; other outputs
    of an input in lossless WEBP inherit no creation options.
    """
    codec = inherited.options.get("COMPRESS")
    if given.get("COMPRESS", codec) != codec:
        return _without(inherited, CODEC_OPTIONS)
    if "WEBP_LEVEL" in given:
        return _without(inherited, ("WEBP_LOSSLESS",))
    fits = count == 3 and dtype == "uint8" and given.get("INTERLEAVE", "PIXEL") == "PIXEL"
    return inherited if fits or "WEBP_LOSSLESS" not in inherited.options else replace(inherited, options={})


def _without(inherited: Inherited, names: Sequence[str]) -> Inherited:
    kept = {key: value for key, value in inherited.options.items() if key not in names}
    return replace(inherited, options=kept)


def _with_defaults(given: dict[str, str], dtype: str, inherited: Inherited) -> dict[str, str]:
    """Return the given options, plus inherited options and defaults for the data type."""
    look = inherited.look if inherited.dtype == dtype else {}
    base = {"TILED": "YES", "COMPRESS": "DEFLATE", "BIGTIFF": "IF_SAFER", **inherited.options}
    predictor = base.pop("PREDICTOR", "")
    edges: dict[str, str] = {key: base.pop(key) for key in ("BLOCKXSIZE", "BLOCKYSIZE") if key in base}
    options = {**base, **look, **given}
    if (options["TILED"] in YES) != (base["TILED"] == "YES"):
        edges = {}  # block sizes of tiles are unsuitable for strips, and vice versa
    if options["TILED"] in YES:
        edges = {"BLOCKXSIZE": "512", "BLOCKYSIZE": "512", **edges}
    options = {**edges, **options}
    if options["COMPRESS"] in PREDICTOR_CODECS and "NBITS" not in options:
        default = {"f": "3", "c": "1"}.get(array_dtype(dtype).kind, "2")
        predictor = predictor if predictor and inherited.dtype == dtype else default
        options.setdefault("PREDICTOR", usable_predictor(predictor, dtype))
    return options


def _small_grid(grid: Grid, options: Mapping[str, str]) -> Grid:
    """Return a smaller grid for which the driver uses the same block size.

    For a huge file, the block index alone could exhaust the memory. The returned grid has no CRS because GDAL's
    warnings about a CRS would be mistaken for warnings about the options.
    """
    height = min(grid.height, max(TRIAL_ROWS, _parse_size(options.get("BLOCKYSIZE", ""))))
    width = min(grid.width, TRIAL_ROWS) if options["TILED"] in YES else grid.width
    return replace(grid, crs=None, width=width, height=height)


def _parse_size(text: str) -> int:
    """Return a size given as a string; 0 if it is not a valid number."""
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _tried_block(profile: OutputProfile) -> Shape:
    """Create an empty file in memory and return the block shape (rows, columns) that the driver uses."""
    path = memory_path()
    with refused_by_driver(profile.options, profile.dtype):
        with rasterio.open(path, "w", **profile.creation_keywords()) as dataset:
            block: Shape = dataset.block_shapes[0]
        delete(path, driver="GTiff")
    return block


ADVICE = {
    "JPEG": "JPEG stores 1 to 4 bands of type Byte, or any number of such bands with INTERLEAVE=BAND",
    "WEBP": "WEBP stores 3 or 4 bands of type Byte with INTERLEAVE=PIXEL",
    "CCITTRLE": "CCITT stores one bit per pixel (NBITS=1)",
    "CCITTFAX3": "CCITT stores one bit per pixel (NBITS=1)",
    "CCITTFAX4": "CCITT stores one bit per pixel (NBITS=1)",
    "LERC": "LERC stores integers and floats of up to 64 bits, but no complex numbers",
}


def codec_advice(codec: str) -> str:
    """Return sentences that say what a codec can store, and which codecs store everything."""
    advice = next((f"{text}. " for name, text in ADVICE.items() if codec.startswith(name)), "")
    return f"{advice}DEFLATE, ZSTD and LZW store every data type and any number of bands."


@contextmanager
def refused_by_driver(options: Mapping[str, str], dtype: str) -> Iterator[None]:
    """Context manager for testing creation options; raises errors and warnings of the driver as OptionError.

    Raises
    ------
    OptionError
        The driver reported an error or a warning. The message quotes the options and the driver.
    """
    shown = "|".join(f"{key}={value}" for key, value in options.items())
    rejection = f"CREATION_OPTIONS: {shown} cannot be used for {dtype}"
    with gdal_words() as messages:
        try:
            yield
        except Exception as error:
            if not is_library_error(error):
                raise
            lines = [line.text for line in messages if not line.text.startswith(ERROR_MARK)]
            raise OptionError(
                f"{rejection}: {plain_words([*lines, str(error)])}.", parameter="creation_options"
            ) from error
    lines = [line.text for line in messages if not line.text.startswith(ERROR_MARK)]
    warnings = [line for line in lines if not _is_about_other_option(line, options)]
    if warnings and "NBITS" not in options and all("NBITS=" in line for line in warnings):
        codec = options.get("COMPRESS", "NONE")  # GDAL warns only about NBITS, which the user did not set
        raise OptionError(
            f"CREATION_OPTIONS: COMPRESS={codec} cannot store {dtype}. {codec_advice(codec)}",
            parameter="creation_options",
        )
    if warnings:
        raise OptionError(f"{rejection}: {plain_words(warnings)}.", parameter="creation_options")


def is_library_error(error: Exception) -> bool:
    """Return True if the error may come from rasterio or GDAL.

    GDAL's exceptions (rasterio._err.CPLE_*) have no public base class, so they are recognized by their module.
    """
    known = isinstance(error, (RasterioError, OSError, ValueError, TypeError, SystemError, RuntimeError))
    return known or type(error).__module__.startswith("rasterio")


def _is_about_other_option(line: str, options: Mapping[str, str]) -> bool:
    """Return True if a warning names an option that is not set, such as WEBP_LEVEL with lossless WEBP."""
    found = re.search(r"(?:^| )([A-Z][A-Z_]+) is specified", line)
    return found is not None and found.group(1) not in options


def plain_words(lines: list[str]) -> str:
    """Join GDAL messages into one string, without duplicates or names of in-memory files."""
    texts = (re.sub(r"\S*/vsimem/[^\s:]*:?\s*", "", line.split(" in ", 1)[-1]) for line in lines)
    unique = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    return "; ".join(unique)
