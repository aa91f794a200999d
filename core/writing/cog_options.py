"""Creation options of Cloud Optimized GeoTIFFs, for GDAL's COG driver and for the plain file that the driver copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import rasterio
from rasterio.shutil import copy, delete

from ..errors import OptionError
from ..raster.dtypes import WIDE_INTEGERS, array_dtype
from ..raster.grid import Grid
from ..reading.gdal_quirks import memory_path, usable_predictor
from .creation_options import (
    LOSSLESS_CODECS,
    NO,
    PREDICTOR_CODECS,
    OutputProfile,
    parse_creation_options,
    refused_by_driver,
    resolve_profile,
)

SPACE_FACTOR = 2.5
"""Peak disk space as a multiple of the size of the stored pixels.

The factor covers the plain GeoTIFF written first, the COG with overviews (4/3) and temporary overviews."""

OTHER_GRID = (
    "TILING_SCHEME",
    "TARGET_SRS",
    "RES",
    "EXTENT",
    "ALIGNED_LEVELS",
    "ZOOM_LEVEL",
    "ZOOM_LEVEL_STRATEGY",
    "WARP_RESAMPLING",
    "ADD_ALPHA",
)
"""COG driver options that would resample the result to a different grid."""

FAST_CODECS: tuple[dict[str, str], ...] = ({"COMPRESS": "ZSTD", "ZSTD_LEVEL": "1"}, {"COMPRESS": "LZW"})
"""Compression of the plain GeoTIFF written before the COG, in order of preference; ZSTD is optional in GDAL."""

SMALLEST_BLOCK, LARGEST_BLOCK = 128, 8192
TRIAL_EDGE = 2 * SMALLEST_BLOCK
"""Edge length in pixels of a test raster; with the smallest blocks, it has exactly one overview."""


@dataclass(frozen=True)
class CogProfile(OutputProfile):
    """Profile of a COG; `options` are for the plain GeoTIFF that is written first, `cog_options` for the COG driver."""

    cog_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def lossless(self) -> bool:
        """True if the pixels read back equal the pixels written."""
        codec, given = self.cog_options["COMPRESS"], self.cog_options
        exact = (
            codec in LOSSLESS_CODECS
            or codec.startswith("LERC") and float(given.get("MAX_Z_ERROR", 0)) == 0
            or codec == "WEBP" and given.get("QUALITY") == "100"
            or codec == "JXL" and given.get("JXL_LOSSLESS", "YES") not in NO
        )  # fmt: skip
        return exact and (self.own_bits or "NBITS" not in given) and not self.alpha_clears

    @property
    def final_options(self) -> Mapping[str, str]:
        """Creation options of the COG driver."""
        return self.cog_options

    @property
    def is_cog(self) -> bool:
        """True if the output is a COG; always True for this class."""
        return True

    @property
    def space_factor(self) -> float:
        """Peak disk space as a multiple of the size of the stored pixels."""
        return SPACE_FACTOR

    @property
    def sparse(self) -> bool:
        """True if the driver may omit empty blocks."""
        return self.cog_options.get("SPARSE_OK", "NO") not in NO

    @property
    def has_overviews(self) -> bool:
        """True if the driver creates overviews: for rasters larger than a block, unless options disable them."""
        wanted = self.cog_options.get("OVERVIEWS") not in ("NONE", "FORCE_USE_EXISTING")
        return wanted and self.cog_options.get("OVERVIEW_COUNT") != "0" and self._is_larger_than_block

    @property
    def _is_larger_than_block(self) -> bool:
        return max(self.grid.width, self.grid.height) > self.block[0]


def nearest_overviews(creation_options: str | Mapping[str, object]) -> dict[str, object]:
    """Return the given COG driver options, with nearest-neighbour overviews unless a resampling method is given."""
    given = parse_creation_options(creation_options)
    default = {} if "RESAMPLING" in given else {"OVERVIEW_RESAMPLING": "NEAREST"}
    return {**default, **given}


def resolve_cog_profile(
    grid: Grid,
    count: int,
    dtype: str,
    nodata: float | None,
    given: str | Mapping[str, object],
    workers: int,
    *,
    resampling: str = "AVERAGE",
) -> CogProfile:
    """Return the profile of a Cloud Optimized GeoTIFF from the user's COG driver options and defaults.

    Parameters
    ----------
    grid, count, dtype, nodata, given, workers
        As for `resolve_profile`; `given` are options of the COG driver.
    resampling
        Overview resampling method unless `given` sets one. "AVERAGE" suits continuous values and ignores nodata pixels;
        use "MODE" or "NEAREST" for classes.

    Raises
    ------
    OptionError
        The driver does not support an option or its value, or an option would change the grid.
    """
    options = _with_defaults(parse_creation_options(given), dtype, workers, resampling)
    for key in OTHER_GRID:
        if key in options:
            raise OptionError(
                f"CREATION_OPTIONS: {key} cannot be used because it would change the grid of the result. "
                "Remove this option, and warp the result afterwards.",
                parameter="creation_options",
            )
    _check_numbers(options)
    _try_driver(OutputProfile(grid, count, dtype, nodata, options, (0, 0)))
    plain = _plain_profile(grid, count, dtype, nodata, options, workers)
    return CogProfile(grid, count, dtype, nodata, plain.options, plain.block, cog_options=options)


def _with_defaults(given: dict[str, str], dtype: str, workers: int, resampling: str) -> dict[str, str]:
    """Return the COG driver options: the given ones, and defaults for the data type where none is given."""
    options = {"COMPRESS": "DEFLATE", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER", "NUM_THREADS": str(workers), **given}
    if not {"RESAMPLING", "OVERVIEW_RESAMPLING"} & set(options):
        options["OVERVIEW_RESAMPLING"] = resampling
    if options["COMPRESS"] in PREDICTOR_CODECS:
        unsupported = dtype in WIDE_INTEGERS and usable_predictor("2", dtype) == "1"
        # GDAL has no predictor for complex numbers.
        options.setdefault("PREDICTOR", "NO" if unsupported or "complex" in dtype else "YES")
    if options.get("OVERVIEW_COMPRESS", options["COMPRESS"]) in PREDICTOR_CODECS:
        options.setdefault("OVERVIEW_PREDICTOR", options.get("PREDICTOR", "YES"))
    return options


def _check_numbers(options: Mapping[str, str]) -> None:
    """Raise OptionError for numbers that the driver would silently ignore or that would exhaust the memory."""
    block = options["BLOCKSIZE"]
    if not block.isdigit() or int(block) % 16 or not SMALLEST_BLOCK <= int(block) <= LARGEST_BLOCK:
        raise OptionError(
            f"CREATION_OPTIONS: BLOCKSIZE={block} is invalid: it must be a multiple of 16 from "
            f"{SMALLEST_BLOCK} to {LARGEST_BLOCK}.",
            parameter="creation_options",
        )
    for key in ("MAX_Z_ERROR", "QUALITY"):
        try:
            float(options.get(key, 0))
        except ValueError as error:
            raise OptionError(
                f"CREATION_OPTIONS: {key}={options[key]} is invalid: it must be a number.",
                parameter="creation_options",
            ) from error


def _try_driver(profile: OutputProfile) -> None:
    """Copy an empty file in memory with the COG driver; raise OptionError if it rejects the options."""
    grid = replace(profile.grid, crs=None, width=TRIAL_EDGE, height=TRIAL_EDGE)
    # No nodata value is passed: GDAL 3.13 treats the fourth of four byte bands as alpha, and rejects nodata together
    # with alpha.
    plain = {**replace(profile, grid=grid, options={}, nodata=None).creation_keywords(), "tiled": True}
    source, target = memory_path(), memory_path()
    with rasterio.open(source, "w", **plain):
        pass
    try:
        with refused_by_driver(profile.options, profile.dtype):
            copy(source, target, driver="COG", **{**profile.options, "BLOCKSIZE": str(SMALLEST_BLOCK)})
            delete(target, driver="GTiff")
    finally:
        delete(source, driver="GTiff")


def _plain_profile(
    grid: Grid, count: int, dtype: str, nodata: float | None, options: Mapping[str, str], workers: int
) -> OutputProfile:
    """Return the profile of the plain GeoTIFF written before the COG: fast to write and read, same block size."""
    common = {
        "TILED": "YES",
        "BLOCKXSIZE": options["BLOCKSIZE"],
        "BLOCKYSIZE": options["BLOCKSIZE"],
        "BIGTIFF": options["BIGTIFF"],
        "NUM_THREADS": options["NUM_THREADS"],
        "PREDICTOR": usable_predictor("2", dtype) if array_dtype(dtype).kind in "iu" else "1",
    }
    for codec in FAST_CODECS[:-1]:
        try:
            return resolve_profile(grid, count, dtype, nodata, {**common, **codec}, workers)
        except OptionError:
            continue
    return resolve_profile(grid, count, dtype, nodata, {**common, **FAST_CODECS[-1]}, workers)
