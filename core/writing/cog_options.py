"""Creation options of Cloud Optimized GeoTIFFs: those of GDAL's COG driver, and of the plain file that it copies."""

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
"""A plain file, the COG with overviews (four thirds of it), and for a while the overviews once more."""

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
"""Options with which the driver would bring the result onto another grid: its pixels would be others."""

FAST_CODECS: tuple[dict[str, str], ...] = ({"COMPRESS": "ZSTD", "ZSTD_LEVEL": "1"}, {"COMPRESS": "LZW"})
"""For the plain file, which is read twice and thrown away; GDAL may be built without the first."""

SMALLEST_BLOCK, LARGEST_BLOCK = 128, 8192
TRIAL_EDGE = 2 * SMALLEST_BLOCK
"""Pixels: with the smallest blocks, one overview."""


@dataclass(frozen=True)
class CogProfile(OutputProfile):
    """The plain file that the chunks are written to, and in `cog_options` what GDAL's COG driver makes of it."""

    cog_options: Mapping[str, str] = field(default_factory=dict)

    @property
    def lossless(self) -> bool:
        """Whether the pixels read back are the pixels written."""
        codec, given = self.cog_options["COMPRESS"], self.cog_options
        exact = (
            codec in LOSSLESS_CODECS
            or codec.startswith("LERC") and float(given.get("MAX_Z_ERROR", 0)) == 0
            or codec == "WEBP" and given.get("QUALITY") == "100"
            or codec == "JXL" and given.get("JXL_LOSSLESS", "YES") not in NO
        )  # fmt: skip
        return exact and "NBITS" not in given and not self.alpha_clears

    @property
    def final_options(self) -> Mapping[str, str]:
        """The options of the COG driver."""
        return self.cog_options

    @property
    def is_cog(self) -> bool:
        """The result is a copy by the COG driver."""
        return True

    @property
    def space_factor(self) -> float:
        """How many times the size of the pixels as they are stored the disk must hold at once."""
        return SPACE_FACTOR

    @property
    def sparse(self) -> bool:
        """Whether the driver may leave empty blocks out."""
        return self.cog_options.get("SPARSE_OK", "NO") not in NO

    @property
    def has_overviews(self) -> bool:
        """Whether the driver makes overviews: of all that is larger than a block, unless it is told not to."""
        wanted = self.cog_options.get("OVERVIEWS") not in ("NONE", "FORCE_USE_EXISTING")
        return wanted and self.cog_options.get("OVERVIEW_COUNT") != "0" and self._is_larger_than_block

    @property
    def _is_larger_than_block(self) -> bool:
        return max(self.grid.width, self.grid.height) > self.block[0]


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
    """Return the profile of a Cloud Optimized GeoTIFF: the user's options of the COG driver, completed by defaults.

    Parameters
    ----------
    grid, count, dtype, nodata, given, workers
        As for `resolve_profile`; `given` are options of the COG driver.
    resampling
        How overviews are made unless `given` says so. The average suits continuous values and leaves nodata out;
        for classes take "MODE" or "NEAREST".

    Raises
    ------
    OptionError
        The driver does not know an option or its value, or an option asks for another grid.
    """
    options = _with_defaults(parse_creation_options(given), dtype, workers, resampling)
    for key in OTHER_GRID:
        if key in options:
            raise OptionError(
                f"CREATION_OPTIONS: {key} cannot be used here: it would bring the result onto another grid. "
                "Leave it out, and warp the result afterwards.",
                parameter="creation_options",
            )
    _check_numbers(options)
    _try_driver(OutputProfile(grid, count, dtype, nodata, options, (0, 0)))
    plain = _plain_profile(grid, count, dtype, nodata, options, workers)
    return CogProfile(grid, count, dtype, nodata, plain.options, plain.block, cog_options=options)


def _with_defaults(given: dict[str, str], dtype: str, workers: int, resampling: str) -> dict[str, str]:
    options = {"COMPRESS": "DEFLATE", "BLOCKSIZE": "512", "BIGTIFF": "IF_SAFER", "NUM_THREADS": str(workers), **given}
    if not {"RESAMPLING", "OVERVIEW_RESAMPLING"} & set(options):
        options["OVERVIEW_RESAMPLING"] = resampling
    if options["COMPRESS"] in PREDICTOR_CODECS:
        refused = dtype in WIDE_INTEGERS and usable_predictor("2", dtype) == "1"
        # GDAL has none for complex numbers.
        options.setdefault("PREDICTOR", "NO" if refused or "complex" in dtype else "YES")
    if options.get("OVERVIEW_COMPRESS", options["COMPRESS"]) in PREDICTOR_CODECS:
        options.setdefault("OVERVIEW_PREDICTOR", options.get("PREDICTOR", "YES"))
    return options


def _check_numbers(options: Mapping[str, str]) -> None:
    """Raise for numbers that the driver takes without a word, or that would take the memory with them."""
    block = options["BLOCKSIZE"]
    if not block.isdigit() or int(block) % 16 or not SMALLEST_BLOCK <= int(block) <= LARGEST_BLOCK:
        raise OptionError(
            f"CREATION_OPTIONS: BLOCKSIZE={block} cannot be used: a multiple of 16 from {SMALLEST_BLOCK} to "
            f"{LARGEST_BLOCK} is needed.",
            parameter="creation_options",
        )
    for key in ("MAX_Z_ERROR", "QUALITY"):
        try:
            float(options.get(key, 0))
        except ValueError as error:
            raise OptionError(
                f"CREATION_OPTIONS: {key}={options[key]} cannot be used: a number is needed.",
                parameter="creation_options",
            ) from error


def _try_driver(profile: OutputProfile) -> None:
    """Raise what the COG driver says of the options when it copies an empty file in memory."""
    edge = replace(profile.grid, crs=None, width=TRIAL_EDGE, height=TRIAL_EDGE)
    plain = {**replace(profile, grid=edge, options={}).creation_keywords(), "tiled": True}
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
    """Return the profile of a file that is quickly written and read, in the blocks of the COG."""
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
