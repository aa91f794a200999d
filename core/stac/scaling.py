"""Scale and offset of assets, and the numbers to add to their pixels so that all scenes have the same offset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ..errors import InputError
from .chosen import ChosenAsset, listed

WHOLE = 1e-6
"""Maximum deviation of a shift (the number to add to pixels) from a whole number, to allow for rounding errors."""

LARGEST_SHIFT = 2**31
"""Largest plausible number to add to stored values so that all scenes have the same offset. A larger number indicates
an error in the catalogue."""

S2_OFFSET_BASELINE = (4, 0)
"""First Sentinel-2 processing baseline in which reflectances have an offset."""

_S2_BAND = re.compile(r"B(0[1-9]|1[0-2]|8A)(_[126]0m)?", re.IGNORECASE)
_LANDSAT_BAND = re.compile(r"SR_B\d", re.IGNORECASE)
_REFLECTANCES = (
    "coastal", "blue", "green", "yellow", "red", "rededge", "rededge1", "rededge2", "rededge3", "rededge071",
    "rededge075", "rededge078", "nir", "nir08", "nir09", "cirrus", "swir16", "swir22",
)  # fmt: skip
"""Common names of reflectance bands."""

_PICTURE = re.compile(r"(.*[_-])?(visual|tci|overview|preview|thumbnail|browse)([_-].*)?", re.IGNORECASE)
_PICTURE_ROLES = frozenset(("visual", "overview", "thumbnail"))


class Scaling(NamedTuple):
    """Scale and offset of a band, and their source; `guessed` is true if the offset is inferred from the product."""

    scale: float = 1.0
    offset: float = 0.0
    source: str = "none"
    guessed: bool = False


@dataclass(frozen=True)
class BandScaling:
    """Scale and offset that apply to a band in all scenes once its `shifts` (one per asset) are added to the pixels."""

    scale: float
    offset: float
    shifts: tuple[int, ...]


def is_sentinel2(chosen: ChosenAsset) -> bool:
    """Return True if the item is a Sentinel-2 scene."""
    return chosen.item.platform.startswith("sentinel-2") or chosen.item.collection.lower().startswith("sentinel-2")


def is_landsat(chosen: ChosenAsset) -> bool:
    """Return True if the item is a Landsat scene."""
    return chosen.item.platform.startswith("landsat") or chosen.item.collection.lower().startswith("landsat")


def assumed_nodata(chosen: ChosenAsset) -> float | None:
    """Return the nodata value of assets that declare none: 0 for Sentinel-2 and Landsat, otherwise None."""
    return 0.0 if is_sentinel2(chosen) or is_landsat(chosen) else None


def nodata_of(chosen: ChosenAsset, declared: float | None, *, is_mask: bool = False) -> float | None:
    """Return the nodata value of an asset: from the file (`declared`), otherwise from the catalogue or the product.

    No nodata value is assumed for the masks of a product: 0 may be a class.
    """
    every = (declared, chosen.about.nodata, None if is_mask else assumed_nodata(chosen))
    return next((value for value in every if value is not None), None)


def guess_warnings(scalings: Iterable[tuple[str, Scaling]], check: str) -> Iterator[str]:
    """Yield warnings that list the items whose scale and offset are guessed from the product.

    Parameters
    ----------
    scalings
        For each band, the ID of its item, and its scale and offset.
    check
        What the user has to check to find out whether the offset was already applied. Inserted into the warning.
    """
    guessed: dict[Scaling, dict[str, None]] = {}
    for identifier, scaling in scalings:
        if scaling.guessed:
            guessed.setdefault(scaling, {})[identifier] = None
    for scaling, ids in guessed.items():
        yield (
            f"The catalogue does not state the scale and offset of {listed(ids)}. The values specified for the product "
            f"are used ({scaling.source}: scale {scaling.scale:g}, offset {scaling.offset:g}). The catalogue may have "
            f"already applied the offset: check {check}."
        )


class FileScaling(NamedTuple):
    """Scale and offset of the band `name` in the file `place`, and the scaling that is used instead."""

    name: str
    place: str
    scale: float
    offset: float
    used: Scaling


def file_scaling_warnings(files: Iterable[FileScaling]) -> Iterator[str]:
    """Yield a warning for each band whose scale and offset are stated by files, but not by the catalogue.

    The files are not used as a source: the scenes of a stack are planned before most files are open.
    """
    warned: set[str] = set()
    for name, place, scale, offset, used in files:
        if used != Scaling() or (scale, offset) == (1.0, 0.0) or name in warned:
            continue
        warned.add(name)
        yield (
            f"{name}: the catalogue does not state the scale and offset, and those in the files are not used. The "
            f"first file that states them is that of {place} (scale {scale:.12g}, offset {offset:.12g}). If they apply "
            f"to all bands, set SCALING to 'given', SCALE to {scale:.12g} and OFFSET to {offset:.12g}."
        )


def catalogue_scaling(chosen: ChosenAsset) -> Scaling:
    """Return the scale and offset of a band according to the catalogue.

    The offset is 0 if the item states that the offset has already been applied to the pixels, even if the metadata of
    the band still contains an offset. In all other cases, the offset is taken from the metadata of the band or, if
    missing there, from the specification of a known product.

    Raises
    ------
    InputError
        The scale is 0.
    """
    band, product = chosen.about, _product_scaling(chosen)
    if band.scale == 0:
        raise InputError(
            f"{chosen.place}: the catalogue gives a scale of 0. Set SCALING to 'none' or 'given'.", parameter="scaling"
        )
    scale = product.scale if band.scale is None else band.scale
    if _is_applied(chosen):
        return Scaling(scale, 0.0, "already applied to the pixels, according to the item")
    if band.offset is not None or band.scale is not None and not product.guessed:
        return Scaling(scale, band.offset or 0.0, "band metadata")
    return product._replace(scale=scale)


def _is_applied(chosen: ChosenAsset) -> bool:
    """Return True if the item's property `boa_offset_applied`, with or without a prefix, is true."""
    return any(
        name.rpartition(":")[2] == "boa_offset_applied" and value is True
        for name, value in chosen.item.properties.items()
    )


