"""Plan a run of Mask raster before any pixel is read: bands, mask, how to mark hidden pixels, output and chunks."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rasterio.windows import Window

from ...choices import MARKS, resolve_choice
from ...cluster.address import parse_cluster
from ...engine.options import RunOptions
from ...errors import OptionError, about
from ...parallel.chunks import ChunkPlan, plan_chunks, resolve_chunk_size
from ...parallel.machine import resolve_memory, resolve_workers
from ...pixels.inputs import MaskedOptions, mask_line, mask_warnings, resolve_job_mask
from ...pixels.raster_plan import Counted, PixelResult
from ...pixels.sources import place_block
from ...raster.grid import check_map_coordinates, extent_window
from ...raster.nodata import format_nodata
from ...reading.metadata import RasterMetadata, RasterSource
from ...reading.overviews import read_source_level
from ...reading.readers import InputSnapshot
from ...units import format_percent, format_workers
from ...writing.checks import check_output, check_report
from ...writing.class_values import overview_decisions, overview_resampling
from ...writing.cog_options import resolve_cog_profile
from ...writing.creation_options import OutputProfile, inherited_options, resolve_profile, without_short_bits
from ...writing.gdal_file import layout_in_memory
from ...writing.raster_copy import check_distinct, check_one_file, check_one_mask, kept_metadata
from ...writing.storage_selftest import settle_storage, storage_decisions
from .copied_blocks import find_match, has_all_blocks
from .marking import Marking, resolve_marking
from .masked import MaskedRaster
from .task import HIDDEN, MaskTask, MaskTotals


@dataclass(frozen=True)
class MaskOptions(MaskedOptions):
    """Parameters of `mask_raster`. See `mask_raster` for their meaning."""

    keep: bool = False
    mark: str = "input"
    bands: Sequence[int] | None = None


@dataclass(frozen=True)
class MaskPlan:
    """Plan of a run: the raster and its mask layer, and the output with its chunks.

    `decided` contains log lines about the inputs and settings of the job; `warnings` are logged before the run starts.
    """

    raster: MaskedRaster
    destination: str
    chunks: ChunkPlan
    workers: int
    decided: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def profile(self) -> OutputProfile:
        """Profile of the output."""
        return self.raster.profile

    @property
    def title(self) -> str:
        """Name of the result in reports."""
        return "Masked raster"

    @property
    def counted(self) -> tuple[Counted, ...]:
        """Pixel counts to report."""
        return (Counted(HIDDEN, "Valid pixels hidden by the mask"),)

    @property
    def inexact(self) -> bool:
        """False: the results do not depend on the numpy version or the kind of CPU."""
        return False

    @property
    def packages(self) -> tuple[str, ...]:
        """Packages in addition to those that the plugin requires: none."""
        return ()

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""
        return self.chunks.width * self.chunks.height

    @property
    def task(self) -> MaskTask:
        """Engine task that computes the output."""
        return MaskTask(self.raster, self.chunks)

    def with_chunks(self, chunks: ChunkPlan) -> MaskPlan:
        """Return a copy of the plan with the given chunks."""
        return replace(self, chunks=chunks)

    def snapshot(self) -> InputSnapshot:
        """Return a snapshot of the inputs, to detect later changes."""
        return InputSnapshot(self.raster.files, (*self.raster.source.inputs, self.raster.mask.band))

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""
        options = "|".join(f"{key}={value}" for key, value in self.profile.final_options.items())
        return [
            f"Grid: {self.profile.grid}",
            *self.decided,
            f"Creation options: {options}",
            *storage_decisions(self.profile),
            *overview_decisions(self.profile),
            f"Plan: {self.chunks}; {format_workers(self.workers)}",
        ]

    def totals(self) -> MaskTotals:
        """Return an empty collector of pixel counts."""
        return MaskTotals(self.chunks)

    def summary(self, result: PixelResult) -> list[str]:
        """Return log lines with the shares of valid, hidden and copied pixels."""
        hidden, copied = (result.percent(number) for number in (result.counts[HIDDEN], result.copied))
        return [
            f"{format_percent(result.valid_percent)} of the pixels are valid; the mask hides {format_percent(hidden)}",
            f"{format_percent(copied)} of the output was copied without decoding",
        ]

    def reported(self, result: PixelResult) -> dict[str, object]:
        """Return the number of copied pixels, keyed by its label in the report."""
        return {"Pixels copied without decoding": result.copied}


def plan_mask(src: str, dst: str, options: MaskOptions, run: RunOptions) -> MaskPlan:
    """Read the metadata of the raster and the mask layer, and return the plan of a run.

    Parameters
    ----------
    src, dst, options, run
        As for `mask_raster`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    parse_cluster(run.cluster)
    mark = resolve_choice(MARKS, options.mark, "MARK")
    bands = tuple(options.bands) if options.bands else None
    check_distinct(bands)
    with about("src"):
        source = read_source_level(src, bands, options.overview)
        check_one_mask(source)
        check_one_file(source, "the output")
    first = source.inputs[0]
    check_map_coordinates(first.grid, src, {"EXTENT": options.extent is not None})
    window = extent_window(first.grid, options.extent)
    mask = resolve_job_mask(options, first, keep=options.keep)
    if mask is None:
        raise OptionError("MASK is not set. Choose a class or quality layer as the mask.", parameter="mask")
    metadata, unkept = kept_metadata(source, "output")
    marking = resolve_marking(mark, options.output_nodata, source, metadata)
    workers = resolve_workers(run.workers)
    profile = _resolve_profile(source, metadata.moved(window), window, marking, options, workers)
    if profile.lost:  # an internal mask replaces the nodata value
        marking = replace(marking, is_new=False, replaced=None, includes_own=False)
    raster = MaskedRaster(source, metadata, window, mask, marking, profile)
    with about("dst"):
        destination = check_output(dst, raster.files, profile)
    if run.report:
        check_report(os.fspath(run.report), (*raster.files, destination))
    chunks = plan_chunks(
        (profile.grid.height, profile.grid.width),
        profile.block,
        [first.block, *place_block(mask.place, mask.band)],
        bytes_per_pixel=raster.bytes_per_pixel,
        input_block_bytes=raster.input_block_bytes,
        workers=workers,
        memory=resolve_memory(run.memory),
        chunk_size=resolve_chunk_size(run.chunk_size),
    )
    decided = (_source_line(source, metadata), mask_line(mask, options), f"Hidden pixels: {marking}")
    warnings = (*unkept, *mask_warnings(mask, window, options), *_warnings(options, marking, metadata))
    return MaskPlan(raster, destination, chunks, workers, decided, warnings)


