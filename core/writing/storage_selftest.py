"""Test the creation options before a run: encode small images with these options and read the images back.

When a file is created, the driver does not report that a codec cannot store the data type or number of bands, that
pixel values change, or that lossy compression changes the nodata value. The self-test detects these cases.
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
from ..raster.nodata import equal_pixels, format_nodata, stored_nodata
from ..reading.datasets import open_dataset
from ..reading.gdal_errors import raised_errors
from ..reading.gdal_quirks import memory_path, read_pixels
from ..reading.metadata import RasterMetadata
from .cog_options import SMALLEST_BLOCK
from .creation_options import LOSSLESS_CODECS, YES, OutputProfile, codec_advice, is_library_error, plain_words
from .gdal_file import OutputFile

Array = np.ndarray[Any, Any]

EDGE = 64
"""Edge length in pixels of the test image and, unless the output's block size has to be tested, of its blocks."""

COG_EDGE = 2 * SMALLEST_BLOCK
"""Edge length in pixels of a COG test image; with the smallest blocks, it has one overview."""

WIDEST_STRIP = 2**17
"""Maximum width in pixels of a test image stored in strips; wide enough to exceed the limits of JPEG and WebP."""

USUAL_BLOCK = 4096
"""Every codec supports blocks up to this edge length in pixels, so outputs with such blocks are tested with blocks of
`EDGE` pixels."""

LARGEST_BLOCK_BYTES = 2**27
"""Maximum decoded size of a test block in bytes; if the output has larger blocks, smaller ones are tested instead."""

PLAIN_OPTIONS = {
    "TILED", "BLOCKXSIZE", "BLOCKYSIZE", "BLOCKSIZE", "COMPRESS", "PREDICTOR", "BIGTIFF", "INTERLEAVE", "NUM_THREADS",
    "ZLEVEL", "ZSTD_LEVEL", "LZMA_PRESET", "LEVEL", "OVERVIEW_COMPRESS", "OVERVIEW_PREDICTOR", "OVERVIEW_RESAMPLING",
    "RESAMPLING", "OVERVIEWS", "OVERVIEW_COUNT", "SPARSE_OK", "GEOTIFF_VERSION", "PHOTOMETRIC", "ALPHA",
}  # fmt: skip
"""Creation options that preserve pixel values, except with settings that `_is_plain` rejects, such as lossy codecs."""

PLAIN_PREDICTORS = {"u": ("1", "2", "NO", "YES", "STANDARD"), "i": ("1", "2", "NO", "YES", "STANDARD"),
                    "f": ("1", "3", "NO", "YES", "FLOATING_POINT"), "c": ("1", "NO")}  # fmt: skip

BLURRING_CODECS = ("JPEG", "WEBP", "JXL")


class _StorageError(Exception):
    """The test pixels were not stored correctly; the message states the reason."""


def settle_storage(profile: OutputProfile) -> OutputProfile:
    """Check that an output can be stored with its creation options; return its profile, changed if necessary.

    If the options do not preserve the nodata value, NaN or an alpha of 0, the returned profile has a mask instead of a
    nodata value, and `lost` names the value that is not preserved.

    Raises
    ------
    OptionError
        The options do not support the data type or number of bands, or they change pixel values unexpectedly.
    """
    if _is_plain(profile):
        return profile
    try:
        # rasterio creates files of this type as complex64; a tag is changed later. Codecs treat both types alike.
        tested = replace(profile, dtype="complex64") if profile.dtype == WIDE_COMPLEX else profile
        tested = replace(tested, alpha_clears=_clears_alpha(tested))
        if not tested.lossless:
            _check_ramp(tested)
        lost = _lost_value(tested)
    except Exception as error:
        if not (isinstance(error, _StorageError) or is_library_error(error)):
            raise
        raise OptionError(_rejection(profile, plain_words([str(error)])), parameter="creation_options") from error
    profile = replace(profile, alpha_clears=tested.alpha_clears)
    return replace(profile, nodata=None, masked=True, lost=lost) if lost else profile