def _is_picture(chosen: ChosenAsset) -> bool:
    """Return True for true-colour and other 8-bit rasters, whose bands are not reflectances, whatever their names."""
    is_named = _PICTURE.fullmatch(chosen.asset.key) or not _PICTURE_ROLES.isdisjoint(chosen.asset.roles)
    return bool(is_named) or chosen.about.dtype in ("uint8", "int8")


def _product_scaling(chosen: ChosenAsset) -> Scaling:
    """Return the scale and offset of Sentinel-2 and Landsat Collection 2 Level 2 reflectances; 1 and 0 for others.

    ESA, Sentinel-2 Products Specification Document S2-PDGS-TAS-DI-PSD: since baseline 04.00, the offset is -1000
    counts. USGS, Landsat 8-9 Collection 2 Level 2 Science Product Guide, LSDS-1619.
    """
    if _is_picture(chosen):
        return Scaling()
    key, names = chosen.asset.key, chosen.about.names
    reflectance = any(name in _REFLECTANCES for name in (key, *names))
    if is_sentinel2(chosen) and (reflectance or _S2_BAND.fullmatch(key)):
        baseline = chosen.item.baseline
        if not baseline:
            return Scaling(0.0001, 0.0, "Sentinel-2, unknown baseline", True)
        offset = -0.1 if baseline >= S2_OFFSET_BASELINE else 0.0
        return Scaling(0.0001, offset, f"Sentinel-2, baseline {baseline[0]:02d}.{(*baseline, 0)[1]:02d}", True)
    level2 = chosen.item.text("landsat:correction").upper().startswith("L2") or "l2" in chosen.item.collection.lower()
    if is_landsat(chosen) and level2 and (reflectance or _LANDSAT_BAND.fullmatch(key)):
        return Scaling(0.0000275, -0.2, "Landsat Collection 2 Level 2", True)
    return Scaling()


def harmonized(chosen: Sequence[ChosenAsset], scalings: Sequence[Scaling], name: str) -> BandScaling:
    """Return the common scale and offset of a band, and the whole number to add to the pixels of each asset.

    After the addition, all assets have the same offset: the lowest of their offsets or, if the scale is negative, the
    highest.

    Raises
    ------
    InputError
        The scales differ, or the offsets cannot be made equal by adding whole numbers to the pixels.
    """
    first = scalings[0]
    base = (min if first.scale > 0 else max)(range(len(scalings)), key=lambda number: scalings[number].offset)
    lowest = scalings[base].offset
    shifts = []
    for asset, each in zip(chosen, scalings):
        shift = (each.offset - lowest) / each.scale
        if each.scale != first.scale or abs(shift) > LARGEST_SHIFT or abs(shift - round(shift)) > WHOLE:
            other = base if each.scale == first.scale else 0
            one, two = (
                f"{each.place} ({scaling.scale:.12g}, {scaling.offset:.12g})"
                for each, scaling in ((chosen[other], scalings[other]), (asset, each))
            )
            raise InputError(
                f"The scale and offset of {name} differ between {one} and {two} and cannot be made equal by adding "
                "whole numbers to the pixels. Select items of one product, or set SCALING to 'none' or 'given'.",
                parameter="items",
            )
        shifts.append(round(shift))
    return BandScaling(first.scale, lowest, tuple(shifts))
