"""Writes a scene and its mask: opens the assets, writes the chunks, and adds the files to the scene set."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rasterio.windows import Window

from ...errors import InputError, OutputError
from ...progress import Stop
from ...reading.block_cache import BlockCache
from ...scenes.moments import format_known
from ...stac.addresses import Address
from ...stac.connections import Connections
from ...stac.files import AssetFiles, AssetReaders
from ...stac.scaling import FileScaling
from ...stac.steps import Step
from ...tiff.block_copy import one_after_another
from ...tileset.journal import Entry
from ...tileset.scene_set import SceneSet
from ...writing.cog import CopyToCog, raster_writer
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import BandDescription, CreateFile
from ...writing.partial_file import chunk_file
from ...writing.read_back import Check
from ...writing.sidecar import has_sidecar, sidecar_text
from ...writing.writer import RasterWriter
from .pixels import PlacedItem, SceneReader, Tally, check_type, place_band
from .plan import StackPlan


@dataclass(frozen=True)
class StackRun:
    """Objects shared by all scenes of a run.

    `failed` maps the file name of each scene that was left out to the reason. `file_scalings` contains the scale and
    offset in the files, keyed by item index and number of the band. `cache` keeps blocks that several chunks need; it
    is None if there is not enough memory for a cache.
    """

    plan: StackPlan
    scenes: SceneSet
    files: AssetFiles
    connections: Connections
    create: CreateFile | None
    copy: CopyToCog | None
    verify: bool
    cache: BlockCache | None
    failed: dict[str, str] = field(default_factory=dict)
    file_scalings: dict[tuple[int, int], FileScaling] = field(default_factory=dict)


class _Output:
    """Writes one file of a scene."""

    def __init__(self, run: StackRun, file: str, profile: OutputProfile, files: contextlib.ExitStack) -> None:
        self.file, self.profile = file, profile
        self.staged = run.scenes.staged(file)
        self.writer: RasterWriter = files.enter_context(
            raster_writer(
                self.staged.destination, profile, create=run.create, copy=run.copy,
                claim=lambda _: chunk_file(self.staged, profile.is_cog),
            )
        )  # fmt: skip
        self.checks: list[Check] = []

    def enter(self, scenes: SceneSet, share: float | None, record: Any, stop: Stop) -> None:
        try:
            size, checksum = os.path.getsize(self.staged.path), self.writer.checksum(stop)
        except OSError as error:
            raise OutputError(f"{self.staged.path} cannot be read back: {error.strerror}.") from error
        scenes.enter(Entry(self.file, share, size, checksum, record))
        self.writer.commit()


class SceneWriter:
    """Writes one scene, reads it back and adds it to the scene set. Several threads can write at the same time.

    With ON_ERROR "skip", a scene that cannot be read is left out, and the run continues.
    """

    def __init__(self, run: StackRun, step: Step) -> None:
        self._run, self._step, self.chunks = run, step, run.plan.chunks
        self._lock = threading.Lock()
        self._files = contextlib.ExitStack()
        self._outputs: list[_Output] = []
        self._reader: SceneReader | None = None
        self._addresses: list[Address] = []
        self._kept: bool | None = None
        self._valid = 0
        self._tallies: dict[int, Tally] = {}

    def write(self, chunk: Window, stop: Stop) -> None:
        """Write one chunk, unless the scene is kept from an earlier run or was left out."""
        with self._left_out():
            if self._is_kept(stop) or self._failed:
                return
            reader = self._open(stop)
            for piece in self.chunks.slices(chunk):
                found = reader.read(piece, stop)
                for output, (array, shown) in zip(self._outputs, found.files):
                    output.writer.write(array, piece, shown if output.profile.masked else None)
                with self._lock:
                    self._valid += found.valid
                    for number, tally in found.tallies.items():
                        self._tallies.setdefault(number, Tally()).add(tally)

    def close(self, stop: Stop) -> None:
        """Close the output files, after checking that the assets have not changed on their servers."""
        if self._reader is None or self._failed:
            return
        check = self._run.files.check_unchanged
        with self._left_out():
            self._run.connections.call([functools.partial(check, each, stop) for each in self._addresses], stop)
        if self._failed:
            return
        for output in self._outputs:
            self._describe(output)
            output.writer.close(functools.partial(one_after_another, stop))
            output.writer.convert_here(stop)
            output.checks = output.writer.checks(encoded=False) if self._run.verify else []

    def compare(self, number: int, stop: Stop) -> None:
        """Read back part `number` of each file and compare it with the written data; a file has one part per chunk."""
        if self._reader is not None and not self._failed:
            for output in self._outputs:
                output.writer.compare(output.checks[number :: self.chunks.count], stop)

    def enter(self, stop: Stop) -> None:
        """Add the mask and then the scene to the scene set, and rename their files to the final names."""
        if self._reader is not None and not self._failed:
            share = self._valid / (self.chunks.width * self.chunks.height)
            record = {str(number): vars(tally) for number, tally in self._tallies.items()}
            for output in reversed(self._outputs):
                output.enter(self._run.scenes, share, record, stop)
        self.abandon()

    def abandon(self) -> None:
        """Remove the files unless they have their final names."""
        self._reader = None
        self._files.close()

    @property
    def _name(self) -> str:
        return self._run.plan.file(self._step)

    @property
    def _failed(self) -> bool:
        return self._name in self._run.failed

    @contextlib.contextmanager
    def _left_out(self) -> Iterator[None]:
        """Context manager that leaves the scene out after a read error if ON_ERROR is "skip"."""
        try:
            yield
        except InputError as error:
            if self._run.plan.options.on_error != "skip":
                raise
            with self._lock:
                self._run.failed.setdefault(self._name, str(error))

    def _is_kept(self, stop: Stop) -> bool:
        """Return True if an earlier run finished the scene and its files are unchanged."""
        with self._lock:
            if self._kept is None:
                plan = self._run.plan
                kept = [self._is_intact(self._name, plan.profile, stop)]
                mask = plan.mask_file(self._step)
                if mask and plan.mask_profile:
                    kept.append(self._is_intact(mask, plan.mask_profile, stop))
                self._kept = all(kept)
            return self._kept

    def _is_intact(self, file: str, profile: OutputProfile, stop: Stop) -> bool:
        entry, path = self._run.scenes.entry(file), self._run.scenes.path(file)
        return entry is not None and entry.is_intact(path, stop) and has_sidecar(path, sidecar_text(profile))

    def _open(self, stop: Stop) -> SceneReader:
        with self._lock:
            if self._reader is None:
                stop.check()
                run, plan = self._run, self._run.plan
                items = [plan.items[number] for number in self._step.items]
                self._addresses = list({band.address for item in items for band in item.everything})
                readers = AssetReaders(run.files, {each.place: each for each in self._addresses}, run.cache, stop)
                placed = self._placed(stop)
                reader = SceneReader(plan, placed, readers, run.connections)
                self._outputs = [_Output(run, self._name, plan.profile, self._files)]
                mask = plan.mask_file(self._step)
                profile = plan.mask_profile_with(item.mask.nodata for item in placed if item.mask)
                if mask and profile:
                    self._outputs.append(_Output(run, mask, profile, self._files))
                self._reader = reader
            return self._reader

    def _placed(self, stop: Stop) -> tuple[PlacedItem, ...]:
        plan, options = self._run.plan, self._run.plan.options
        works = []
        for number in self._step.items:
            item = plan.items[number]
            placing = functools.partial(place_band, self._run.files, grid=plan.grid, stop=stop)
            for band in item.bands:
                works.append(functools.partial(placing, band, method=options.resampling, overviews=options.overviews))
            if item.mask:  # overviews of class values may contain averages
                works.append(functools.partial(placing, item.mask, method="nearest", overviews=False))
        found = iter(self._run.connections.call(works, stop))
        placed = []
        for number in self._step.items:
            item = plan.items[number]
            bands = tuple(next(found) for _ in item.bands)
            mask = next(found) if item.mask else None
            for place, each in enumerate(bands):
                check_type(each, plan.profile.dtype)
                self._run.file_scalings[number, place] = FileScaling(
                    plan.names[place], each.band.path, each.band.scale, each.band.offset, item.scalings[place]
                )
            if mask and plan.mask_profile:
                check_type(mask, plan.mask_profile.dtype)
            placed.append(PlacedItem(number, bands, mask))
        return tuple(placed)

    def _describe(self, output: _Output) -> None:
        """Write the description of each band, and the date and time of the scene."""
        tags = (("DATETIME", format_known(self._step.moment)),)
        plan = self._run.plan
        names = plan.names if output is self._outputs[0] else [plan.options.mask_asset]
        for number, name in enumerate(names, 1):
            output.writer.describe(number, BandDescription(name, tags=tags), {})