def storage_decisions(profile: OutputProfile) -> list[str]:
    """Return log lines about COG conversion, lossy options and values that are not preserved."""
    lines = []
    if profile.is_cog:
        plain = f"a plain GeoTIFF ({profile.options['COMPRESS']})"
        lines.append(f"Cloud Optimized GeoTIFF: written as {plain}, then copied by GDAL's COG driver")
    if not profile.lossless:
        lines.append(
            "The creation options are lossy, so verification checks that every block can be decoded, but does not "
            "compare pixel values"
        )
    if profile.alpha_clears:
        lines.append("The creation options do not preserve colours where alpha is 0. All visible pixels are preserved")
    if profile.lost:
        bands = ". A pixel is valid if any of its bands is valid" if profile.count > 1 else ""
        lines.append(
            f"The creation options do not preserve {profile.lost}, so an internal mask marks the valid pixels, "
            f"and no nodata value is declared{bands}"
        )
    return lines


def _is_plain(profile: OutputProfile) -> bool:
    """Return True if all options are known to be lossless; no test is then necessary."""
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


def _rejection(profile: OutputProfile, words: str) -> str:
    """Return the error message for options that cannot store the output, with advice for the codec."""
    options = profile.final_options
    codec = options.get("COMPRESS", "NONE")
    omitted = ("TILED", "BLOCKXSIZE", "BLOCKYSIZE", "BLOCKSIZE", "BIGTIFF", "NUM_THREADS", "COMPRESS")
    others = [f"{key}={value}" for key, value in options.items() if key not in omitted]
    details = f" with {'|'.join(others)}" if others else ""
    bands = "one band" if profile.count == 1 else f"{profile.count} bands"
    return (
        f"CREATION_OPTIONS: COMPRESS={codec}{details} cannot store {bands} of {profile.dtype}: {words}. "
        f"{codec_advice(codec)}"
    )


def _clears_alpha(profile: OutputProfile) -> bool:
    """Return True if lossless options change the colours of pixels with alpha 0; False if they change nothing.

    Lossy options are not tested; False is returned for them.

    Raises
    ------
    _StorageError
        Lossless options change visible pixels.
    """
    if not profile.lossless:
        return False
    alpha, cleared = _alpha_band(profile), False
    for pixels in _random_images(profile, alpha):
        (found, *_) = _stored(profile, pixels)
        different = (found != pixels).any(axis=0)
        if not different.any():
            continue
        if alpha is None or (different & (pixels[alpha] != 0)).any():
            raise _StorageError("the pixels read back differ from the pixels written")
        cleared = True
    return cleared


def _alpha_band(profile: OutputProfile) -> int | None:
    """Return the index of the alpha band or None; WEBP always treats the last of four bands as alpha."""
    colours = [band.colour for band in profile.metadata.bands] if profile.metadata is not None else []
    if "alpha" in colours:
        return colours.index("alpha")
    return 3 if profile.final_options.get("COMPRESS") == "WEBP" and profile.count == 4 else None


def _random_images(profile: OutputProfile, alpha: int | None) -> Iterator[Array]:
    """Yield a random test image and, for outputs with alpha, one with binary alpha, which LERC treats as a mask."""
    pixels = _random_image(profile)
    yield pixels
    if alpha is not None:
        yield _with_alpha(profile, pixels, alpha)


def _with_alpha(profile: OutputProfile, pixels: Array, alpha: int) -> Array:
    """Return a copy of the pixels with alpha 0 in patches and the maximum alpha elsewhere."""
    pixels = pixels.copy()
    pixels[alpha] = _value_range(profile)[1]
    _fill_patches(pixels[alpha : alpha + 1], 0)
    return pixels


