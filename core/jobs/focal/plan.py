"""Plan a focal filter before any pixel is read: bands, neighbourhood, data type and nodata."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from ...choices import FOCAL_EDGES, FOCAL_METHODS, FOCAL_SHAPES, NODATA_RULES, PIXEL_TYPES, resolve_choice
from ...dependencies import FOR_FILTERS, check_dependencies
from ...engine.options import RunOptions, split_options
from ...errors import OptionError, about
from ...pixels.encoding import Encoding
from ...pixels.inputs import (
    InputOptions,
    ValueBands,
    alpha_warnings,
    mask_line,
    mask_warnings,
    read_value_bands,
    resolve_job_mask,
    resolve_term,
    source_line,
)
from ...pixels.job import PixelJob
from ...pixels.plan import PixelPlan, ResolveProfile, plan_pixels
from ...pixels.stack import Source
from ...pixels.storing import resolve_storage, stored_counts
from ...raster.dtypes import float_for
from ...raster.grid import check_map_coordinates, extent_window
from ...raster.nodata import same_nodata, stored_nodata
from ...reading.metadata import BandMetadata
from ...reading.readers import InputBand
from ...writing.class_values import check_interpolates
from ...writing.cog_options import nearest_overviews
from .kernel import COMPLETE_ONLY, SELECTIONS, FocalKernel
from .neighbours import Neighbourhood
from .weights import gaussian_weights

LARGEST_RADIUS = 100
"""Largest RADIUS. The number of pixels in a square of this radius (201 x 201) still fits into uint16."""

LARGEST_HALO = 1_000_000
"""Largest radius of a Gaussian filter in pixels. The memory limit usually requires a smaller radius."""

MOST_CELLS = 10_000
"""Maximum number of pixels in a circular neighbourhood, and in a square neighbourhood for median or majority. Larger
neighbourhoods are slow."""

OF_CLASSES = ("min", "max", "count", "majority")
"""Methods that are meaningful for class values."""

WITHOUT_RADIUS = ("gaussian", *COMPLETE_ONLY)


@dataclass(frozen=True)
class FocalOptions(InputOptions):
    """Parameters of `focal_filter`. See `focal_filter` for their meaning."""

    bands: tuple[int, ...] | None = None
    method: str = "mean"
    radius: int = 1
    shape: str = "square"
    sigma: float = 1.0
    truncate: float = 4.0
    edge: str = "nodata"
    nodata_rule: str = "skip"
    data_type: str = "auto"
    scaling: str = "stored"


def focal_options(given: Mapping[str, Any], *but: str) -> tuple[FocalOptions, RunOptions]:
    """Return the focal and run options from the keywords of a public function; keywords in `but` are ignored."""
    options, run = split_options(given, FocalOptions, RunOptions, but=but)
    return replace(options, bands=tuple(options.bands) if options.bands else None), run


class Filter(NamedTuple):
    """A filter: its name in logs and descriptions, its neighbourhood, and keys of its method, edge and nodata rule."""

    method: str
    edge: str
    rule: str
    neighbours: Neighbourhood
    name: str


def plan_focal(
    src: str, dst: str, options: FocalOptions, run: RunOptions, resolve: ResolveProfile | None = None
) -> PixelPlan:
    """Read the metadata of the input, and return the plan of a run.

    Parameters
    ----------
    src, dst, options, run
        As for `focal_filter`.
    resolve
        Function that returns the profile of the output; None uses `storable_profile`.

    Raises
    ------
    ParallelRasterError
        A parameter, the input or the output cannot be used, or the memory limit is too small.
    """
    chosen = resolve_filter(options)
    with about("src"):
        found = read_value_bands(src, options.bands, options.overview)
    bands, first = found.bands, found.bands[0]
    _check_values(bands, chosen.method)
    check_map_coordinates(first.grid, src, {"EXTENT": options.extent is not None})
    window = extent_window(first.grid, options.extent)
    terms = tuple(resolve_term(band, options) for band in bands)
    mask = resolve_job_mask(options, first)
    encoding, all_valid = _resolve_encoding(bands, chosen, options, masked=mask is not None)
    descriptions = tuple(
        f"{chosen.name} of {each.description or f'band {band.band}'}" for band, each in zip(*found[:2])
    )
    names = tuple(f"Band {band.band} of {band.place}" for band in bands)
    kernel = FocalKernel(
        chosen.method, chosen.neighbours, chosen.edge, chosen.rule, terms, encoding, descriptions, names, (), all_valid
    )  # fmt: skip
    job = PixelJob(
        "focal-filter", tuple(map(Source, bands, terms)), mask, kernel, encoding, f"Focal filter: {chosen.name}",
        stored_counts(encoding.dtype), kept=_kept(found, chosen, encoding, descriptions), all_valid=all_valid,
        packages=tuple(FOR_FILTERS),
    )  # fmt: skip
    decided = [
        *(source_line(f"B{band.band}", band, term) for band, term in zip(bands, terms)),
        *([mask_line(mask, options)] if mask else []),
        *_decisions(job, chosen, kernel),
    ]
    plan = plan_pixels(
        job, dst, run, window=window, creation_options=_creation_options(bands, chosen, options), cog=options.cog,
        decided=decided, warnings=[*_warnings(found, options), *mask_warnings(mask, window, options)], resolve=resolve,
    )  # fmt: skip
    if chosen.method != "gaussian":
        return plan
    # Computed here, so that all machines use the same weights, and only after the checks above have limited their
    # number.
    weighted = replace(kernel, weights=gaussian_weights(options.sigma, kernel.halo))
    return replace(plan, job=replace(job, kernel=weighted))


def resolve_filter(options: FocalOptions) -> Filter:
    """Return the filter that the parameters describe.

    Raises
    ------
    MissingDependency
        scipy is missing or too old.
    OptionError
        A parameter cannot be used.
    """
    check_dependencies(FOR_FILTERS)
    method = resolve_choice(FOCAL_METHODS, options.method, "METHOD")
    edge = resolve_choice(FOCAL_EDGES, options.edge, "EDGE")
    rule = resolve_choice(NODATA_RULES, options.nodata_rule, "NODATA_RULE")
    circle = resolve_choice(FOCAL_SHAPES, options.shape, "SHAPE") == "circle"
    if method == "gaussian":
        neighbours = Neighbourhood(_gaussian_radius(options.sigma, options.truncate))
        return Filter(method, edge, rule, neighbours, f"gaussian (sigma {options.sigma:g})")
    if method in COMPLETE_ONLY:
        return Filter(method, edge, "strict", Neighbourhood(1, circle=method == "laplace"), method)
    neighbours = _resolve_neighbours(method, options.radius, circle)
    size = f"circle, radius {options.radius}" if circle else " x ".join([str(2 * options.radius + 1)] * 2)
    return Filter(method, edge, rule, neighbours, f"{method} ({size})")


def _gaussian_radius(sigma: float, truncate: float) -> int:
    for name, value in (("SIGMA", sigma), ("TRUNCATE", truncate)):
        if not (math.isfinite(value) and value > 0):
            raise OptionError(f"{name} is {value:g}; it must be a number greater than 0.", parameter=name.lower())
    if truncate * sigma > LARGEST_HALO:
        raise OptionError(
            f"With SIGMA {sigma:g} and TRUNCATE {truncate:g}, the radius of the Gaussian filter is "
            f"{truncate * sigma:g} pixels. Choose values whose product is at most {LARGEST_HALO}.",
            parameter="sigma",
        )
    return int(truncate * sigma + 0.5)  # rounded as in scipy


def _resolve_neighbours(method: str, radius: int, circle: bool) -> Neighbourhood:
    if not isinstance(radius, Integral) or not 1 <= radius <= LARGEST_RADIUS:
        raise OptionError(
            f"RADIUS is {radius}; it must be a whole number of pixels from 1 to {LARGEST_RADIUS}.", parameter="radius"
        )
    found = Neighbourhood(int(radius), circle)
    if found.cells > MOST_CELLS and (circle or method in ("median", "majority")):
        shape, where = ("circle", "") if circle else ("square", f" for METHOD {method!r}")
        most = max(each for each in range(1, LARGEST_RADIUS) if Neighbourhood(each, circle).cells <= MOST_CELLS)
        raise OptionError(
            f"A {shape} with RADIUS {radius} covers {found.cells} pixels, more than the maximum of {MOST_CELLS}"
            f"{where}. Set RADIUS to at most {most}.",
            parameter="radius",
        )
    return found


def _check_values(bands: Sequence[InputBand], method: str) -> None:
    """Raise an error if a method does not suit the values of the bands."""
    if method not in OF_CLASSES:
        with about("method"):
            check_interpolates(bands, f"METHOD {method!r}", "Set METHOD to 'majority'")
    floats = next((band for band in bands if np.dtype(band.dtype).kind == "f"), None)
    if method == "majority" and floats is not None:
        raise OptionError(
            f"METHOD 'majority' requires integers, but band {floats.band} of {floats.place} is {floats.dtype}. Choose "
            "other BANDS, or set METHOD to 'median'.",
            parameter="method",
        )


def _resolve_encoding(
    bands: Sequence[InputBand], chosen: Filter, options: FocalOptions, *, masked: bool
) -> tuple[Encoding, bool]:
    """Return the data type and nodata value of the output, and True if no result can be invalid."""
    dtype = resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    if dtype != "auto":
        return resolve_storage(dtype, options.output_nodata), False
    if chosen.method == "count":
        return resolve_storage("uint16", options.output_nodata), False
    if chosen.method not in SELECTIONS:
        return resolve_storage(float_for(band.dtype for band in bands), options.output_nodata), False
    first = bands[0]
    other = next((band for band in bands if band.dtype != first.dtype), None)
    if other is not None:
        raise OptionError(
            f"Band {first.band} of {first.path} is {first.dtype} and band {other.band} is {other.dtype}, but all bands "
            "of the output must have the same data type. Set DATA_TYPE, or choose BANDS of the same type.",
            parameter="bands",
        )
    kind = np.dtype(first.dtype)
    declared = [stored_nodata(band.nodata, kind) for band in bands]
    if options.output_nodata is not None:
        return resolve_storage(first.dtype, options.output_nodata), False
    if declared[0] is not None and all(same_nodata(each, declared[0]) for each in declared):
        return Encoding(first.dtype, declared[0].item()), False
    invalid = masked or any(band.hidden_by for band in bands) or any(each is not None for each in declared)
    all_valid = kind.kind != "f" and chosen.rule != "strict" and not invalid
    return resolve_storage(first.dtype, None), all_valid


def _kept(
    found: ValueBands, chosen: Filter, encoding: Encoding, descriptions: Sequence[str]
) -> tuple[BandMetadata, ...]:
    """Return the band metadata that the output keeps; empty if there is none, or if results are not input values."""
    if chosen.method not in SELECTIONS:
        return ()
    kept = []
    for band, metadata, description in zip(found.bands, found.metadata, descriptions):
        same = encoding.dtype == band.dtype
        kept.append(
            replace(
                metadata,
                dtype=encoding.dtype,
                nodata=encoding.nodata,
                description=description,
                colour="undefined" if metadata.colour == "alpha" or not same else metadata.colour,
                colormap=metadata.colormap if same else None,
                categories=metadata.categories if same else (),
                table=metadata.table if same else "",
            )
        )
    plain = all(
        (each.scale, each.offset, each.unit, each.colormap, each.categories, each.table) == (1, 0, "", None, (), "")
        and not any(each.tags.values())
        for each in kept
    )
    return () if plain else tuple(kept)


def _creation_options(bands: Sequence[InputBand], chosen: Filter, options: FocalOptions) -> str | Mapping[str, object]:
    """Return the creation options, by default with nearest-neighbour overviews for class values."""
    if options.cog and (chosen.method == "majority" or any(band.is_palette for band in bands)):
        return nearest_overviews(options.creation_options)
    return options.creation_options


def _decisions(job: PixelJob, chosen: Filter, kernel: FocalKernel) -> Iterator[str]:
    pixels = f"{kernel.halo} pixel{'s' * (kernel.halo != 1)}"
    yield f"Filter: {chosen.name}; the neighbourhood extends {pixels} to each side of a pixel"
    yield f"At the raster's edge: {FOCAL_EDGES[chosen.edge]}. Nodata: {NODATA_RULES[chosen.rule]}"
    nodata = "no nodata value (every result is valid)" if job.all_valid else f"nodata {job.encoding.nodata:.12g}"
    scaling = ", scale and offset as in the input" if chosen.method in SELECTIONS else ""
    yield f"Stored as {job.encoding.dtype}, {nodata}{scaling}"


def _warnings(found: ValueBands, options: FocalOptions) -> Iterator[str]:
    """Yield a warning for each parameter without effect, and for an alpha band."""
    method, default = options.method.lower(), FocalOptions()
    unused = {
        "radius": method in WITHOUT_RADIUS,
        "shape": method in WITHOUT_RADIUS,
        "sigma": method != "gaussian",
        "truncate": method != "gaussian",
        "nodata_rule": method in COMPLETE_ONLY,
    }
    for name in (name for name, ignored in unused.items() if ignored):
        if getattr(options, name) != getattr(default, name):
            yield f"{name.upper()} has no effect with METHOD {method!r}."
    yield from alpha_warnings(found, "filtered", given=bool(options.bands))
