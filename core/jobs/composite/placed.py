"""Scenes on the grid of a composite, and how their pixels are read, masked and evaluated in a window."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...expression.kernel import FormulaKernel
from ...expression.tree import Band, Node, accepts_nodata
from ...parallel.chunks import LARGEST_UNIT, SMALLEST_EDGE
from ...pixels.encoding import Encoding
from ...pixels.job import in_strips
from ...pixels.sources import MaskLayer
from ...pixels.stack import Stack
from ...pixels.terms import Term, exact_floats
from ...progress import Stop
from ...raster.nodata import Nodata, both_valid, valid_pixels
from ...raster.windows import offset_slices, relative
from ...reading.readers import InputBand, Readers
from ...regrid.resampled import Resampled
from ...stac.connections import Connections
from ...writing.gdal_file import BandDescription
from .reducers import Array, Observation

ADVICE = "If the value marks missing pixels, set NODATA to it. Otherwise, convert the band to Float64."


@dataclass(frozen=True)
class Part:
    """Bands of a scene that are in one file, and how they are read.

    `places` are the indices of these bands among all bands to read. `window` is the window that the file covers on the
    grid of the output. `mask` is aligned with the grid of the file.
    """

    bands: tuple[InputBand, ...]
    places: tuple[int, ...]
    nodata: tuple[Nodata, ...]
    window: Window
    resampled: Resampled | None = None
    mask: MaskLayer | None = None

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory for a decoded block, for resampling, and for the mask."""
        resampling = self.resampled.scratch_bytes if self.resampled else 0
        return max(band.block_bytes for band in self.bands) + resampling + (self.mask.scratch_bytes if self.mask else 0)

    @property
    def fits_small_chunks(self) -> bool:
        """True if no two chunks of edge length `SMALLEST_EDGE` read the same block of the file or its mask."""
        band = self.bands[0]
        mask = self.mask.band if self.mask else band
        starts = (self.window.row_off, self.window.col_off)
        return (
            self.resampled is None
            and not (self.mask and self.mask.disk)
            and (mask.block, mask.grid) == (band.block, band.grid)
            and not any(start % edge for start, edge in zip(starts, band.block))
            and max(band.block) <= LARGEST_UNIT
            and all(math.lcm(edge, SMALLEST_EDGE) in (edge, SMALLEST_EDGE) for edge in band.block)
        )

    def only(self, place: int) -> Part:
        """Return the part with a single band, whose index among all bands to read is `place`."""
        number = self.places.index(place)
        bands, nodata = self.bands[number : number + 1], self.nodata[number : number + 1]
        resampled = self.resampled and replace(self.resampled, bands=bands, nodata=nodata)
        return replace(self, bands=bands, places=(place,), nodata=nodata, resampled=resampled)


@dataclass(frozen=True)
class PlacedScene:
    """A scene on the grid of the output: its day, parts, data types and scaling, and its number in the table of scenes.

    `day` is the number of days since 1970-01-01. `parts` has one part for each file, and `window` is the smallest
    window that contains all parts. `terms` has the data type and scaling of each band to read.
    """

    number: int
    day: int
    parts: tuple[Part, ...]
    window: Window
    terms: tuple[Term, ...]

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read, including the bands of mask layers."""
        masks = (part.mask.band for part in self.parts if part.mask)
        return (*(band for part in self.parts for band in part.bands), *masks)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the bands to read, for error messages."""
        named = {
            place: f"Band {band.band} of {band.path}"
            for part in self.parts
            for place, band in zip(part.places, part.bands)
        }
        return tuple(named.get(place, "") for place in range(len(self.terms)))

    def only(self, place: int) -> PlacedScene:
        """Return the scene with a single band, whose index among all bands to read is `place`."""
        return replace(self, parts=tuple(part.only(place) for part in self.parts if place in part.places))


