"""The inputs of a pixelwise job, and the shared parameters that determine how bands and masks are read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rasterio.windows import Window

from ..choices import SCALING, resolve_choice
from ..errors import InputError, OptionError, about
from ..raster.dtypes import WIDE_INTEGERS
from ..raster.grid import grid_difference
from ..raster.nodata import format_nodata
from ..reading.metadata import BandMetadata, check_points, read_source
from ..reading.overviews import check_placed, read_fitting_level, read_level
from ..reading.readers import InputBand, read_bands
from ..regrid.placement import Parallel
from ..units import format_percent
from .mask_products import MASK_PRODUCTS, mask_product
from .sources import MaskLayer, place_mask, resolve_resampled, resolve_shifted, term_on_grid
from .stack import Source
from .terms import Term

SCALING_WORDS = {"stored": "from the band metadata", "none": "none", "given": "SCALE and OFFSET"}


@dataclass(frozen=True)
class MaskedOptions:
    """Parameters shared by all jobs with a mask. The public functions document each parameter."""

    mask: str | None = None
    mask_band: int = 1
    mask_values: str = ""
    mask_bits: str | None = None
    mask_grow: float = 0
    extent: tuple[float, float, float, float] | None = None
    overview: int = -1
    output_nodata: float | None = None
    creation_options: str | Mapping[str, object] = ""
    cog: bool = False


@dataclass(frozen=True)
class ScalingOptions:
    """Parameters that convert stored values to physical values. The public functions document each parameter."""

    resampling: str = "refuse"
    scaling: str = "none"
    scale: float = 1.0
    offset: float = 0.0
    nodata: float | None = None

    def check_scaling(self) -> None:
        """Raise OptionError if SCALING, SCALE or OFFSET cannot be used."""
        given = resolve_choice(SCALING, self.scaling, "SCALING") == "given"
        if given and not (math.isfinite(self.scale) and math.isfinite(self.offset) and self.scale):
            raise OptionError(
                f"SCALE is {self.scale} and OFFSET is {self.offset}. Both must be finite, and SCALE must not be 0.",
                parameter="scale" if math.isfinite(self.offset) else "offset",
            )


@dataclass(frozen=True)
class InputOptions(MaskedOptions, ScalingOptions):
    """Parameters of jobs that compute values from bands. The public functions document each parameter."""


def resolve_term(band: InputBand, options: ScalingOptions) -> Term:
    """Return how stored pixels of a band are interpreted: data type, nodata value, scale and offset.

    Raises
    ------
    InputError
        The declared nodata value of a band of 64-bit integers is too large to be read exactly.
    """
    nodata = band.nodata if options.nodata is None else options.nodata
    wide = band.dtype in WIDE_INTEGERS and isinstance(nodata, float) and abs(nodata) >= 2**53
    if options.nodata is None and wide:
        raise InputError(
            f"{band.path}, band {band.band} ({band.dtype}): the absolute value of nodata {nodata:.0f} exceeds 2^53, so "
            "it cannot be read exactly. Convert the band to Int32 or Float64 first, or set NODATA.",
            parameter="nodata",
        )
    scaling = resolve_choice(SCALING, options.scaling, "SCALING")
    if scaling == "none":
        return Term(band.dtype, nodata)
    if scaling == "given":
        return Term(band.dtype, nodata, options.scale, options.offset)
    return Term(band.dtype, nodata, band.scale, band.offset)


class ValueBands(NamedTuple):
    """Bands of one raster whose values a job uses, their metadata, and the number of the alpha band (0 if none)."""

    bands: Sequence[InputBand]
    metadata: Sequence[BandMetadata]
    alpha: int


def read_value_bands(src: str, bands: Sequence[int] | None, overview: int) -> ValueBands:
    """Return the bands of a raster that `bands` lists; if `bands` is None or empty, all bands except the alpha band.

    Raises
    ------
    InputError
        The raster cannot be read, or has only an alpha band.
    OptionError
        A band or the overview does not exist.
    """
    source = read_source(src, bands)
    kept = [
        (band.band, metadata)
        for band, metadata in zip(source.inputs, source.metadata.bands)
        if bands or metadata.colour != "alpha"
    ]
    if not kept:
        raise InputError(f"{src} has no band except an alpha band. Choose a different file, or set BANDS.")
    found = read_level(src, [number for number, _ in kept], overview, ["bands"])
    alpha = next((band.alpha_band for band in found), 0)
    return ValueBands(found, [metadata for _, metadata in kept], alpha)


def alpha_warnings(found: ValueBands, done: str, *, given: bool) -> Iterator[str]:
    """Yield a warning if `found` contains the alpha band, or if this band was left out because no bands were `given`.

    `done` is the word in the message for what happens to bands, such as "filtered".
    """
    if any(band.band == found.alpha for band in found.bands):
        yield f"Band {found.alpha} of {found.bands[0].path} is the alpha band, which contains opacity values."
    elif found.alpha and not given:
        path = found.bands[0].path
        yield f"Band {found.alpha} of {path} is the alpha band. It hides pixels but is not itself {done}."


def read_other(
    path: str, bands: list[int], first: InputBand, options: InputOptions, name: str, keywords: Sequence[str] = ()
) -> list[InputBand]:
    """Return the metadata of bands of an additional raster; `first` is a band of the first raster.

    If OVERVIEW is set and the additional raster has an overview on the first raster's grid, this overview is used.
    Errors refer to the additional raster by the parameter `name`, and to its bands by the parameters `keywords`.
    """
    if options.overview == -1:
        return read_level(path, bands, -1, keywords)
    found = read_fitting_level(path, bands, first.grid, keywords)
    check_placed(first, found[0], name)
    return found


def place_source(band: InputBand, first: InputBand, options: InputOptions, window: Window | None = None) -> Source:
    """Return how a band is read on the grid of the first raster.

    The band must overlap `window`, a part of this grid (None: all of it). If the two grids differ only in extent, the
    band is read without resampling, and pixels outside it are nodata. A band on any other grid is resampled with the
    method RESAMPLING.

    Raises
    ------
    InputError
        The band must be resampled, but RESAMPLING is "refuse", the rasters have different ground control points, or
        the band does not overlap the window.
    """
    check_points(first, band)
    window = window or Window(0, 0, first.grid.width, first.grid.height)
    term = resolve_term(band, options)
    if not grid_difference(first.grid, band.grid):
        return Source(band, term)
    shifted = resolve_shifted(first, band, term)
    if shifted is None:
        resampled = resolve_resampled(first, band, term, options.resampling, window)
        return Source(band, term_on_grid(term, resampled), resampled)
    if isinstance(shifted.place, Parallel) and shifted.place.share_outside(window) == 1:
        raise InputError(
            f"{band.path} does not overlap {first.path}, so none of its pixels would be used. {first.path}: "
            f"{first.grid.cropped(window)}. {band.path}: {band.grid}. Choose inputs that overlap."
        )
    return Source(band, term, shifted)


def resolve_job_mask(options: MaskedOptions, first: InputBand, *, keep: bool = False) -> MaskLayer | None:
    """Return the mask layer of a job, or None if MASK is not set.

    If neither MASK_VALUES nor MASK_BITS is set, the mask must be named like a layer of a known satellite product, whose
    default values or bits are used. If `keep` is True, these values or bits mark the pixels to keep, and the mask
    hides all other pixels.

    Raises
    ------
    OptionError
        Neither values nor bits are given and the product is unknown, or the values or bits cannot be used.
    InputError
        The mask cannot be opened or does not fit the grid.
    """
    if options.mask is None:
        return None
    values, bits = mask_rule(options.mask_values, options.mask_bits, options.mask)
    with about("mask"):
        (band,) = read_bands(options.mask, [options.mask_band], ["mask_band"])
        check_placed(first, band, "MASK")
        mask = place_mask(band, values, bits, options.mask_grow, first)
    return replace(mask, rule=replace(mask.rule, keeps=keep))


def mask_rule(values: str, bits: str | None, name: str, *, in_time: bool = False) -> tuple[str, str | None]:
    """Return MASK_VALUES and MASK_BITS; if neither is set, the defaults for the satellite product of the mask layer.

    The product is identified from `name`, which is either the path of the mask layer or the name of its band. If
    `in_time` is True, the default values for time series are used.

    Raises
    ------
    OptionError
        Neither is set and the product is unknown.
    """
    if str(values or "").strip() or str(bits or "").strip():
        return values, bits
    product = mask_product(name)
    if product is None:
        known = ", ".join(each.label for each in MASK_PRODUCTS)
        raise OptionError(
            f"MASK_VALUES is {values!r}, but {name} is not named like a known mask layer ({known}). Enter the "
            "values that hide a pixel, such as 3,8-10, or set MASK_BITS.",
            parameter="mask_values",
        )
    return (in_time and product.values_in_time) or product.values, product.bits or None


def source_line(name: str, band: InputBand, term: Term) -> str:
    """Return a log line with the file and band of a source, and how its stored pixels are interpreted."""
    hidden = f", pixels hidden by the {band.hidden_by}" if band.hidden_by else ""
    return (
        f"{name}: band {band.band} of {band.place}, {band.dtype}, nodata {format_nodata(term.nodata)}{hidden}, "
        f"scale {term.scale:.12g}, offset {term.offset:.12g}"
    )


def mask_line(mask: MaskLayer, options: MaskedOptions) -> str:
    """Return a log line with the file, band and rule of a mask."""
    band = mask.band
    given = str(options.mask_values or "").strip() or str(options.mask_bits or "").strip()
    product = None if given else mask_product(band.path)
    rule = f" (the default for {product.label})" if product else ""
    effect = "mark pixels to keep, and all other values hide pixels" if mask.rule.keeps else "hide pixels"
    grown = f", with a buffer of {mask.grow:g} map units" if mask.grow else ""
    return f"Mask: band {band.band} of {band.path}, {band.dtype}, {mask.rule} {effect}{rule}{grown}; {band.grid}"


def mask_warnings(mask: MaskLayer | None, window: Window, options: MaskedOptions) -> Iterator[str]:
    """Yield a warning if pixels lie outside the mask or, without MASK, for each mask parameter that has no effect."""
    if mask is None:
        given = {"MASK_BITS": str(options.mask_bits or "").strip(), "MASK_GROW": options.mask_grow}
        for name in (name for name, value in given.items() if value):
            yield f"{name} has no effect without MASK."
        return
    outside = mask.place.share_outside(window)
    if outside:
        share = format_percent(100 * outside)
        yield f"{share} of the output's pixels lie outside the mask {mask.band.path} and are hidden."


def outside_warnings(sources: Sequence[Source], window: Window) -> Iterator[str]:
    """Yield a warning for each input file that does not cover the whole output."""
    for path, resampled in {each.band.path: each.resampled for each in sources}.items():
        outside = resampled.place.share_outside(window) if resampled else 0
        if outside:
            yield f"{format_percent(100 * outside)} of the output's pixels lie outside {path} and are nodata."
