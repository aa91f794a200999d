"""Plan a normalized difference before any pixel is read: bands, rules and output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rasterio.windows import Window

from ...choices import INDEX_TYPES, INDEXES, RESAMPLING, SCALING, ZERO_SUM, Index, resolve_choice
from ...engine.options import RunOptions
from ...errors import about
from ...pixels.inputs import (
    SCALING_WORDS,
    InputOptions,
    mask_line,
    mask_warnings,
    outside_warnings,
    read_other,
    resolve_job_mask,
    resolve_term,
    source_line,
)
from ...pixels.job import PixelJob
from ...pixels.plan import PixelPlan, ResolveProfile, plan_pixels
from ...pixels.products import scaling_hint
from ...pixels.raster_plan import Counted
from ...pixels.sources import MaskLayer, resolve_resampled, term_on_grid
from ...pixels.stack import Source
from ...pixels.terms import Term
from ...raster.grid import check_map_coordinates, extent_window
from ...reading.overviews import read_level
from ...reading.readers import InputBand
from ...regrid.resampled import Resampled
from .kernel import IndexKernel, PixelRules, resolve_encoding


@dataclass(frozen=True)
class IndexOptions(InputOptions):
    """Parameters of a normalized difference. See `normalized_difference` for their meaning."""

    band_a: int = 4
    band_b: int = 3
    input_b: str | None = None
    input_b_band: int = 1
    index: str = "ndvi"
    scaling: str = "stored"
    zero_sum: str = "nodata"
    clamp: bool = False
    mask_values: str = "3,8-10"
    data_type: str = "float32"


@dataclass(frozen=True)
class IndexJob:
    """A normalized difference: the two bands, their resampling, the mask, the rules for pixels, and the index.

    `terms` describe both bands as stored; the terms in `rules` describe both bands after resampling to the grid of `a`.
    """

    a: InputBand
    b: InputBand
    terms: tuple[Term, Term]
    resampled: Resampled | None
    mask: MaskLayer | None
    index: Index
    rules: PixelRules
    scaling: str

    @property
    def bands(self) -> tuple[InputBand, InputBand]:
        """Bands of the positive and the negative term."""
        return self.a, self.b

    @property
    def pixels(self) -> PixelJob:
        """The job in the form that the engine runs."""
        term_b = term_on_grid(self.terms[1], self.resampled)
        sources = Source(self.a, self.terms[0]), Source(self.b, term_b, self.resampled)
        kernel, encoding = IndexKernel(self.rules, self.description), self.rules.encoding
        clipped = "clipped" if self.rules.clamp or encoding.is_integer else "kept"
        counted = (
            Counted(
                "outside",
                "Pixels outside [-1, 1]",
                f"Valid pixels outside [-1, 1] because A or B is negative: {{}}. Their values were {clipped}.",
            ),
            Counted("overflowed", "Pixels that overflowed", "Pixels that overflowed and are therefore nodata: {}"),
        )
        return PixelJob("normalized-difference", sources, self.mask, kernel, encoding, self.description, counted)

    @property
    def description(self) -> str:
        """Description of the output band, e.g. `NDVI (B4-B3)/(B4+B3)`."""
        if self.a.path == self.b.path:
            a, b = f"B{self.a.band}", f"B{self.b.band}"
        else:
            a, b = (f"{band.name}:B{band.band}" for band in self.bands)
        return f"{self.index.name} ({a}-{b})/({a}+{b})"

    def decisions(self, options: IndexOptions) -> list[str]:
        """Return log lines that describe bands, nodata, masks, scaling and precision."""
        lines = [source_line(*each) for each in zip("AB", self.bands, self.terms)]
        if self.resampled:
            lines.append(f"B is resampled to the grid of A ({self.resampled.method}) from {self.b.grid}")
        if self.mask:
            lines.append(mask_line(self.mask, options))
        cancels = "the equal scales of both bands cancel out; " if self.rules.scale_cancels else ""
        precision = "float32, which is exact for these bands" if self.rules.in_float32 else "float64, rounded once"
        encoding = self.rules.encoding
        lines.append(f"Scaling: {SCALING_WORDS[self.scaling]}; {cancels}computed in {precision}")
        stored = f"nodata {encoding.nodata:.12g}, scale {encoding.scale}, offset {encoding.offset}"
        lines.append(f"Stored as {encoding.dtype}, {stored}")
        return lines


def plan_index(
    src: str, dst: str, options: IndexOptions, run: RunOptions, resolve: ResolveProfile | None = None
) -> PixelPlan:
    """Read the metadata of all inputs, check the output path, and return the plan of the run.

    Parameters
    ----------
    src, dst, options, run
        As for `normalized_difference`.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    job = _resolve_job(src, options)
    check_map_coordinates(job.a.grid, src, {"EXTENT": options.extent is not None})
    window = extent_window(job.a.grid, options.extent)
    return plan_pixels(
        job.pixels, dst, run, window=window, creation_options=options.creation_options, cog=options.cog,
        decided=job.decisions(options), warnings=tuple(_warnings(job, window, options)), resolve=resolve,
    )  # fmt: skip


