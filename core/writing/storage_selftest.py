"""A self-test of the storage before work: small blocks are encoded with the very creation options and read back.

It shows what the driver's own word at creation does not: that a codec cannot store the type or the bands, that the
pixels come back as others, and that the nodata value does not come back from lossy storage.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.windows import Window

from ..errors import OptionError
from ..raster.dtypes import WIDE_COMPLEX, array_dtype
from ..raster.grid import Grid
from ..raster.nodata import format_nodata, stored_nodata
from ..reading.datasets import open_dataset
from ..reading.gdal_errors import raised_errors
from ..reading.gdal_quirks import memory_path, read_pixels
from ..reading.metadata import RasterMetadata
from .cog_options import SMALLEST_BLOCK
from .creation_options import LOSSLESS_CODECS, YES, OutputProfile, is_library_error, plain_words
from .gdal_file import OutputFile

Array = np.ndarray[Any, Any]

EDGE = 64
"""Pixels of the test image, and of its blocks where their size does not matter."""

COG_EDGE = 2 * SMALLEST_BLOCK
"""With the smallest blocks, one overview."""

WIDEST_STRIP = 2**17
"""Pixels of a strip that is tested as wide as it will be: codecs have limits far below."""

USUAL_BLOCK = 4096
"""Pixels: up to here no codec minds how large a tile is, and a small one is quicker to encode."""

LARGEST_BLOCK_BYTES = 2**27
"""Larger blocks are not made for a test; smaller ones take their place."""

PLAIN_OPTIONS = {
    "TILED", "BLOCKXSIZE", "BLOCKYSIZE", "BLOCKSIZE", "COMPRESS", "PREDICTOR", "BIGTIFF", "INTERLEAVE", "NUM_THREADS",
    "ZLEVEL", "ZSTD_LEVEL", "LZMA_PRESET", "LEVEL", "OVERVIEW_COMPRESS", "OVERVIEW_PREDICTOR", "OVERVIEW_RESAMPLING",
    "RESAMPLING", "OVERVIEWS", "OVERVIEW_COUNT", "SPARSE_OK", "GEOTIFF_VERSION", "PHOTOMETRIC", "ALPHA",
}  # fmt: skip
"""Options that lose nothing with the codecs, predictors and colours that `_is_plain` knows."""

PLAIN_PREDICTORS = {"u": ("1", "2", "NO", "YES", "STANDARD"), "i": ("1", "2", "NO", "YES", "STANDARD"),
                    "f": ("1", "3", "NO", "YES", "FLOATING_POINT"), "c": ("1", "NO")}  # fmt: skip

BLURRING_CODECS = ("JPEG", "WEBP", "JXL")

ADVICE = {
    "JPEG": "JPEG stores 1 to 4 bands of Byte, and any number where INTERLEAVE=BAND keeps them apart",
    "WEBP": "WEBP stores 3 or 4 bands of Byte that lie together",
    "CCITTRLE": "CCITT stores one bit, NBITS=1",
    "CCITTFAX3": "CCITT stores one bit, NBITS=1",
    "CCITTFAX4": "CCITT stores one bit, NBITS=1",
    "LERC": "LERC stores integers and floats of up to 64 bits, but no complex numbers",
}


class _Refused(Exception):
    """The storage does not give back what it was given; says why."""


def settle_storage(profile: OutputProfile) -> OutputProfile:
    """Return the profile of an output that its creation options can store.

    Where the nodata value, or NaN, does not come back from the storage, the profile has a mask in place of a nodata
    value, and says so in `lost`.

    Raises
    ------
    OptionError
        The options cannot store the type or the bands, or give back other pixels.
    """
    if _is_plain(profile):
        return profile
    try:
        # As rasterio makes the file, before its tag is changed: what codecs do to the bits is the same.
        tested = replace(profile, dtype="complex64") if profile.dtype == WIDE_COMPLEX else profile
        tested = replace(tested, alpha_clears=_clears_alpha(tested))
        if not tested.lossless:
            _check_smooth(tested)
        lost = _lost_value(tested)
    except Exception as error:
        if not (isinstance(error, _Refused) or is_library_error(error)):
            raise
        raise OptionError(_refusal(profile, plain_words([str(error)])), parameter="creation_options") from error
    profile = replace(profile, alpha_clears=tested.alpha_clears)
    return replace(profile, nodata=None, masked=True, lost=lost) if lost else profile


def storage_decisions(profile: OutputProfile) -> list[str]:
    """Return the lines of the log about a file that is not simply written and compared."""
    lines = []
    if profile.is_cog:
        plain = f"a plain GeoTIFF ({profile.options['COMPRESS']})"
        lines.append(f"Cloud Optimized GeoTIFF: written as {plain}, then copied by GDAL's COG driver")
    if not profile.lossless:
        lines.append("The creation options are lossy: it is verified that every block decodes, not what it holds")
    if profile.alpha_clears:
        lines.append("Colours of pixels whose alpha is 0 do not come back from this storage; all that shows does")
    if profile.lost:
        bands = "; a pixel is valid where any of its bands is" if profile.count > 1 else ""
        lines.append(
            f"{profile.lost} does not come back from this storage: a mask inside the file says what is valid, and no "
            f"nodata value is declared{bands}"
        )
    return lines


def _is_plain(profile: OutputProfile) -> bool:
    """Return whether the options are those of which it is known that they lose nothing."""
    options, kind = profile.final_options, array_dtype(profile.dtype).kind
    codecs = {options.get(key, "NONE") for key in ("COMPRESS", "OVERVIEW_COMPRESS")}
    predictors = {options.get(key, "1") for key in ("PREDICTOR", "OVERVIEW_PREDICTOR")}
    colours = ("MINISBLACK", "RGB") if profile.count > 2 else ("MINISBLACK",)
    return (
        set(options) <= PLAIN_OPTIONS | ({"NBITS"} if profile.own_bits else set())
        and codecs <= set(LOSSLESS_CODECS)
        and predictors <= set(PLAIN_PREDICTORS[kind])
        and options.get("PHOTOMETRIC", "MINISBLACK") in colours
    )


def _refusal(profile: OutputProfile, words: str) -> str:
    options = profile.final_options
    codec = options.get("COMPRESS", "NONE")
    ours = ("TILED", "BLOCKXSIZE", "BLOCKYSIZE", "BLOCKSIZE", "BIGTIFF", "NUM_THREADS", "COMPRESS")
    others = [f"{key}={value}" for key, value in options.items() if key not in ours]
    beside = f" with {'|'.join(others)}" if others else ""
    bands = "one band" if profile.count == 1 else f"{profile.count} bands"
    advice = next((text for name, text in ADVICE.items() if codec.startswith(name)), "")
    return (
        f"CREATION_OPTIONS: COMPRESS={codec}{beside} cannot store {bands} of {profile.dtype}: {words}. "
        f"{f'{advice}; ' if advice else ''}DEFLATE, ZSTD and LZW store every type and any number of bands."
    )


def _clears_alpha(profile: OutputProfile) -> bool:
    """Return whether colours under an alpha of 0 come back as others from storage that is else exact.

    Raises
    ------
    _Refused
        Pixels come back as others from options that are known to lose nothing.
    """
    if not profile.lossless:
        return False
    alpha, cleared = _alpha_band(profile), False
    for pixels in _rough_images(profile, alpha):
        (found, *_) = _stored(profile, pixels)
        different = (found != pixels).any(axis=0)
        if not different.any():
            continue
        if alpha is None or (different & (pixels[alpha] != 0)).any():
            raise _Refused("the pixels that are read back are not those that were written")
        cleared = True
    return cleared


def _alpha_band(profile: OutputProfile) -> int | None:
    """Return the index of the alpha band, which for WEBP is the last of four whatever the bands say."""
    colours = [band.colour for band in profile.metadata.bands] if profile.metadata is not None else []
    if "alpha" in colours:
        return colours.index("alpha")
    return 3 if profile.final_options.get("COMPRESS") == "WEBP" and profile.count == 4 else None


def _rough_images(profile: OutputProfile, alpha: int | None) -> Iterator[Array]:
    """Yield test images of all values; one with an alpha of 0 and its highest alone, which LERC takes for a mask."""
    pixels = _rough(profile)
    yield pixels
    if alpha is not None:
        yield _with_alpha(profile, pixels, alpha)


def _with_alpha(profile: OutputProfile, pixels: Array, alpha: int) -> Array:
    """Return pixels that are hidden in patches and shown in between."""
    pixels = pixels.copy()
    pixels[alpha] = _span(profile)[1]
    _empty_patches(pixels[alpha : alpha + 1], 0)
    return pixels


def _check_smooth(profile: OutputProfile) -> None:
    """Raise unless a ramp comes back about as it was from lossy storage, in the overviews too."""
    pixels = _smooth(profile)
    low, high = _span(profile)
    declared = float(profile.final_options.get("MAX_Z_ERROR", 0))
    most = max((high - low) / 4, 2 * declared)
    for step, found in zip((1, 2), _stored(profile, pixels)):
        wanted = pixels[:, ::step, ::step]
        errors = np.abs(found.astype(np.complex128) - wanted.astype(np.complex128))
        if not errors.mean() <= most:
            raise _Refused("the pixels that are read back have little to do with those that were written")


def _lost_value(profile: OutputProfile) -> str:
    """Return in words which value that marks empty pixels does not come back; "" where all do.

    Codecs for pictures blur edges by what lies beside them, so that no test image shows that a value is safe.
    """
    dtype, limits = array_dtype(profile.dtype), profile.limits
    nodata = stored_nodata(profile.nodata, dtype) if dtype.kind != "c" else None
    words = f"nodata {format_nodata(profile.nodata)}"
    if nodata is not None and limits is not None and nodata == nodata and not limits.low <= nodata <= limits.high:
        return words
    codec, overviews = (profile.final_options.get(key, "") for key in ("COMPRESS", "OVERVIEW_COMPRESS"))
    blurs = overviews in BLURRING_CODECS or codec in BLURRING_CODECS and not profile.lossless
    if nodata is not None and (blurs or not _is_preserved(profile, _with_empty(profile, nodata), nodata)):
        return words
    if dtype.kind == "f" and not _is_preserved(profile, _with_empty(profile, dtype.type(np.nan)), np.nan):
        return "NaN"
    alpha = _alpha_band(profile)
    if alpha is not None and not profile.lossless and profile.metadata is not None:
        pixels = _with_alpha(profile, _smooth(profile), alpha)
        if "JPEG" in (codec, overviews) or not _is_preserved(profile, pixels, 0, alpha):
            return "alpha 0"
    return ""


def _is_preserved(profile: OutputProfile, pixels: Array, value: Any, band: int | None = None) -> bool:
    """Return whether the pixels that have a value, and no others, have it when they are read back."""
    try:
        images = _stored(profile, pixels)
    except Exception as error:
        if not (isinstance(error, _Refused) or is_library_error(error)):
            raise
        return False
    bands = slice(None) if band is None else slice(band, band + 1)
    return all(
        np.array_equal(_equals(found[bands], value), _equals(pixels[bands, ::step, ::step], value))
        for step, found in zip((1, 2), images)
    )


def _equals(pixels: Array, value: Any) -> Array:
    same: Array = pixels == value if value == value else np.isnan(pixels)
    return same


def _span(profile: OutputProfile) -> tuple[Any, Any]:
    """Return the smallest and the largest value of the test images."""
    dtype = array_dtype(profile.dtype)
    if profile.limits is not None:
        return profile.limits.low, profile.limits.high
    if dtype.kind not in "iu":
        return -1000.0, 1000.0
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _edge(profile: OutputProfile) -> int:
    return COG_EDGE if profile.is_cog else EDGE


def _rough(profile: OutputProfile) -> Array:
    """Return pixels of all values that the output may hold, none like its neighbour."""
    generator, edge, dtype = np.random.default_rng(1), _edge(profile), array_dtype(profile.dtype)
    low, high = _span(profile)
    shape = profile.count, edge, edge
    if dtype.kind in "iu":
        return generator.integers(low, high, shape, dtype=dtype, endpoint=True)
    numbers = np.rint(generator.uniform(low, high, (2, *shape)))  # which integers of 16 bits hold too
    if profile.dtype != "complex_int16":
        numbers *= np.pi
    pixels: Array = (numbers[0] + 1j * numbers[1]).astype(dtype) if dtype.kind == "c" else numbers[0].astype(dtype)
    return pixels


def _smooth(profile: OutputProfile) -> Array:
    """Return a ramp through all values that the output may hold, along both axes."""
    edge, dtype = _edge(profile), array_dtype(profile.dtype)
    low, high = _span(profile)
    steps = 2 * edge - 2
    ramp = [low + (high - low) * step // steps if dtype.kind in "iu" else low + (high - low) * step / steps
            for step in range(steps + 1)]  # fmt: skip
    rows, cols = np.indices((edge, edge))
    return np.stack([np.array(ramp, dtype)[rows + cols]] * profile.count)


def _with_empty(profile: OutputProfile, value: Any) -> Array:
    """Return a ramp with patches of a value, beside values that are close to it on both sides."""
    pixels = _smooth(profile)
    edge, (low, high) = _edge(profile), _span(profile)
    steps = range(-edge // 2, edge // 2)
    if pixels.dtype.kind in "iu":
        pixels[:, edge // 2 :] = [min(max(int(value) + step, low), high) for step in steps]
    elif value == value:
        pixels[:, edge // 2 :] = (float(value) + np.pi * np.array(steps)).astype(pixels.dtype)
    _empty_patches(pixels, value)
    return pixels


def _empty_patches(pixels: Array, value: Any) -> None:
    """Give patches of 4 x 4 pixels of each band a value."""
    generator, edge = np.random.default_rng(2), pixels.shape[1]
    for band in pixels:
        patches = np.repeat(np.repeat(generator.random((edge // 4, edge // 4)) < 0.3, 4, axis=0), 4, axis=1)
        band[patches] = value


def _stored(profile: OutputProfile, pixels: Array) -> list[Array]:
    """Return what a file in memory gives back of pixels: at full resolution, and its overview if it has one."""
    path, target = memory_path(), memory_path()
    image = _small(profile, pixels)
    try:
        made = OutputFile(path, image, None)
        try:
            made.write(pixels, Window(0, 0, pixels.shape[2], pixels.shape[1]))
        finally:
            made.close()
        if profile.is_cog:
            with raised_errors():
                rasterio.shutil.copy(path, target, driver="COG", **_cog_options(profile))
            return _read(target, profile, pixels)
        return _read(path, profile, pixels)
    finally:
        for each in (path, target):
            with contextlib.suppress(Exception):  # it may not be there
                rasterio.shutil.delete(each, driver="GTiff")


def _read(path: str, profile: OutputProfile, pixels: Array) -> list[Array]:
    images = []
    with open_dataset(path, driver="GTiff", sharing=False) as dataset:
        if dataset.count != profile.count:
            raise _Refused(f"the file has {dataset.count} bands")
        images.append(read_pixels(dataset, profile.dtype)[:, : pixels.shape[1], : pixels.shape[2]])
        levels = len(dataset.overviews(1))
    for level in range(levels):
        with open_dataset(path, driver="GTiff", sharing=False, overview_level=level) as overview:
            images.append(read_pixels(overview, profile.dtype))
    return images


def _small(profile: OutputProfile, pixels: Array) -> OutputProfile:
    """Return the profile of the small file; for a Cloud Optimized one that of the plain file before it."""
    options = dict(profile.options)
    height, width = pixels.shape[1:]
    if profile.is_cog:
        options.update(BLOCKXSIZE=str(SMALLEST_BLOCK), BLOCKYSIZE=str(SMALLEST_BLOCK))
    elif options["TILED"] in YES and (max(profile.block) <= USUAL_BLOCK or profile.block_bytes > LARGEST_BLOCK_BYTES):
        options.update(BLOCKXSIZE=str(EDGE), BLOCKYSIZE=str(EDGE))
    elif profile.block_bytes > LARGEST_BLOCK_BYTES:
        options.pop("BLOCKYSIZE", None)
    elif options["TILED"] not in YES:
        width = max(width, min(profile.grid.width, WIDEST_STRIP))
    grid = Grid(profile.grid.crs, Affine(1, 0, 0, 0, -1, 0), width, height)
    return OutputProfile(
        grid,
        profile.count,
        profile.dtype,
        None if profile.patched_nodata else profile.nodata,
        {**options, "NUM_THREADS": "1"},  # GDAL's other threads keep their errors to themselves
        profile.block,
        metadata=_bare(profile.metadata, grid),
        masked=profile.masked,
        own_bits=profile.own_bits,
    )


def _bare(metadata: RasterMetadata | None, grid: Grid) -> RasterMetadata | None:
    """Return the colours of bands alone, which decide how some codecs store them."""
    if metadata is None:
        return None
    bands = tuple(replace(band, tags={}, unit="", description="", scale=1.0, offset=0.0) for band in metadata.bands)
    return RasterMetadata(grid, bands)


def _cog_options(profile: OutputProfile) -> Mapping[str, str]:
    kept = {key: value for key, value in profile.final_options.items() if key != "RESAMPLING"}
    return {**kept, "BLOCKSIZE": str(SMALLEST_BLOCK), "OVERVIEW_RESAMPLING": "NEAREST", "NUM_THREADS": "1"}
