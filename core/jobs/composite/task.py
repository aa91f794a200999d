"""The engine task of a composite: the bands of one or more periods, computed window by window."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...engine.task import Chunk, ComputedOnly
from ...errors import InputError
from ...parallel.chunks import ChunkPlan
from ...pixels.encoding import Encoding
from ...pixels.job import PixelRecord, PixelTotals, pixel_record
from ...pixels.raster_plan import PixelResult
from ...pixels.stack import Counts, Pixels
from ...pixels.storing import store_selected, store_values
from ...progress import Stop
from ...raster.casting import cast_values, out_of_range
from ...raster.nodata import mask_band
from ...raster.windows import WindowIndex
from ...reading.readers import InputBand, Readers
from ...scenes.periods import Period
from ...stac.inputs import AssetInputs, OpenAssets
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import BandDescription
from ...writing.writer import RasterWriter
from .placed import PlacedScene, SceneReader, Tally, ValueRules
from .reducers import METHODS, Array, Reduced, Reduction, reduce_observations

DAY_NODATA = -(2**31)
"""Nodata value of the date raster, which stores days since 1970-01-01."""

COUNT, DATE = "count", "date"
"""Kinds of rasters that are written along with a composite; their file names end with these words."""


@dataclass(frozen=True)
class PlacedPeriod:
    """A period and its steps in chronological order; a step lists the scenes that make up one observation."""

    period: Period
    steps: tuple[tuple[PlacedScene, ...], ...]

    @property
    def scenes(self) -> tuple[PlacedScene, ...]:
        """All scenes of the period."""
        return tuple(scene for step in self.steps for scene in step)

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read."""
        return tuple(band for scene in self.scenes for band in scene.inputs)

    def touching(self, window: Window) -> list[tuple[PlacedScene, ...]]:
        """Return the steps, with only those scenes that have pixels in a window; empty steps are left out."""
        numbers = set(WindowIndex([scene.window for scene in self.scenes]).touching(window))
        found, number = [], 0
        for step in self.steps:
            inside = tuple(scene for place, scene in enumerate(step, number) if place in numbers)
            number += len(step)
            if inside:
                found.append(inside)
        return found

    def only(self, place: int) -> PlacedPeriod:
        """Return the period reduced to one band; `place` is the index of this band among all bands to read."""
        return replace(self, steps=tuple(tuple(scene.only(place) for scene in step) for step in self.steps))


@dataclass(frozen=True)
class CompositeRules:
    """How the pixels of a composite are computed and stored.

    `encoding` is None for the reducer "count", whose results are all valid. `interpolates` is true if scenes are
    resampled by interpolation. `by_band` is true if only one band is in memory at a time.
    """

    values: ValueRules
    reduction: Reduction
    min_count: int
    dtype: str
    encoding: Encoding | None
    count_dtype: str
    counts: bool
    dates: bool
    interpolates: bool = False
    by_band: bool = False

    @property
    def bands(self) -> int:
        """Number of output bands per period."""
        return self.values.count

    @property
    def keeps_values(self) -> bool:
        """True if the results are stored values of the scenes, so that the output must hold them exactly."""
        selects = METHODS[self.reduction.reducer].selects
        return selects and not (self.values.formulas or self.values.scaled or self.interpolates)

    @property
    def count_bands(self) -> int:
        """Number of bands of observation counts per period: 1 if one scene is chosen per pixel, else one per band."""
        return 1 if METHODS[self.reduction.reducer].whole else self.bands

    def bytes_per_pixel(self, dtypes: Sequence[str], depth: int, periods: int) -> int:
        """Return the bytes of memory per pixel of a chunk.

        Parameters
        ----------
        dtypes
            Data types of the bands to read.
        depth
            Largest number of observations of a period.
        periods
            Number of periods of the output.
        """
        method, values = METHODS[self.reduction.reducer], self.values
        read = [np.dtype(dtype).itemsize + 2 for dtype in dtypes]
        value = np.dtype(values.dtype).itemsize
        stored = np.dtype(self.dtype).itemsize + 1
        bands = 1 if self.by_band else self.bands
        observed = 2 * (bands * (value + 1) + 8)  # a scene, and the scenes that are already fused with it
        kept = depth * (bands * value + method.whole + 4 * self.dates) if method.stacks else 0
        state = bands * (method.state + value + 4 + 8 + stored)
        results = periods * (self.bands * stored + self.counts * self.count_bands * 4 + self.dates * 4)
        return (max(read) if self.by_band else sum(read)) + observed + kept + state + results + 4


