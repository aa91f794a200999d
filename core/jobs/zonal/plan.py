"""Plan a run of zonal statistics before any pixel is read: bands, zones, units and chunks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...choices import ZONAL_STATISTICS, ZONES, resolve_choice
from ...cluster.address import parse_cluster
from ...engine.options import RunOptions
from ...errors import InputError, OptionError, ResourceError, about
from ...parallel.chunks import LARGEST_UNIT, ChunkPlan, chunk_bytes, plan_chunks, resolve_chunk_size
from ...parallel.machine import resolve_memory, resolve_workers
from ...pixels.inputs import (
    InputOptions,
    alpha_warnings,
    mask_line,
    mask_warnings,
    place_source,
    read_other,
    read_value_bands,
    resolve_job_mask,
    resolve_term,
    source_line,
)
from ...pixels.job import JobInputs
from ...pixels.stack import Source
from ...raster.dtypes import array_dtype
from ...raster.grid import check_map_coordinates, check_same_grid, extent_window, pixels_coincide
from ...raster.windows import Shape, overlap, shifted
from ...reading.readers import InputBand
from ...units import MEBIBYTE, format_megabytes, format_workers
from ...vector.polygons import FoundPolygon, PolygonReader, features_crs
from ...writing.checks import check_report, check_table
from ...writing.raster_copy import check_distinct
from .sums import Needed
from .task import ZonalWork
from .zones import CellZones, PolygonZones, RasterZones, Zones

UNIT_EDGE = 512
"""Approximate edge length, in pixels, of a unit (the rectangle in which a zone's pixels are added up in one step):
large enough for the fixed cost per unit to be negligible, and small enough for the CPU cache."""

ZONE_BYTES, BAND_BYTES, VALUE_BYTES = 300, 100, 60
"""Bytes of memory for the record of a zone, for its sums in a band, and for each statistic of a band."""

NAMED = 5
"""Maximum number of polygons that are named in a warning or an error."""

RANKS = frozenset({"median", "mode"})
"""Statistics that need the number of pixels of each distinct value."""


@dataclass(frozen=True)
class ZonalOptions(InputOptions):
    """Parameters of `zonal_statistics`. See `zonal_statistics` for their meaning."""

    zones: str = "cells"
    cell_width: int = 512
    cell_height: int = 512
    polygons: Any = None
    field: str | None = None
    polygons_crs: str | None = None
    zone_raster: str | None = None
    zone_band: int = 1
    statistics: tuple[str, ...] = ("count", "min", "max", "mean")
    bands: tuple[int, ...] | None = None
    scaling: str = "stored"


class NamedZones(NamedTuple):
    """Zones, the properties and names of polygons (None for other zones), a log line, and warnings."""

    zones: Zones
    names: Sequence[tuple[Mapping[str, Any], int | str | None]] | None
    decided: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ZonalPlan:
    """Plan of a run: what to compute, the window of the raster to read, its chunks, and the names of the zones.

    `window` is the window to read, and `area` the window that is divided into chunks: `window`, extended to the left
    and to the top so that it begins on the edge of a unit (see `UNIT_EDGE`). `memory` is the memory limit in bytes.
    `table_bytes` is the part of this limit that remains for statistics while chunks are computed on this machine.
    """

    work: ZonalWork
    named: NamedZones
    statistics: tuple[str, ...]
    window: Window
    area: Window
    chunks: ChunkPlan
    workers: int
    memory: int
    table_bytes: int
    decided: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def bands(self) -> tuple[Source, ...]:
        """Bands whose statistics are computed."""
        return self.work.inputs.sources

    def windows(self) -> list[Window]:
        """Return the windows of the chunks on the grid of the raster."""
        parts = (overlap(shifted(each, self.area), self.window) for each in self.chunks.windows())
        return [each for each in parts if each is not None]

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""
        unit = self.work.unit
        return [
            f"Grid: {self.work.inputs.first.grid.cropped(self.window)}",
            *self.decided,
            f"Statistics: {', '.join(self.statistics)}; computed in windows of {unit[1]} x {unit[0]} pixels, then "
            "combined",
            f"Plan: {self.chunks}; {format_workers(self.workers)}",
        ]


def plan_zonal(src: str, dst: str | None, options: ZonalOptions, run: RunOptions) -> ZonalPlan:
    """Read the metadata of the inputs, and return the plan of a run.

    Parameters
    ----------
    src, dst, options, run
        As for `zonal_statistics`.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    parse_cluster(run.cluster)
    statistics = _resolve_statistics(options.statistics)
    kind = resolve_choice(ZONES, options.zones, "ZONES")
    options.check_scaling()
    check_distinct(options.bands)
    with about("src"):
        found = read_value_bands(src, options.bands, options.overview)
        _check_real(found.bands)
    first = found.bands[0]
    check_map_coordinates(
        first.grid, src, {"EXTENT": options.extent is not None, "POLYGONS": kind == "polygons"}
    )  # fmt: skip
    window = extent_window(first.grid, options.extent)
    mask = resolve_job_mask(options, first)
    terms = [resolve_term(band, options) for band in found.bands]
    inputs = JobInputs("zonal-statistics", tuple(map(Source, found.bands, terms)), mask)
    named = _RESOLVE[kind](options, first, window)
    files = inputs.files
    if isinstance(named.zones, RasterZones):
        files = tuple(dict.fromkeys((*files, *named.zones.inputs.files)))
    _check_outputs(dst, run, files)
    unit = unit_shape(first.block)
    needed = Needed(squares="std" in statistics, extremes=not {"min", "max"}.isdisjoint(statistics))
    work = ZonalWork(
        inputs, named.zones, unit, needed, files, counts_values=bool(RANKS.intersection(statistics)),
        counts_pixels="share" in statistics or named.zones.count is None,
    )  # fmt: skip
    memory = resolve_memory(run.memory)
    chunk = 2 * chunk_bytes(unit, 0, work.bytes_per_pixel, work.scratch_bytes)  # half of the memory is for the table
    if named.zones.count and limit_of_zones(named.zones.count, len(terms), statistics) >= chunk:
        check_count(named.zones, named.zones.count, len(terms), statistics, memory)
    area, workers = _snapped(window, unit), resolve_workers(run.workers)
    chunks = plan_chunks(
        (area.height, area.width), unit, inputs.input_blocks, bytes_per_pixel=work.bytes_per_pixel,
        input_block_bytes=work.scratch_bytes, workers=workers, memory=memory,
        chunk_size=resolve_chunk_size(run.chunk_size), half=True,
    )  # fmt: skip
    decided = (
        *(source_line(f"B{band.band}", band, term) for band, term in zip(found.bands, terms)),
        *([mask_line(mask, options)] if mask else []),
        named.decided,
    )
    warnings = (
        *alpha_warnings(found, "summarized", given=bool(options.bands)),
        *mask_warnings(mask, window, options),
        *named.warnings,
    )
    return ZonalPlan(
        work, named, statistics, window, area, chunks, workers, memory, memory - chunks.memory, decided, warnings,
    )  # fmt: skip


def unit_shape(block: Shape) -> Shape:
    """Return the shape of a unit (see `UNIT_EDGE`): a multiple of the block shape, unless the blocks are very large."""
    rows, cols = (edge * max(1, UNIT_EDGE // edge) if edge <= LARGEST_UNIT else UNIT_EDGE for edge in block)
    return rows, cols


def _snapped(window: Window, unit: Shape) -> Window:
    """Return a window extended to the left and top, so that it begins on the edge of a unit (see `UNIT_EDGE`)."""
    top, left = window.row_off // unit[0] * unit[0], window.col_off // unit[1] * unit[1]
    right, bottom = window.col_off + window.width, window.row_off + window.height
    return Window(left, top, right - left, bottom - top)


def _resolve_statistics(statistics: Any) -> tuple[str, ...]:
    """Return the keys of the statistics without duplicates, in the order of `choices.ZONAL_STATISTICS`."""
    listed = [statistics] if isinstance(statistics, str) else list(statistics)
    chosen = {resolve_choice(ZONAL_STATISTICS, each, "STATISTICS") for each in listed}
    if not chosen:
        raise OptionError("STATISTICS is empty. Choose at least one statistic.", parameter="statistics")
    return tuple(each for each in ZONAL_STATISTICS if each in chosen)


def _check_real(bands: Sequence[InputBand]) -> None:
    for band in bands:
        if array_dtype(band.dtype).kind == "c":
            raise InputError(
                f"Band {band.band} of {band.path} has complex values, which have no order and no median. "
                "Convert the band to real values first."
            )


def _check_outputs(dst: str | None, run: RunOptions, files: Sequence[str]) -> None:
    if dst is not None:
        with about("dst"):
            files = (*files, check_table(dst, files))
    if run.report:
        check_report(os.fspath(run.report), files)


def limit_of_zones(count: int, bands: int, statistics: Sequence[str]) -> int:
    """Return the lowest memory limit, in bytes, for `count` zones: twice the size of their statistics."""
    return 2 * count * (ZONE_BYTES + bands * (BAND_BYTES + VALUE_BYTES * len(statistics)))


def check_count(zones: Zones, count: int, bands: int, statistics: Sequence[str], memory: int) -> None:
    """Raise ResourceError if the statistics of `count` zones need more than half of the memory limit."""
    needed = limit_of_zones(count, bands, statistics)
    if needed > memory:
        advice = {CellZones: "larger cells", PolygonZones: "fewer polygons"}.get(type(zones), "fewer zones")
        raise ResourceError(
            f"The statistics of {count:,} zones in {bands} band{'s' * (bands != 1)} do not fit into the memory "
            f"limit of {format_megabytes(memory)} MB. Set MEMORY to at least {-(-needed // MEBIBYTE)}, or use "
            f"{advice}.",
            parameter="memory",
        )


def _cells(options: ZonalOptions, first: InputBand, window: Window) -> NamedZones:
    for name in ("cell_width", "cell_height"):
        value = getattr(options, name)
        if not isinstance(value, Integral) or value < 1:
            raise OptionError(
                f"{name.upper()} is {value!r}; it must be a whole number of pixels, at least 1.", parameter=name
            )
    zones = CellZones(window, (int(options.cell_height), int(options.cell_width)))
    return NamedZones(zones, None, f"Zones: {zones.count:,} cells of {zones.size[1]} x {zones.size[0]} pixels")


def _polygons(options: ZonalOptions, first: InputBand, window: Window) -> NamedZones:
    if options.polygons is None:
        raise OptionError(
            "ZONES is 'polygons', but POLYGONS is not set. Set POLYGONS, or choose another value for ZONES.",
            parameter="polygons",
        )
    crs = features_crs(options.polygons_crs, first.grid, first.path, "polygons_crs")
    reader = PolygonReader(first.grid, window, options.field or None, "field", crs)
    found = list(reader.read(options.polygons))
    if not found:
        raise OptionError("POLYGONS contains no features. Choose another layer.", parameter="polygons")
    names = [(each.properties, _zone_name(each, options.field)) for each in found]
    unused = [f"polygon {each.id}: {each.problem}" for each in found if each.polygon is None]
    if len(unused) == len(found):
        listed = "; ".join(unused[:NAMED])
        raise OptionError(f"None of the POLYGONS contains pixels of {first.path}: {listed}.", parameter="polygons")
    zones = PolygonZones(tuple(each.polygon for each in found))
    return NamedZones(zones, names, f"Zones: {len(found):,} polygons", tuple(_unused_warnings(unused)))


def _zone_name(polygon: FoundPolygon, field: str | None) -> int | str | None:
    """Return the zone of a polygon in the table: its name or, if its value of `field` is empty, this empty value.

    A polygon with an empty value is named after the ID of its feature, which could equal the value of another polygon.
    """
    value = polygon.properties[field] if field else polygon.id
    return polygon.id if value is not None and str(value).strip() else value


def _unused_warnings(unused: Sequence[str]) -> Iterator[str]:
    """Yield one warning that names the first few polygons without pixels, if there are such polygons."""
    if unused:
        more = f"; and {len(unused) - NAMED:,} more" if len(unused) > NAMED else ""
        yield f"Polygons without statistics: {'; '.join(unused[:NAMED])}{more}."


def _zone_raster(options: ZonalOptions, first: InputBand, window: Window) -> NamedZones:
    if not options.zone_raster:
        raise OptionError(
            "ZONES is 'raster', but ZONE_RASTER is not set. Set ZONE_RASTER, or choose another value for ZONES.",
            parameter="zone_raster",
        )
    plain = replace(options, nodata=None, scaling="none")
    with about("zone_raster"):
        (band,) = read_other(options.zone_raster, [options.zone_band], first, plain, "ZONE_RASTER", ["zone_band"])
        if np.dtype(band.dtype).kind not in "iu":
            raise InputError(
                f"Band {band.band} of {band.path} is {band.dtype}, but zones must be integers. Round its values and "
                "convert the band to an integer type first."
            )
        if not pixels_coincide(first.grid, band.grid):
            advice = "Resample the zone raster to the grid of the input raster first."
            check_same_grid(first.grid, band.grid, first.path, band.path, advice)
        source = place_source(band, first, plain, window)
    line = source_line("Zones", band, source.term)
    warnings = (
        [f"The zones come from overview {band.overview} of {band.path}. If the overview was built with a method "
         "other than nearest or mode, it may contain zones that the raster does not."] if band.overview >= 0 else []
    )  # fmt: skip
    return NamedZones(RasterZones(JobInputs("zones", (source,), None)), None, line, tuple(warnings))


_RESOLVE = {"cells": _cells, "polygons": _polygons, "raster": _zone_raster}
"""For each key of `choices.ZONES`, the function that returns the zones."""