@dataclass(frozen=True)
class ValueRules:
    """Rules for computing the values of a scene from its stored pixels.

    `dtype` is the data type of the values. `chosen` lists the bands to combine, as indices into the bands to read. If
    `scaled` is true, scale and offset are applied. If there are `formulas`, their results replace the bands. The
    formula `score` computes the scores by which the best scene is chosen. `letters` are the names that formulas use for
    the bands to read. If `whole` is true, a pixel is valid only if all its bands are valid.
    """

    dtype: str
    chosen: tuple[int, ...]
    scaled: bool = False
    formulas: tuple[Node, ...] = ()
    score: tuple[Node, ...] = ()
    letters: tuple[Band, ...] = ()
    whole: bool = False

    @property
    def needs_shown(self) -> bool:
        """True if a formula can give valid results for pixels that are not observations; such results must be hidden.

        Pixels are not observations if the mask hides them, or if they are outside all files of the scene.
        """
        return any(map(accepts_nodata, self.formulas))

    @property
    def count(self) -> int:
        """Number of values per pixel of a scene."""
        return len(self.formulas) or len(self.chosen)

    def kernel(self, trees: tuple[Node, ...], scene: PlacedScene, dtype: str) -> FormulaKernel:
        """Return the kernel that computes `formulas` or `score` for a scene."""
        bands = (BandDescription(),) * len(trees)
        return FormulaKernel(trees, bands, self.letters, scene.names, scene.terms, Encoding(dtype, float("nan")))

    def only(self, number: int) -> ValueRules:
        """Return these rules for a single band: the one with index `number` in `chosen`."""
        return ValueRules(self.dtype, self.chosen[number : number + 1], self.scaled)


class Tally(NamedTuple):
    """Pixel counts of a scene: valid pixels, and pixels that only the mask hides."""

    valid: int
    masked: int

    def plus(self, other: Tally) -> Tally:
        """Return the sum of this tally and another one."""
        return Tally(self.valid + other.valid, self.masked + other.masked)


class _Read(NamedTuple):
    """Pixels of the bands to read, as lists with one array (rows, columns) per band.

    `masked` is the number of pixels that, in the first band to combine, are hidden only by the mask. `shown` is false
    for pixels that the mask hides; None if there is no mask or if the rules do not need this array. `covered` is false
    for pixels outside the file; None if the file covers the window or if the rules do not need this array. In the
    joined pixels of all files of a scene, `shown` is also false for pixels outside all files.
    """

    values: list[Array]
    valid: list[Array]
    masked: int
    shown: Array | None = None
    covered: Array | None = None


class _Masks:
    """The mask layers of a scene. Each is read only once per window, even if several threads need it. Thread-safe."""

    def __init__(self, readers: Readers, stop: Stop) -> None:
        self._readers, self._stop = readers, stop
        self._lock = threading.Lock()
        self._known: dict[tuple[int, Window], Future[Array]] = {}

    def visible(self, mask: MaskLayer, window: Window) -> Array:
        """Return a boolean array (rows, columns) that is false where the mask hides a pixel."""
        key = id(mask), window  # parts with the same mask and grid share one object
        with self._lock:
            is_first = key not in self._known
            found = self._known.setdefault(key, Future())
        if is_first:
            try:
                found.set_result(mask.read_visible(self._readers, window, self._stop))
            except BaseException as error:  # raised again by all threads that need the mask
                found.set_exception(error)
        return found.result()