class Packed:
    """An array that is compressed when it is sent to another process."""

    def __init__(self, array: Array) -> None:
        self.array = array

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        content = zlib.compress(np.ascontiguousarray(self.array).tobytes(), 1)
        return _unpacked, (content, self.array.dtype.str, self.array.shape)


def _unpacked(content: bytes, dtype: str, shape: tuple[int, ...]) -> Packed:
    return Packed(np.frombuffer(zlib.decompress(content), dtype).reshape(shape))


class CompositeRecord(NamedTuple):
    """Results of a slice of a chunk, which are added to the totals of the output.

    `beside` maps `COUNT` and `DATE` to the pixels (bands, rows, columns) of the count and date rasters. `tallies` maps
    scene numbers to pixel counts.
    """

    pixels: PixelRecord
    window: tuple[int, int, int, int]
    beside: Mapping[str, Packed]
    tallies: Mapping[int, Tally]


@dataclass(frozen=True)
class CompositeTask:
    """Engine task that computes the composites of all periods in one output; its records are `CompositeRecord` objects.

    `assets` are the files of a catalogue; None if all inputs are rasters on disk. `scenes_at_once` is the number of
    scenes that are read at the same time for one chunk.
    """

    periods: tuple[PlacedPeriod, ...]
    rules: CompositeRules
    output: OutputProfile
    chunks: ChunkPlan
    open_files: int
    assets: AssetInputs | None = None
    scenes_at_once: int = 1

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return "temporal-composite"

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read."""
        return tuple(band for period in self.periods for band in period.inputs)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return tuple(dict.fromkeys(file for band in self.inputs for file in band.files))

    def open(self, readers: Readers) -> OpenComposite:
        """Return the open task, which reads its inputs through `readers`."""
        return OpenComposite(
            self, readers, self.assets.open(readers, self.chunks.shared_bytes) if self.assets else None
        )


@dataclass
class _Made:
    """Results in a window, collected from all periods: stored pixels, observation counts, and scene dates."""

    pixels: list[Pixels] = field(default_factory=list)
    counts: list[Array] = field(default_factory=list)
    days: list[Array] = field(default_factory=list)


class OpenComposite(ComputedOnly):
    """Engine task of a composite, after its inputs have been opened. Thread-safe."""

    def __init__(self, task: CompositeTask, readers: Readers, assets: OpenAssets | None) -> None:
        self._task, self._readers, self._assets = task, readers, assets

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the pixels of a window of the output, with their statistics and counts."""
        tallies: dict[int, Tally] = {}
        made = _Made()
        for period in self._task.periods:
            self._add(period, window, stop, made, tallies)
        stored = np.concatenate([each.stored for each in made.pixels])
        valid = np.concatenate([each.valid for each in made.pixels])
        counted = Counts()
        for each in made.pixels:
            counted.add(each.counts)
        record, any_valid = pixel_record(self._task.chunks.block, window, Pixels(stored, valid, counted.numbers))
        rules, beside = self._task.rules, {}
        if rules.counts:
            beside[COUNT] = Packed(np.concatenate(made.counts))
        if rules.dates:
            beside[DATE] = Packed(np.stack(made.days))
        place = (window.col_off, window.row_off, window.width, window.height)
        mask = mask_band(any_valid) if self._task.output.masked else None
        return Chunk(stored, mask, CompositeRecord(record, place, beside, tallies))

    def _add(self, period: PlacedPeriod, window: Window, stop: Stop, made: _Made, tallies: dict[int, Tally]) -> None:
        """Compute a period, with all bands at once or one band after another."""
        rules = self._task.rules
        if not rules.by_band:
            tallies.update(self._reduce(period, rules, window, stop, made))
            return
        for number, place in enumerate(rules.values.chosen):
            reduction = rules.reduction
            falling = reduction.falling[number : number + 1]
            own = replace(rules, values=rules.values.only(number), reduction=replace(reduction, falling=falling))
            found = self._reduce(period.only(place), own, window, stop, made)
            if number == 0:
                tallies.update(found)

    def _reduce(
        self, period: PlacedPeriod, rules: CompositeRules, window: Window, stop: Stop, made: _Made
    ) -> Mapping[int, Tally]:
        steps = period.touching(window)
        assets = self._assets
        readers = assets.readers(stop) if assets else self._readers
        connections = assets.connections if assets else None
        reader = SceneReader(readers, rules.values, stop, rules.dates, connections, self._task.scenes_at_once)
        shape = (rules.values.count, window.height, window.width)
        with np.errstate(all="ignore"):
            reduced, counts = reduce_observations(
                reader.observe(steps, window), rules.reduction, shape, np.dtype(rules.values.dtype), len(steps), stop
            )
        enough = np.broadcast_to(counts >= rules.min_count, shape)
        if rules.keeps_values:
            self._check_fits(period, reader, rules, reduced.values, enough, window)
        made.pixels.append(_stored(reduced, enough, rules))
        made.counts.append(counts.astype(rules.count_dtype, copy=False))
        if rules.dates and reduced.days is not None:
            made.days.append(np.where(enough[0], reduced.days, np.int32(DAY_NODATA)))
        return reader.tallies

    def _check_fits(
        self,
        period: PlacedPeriod,
        reader: SceneReader,
        rules: CompositeRules,
        found: Array,
        valid: Array,
        window: Window,
    ) -> None:
        """Raise InputError if the data type of the output cannot hold a valid value that was selected from a scene."""
        wrong = out_of_range(found, cast_values(found, rules.dtype))
        if wrong is None or not (wrong & valid).any():
            return
        band, row, col = (int(place) for place in np.argwhere(wrong & valid)[0])
        pixel = Window(window.col_off + col, window.row_off + row, 1, 1)
        scenes = [scene for step in period.touching(pixel) for scene in step]
        values = [each.values[band, 0, 0] for each in reader.observe([[scene] for scene in scenes], pixel)]
        named = scenes[values.index(found[band, row, col])].names[rules.values.chosen[band]]
        raise InputError(
            f"{named} has the value {found[band, row, col]} (row {pixel.row_off}, column {pixel.col_off} of the "
            f"output), which {rules.dtype} cannot represent. Set DATA_TYPE to 'auto' to keep the data type of the "
            "scenes.",
            parameter="data_type",
        )