def _check_ramp(profile: OutputProfile) -> None:
    """Raise _StorageError if lossy options change a ramp of values beyond recognition, in the image or an overview."""
    pixels = _ramp(profile)
    low, high = _value_range(profile)
    declared = float(profile.final_options.get("MAX_Z_ERROR", 0))
    tolerance = max((high - low) / 4, 2 * declared)
    for step, found in zip((1, 2), _stored(profile, pixels)):
        wanted = pixels[:, ::step, ::step]
        errors = np.abs(found.astype(np.complex128) - wanted.astype(np.complex128))
        if not errors.mean() <= tolerance:
            raise _StorageError("the pixels read back are very different from the pixels written")


def _lost_value(profile: OutputProfile) -> str:
    """Return the name of the value that the options do not preserve (nodata, NaN or alpha 0); "" if all are preserved.

    Photo codecs such as JPEG mix neighbouring pixels, so no test image can prove that they preserve a value.
    """
    dtype, limits = array_dtype(profile.dtype), profile.limits
    nodata = stored_nodata(profile.nodata, dtype) if dtype.kind != "c" else None
    words = f"nodata {format_nodata(profile.nodata)}"
    if nodata is not None and limits is not None and nodata == nodata and not limits.low <= nodata <= limits.high:
        return words
    codec, overviews = (profile.final_options.get(key, "") for key in ("COMPRESS", "OVERVIEW_COMPRESS"))
    blurs = overviews in BLURRING_CODECS or codec in BLURRING_CODECS and not profile.lossless
    if nodata is not None and (blurs or not _is_preserved(profile, _ramp_with_patches(profile, nodata), nodata)):
        return words
    if dtype.kind == "f" and not _is_preserved(profile, _ramp_with_patches(profile, dtype.type(np.nan)), np.nan):
        return "NaN"
    alpha = _alpha_band(profile)
    if alpha is not None and not profile.lossless and profile.metadata is not None:
        pixels = _with_alpha(profile, _ramp(profile), alpha)
        if "JPEG" in (codec, overviews) or not _is_preserved(profile, pixels, 0, alpha):
            return "alpha 0"
    return ""


def _is_preserved(profile: OutputProfile, pixels: Array, value: Any, band: int | None = None) -> bool:
    """Return True if exactly the same pixels have the value `value` before and after storage."""
    try:
        images = _stored(profile, pixels)
    except Exception as error:
        if not (isinstance(error, _StorageError) or is_library_error(error)):
            raise
        return False
    bands = slice(None) if band is None else slice(band, band + 1)
    return all(
        np.array_equal(equal_pixels(found[bands], value), equal_pixels(pixels[bands, ::step, ::step], value))
        for step, found in zip((1, 2), images)
    )


def _value_range(profile: OutputProfile) -> tuple[Any, Any]:
    """Return the smallest and the largest value in test images."""
    dtype = array_dtype(profile.dtype)
    if profile.limits is not None:
        return profile.limits.low, profile.limits.high
    if dtype.kind not in "iu":
        return -1000.0, 1000.0
    return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)


def _edge(profile: OutputProfile) -> int:
    """Return the edge length of the test images in pixels."""
    return COG_EDGE if profile.is_cog else EDGE


def _random_image(profile: OutputProfile) -> Array:
    """Return random pixels over the full value range of the output."""
    generator, edge, dtype = np.random.default_rng(1), _edge(profile), array_dtype(profile.dtype)
    low, high = _value_range(profile)
    shape = profile.count, edge, edge
    if dtype.kind in "iu":
        return generator.integers(low, high, shape, dtype=dtype, endpoint=True)
    numbers = np.rint(generator.uniform(low, high, (2, *shape)))  # `complex_int16` stores only integers
    if profile.dtype != "complex_int16":
        numbers *= np.pi
    pixels: Array = (numbers[0] + 1j * numbers[1]).astype(dtype) if dtype.kind == "c" else numbers[0].astype(dtype)
    return pixels


def _ramp(profile: OutputProfile) -> Array:
    """Return a diagonal ramp over the full value range of the output."""
    edge, dtype = _edge(profile), array_dtype(profile.dtype)
    low, high = _value_range(profile)
    steps = 2 * edge - 2
    ramp = [low + (high - low) * step // steps if dtype.kind in "iu" else low + (high - low) * step / steps
            for step in range(steps + 1)]  # fmt: skip
    rows, cols = np.indices((edge, edge))
    return np.stack([np.array(ramp, dtype)[rows + cols]] * profile.count)