def _resolve_job(src: str, options: IndexOptions) -> IndexJob:
    index = INDEXES[resolve_choice(INDEXES, options.index, "INDEX")]
    scaling = resolve_choice(SCALING, options.scaling, "SCALING")
    resampling = resolve_choice(RESAMPLING, options.resampling, "RESAMPLING")
    zero_sum = resolve_choice(ZERO_SUM, options.zero_sum, "ZERO_SUM")
    encoding = resolve_encoding(resolve_choice(INDEX_TYPES, options.data_type, "DATA_TYPE"), options.output_nodata)
    options.check_scaling()
    a, b = _read_terms(src, options)
    terms = resolve_term(a, options), resolve_term(b, options)
    with about("input_b"):
        resampled = resolve_resampled(a, b, terms[1], resampling, extent_window(a.grid, options.extent))
    mask = resolve_job_mask(options, a)
    rules = PixelRules(terms[0], term_on_grid(terms[1], resampled), encoding, zero_sum == "zero", bool(options.clamp))
    return IndexJob(a, b, terms, resampled, mask, index, rules, scaling)


def _read_terms(src: str, options: IndexOptions) -> tuple[InputBand, InputBand]:
    """Return both bands. If A is an overview and INPUT_B has an overview on the same grid, B is this overview."""
    if options.input_b is None:
        with about("src"):
            a, b = read_level(src, [options.band_a, options.band_b], options.overview, ["band_a", "band_b"])
        return a, b
    with about("src"):
        (a,) = read_level(src, [options.band_a], options.overview, ["band_a"])
    keywords = ["input_b_band"]
    with about("input_b"):
        (b,) = read_other(options.input_b, [options.input_b_band], a, options, "INPUT_B", keywords)
    return a, b


def _warnings(job: IndexJob, window: Window, options: IndexOptions) -> Iterator[str]:
    """Yield warnings to log before the run."""
    for letter, band in zip("AB", job.bands):
        if band.band == band.alpha_band:
            yield (
                f"{letter}: band {band.band} of {band.path} is the alpha band, which contains opacity instead of "
                "reflectance. Check the band numbers."
            )
    if job.scaling == "stored":
        yield from _scaling_warnings(job)
    yield from outside_warnings(job.pixels.sources, window)
    yield from mask_warnings(job.mask, window, options)


def _scaling_warnings(job: IndexJob) -> Iterator[str]:
    for band, term in zip(job.bands, job.terms):
        hint = scaling_hint(band.path, term.scale, term.offset)
        if hint:
            yield hint
    if {(term.scale, term.offset) == (1, 0) for term in job.terms} == {True, False}:
        yield (
            "Only one of the bands has a scale and offset in its metadata. If both bands belong to the same product, "
            "set SCALING to 'given', and set SCALE and OFFSET to the values of the product."
        )