def _stored(reduced: Reduced, valid: Array, rules: CompositeRules) -> Pixels:
    """Return the results in the data type of the output."""
    if rules.encoding is None:
        return Pixels(reduced.values.astype(rules.dtype), np.ones(reduced.values.shape, bool))
    if METHODS[rules.reduction.reducer].selects:
        return store_selected(reduced.values, valid, rules.encoding)
    return store_values(reduced.values, valid, rules.encoding)


class CompositeTotals:
    """Totals of one output. Also writes the count and date rasters as the slices of chunks arrive.

    Parameters
    ----------
    task, bands, scales
        The task, the descriptions of the bands of its output, and the scale and offset of each band.
    beside
        Writers of the count and date rasters, keyed by `COUNT` and `DATE`.
    """

    def __init__(
        self,
        task: CompositeTask,
        bands: Sequence[BandDescription],
        scales: Sequence[tuple[float, float]],
        beside: Mapping[str, RasterWriter],
    ) -> None:
        self._pixels = PixelTotals(task.chunks, bands, scales)
        self._beside = beside
        self.tallies: dict[int, Tally] = {}

    def add(self, record: CompositeRecord) -> None:
        """Add the statistics and pixel counts of a slice of a chunk; write its observation counts and scene dates."""
        self._pixels.add(record.pixels)
        for kind, writer in self._beside.items():
            writer.write(record.beside[kind].array, Window(*record.window))
        for number, tally in record.tallies.items():
            known = self.tallies.get(number)
            self.tallies[number] = known.plus(tally) if known else tally

    def describe(self, writer: RasterWriter) -> None:
        """Write the statistics and descriptions of the bands."""
        self._pixels.describe(writer)

    def result(self, destination: str, copied: int) -> PixelResult:
        """Return the result, given the path of the output and the number of pixels copied without decoding."""
        return self._pixels.result(destination, copied)
