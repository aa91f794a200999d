"""The images of chips: scenes on one grid in chronological order, and their pixels in a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...pixels.sources import MaskLayer
from ...pixels.terms import Term, exact_floats
from ...progress import Stop
from ...raster.grid import Grid
from ...raster.nodata import Nodata, both_valid, equal_pixels, same_nodata, valid_pixels
from ...raster.windows import offset_slices, overlap
from ...reading.readers import InputBand, Readers

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]

ADVICE = "Convert the band to Float64 first."


@dataclass(frozen=True)
class ChipScene:
    """A scene: its bands; nodata value, scale and offset of each band; mask layer; cloud cover in percent."""

    bands: tuple[InputBand, ...]
    terms: tuple[Term, ...]
    mask: MaskLayer | None = None
    cloud_cover: float | None = None

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read, including the band of the mask layer."""
        return (*self.bands, *((self.mask.band,) if self.mask else ()))


@dataclass(frozen=True)
class Step:
    """A date of the chips: its name (empty for a raster without dates), and its scenes in chronological order."""

    name: str
    scenes: tuple[ChipScene, ...]

    @property
    def cloud_cover(self) -> float | None:
        """Mean cloud cover of the scenes in percent; None if unknown."""
        known = [scene.cloud_cover for scene in self.scenes if scene.cloud_cover is not None]
        return sum(known) / len(known) if known else None


class Pixels(NamedTuple):
    """Pixels of a window: `values`, `valid` (dates, bands, rows, columns), `missing`, `cloud` (dates, rows, columns).

    A pixel is missing on a date if any of its bands is not valid. `cloud` is true for pixels that are not missing and
    that the mask layer marks as clouds.
    """

    values: Array
    valid: Mask
    missing: Mask
    cloud: Mask

    def cut(self, rows: slice, cols: slice) -> Pixels:
        """Return the pixels in a part of the window."""
        return Pixels(*(array[..., rows, cols] for array in self))


@dataclass(frozen=True)
class Images:
    """The images of all chips: their grid, dates (`steps`), band names (`labels`), data type and nodata value.

    If `scaled` is True, the scale and offset of each scene are applied to its values.
    """

    grid: Grid
    steps: tuple[Step, ...]
    labels: tuple[str, ...]
    dtype: str
    nodata: Nodata
    scaled: bool = False

    @property
    def may_collide(self) -> bool:
        """True if valid values may equal `nodata`: they are scaled, or a band declares another nodata value or none."""
        terms = [term for step in self.steps for scene in step.scenes for term in scene.terms]
        return self.nodata is not None and (
            self.scaled or not all(same_nodata(term.nodata, self.nodata) for term in terms)
        )

    def collisions(self, pixels: Pixels) -> int:
        """Return the number of valid values that equal the nodata value."""
        if not self.may_collide:
            return 0
        return int(np.count_nonzero(pixels.valid & equal_pixels(pixels.values, self._fill)))

    @property
    def inputs(self) -> tuple[InputBand, ...]:
        """All bands to read."""
        return tuple(band for step in self.steps for scene in step.scenes for band in scene.inputs)

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a window."""
        bands = len(self.labels)
        read = bands * (max(band.pixel_bytes for band in self.inputs) + 3 + 8 * self.scaled) + 4
        return len(self.steps) * (bands * (np.dtype(self.dtype).itemsize + 1) + 2) + read

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per window for decoded blocks and mask layers."""
        scenes = [scene for step in self.steps for scene in step.scenes]
        blocks = max(band.block_bytes for band in self.inputs)
        return blocks + max((scene.mask.scratch_bytes for scene in scenes if scene.mask), default=0)

    def read(self, window: Window, readers: Readers, stop: Stop) -> Pixels:
        """Return the pixels of a window. Pixels outside the raster are marked as missing.

        Raises
        ------
        InputError
            A block is damaged.
        Cancelled
            The run was stopped.
        """
        shape = (window.height, window.width)
        count, bands = len(self.steps), len(self.labels)
        found = Pixels(
            np.full((count, bands, *shape), 0 if self.nodata is None else self.nodata, self.dtype),
            np.zeros((count, bands, *shape), bool),
            np.ones((count, *shape), bool),
            np.zeros((count, *shape), bool),
        )
        inside = overlap(window, Window(0, 0, self.grid.width, self.grid.height))
        if inside is None:
            return found
        part = found.cut(*offset_slices(inside, window))
        for number, step in enumerate(self.steps):
            target = Pixels(*(array[number] for array in part))
            for place, scene in enumerate(step.scenes):
                stop.check()
                self._add(scene, inside, target, readers, stop, first=place == 0)
        return found

    def _add(
        self, scene: ChipScene, window: Window, target: Pixels, readers: Readers, stop: Stop, *, first: bool
    ) -> None:
        """Fill missing target pixels from a scene, and replace cloudy target pixels where the scene is clear."""
        stored = readers.read(scene.bands, window)
        visible = readers.read_visible_bands(scene.bands, window)
        valid = np.empty(target.valid.shape, bool)
        for shown, values, term, unmasked in zip(valid, stored, scene.terms, visible):
            known = both_valid(valid_pixels(values, term.nodata), unmasked)
            shown[...] = True if known is None else known
        missing = ~valid.all(axis=0)
        cloud = np.zeros(missing.shape, bool)
        if scene.mask is not None:
            cloud = ~missing & scene.mask.read_hidden(readers, window, stop)
        new: Any = True  # the first scene replaces all pixels of the empty target
        if not first:
            new = target.missing & (~missing | ~target.valid.any(axis=0)) | target.cloud & ~missing & ~cloud
        for number, (values, term) in enumerate(zip(stored, scene.terms)):
            shown = valid[number]
            if self.scaled:
                name = f"Band {scene.bands[number].band} of {scene.bands[number].path}"
                values = term.scaled(exact_floats(values, shown, name, "scenes", ADVICE))
            whole = first and bool(shown.all())
            np.copyto(target.values[number], values, where=True if whole else new & shown, casting="unsafe")
            if not first:
                np.copyto(target.values[number], self._fill, where=new & ~shown)
            np.copyto(target.valid[number], shown, where=new)
        np.copyto(target.missing, missing, where=new)
        np.copyto(target.cloud, cloud, where=new)

    @property
    def _fill(self) -> Any:
        return np.dtype(self.dtype).type(0 if self.nodata is None else self.nodata)


def hides_pixels(scenes: Sequence[ChipScene]) -> bool:
    """Return True if the scenes may have invalid pixels, judging by their metadata."""
    return any(
        band.hidden_by or term.nodata is not None or np.dtype(term.dtype).kind == "f"
        for scene in scenes
        for band, term in zip(scene.bands, scene.terms)
    )