def _ramp_with_patches(profile: OutputProfile, value: Any) -> Array:
    """Return a ramp with patches of `value`; unless it is NaN, the ramp contains values close to it in one half."""
    pixels = _ramp(profile)
    edge, (low, high) = _edge(profile), _value_range(profile)
    steps = range(-edge // 2, edge // 2)
    if pixels.dtype.kind in "iu":
        pixels[:, edge // 2 :] = [min(max(int(value) + step, low), high) for step in steps]
    elif value == value:
        pixels[:, edge // 2 :] = (float(value) + np.pi * np.array(steps)).astype(pixels.dtype)
    _fill_patches(pixels, value)
    return pixels


def _fill_patches(pixels: Array, value: Any) -> None:
    """Set random patches of 4 x 4 pixels in each band to a value."""
    generator, edge = np.random.default_rng(2), pixels.shape[1]
    for band in pixels:
        patches = np.repeat(np.repeat(generator.random((edge // 4, edge // 4)) < 0.3, 4, axis=0), 4, axis=1)
        band[patches] = value


def _stored(profile: OutputProfile, pixels: Array) -> list[Array]:
    """Store pixels in an in-memory file; return the pixels read back, followed by the overview if there is one."""
    path, target = memory_path(), memory_path()
    image = _test_profile(profile, pixels)
    try:
        file = OutputFile(path, image, None)
        try:
            file.write(pixels, Window(0, 0, pixels.shape[2], pixels.shape[1]))
        finally:
            file.close()
        if profile.is_cog:
            with raised_errors():
                rasterio.shutil.copy(path, target, driver="COG", **_cog_options(profile))
            return _read(target, profile, pixels)
        return _read(path, profile, pixels)
    finally:
        for each in (path, target):
            with contextlib.suppress(Exception):  # the file may not exist
                rasterio.shutil.delete(each, driver="GTiff")


def _read(path: str, profile: OutputProfile, pixels: Array) -> list[Array]:
    """Return the pixels and all overviews of a test file."""
    images = []
    with open_dataset(path, driver="GTiff", sharing=False) as dataset:
        if dataset.count != profile.count:
            raise _StorageError(f"the file has {dataset.count} bands instead of {profile.count}")
        images.append(read_pixels(dataset, profile.dtype)[:, : pixels.shape[1], : pixels.shape[2]])
        levels = len(dataset.overviews(1))
    for level in range(levels):
        with open_dataset(path, driver="GTiff", sharing=False, overview_level=level) as overview:
            images.append(read_pixels(overview, profile.dtype))
    return images


def _test_profile(profile: OutputProfile, pixels: Array) -> OutputProfile:
    """Return the profile of the test file or, for a COG, of the plain GeoTIFF that is copied to the test file."""
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
        {**options, "NUM_THREADS": "1"},  # GDAL does not report errors in its other threads
        profile.block,
        metadata=_only_colours(profile.metadata, grid),
        masked=profile.masked,
        own_bits=profile.own_bits,
    )


def _only_colours(metadata: RasterMetadata | None, grid: Grid) -> RasterMetadata | None:
    """Return metadata with only the bands' colour interpretation, which affects how some codecs store pixels."""
    if metadata is None:
        return None
    bands = tuple(replace(band, tags={}, unit="", description="", scale=1.0, offset=0.0) for band in metadata.bands)
    return RasterMetadata(grid, bands)


def _cog_options(profile: OutputProfile) -> Mapping[str, str]:
    """Return the COG driver options for the test file: small blocks, nearest overviews, one thread."""
    kept = {key: value for key, value in profile.final_options.items() if key != "RESAMPLING"}
    return {**kept, "BLOCKSIZE": str(SMALLEST_BLOCK), "OVERVIEW_RESAMPLING": "NEAREST", "NUM_THREADS": "1"}
