"""All that is decided of a normalized difference before a pixel is read: its bands, their rules, and the plan."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from rasterio.windows import Window

from .checks import check_output
from .errors import InputError, OptionError
from .grid import check_same_grid, extent_window
from .index_pixels import PixelRules, Term, resolve_encoding
from .machine import resolve_memory, resolve_workers
from .options import INDEX_TYPES, INDEXES, SCALING, ZERO_SUM, Index, resolve_choice
from .planner import ChunkPlan, plan_chunks, resolve_chunk_size
from .profiles import OutputProfile, resolve_profile
from .raster_io import InputBand, read_facts
from .statistics import Statistics
from .writer import BandFacts


@dataclass(frozen=True)
class IndexOptions:
    """The parameters of `normalized_difference`, where they are explained."""

    band_a: int
    band_b: int
    input_b: str | None
    input_b_band: int
    index: str
    scaling: str
    scale: float
    offset: float
    nodata: float | None
    zero_sum: str
    clamp: bool
    extent: tuple[float, float, float, float] | None
    data_type: str
    output_nodata: float | None
    creation_options: str | Mapping[str, object]
    workers: int
    memory: float
    chunk_size: int


@dataclass(frozen=True)
class IndexJob:
    """The two bands, the rules for their pixels, and the name of the result."""

    a: InputBand
    b: InputBand
    index: Index
    rules: PixelRules
    scaling: str

    @property
    def bands(self) -> tuple[InputBand, InputBand]:
        """The positive and the negative term."""
        return self.a, self.b

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the inputs consist of."""
        return tuple(dict.fromkeys(self.a.files + self.b.files))

    @property
    def bytes_per_pixel(self) -> int:
        """What a pixel under way costs: both terms as read and as computed, masks, temporaries and the result."""
        read = sum(np.dtype(band.dtype).itemsize + (2 if band.hidden_by else 0) for band in self.bands)
        wide = 4 if self.rules.in_float32 else 8
        masks = 6
        return read + 4 * wide + masks + np.dtype(self.rules.encoding.dtype).itemsize + 8

    @property
    def input_block_bytes(self) -> int:
        """What one decoded block of every file costs."""
        return sum({band.path: band.block_bytes for band in self.bands}.values())

    @property
    def band_facts(self) -> BandFacts:
        """What the output's band says of itself, e.g. `NDVI (B4-B3)/(B4+B3)`."""
        if self.a.path == self.b.path:
            a, b = f"B{self.a.band}", f"B{self.b.band}"
        else:
            a, b = (f"{band.name}:B{band.band}" for band in self.bands)
        encoding = self.rules.encoding
        return BandFacts(f"{self.index.name} ({a}-{b})/({a}+{b})", encoding.scale, encoding.offset)

    def decisions(self) -> list[str]:
        """Return the lines of the log that say what was decided about nodata, masks, scale and precision."""
        lines = []
        for letter, band, term in (("A", self.a, self.rules.a), ("B", self.b, self.rules.b)):
            hidden = f", pixels hidden by its {band.hidden_by}" if band.hidden_by else ""
            nodata = "none" if term.nodata is None else f"{term.nodata:.12g}"
            scaled = f"scale {term.scale:.12g}, offset {term.offset:.12g}"
            lines.append(f"{letter}: band {band.band} of {band.path}, {band.dtype}, nodata {nodata}{hidden}, {scaled}")
        cancels = "equal scales without offset cancel, " if self.rules.scale_cancels else ""
        precision = "float32, which is exact here" if self.rules.in_float32 else "float64, rounded once"
        encoding = self.rules.encoding
        lines.append(f"Scaling: {SCALING[self.scaling].lower()}; {cancels}computed in {precision}")
        stored = f"nodata {encoding.nodata:.12g}, scale {encoding.scale}, offset {encoding.offset}"
        lines.append(f"Stored as {encoding.dtype}, {stored}")
        return lines