@dataclass
class SceneReader:
    """Reads scenes in windows of the output, and counts their pixels in `tallies`, which are keyed by scene number.

    If `dates` is true, observations that combine scenes of two days store the day of each pixel. If there are
    `connections`, the files of up to `at_once` scenes are read through them at the same time.
    """

    readers: Readers
    rules: ValueRules
    stop: Stop
    dates: bool = False
    connections: Connections | None = None
    at_once: int = 1
    tallies: dict[int, Tally] = field(default_factory=dict)

    def observe(self, steps: Sequence[Sequence[PlacedScene]], window: Window) -> Iterator[Observation]:
        """Yield one observation in a window for each step; a step lists the scenes that make up one observation.

        Each pixel comes from the first scene of the step in which the pixel is valid.
        """
        reads = self._reads([scene for step in steps for scene in step], window)
        for step in steps:
            yield self._fused(step, window, reads) if len(step) > 1 else self._observed(step[0], window, next(reads))

    def _fused(self, step: Sequence[PlacedScene], window: Window, reads: Iterator[_Read]) -> Observation:
        first, *others = step
        fused = self._observed(first, window, next(reads))
        days: Array | None = None
        if self.dates and any(scene.day != first.day for scene in others):  # a solar day can overlap two UTC days
            days = np.full((window.height, window.width), first.day, np.int32)
        for scene in others:
            new = self._observed(scene, window, next(reads))
            added = new.valid & ~fused.valid
            np.copyto(fused.values, new.values, where=added)
            np.copyto(fused.valid, True, where=added)
            if fused.score is not None and new.score is not None:
                np.copyto(fused.score, new.score, where=added[0])
            if days is not None:
                np.copyto(days, scene.day, where=added[0])
        return fused if days is None else fused._replace(day=days)

    def _observed(self, scene: PlacedScene, window: Window, found: _Read) -> Observation:
        """Return the values of a scene in a window, from the pixels `found`; pixels outside the scene are not valid."""
        rules, shape = self.rules, (window.height, window.width)
        part = scene.window.intersection(window)
        values, valid, score = self._evaluated(scene, found)
        self._count(scene, found, values, valid)
        if part == window:
            return Observation(values, valid, scene.day, score)
        rows, cols = offset_slices(part, window)
        whole_values = np.zeros((len(values), *shape), rules.dtype)
        whole_valid = np.zeros((len(valid), *shape), bool)
        whole_values[:, rows, cols], whole_valid[:, rows, cols] = values, valid
        whole_score = None
        if score is not None:
            whole_score = np.zeros(shape)
            whole_score[rows, cols] = score
        return Observation(whole_values, whole_valid, scene.day, whole_score)

    def _count(self, scene: PlacedScene, found: _Read, values: Array, valid: Array) -> None:
        new = Tally(int(np.count_nonzero(valid[0])), found.masked)
        known = self.tallies.get(scene.number)
        self.tallies[scene.number] = known.plus(new) if known else new

    def _evaluated(self, scene: PlacedScene, found: _Read) -> tuple[Array, Array, Array | None]:
        """Return the values and masks of a scene's bands or formulas, and the scores of its pixels if needed."""
        rules = self.rules
        stack = Stack(tuple(found.values), tuple(found.valid), visible=found.shown)
        if rules.formulas:
            made = in_strips(rules.kernel(rules.formulas, scene, rules.dtype), stack, rules.dtype)
            return made.stored, made.valid.all(axis=0, keepdims=True) if rules.whole else made.valid, None
        values = np.empty((len(rules.chosen), *found.valid[rules.chosen[0]].shape), rules.dtype)
        for target, place in zip(values, rules.chosen):
            target[...] = self._value(scene, place, found.values[place], found.valid[place])
        chosen = [found.valid[place] for place in rules.chosen]
        if not rules.whole:
            return values, np.stack(chosen), None
        valid = np.logical_and.reduce(chosen)[np.newaxis]
        if not rules.score:
            return values, valid, None
        score = in_strips(rules.kernel(rules.score, scene, "float64"), stack, "float64")
        valid &= score.valid
        return values, valid, score.stored[0]

    def _value(self, scene: PlacedScene, place: int, stored: Array, valid: Array) -> Array:
        """Return the values of a band, scaled if requested. The caller converts them to `rules.dtype`."""
        term = scene.terms[place]
        wanted = np.dtype(self.rules.dtype)
        if not self.rules.scaled and (wanted == stored.dtype or wanted.kind != "f"):
            return stored
        values = exact_floats(stored, valid, scene.names[place], "sources", ADVICE)
        with np.errstate(all="ignore"):
            return term.scaled(values) if self.rules.scaled else values

    def _reads(self, scenes: Sequence[PlacedScene], window: Window) -> Iterator[_Read]:
        """Yield each scene's pixels where it overlaps a window; up to `at_once` scenes are read at the same time."""
        for start in range(0, len(scenes), self.at_once):
            self.stop.check()
            group = scenes[start : start + self.at_once]
            works = [
                functools.partial(self._read_part, scene, part, scene.window.intersection(window), masks)
                for scene, masks in zip(group, [_Masks(self.readers, self.stop) for _ in group])
                for part in scene.parts
            ]
            parts = iter(self.connections.call(works, self.stop) if self.connections else [work() for work in works])
            for scene in group:
                yield self._joined(scene, [next(parts) for _ in scene.parts])

    def _joined(self, scene: PlacedScene, parts: Sequence[_Read]) -> _Read:
        values: list[Any] = [None] * len(scene.terms)
        valid: list[Any] = [None] * len(scene.terms)
        masked = 0
        unmasked: Array | None = None
        for part, found in zip(scene.parts, parts):
            unmasked = both_valid(unmasked, found.shown)
            for place, stored, shown in zip(part.places, found.values, found.valid):
                values[place], valid[place] = stored, shown
            if self.rules.chosen[0] in part.places:
                masked = found.masked
        covered = [found.covered for found in parts if found.covered is not None]
        if len(covered) == len(parts):
            unmasked = both_valid(unmasked, np.logical_or.reduce(covered))
        return _Read(values, valid, masked, unmasked)

    def _read_part(self, scene: PlacedScene, part: Part, window: Window, masks: _Masks) -> _Read:
        """Return the pixels of one file of a scene in a window of the output; the window may extend beyond the file."""
        shape = (window.height, window.width)
        if not _touch(part.window, window):
            empty = [np.zeros(shape, scene.terms[place].dtype) for place in part.places]
            nowhere = np.zeros(shape, bool)
            return _Read(empty, [nowhere] * len(empty), 0, covered=nowhere if self.rules.needs_shown else None)
        inside = part.window.intersection(window)
        found = self._read_inside(part, relative(inside, part.window), masks)
        if inside == window:
            return found
        rows, cols = offset_slices(inside, window)

        def spread(array: Array, fill: int = 0) -> Array:
            whole = np.full(shape, fill, array.dtype)
            whole[rows, cols] = array
            return whole

        shown = None if found.shown is None else spread(found.shown, 1)
        covered = None
        if self.rules.needs_shown:
            covered = spread(np.ones((inside.height, inside.width), bool) if found.covered is None else found.covered)
        values, valid = [spread(each) for each in found.values], [spread(each) for each in found.valid]
        return _Read(values, valid, found.masked, shown, covered)

    def _read_inside(self, part: Part, window: Window, masks: _Masks) -> _Read:
        """Return the pixels of one file of a scene; `window` is inside the file's window and relative to it."""
        if part.resampled is not None:
            shows = functools.partial(masks.visible, part.mask) if part.mask else None
            unhidden = None
            if shows and self.rules.chosen[0] in part.places:
                first = part.places.index(self.rules.chosen[0])
                unhidden = first, np.zeros((window.height, window.width), bool)
            resampled, usable = part.resampled.read(self.readers, window, self.stop, shows=shows, unhidden=unhidden)
            shown = part.resampled.read_shown(window, shows, self.stop) if shows and self.rules.needs_shown else None
            covered = part.resampled.covered(window, self.stop) if self.rules.needs_shown else None
            masked = 0
            if unhidden:
                masked = int(np.count_nonzero(unhidden[1])) - int(np.count_nonzero(usable[unhidden[0]]))
            return _Read(list(resampled), list(usable), masked, shown, covered)
        stored = self.readers.read(part.bands, window)
        visible = self.readers.read_visible_bands(part.bands, window)
        shown = None if part.mask is None else masks.visible(part.mask, window)
        valid: list[Array] = []
        masked = 0
        for place, values, nodata, own in zip(part.places, stored, part.nodata, visible):
            unmasked = both_valid(valid_pixels(values, nodata), own)
            everywhere = np.ones(values.shape, bool) if unmasked is None else unmasked
            valid.append(everywhere if shown is None else everywhere & shown)
            if place == self.rules.chosen[0]:
                masked = int(np.count_nonzero(everywhere)) - int(np.count_nonzero(valid[-1]))
        return _Read(stored, valid, masked, shown if self.rules.needs_shown else None)


def _touch(one: Window, other: Window) -> bool:
    return bool(
        one.col_off < other.col_off + other.width
        and other.col_off < one.col_off + one.width
        and one.row_off < other.row_off + other.height
        and other.row_off < one.row_off + one.height
    )
