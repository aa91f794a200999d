"""Processes a group of neighbouring chips: reads the pixels once, and selects, writes and counts the chips."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...pixels.encoding import mark_nodata
from ...progress import Stop
from ...raster.alignment import union_window
from ...raster.nodata import mask_band
from ...raster.windows import offset_slices, overlap
from ...reading.readers import Readers
from ...tileset.journal import Entry
from ...tileset.nested_set import MemberStore
from ...units import exact_percent
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import CreateFile
from .counting import band_counts
from .documents import IMAGES, LABELS
from .files import chip_profile, without_mask, write_archive, write_geotiff
from .images import Images, Pixels
from .labels import Codes, LabelPixels, Labels
from .places import chip_id
from .splits import SPLITS

SPARSE = 1.5
"""Chips are read together if the area of the window around them is at most this multiple of their total area."""


class Chip(NamedTuple):
    """A chip to write: its window and its split."""

    window: Window
    split: str

    @property
    def id(self) -> str:
        """Name of the chip."""
        return chip_id(self.window)


class Group(NamedTuple):
    """Indices of chips that are processed together, and the window around these chips."""

    numbers: tuple[int, ...]
    window: Window


class ChipCounts(NamedTuple):
    """Counts of a chip: missing and cloudy pixels on each date, and pixels of each label code.

    `number` is the index of the chip. `collisions` is the number of valid values that equal the nodata value; `ignored`
    is the number of pixels whose class equals IGNORE. `bands` is the result of `band_counts`; empty unless the chip is
    in the train split. `entries` are the journal entries of the written files. `problem` is the name of the parameter
    that excludes the chip; "" if the chip is kept.
    """

    number: int
    missing: tuple[int, ...]
    cloud: tuple[int, ...]
    classes: Mapping[int, int]
    collisions: int = 0
    ignored: int = 0
    bands: tuple[Any, ...] = ()
    entries: tuple[Entry, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class KeepRules:
    """Limits in percent that decide which chips are kept.

    `unlabelled` lists the codes that do not count as labels; `dated` lists the indices of the dates with scenes.
    """

    min_valid: float
    max_cloud: float
    min_label: float
    unlabelled: tuple[int, ...]
    dated: tuple[int, ...]

    def problem(self, counts: ChipCounts, size: int) -> str:
        """Return the name of the parameter that excludes a chip; "" if the chip is kept."""
        pixels = size * size * len(self.dated)
        valid = pixels - sum(counts.missing[number] for number in self.dated)
        labelled = size * size - sum(counts.classes.get(code, 0) for code in self.unlabelled)
        if 100 * valid < exact_percent(self.min_valid) * pixels:
            return "MIN_VALID"
        if 100 * sum(counts.cloud) > exact_percent(self.max_cloud) * pixels:
            return "MAX_CLOUD"
        return "MIN_LABEL" if 100 * labelled < exact_percent(self.min_label) * size * size else ""


@dataclass(frozen=True)
class ChipWork:
    """Function that processes a group of chips on a thread or a worker.

    `image` and `label` are the profiles of the files. `normalize` contains (zero, length) for each band; normalized
    values are (value - zero) / length. If `writes` is False, chips are only counted. Files whose names are in `kept`
    exist already and are not written. `folders` are the folders of unfinished and finished files.
    """

    chips: tuple[Chip, ...]
    images: Images
    labels: Labels | None
    ignore: int
    rules: KeepRules
    image: OutputProfile
    label: OutputProfile | None
    archives: bool
    folders: tuple[str, str] = ("", "")
    normalize: tuple[tuple[float, float], ...] = ()
    writes: bool = True
    counts: bool = True
    kept: frozenset[str] = frozenset()
    verify: bool = True
    create: CreateFile | None = field(default=None, compare=False)

    def names(self, chip: Chip) -> tuple[str, ...]:
        """Return the names of the image file and label file of a chip, relative to the output folder."""
        extension = ".npz" if self.archives else ".tif"
        kinds = (IMAGES, LABELS) if self.labels is not None else (IMAGES,)
        return tuple(f"{kind}/{chip.split}/{chip.id}{extension}" for kind in kinds)

    def __call__(self, group: Group, stop: Stop) -> list[ChipCounts]:
        """Process a group with newly opened readers, and return the counts of its chips."""
        with Readers() as readers:
            return list(self.process(group, readers, stop))

    def process(self, group: Group, readers: Readers, stop: Stop) -> Iterator[ChipCounts]:
        """Yield the counts of each chip of a group, after its files have been written.

        Raises
        ------
        ParallelRasterError
            A block is damaged, a file cannot be written, or the run was stopped.
        """
        windows = [self.chips[number].window for number in group.numbers]
        size = sum(window.width * window.height for window in windows)
        together = group.window.width * group.window.height <= SPARSE * size
        for window, numbers in [(group.window, group.numbers)] if together else zip(windows, _each(group.numbers)):
            area, labels = self._read(window, readers, stop)
            for number in numbers:
                stop.check()
                rows, cols = offset_slices(self.chips[number].window, window)
                yield self._process(
                    number, area.cut(rows, cols), None if labels is None else labels.copy_of(rows, cols), stop
                )

    def _read(self, window: Window, readers: Readers, stop: Stop) -> tuple[Pixels, LabelPixels | None]:
        """Return the pixels and the labels of a window; labels outside the raster have the code IGNORE."""
        area = self.images.read(window, readers, stop)
        if self.labels is None:
            return area, None
        labels = LabelPixels.filled(window, self.ignore, self.labels.dtype)
        inside = overlap(window, Window(0, 0, self.images.grid.width, self.images.grid.height))
        if inside is not None:
            for target, found in zip(labels, self.labels.read(inside, readers, stop)):
                target[offset_slices(inside, window)] = found
        return area, labels

    def read_chip(self, number: int, readers: Readers, stop: Stop) -> tuple[Pixels, Codes | None]:
        """Return the pixels of a chip and its label codes.

        Raises
        ------
        InputError
            A block is damaged.
        """
        area, labels = self._read(self.chips[number].window, readers, stop)
        return area, None if labels is None else self._ignore_missing(area, labels).codes

    def _ignore_missing(self, pixels: Pixels, labels: LabelPixels) -> LabelPixels:
        """Return the labels, with the code IGNORE where pixels are missing on all dates."""
        missing = pixels.missing.all(axis=0)
        labels.codes[missing] = self.ignore
        labels.ignored[missing] = False
        return labels

    def _process(self, number: int, pixels: Pixels, labels: LabelPixels | None, stop: Stop) -> ChipCounts:
        chip, codes = self.chips[number], None
        collisions = self.images.collisions(pixels)
        counts = ChipCounts(number, _counted(pixels.missing), _counted(pixels.cloud), {}, collisions)
        if labels is not None:
            codes, ignored = self._ignore_missing(pixels, labels)
            counts = counts._replace(classes=code_counts(codes), ignored=int(np.count_nonzero(ignored)))
        problem = self.rules.problem(counts, chip.window.width)
        if problem:
            return counts._replace(problem=problem)
        if self.counts and chip.split == SPLITS[0]:
            counts = counts._replace(bands=band_counts(pixels))
        return counts._replace(entries=tuple(self._write(chip, pixels, codes, stop))) if self.writes else counts

    def _write(self, chip: Chip, pixels: Pixels, codes: Codes | None, stop: Stop) -> Iterator[Entry]:
        """Write those files of a chip that do not exist yet, and yield their journal entries."""
        store = MemberStore(*self.folders, secrets.token_hex(4))
        image = self._image(pixels)
        contents: Sequence[npt.NDArray[Any]] = (image,) if codes is None else (image, codes)
        for name, content, key, profile in zip(
            self.names(chip), contents, ("image", "label"), (self.image, self.label)
        ):
            if name in self.kept or profile is None:
                continue
            staged = store.staged(name)
            if self.archives:
                yield write_archive(name, staged, {key: content}, stop, verify=self.verify)
                continue
            bands = content.reshape(-1, *content.shape[-2:])
            mask = mask_band(pixels.valid.any(axis=(0, 1))) if profile.masked else None
            if mask is not None and mask.all():
                mask, profile = None, without_mask(profile)
            yield write_geotiff(
                name, staged, bands, mask, chip_profile(profile, chip.window), stop,
                verify=self.verify, create=self.create,
            )  # fmt: skip

    def _image(self, pixels: Pixels) -> npt.NDArray[Any]:
        """Return the values (dates, bands, rows, columns) of a chip, normalized if requested."""
        if not self.normalize:
            return np.ascontiguousarray(pixels.values)
        zero, length = (np.array(each).reshape(1, -1, 1, 1) for each in zip(*self.normalize))
        with np.errstate(all="ignore"):
            values: npt.NDArray[Any] = ((pixels.values.astype(np.float64) - zero) / length).astype(np.float32)
        if self.image.nodata is None:
            values[~pixels.valid] = 0
        else:
            mark_nodata(values, pixels.valid, self.image.nodata)
        return values


def _each(numbers: Sequence[int]) -> Iterator[tuple[int]]:
    return ((number,) for number in numbers)


def code_counts(codes: Codes) -> dict[int, int]:
    """Return the pixel count of each label code, sorted by code."""
    if codes.dtype.kind == "u":  # the codes of these types are small numbers, for which counting is faster than sorting
        found = np.bincount(codes.ravel())
        return {int(code): int(found[code]) for code in np.flatnonzero(found)}
    return {int(code): int(count) for code, count in zip(*np.unique(codes, return_counts=True))}


def _counted(masks: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Return the number of true pixels on each date of a mask (dates, rows, columns)."""
    return tuple(int(np.count_nonzero(mask)) for mask in masks)


def group_chips(chips: Sequence[Chip], cell: tuple[int, int]) -> list[Group]:
    """Return groups of chips whose upper left corners are in the same cell; `cell` is the cell size (rows, columns)."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, chip in enumerate(chips):
        groups.setdefault((chip.window.row_off // cell[0], chip.window.col_off // cell[1]), []).append(number)
    return [
        Group(tuple(numbers), union_window([chips[number].window for number in numbers]))
        for _, numbers in sorted(groups.items())
    ]