@dataclass(frozen=True)
class IndexPlan:
    """A run that may start: the job, the window of the input's grid that it covers, the output and its chunks."""

    job: IndexJob
    window: Window
    destination: str
    profile: OutputProfile
    chunks: ChunkPlan
    workers: int

    @property
    def pixels(self) -> int:
        """Number of pixels of the output."""
        return self.chunks.width * self.chunks.height

    def in_index_units(self, stored: Statistics) -> Statistics:
        """Return the statistics of stored values as statistics of the index."""
        encoding = self.job.rules.encoding
        return stored.scaled(encoding.scale, encoding.offset)

    def decisions(self) -> list[str]:
        """Return the lines of the log that explain the run before it starts."""
        options = "|".join(f"{key}={value}" for key, value in self.profile.options.items())
        return [
            f"Grid: {self.profile.grid}",
            *self.job.decisions(),
            f"Creation options: {options}",
            f"Plan: {self.chunks}; {self.workers} workers",
        ]


def plan_index(src: str, dst: str, options: IndexOptions) -> IndexPlan:
    """Return the plan of a run, after looking at the metadata of all inputs and at the place of the output.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory is too small.
    """
    job = _resolve_job(src, options)
    window = extent_window(job.a.grid, options.extent)
    workers = resolve_workers(options.workers)
    grid, encoding = job.a.grid.cropped(window), job.rules.encoding
    profile = resolve_profile(grid, 1, encoding.dtype, encoding.nodata, options.creation_options, workers)
    destination = check_output(dst, job.files, profile)
    chunks = plan_chunks(
        (grid.height, grid.width),
        profile.block,
        [band.block for band in job.bands],
        bytes_per_pixel=job.bytes_per_pixel,
        input_block_bytes=job.input_block_bytes,
        workers=workers,
        memory=resolve_memory(options.memory),
        chunk_size=resolve_chunk_size(options.chunk_size),
    )
    return IndexPlan(job, window, destination, profile, chunks, workers)


def _resolve_job(src: str, options: IndexOptions) -> IndexJob:
    index = INDEXES[resolve_choice(INDEXES, options.index, "INDEX")]
    scaling = resolve_choice(SCALING, options.scaling, "SCALING")
    zero_sum = resolve_choice(ZERO_SUM, options.zero_sum, "ZERO_SUM")
    encoding = resolve_encoding(resolve_choice(INDEX_TYPES, options.data_type, "DATA_TYPE"), options.output_nodata)
    if scaling == "given" and not (math.isfinite(options.scale) and math.isfinite(options.offset) and options.scale):
        raise OptionError(
            f"SCALE {options.scale} and OFFSET {options.offset}: finite numbers and a scale other than 0 are needed."
        )
    if options.input_b is None:
        a, b = read_facts(src, [options.band_a, options.band_b])
    else:
        (a,) = read_facts(src, [options.band_a])
        (b,) = read_facts(options.input_b, [options.input_b_band])
        check_same_grid(a.grid, b.grid, a.path, b.path)
    rules = PixelRules(
        _term(a, scaling, options), _term(b, scaling, options), encoding, zero_sum == "zero", bool(options.clamp)
    )
    return IndexJob(a, b, index, rules, scaling)


def _term(band: InputBand, scaling: str, options: IndexOptions) -> Term:
    nodata = band.nodata if options.nodata is None else options.nodata
    if options.nodata is None and nodata is not None and band.dtype in ("int64", "uint64") and abs(nodata) >= 2**53:
        raise InputError(
            f"{band.path}, band {band.band}: the nodata value {nodata:.0f} of {band.dtype} is beyond 2^53, so it is "
            "not known to the last digit. Write the band as Int32 or Float64 first, or give NODATA."
        )
    if scaling == "none":
        return Term(band.dtype, nodata)
    if scaling == "given":
        return Term(band.dtype, nodata, options.scale, options.offset)
    return Term(band.dtype, nodata, band.scale, band.offset)
