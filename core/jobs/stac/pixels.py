"""Reads the pixels of a scene: reads its items on the grid of the output, and joins them into one array."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...errors import InputError, about
from ...progress import Stop
from ...raster.alignment import pixel_offset
from ...raster.dtypes import holds
from ...raster.grid import Grid
from ...raster.nodata import Nodata, both_valid, mask_band, next_to_nodata, stored_nodata, valid_pixels
from ...raster.windows import offset_slices, relative
from ...reading.readers import InputBand
from ...regrid.resampled import Resampled, resolve_placement
from ...stac.connections import Connections
from ...stac.files import AssetFiles, AssetReaders, OpenAsset, open_asset, open_level
from ...writing.class_values import INTERPOLATING, check_interpolates
from ...writing.creation_options import OutputProfile
from .plan import BandOfItem, StackPlan

Array = npt.NDArray[Any]

COARSER = 1.01
"""Maximum ratio of an overview's pixel size to the output's pixel size; just above 1, to allow for rounding errors."""


@dataclass(frozen=True)
class PlacedBand:
    """A band of an item on the grid of the output.

    `window` is the band's window on this grid, or None if the band must be resampled. `read` returns stored values; the
    caller must add `shift` to them.
    """

    band: InputBand
    nodata: Nodata
    shift: int
    window: Window | None
    resampled: Resampled | None = None

    def read(self, readers: AssetReaders, window: Window, stop: Stop) -> tuple[Array, Array]:
        """Return the stored pixels in a window of the output, and a boolean mask that is true for valid pixels."""
        if self.resampled is not None:
            values, valid = self.resampled.read(readers, window, stop)
            return values[0], valid[0]
        values = np.zeros((window.height, window.width), self.band.dtype)
        valid = np.zeros(values.shape, bool)
        inside = _intersection(window, self.window)
        if inside is not None and self.window is not None:
            part = relative(inside, self.window)
            (stored,) = readers.read([self.band], part)
            shown = both_valid(valid_pixels(stored, self.nodata), readers.read_visible([self.band], part))
            rows, cols = offset_slices(inside, window)
            values[rows, cols] = stored
            valid[rows, cols] = True if shown is None else shown
        return values, valid


def place_band(
    files: AssetFiles, source: BandOfItem, grid: Grid, method: str, overviews: bool, stop: Stop
) -> PlacedBand:
    """Open a band of an item, and return a `PlacedBand` that reads it on the grid of the output.

    Parameters
    ----------
    files
        Open files of the run.
    source
        The band.
    grid
        Grid of the output.
    method
        A key of `choices.RESAMPLING`.
    overviews
        True to read the overview with the largest pixels that are not larger than the output's pixels. If the file has
        a mask, overviews that do not exist for the mask are not read.
    stop
        Checked before each retry of a request.

    Raises
    ------
    InputError
        The file cannot be read, or is not aligned with the output and `method` is "refuse".
    """
    opened = open_asset(files, source.address, source.chosen.band, stop)
    band = opened.band
    nodata = source.nodata_with(band.nodata)
    if overviews:
        steps = resolve_placement(grid, band.grid, "the output", source.address.place).steps
        band = _coarsest_level(files, opened, min(abs(step) for step in steps) * COARSER, stop)
    offset = pixel_offset(grid, band.grid)
    if not offset.reason:
        window = Window(offset.col, offset.row, band.grid.width, band.grid.height)
        return PlacedBand(band, nodata, source.shift, window)
    if method == "refuse":
        raise InputError(
            f"{source.address.place} is not aligned with the output: {offset.reason}. Set RESAMPLING to resample it, "
            "or GRID to a raster on the grid of the items.",
            parameter="resampling",
        )
    if method in INTERPOLATING:
        with about("resampling"):
            check_interpolates([band], f"RESAMPLING {method!r}", "Set RESAMPLING to 'nearest'")
    place = resolve_placement(grid, band.grid, "the output", source.address.place)
    resampled = Resampled((band,), (nodata,), place, method, as_stored=True)
    return PlacedBand(band, nodata, source.shift, None, resampled)


def _coarsest_level(files: AssetFiles, asset: OpenAsset, limit: float, stop: Stop) -> InputBand:
    """Return the metadata of a band in the overview with the largest factor that is not greater than `limit`.

    Overviews whose valid pixels are unknown are skipped. If there is no other overview, the metadata of the band at
    full resolution is returned.
    """
    fitting = [level for level, factor in enumerate(asset.factors) if factor <= limit]
    for level in sorted(fitting, key=lambda level: asset.factors[level], reverse=True):
        band = open_level(files, asset, level, stop)
        if band is not None:
            return band
    return asset.band


@dataclass
class Tally:
    """Counts for an item of a scene: pixels and band values taken from it, and values that can cause warnings.

    Warnings are logged for values below zero (`below`), values outside the range of the data type (`saturated`), and
    valid values that were changed because they are equal to the nodata value of the output (`moved`).
    """

    pixels: int = 0
    values: int = 0
    below: int = 0
    saturated: int = 0
    moved: int = 0

    def add(self, other: Tally) -> None:
        """Add the counts of another part of the scene."""
        self.pixels += other.pixels
        self.values += other.values
        self.below += other.below
        self.saturated += other.saturated
        self.moved += other.moved


class ScenePixels(NamedTuple):
    """A window of a scene: pixels (bands, rows, columns), masks, number of valid pixels, and counts by item.

    `shown` is a mask band: 255 for pixels that are valid in any band or, if `StackPlan.hides_incomplete` is true, in
    all bands. `classes` is the mask layer (1, rows, columns), and `classes_shown` is its mask band; both are None
    without a mask asset.
    """

    pixels: Array
    shown: npt.NDArray[np.uint8]
    classes: Array | None
    classes_shown: npt.NDArray[np.uint8] | None
    valid: int
    tallies: dict[int, Tally]

    @property
    def files(self) -> Iterator[tuple[Array, npt.NDArray[np.uint8] | None]]:
        """The pixels and mask band of each output file: the scene and, if there is one, the mask layer."""
        yield self.pixels, self.shown
        if self.classes is not None:
            yield self.classes, self.classes_shown


@dataclass(frozen=True)
class PlacedItem:
    """The bands and the mask of an item on the grid of the output."""

    number: int
    bands: tuple[PlacedBand, ...]
    mask: PlacedBand | None


@dataclass(frozen=True)
class SceneReader:
    """Reads the pixels of a scene whose files are open. Thread-safe."""

    plan: StackPlan
    items: tuple[PlacedItem, ...]
    readers: AssetReaders
    connections: Connections

    def read(self, window: Window, stop: Stop) -> ScenePixels:
        """Return the pixels of a window. In each band, a pixel gets the first valid value in the order of the items.

        The class of a pixel is taken from the first item that provides a value for the pixel. If no band of the pixel
        is valid, the class is taken from the first item that has a class there.
        """
        joined = _Joined.empty(self.plan, window)
        for item in self.items:
            if joined.is_full:
                break
            bands = [*item.bands, *([item.mask] if item.mask else [])]
            works: list[Callable[[], tuple[Array, Array]]] = [
                functools.partial(band.read, self.readers, window, stop) for band in bands
            ]
            joined.add(item, self.connections.call(works, stop))
        return joined.result()


@dataclass
class _Joined:
    """The pixels of a window, collected from one item after another."""

    plan: StackPlan
    pixels: Array
    valid: Array
    classes: _Classes | None
    others: _Classes | None
    tallies: dict[int, Tally] = field(default_factory=dict)

    @classmethod
    def empty(cls, plan: StackPlan, window: Window) -> _Joined:
        shape = (len(plan.names), window.height, window.width)
        pixels, valid = _filled(plan.profile, shape), np.zeros(shape, bool)
        if plan.mask_profile is None:
            return cls(plan, pixels, valid, None, None)
        classes, others = (_Classes(_filled(plan.mask_profile, shape[1:]), np.zeros(shape[1:], bool)) for _ in range(2))
        return cls(plan, pixels, valid, classes, others)

    @property
    def is_full(self) -> bool:
        return bool(self.valid.all())

    def add(self, item: PlacedItem, found: Sequence[tuple[Array, Array]]) -> None:
        tally, before = Tally(), self.valid.any(axis=0)
        any_new = np.zeros(before.shape, bool)
        for number, (band, (values, valid)) in enumerate(zip(item.bands, found)):
            new = valid & ~self.valid[number]
            any_new |= new
            stored, saturated, moved = stored_values(
                values[new], band.shift, self.pixels.dtype, self.plan.profile.nodata
            )
            self.pixels[number][new] = stored
            self.valid[number] |= new
            scaling = self.plan.scalings[number]
            tally.values += stored.size
            tally.saturated += saturated
            tally.moved += moved
            tally.below += _count_below_zero(stored, scaling.scale, scaling.offset)
        tally.pixels = int(np.count_nonzero(any_new & ~before))
        self.tallies[item.number] = tally
        if item.mask is not None and self.classes is not None and self.others is not None:
            values, valid = found[-1]
            self.classes.take(values, any_new & ~before & valid)
            self.others.take(values, valid & ~self.others.known)

    def result(self) -> ScenePixels:
        used = self.valid.any(axis=0)
        classes, classes_shown = None, None
        if self.classes is not None and self.others is not None:
            classes = np.where(used, self.classes.values, self.others.values)[np.newaxis]
            classes_shown = mask_band(np.where(used, self.classes.known, self.others.known))
        shown = self.valid.all(axis=0) if self.plan.hides_incomplete else used
        valid = int(np.count_nonzero(shown))
        return ScenePixels(self.pixels, mask_band(shown), classes, classes_shown, valid, self.tallies)


@dataclass(frozen=True)
class _Classes:
    """Classes of pixels, and a boolean array that is true where the class is known."""

    values: Array
    known: Array

    def take(self, values: Array, where: Array) -> None:
        np.copyto(self.values, values, where=where, casting="unsafe")
        self.known[where] = True


def _filled(profile: OutputProfile, shape: tuple[int, ...]) -> Array:
    """Return an array filled with the nodata value of a file, or with 0 if the file has no nodata value."""
    dtype = np.dtype(profile.dtype)
    marker = stored_nodata(profile.nodata, dtype)
    return np.zeros(shape, dtype) if marker is None else np.full(shape, marker)


def stored_values(values: Array, shift: int, dtype: np.dtype[Any], nodata: Nodata) -> tuple[Array, int, int]:
    """Return valid values plus `shift` in the data type of the output, and two counts.

    Results outside the range of an integer type become its lowest or highest value; the first count is their number.
    Results equal to nodata become an adjacent value; the second count is their number, not counting those outside the
    range.

    Parameters
    ----------
    values
        Valid values, in a data type that can be converted to `dtype` without loss.
    shift
        Whole number to add.
    dtype, nodata
        Data type and nodata value of the output.
    """
    if dtype.kind == "f":
        stored = values.astype(dtype) + dtype.type(shift) if shift else values.astype(dtype)
        marker = stored_nodata(nodata, dtype)
        if marker is None:
            return stored, 0, 0
        same = stored == marker
        return np.where(same, next_to_nodata(marker), stored), 0, int(np.count_nonzero(same))
    if shift:
        stored, outside = _shifted(values, shift, dtype)
    else:
        stored, outside = values.astype(dtype), np.zeros(values.shape, bool)
    saturated, marker = int(np.count_nonzero(outside)), stored_nodata(nodata, dtype)
    if marker is None:
        return stored, saturated, 0
    same = stored == marker
    if same.any():
        stored = np.where(same, next_to_nodata(marker), stored)
    return stored, saturated, int(np.count_nonzero(same & ~outside))


def _shifted(values: Array, shift: int, dtype: np.dtype[Any]) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return `values` plus `shift`, limited to the range of an integer type, and a mask of the values outside it.

    The limits are applied before the addition, because the sum of 64-bit integers could exceed 64 bits.
    """
    wide = dtype if dtype.itemsize == 8 else np.dtype(np.int64)
    limits, ends = np.iinfo(dtype), np.iinfo(wide)
    low, high = (min(max(int(limit) - shift, ends.min), ends.max) for limit in (limits.min, limits.max))
    numbers = values.astype(wide)
    inside = numbers.clip(wide.type(low), wide.type(high))
    moved = inside + wide.type(shift) if shift > 0 else inside - wide.type(-shift)
    return moved.astype(dtype), inside != numbers


def _count_below_zero(stored: Array, scale: float, offset: float) -> int:
    if offset >= 0 and stored.dtype.kind == "u" and scale > 0:
        return 0
    return int(np.count_nonzero(stored.astype(np.float64) * scale + offset < 0))


def check_type(band: PlacedBand, dtype: str) -> None:
    """Raise InputError if the data type of a band cannot be converted to the output's data type without loss.

    Raises
    ------
    InputError
        The values of the band do not fit. The error names the asset and both data types.
    """
    if not holds(dtype, band.band.dtype):
        raise InputError(
            f"{band.band.path} has the data type {band.band.dtype}, which cannot be stored as {dtype}, the data type "
            "stated by the catalogue or found in the first scene. Remove the item.",
            parameter="items",
        )


def _intersection(window: Window, other: Window | None) -> Window | None:
    """Return the intersection of two windows; None if they do not overlap."""
    if other is None:
        return None
    left, top = max(window.col_off, other.col_off), max(window.row_off, other.row_off)
    right = min(window.col_off + window.width, other.col_off + other.width)
    bottom = min(window.row_off + window.height, other.row_off + other.height)
    return Window(left, top, right - left, bottom - top) if left < right and top < bottom else None