def _resolve_profile(
    source: RasterSource, metadata: RasterMetadata, window: Window, marking: Marking, options: MaskOptions, workers: int
) -> OutputProfile:
    """Return the output profile: the input's profile with the changes that the options request.

    `metadata` is the metadata of the window. The input's codec is kept if it is lossless or if all blocks are copied.
    """
    first = metadata.bands[0]
    nodata = first.nodata if marking.nodata is None else marking.nodata
    bands = tuple(replace(band, nodata=nodata) for band in metadata.bands)
    stored = replace(metadata, bands=bands, mask="mask" if marking.mask else metadata.mask)
    output = metadata.grid, len(bands), first.dtype, nodata, options.creation_options, workers
    if options.cog:
        resampling = overview_resampling(bands, first.dtype, [source.path], computed=False)
        profile: OutputProfile = resolve_cog_profile(*output, resampling=resampling)
        return settle_storage(replace(profile, metadata=stored, masked=marking.mask))

    def inherit(*, lossy: bool) -> OutputProfile:
        inherited = without_short_bits(inherited_options(source, strips=True, lossy=lossy), marking.nodata)
        profile = resolve_profile(*output, inherited=inherited)
        return settle_storage(replace(profile, metadata=stored, masked=marking.mask))

    if not marking.changes_pixels:
        with contextlib.suppress(OptionError):  # rasterio's GDAL may lack the codec of the input
            profile = inherit(lossy=True)
            if profile.lossless or has_all_blocks(find_match(source, window, layout_in_memory(profile))):
                return profile
    return inherit(lossy=False)


def _source_line(source: RasterSource, metadata: RasterMetadata) -> str:
    first, numbers = metadata.bands[0], ", ".join(str(band.band) for band in source.inputs)
    return (
        f"Bands {numbers} of {source.inputs[0].place}, {first.dtype}, nodata {format_nodata(first.nodata)}, "
        f"mask: {metadata.mask}"
    )


def _warnings(options: MaskOptions, marking: Marking, metadata: RasterMetadata) -> Iterator[str]:
    if options.output_nodata is not None and marking.nodata is None:
        yield f"OUTPUT_NODATA has no effect because hidden pixels are marked by {marking}."
    if marking.mask and marking.alpha is None and metadata.alpha_index is not None:
        yield (
            "The alpha band is not changed. QGIS uses it instead of the mask, and therefore still shows hidden pixels. "
            "To set alpha to 0, set MARK to 'input'."
        )
