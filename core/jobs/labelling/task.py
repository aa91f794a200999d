"""Both passes of Label objects: find the objects of each window, then write the ids of all objects."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rasterio.windows import Window

from ...engine.parts import window_tuple
from ...engine.task import Chunk, ComputedOnly
from ...errors import ResourceError
from ...parallel.chunks import ChunkPlan
from ...pixels.job import PixelJob, in_strips, read_stack, with_visible
from ...pixels.raster_plan import PixelResult
from ...pixels.stack import VISIBLE, Pixels
from ...progress import Stop
from ...raster.windows import shifted
from ...reading.readers import Readers
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import BandDescription
from ...writing.writer import RasterWriter
from .joining import Numbering, WindowObjects
from .objects import Mask, ObjectRule, edges_of, label_window, object_sums, pack_mask, unpack_mask

OBJECTS = "objects"
"""Key of the number of objects in `PixelResult.counts`."""


@dataclass(frozen=True)
class LabelledWindows:
    """The first pass: labels and measures the objects of each chunk.

    The output covers `window` of the job's grid. If `keeps_masks` is True, the mask of each window is kept, so
    the second pass does not read the inputs again.
    """

    job: PixelJob
    window: Window
    chunks: ChunkPlan
    rule: ObjectRule
    keeps_masks: bool

    @property
    def name(self) -> str:
        """Name of the tasks in Dask's diagnostics."""
        return f"{self.job.name}-find"

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return self.job.files

    def value(self, window: Window, readers: Readers, stop: Stop) -> list[WindowObjects]:
        """Return the objects of each slice of a chunk."""
        found = []
        for piece in self.chunks.slices(window):
            stop.check()
            selected = self.selected(piece, readers, stop)
            mask: Mask = selected.stored[0]
            labels, count = label_window(mask, self.rule)
            sums = object_sums(labels, count, piece, self.chunks.width, self.rule.columns)
            bits = pack_mask(mask) if self.keeps_masks else None
            visible = selected.counts.get(VISIBLE)
            checksum = zlib.crc32(mask.data)
            found.append(WindowObjects(window_tuple(piece), sums, edges_of(labels), checksum, bits, visible))
        return found

    def selected(self, window: Window, readers: Readers, stop: Stop) -> Pixels:
        """Return booleans for the pixels of a window, true for pixels that belong to an object."""
        stack = read_stack(readers, self.job, shifted(window, self.window), stop)
        return with_visible(in_strips(self.job.kernel, stack, "bool"), stack)


@dataclass(frozen=True, eq=False)
class LabelTask:
    """Engine task of the second pass, which writes the ids of the objects found by the first pass."""

    labelled: LabelledWindows
    numbering: Numbering
    output: OutputProfile

    @property
    def name(self) -> str:
        """Name of the job's tasks in Dask's diagnostics."""
        return self.labelled.job.name

    @property
    def chunks(self) -> ChunkPlan:
        """Chunk plan of the output."""
        return self.labelled.chunks

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of all files that make up the inputs."""
        return self.labelled.files

    @property
    def open_files(self) -> int | None:
        """Number of inputs that a thread may keep open: None (no limit) because a job has few inputs."""
        return None

    def open(self, readers: Readers) -> OpenLabels:
        """Return the open task, which reads its inputs through `readers`."""
        return OpenLabels(self, readers)


class OpenLabels(ComputedOnly):
    """A `LabelTask` with open inputs. Thread-safe."""

    def __init__(self, task: LabelTask, readers: Readers) -> None:
        self._task, self._readers = task, readers

    def compute(self, window: Window, stop: Stop) -> Chunk:
        """Return the object ids of the pixels in a slice of a chunk, and the number of pixels with an id.

        Raises
        ------
        ResourceError
            The objects differ from those of the first pass.
        """
        task = self._task
        place = task.numbering.places[window_tuple(window)]
        if place.bits is None:
            mask = task.labelled.selected(window, self._readers, stop).stored[0]
        else:
            mask = unpack_mask(place.bits, window)
        if zlib.crc32(mask.data) != place.checksum:
            raise ResourceError(
                f"The objects in the window at row {window.row_off}, column {window.col_off} differ from those in the "
                "first pass. Either an input changed during the run, or the machines of the cluster have different "
                "numpy versions or CPUs. Start the run again. If it fails again, start it without a cluster."
            )
        labels, _ = label_window(mask, task.labelled.rule)
        pixels = task.numbering.table(place)[labels]
        return Chunk(pixels[np.newaxis], None, int(np.count_nonzero(pixels)))


class LabelTotals:
    """Counts the pixels that have an id. The result also contains `counts`, such as the number of objects."""

    def __init__(self, chunks: ChunkPlan, band: BandDescription, counts: Mapping[str, int]) -> None:
        self._pixels, self._band, self._counts = chunks.width * chunks.height, band, counts
        self._valid = 0

    def add(self, pixels: int) -> None:
        """Add the number of pixels of a slice that have an id."""
        self._valid += pixels

    def describe(self, writer: RasterWriter) -> None:
        """Write the description of the band."""
        writer.describe(1, self._band, {})

    def result(self, destination: str, copied: int) -> PixelResult:
        """Return the result, given the path of the output and the number of pixels copied without decoding."""
        nothing = "No pixel belongs to an object"
        return PixelResult(destination, self._pixels, self._valid, (), self._counts, copied, nothing)
