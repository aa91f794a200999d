"""Plan a run of Tile raster before any pixel is read: tiles, output profile and chunks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...engine.options import RunOptions
from ...errors import about
from ...parallel.chunks import ChunkPlan, edge_of_files, plan_chunks, plan_files, resolve_chunk_size
from ...parallel.machine import resolve_memory, resolve_workers
from ...raster.dtypes import array_dtype, value_dtype
from ...raster.grid import check_map_coordinates, extent_window
from ...raster.nodata import stored_nodata
from ...raster.subdatasets import raster_stem
from ...raster.windows import contains
from ...reading.metadata import RasterMetadata, RasterSource, read_source
from ...tileset.names import safe_stem
from ...units import format_workers
from ...vector.polygons import CELL, PixelPolygon, fingerprint
from ...writing.class_values import overview_decisions, overview_resampling
from ...writing.cog_options import resolve_cog_profile
from ...writing.creation_options import (
    YES,
    Inherited,
    OutputProfile,
    inherited_options,
    resolve_profile,
    without_short_bits,
)
from ...writing.raster_copy import check_one_file, check_one_mask, kept_metadata
from ...writing.storage_selftest import settle_storage, storage_decisions
from ...writing.vrt import mosaic_window
from .layout import Tile, TileOptions, check_options, resolve_layout


class Costs(NamedTuple):
    """Memory use of a chunk: the number of copies of its pixels, and the number of additional bytes."""

    copies: int
    scratch: int


@dataclass(frozen=True)
class TilePlan:
    """The plan of a run, with all parameters checked.

    `metadata` is the part of the source's metadata that the tiles keep. `area` is the window of the source that is
    tiled: the extent or, if none is given, the whole raster. `profile` describes the file of the largest tile.
    `parameters` determine the content of the tiles and are written to `tiles.json`.
    """

    source: RasterSource
    metadata: RasterMetadata
    area: Window
    tiles: tuple[Tile, ...]
    name: str
    profile: OutputProfile
    chunks: ChunkPlan
    workers: int
    parameters: Mapping[str, Any]
    remarks: tuple[str, ...]

    @property
    def vrt_name(self) -> str:
        """File name of the virtual mosaic."""
        return f"{self.name}.vrt"

    @property
    def covered(self) -> Window:
        """Smallest window that contains the cores of all tiles."""
        cores = [tile.core for tile in self.tiles]
        return mosaic_window(cores, Window(0, 0, self.metadata.grid.width, self.metadata.grid.height))

    @property
    def raw_bytes(self) -> int:
        """Uncompressed size of all tiles in bytes."""
        pixels = int(sum(tile.window.width * tile.window.height for tile in self.tiles))
        return pixels * len(self.metadata.bands) * int(self.pixel_dtype.itemsize)

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        """Data type of the pixels in memory."""
        return array_dtype(self.metadata.bands[0].dtype)

    @property
    def can_hide(self) -> bool:
        """True if pixels can be hidden without a mask: by an alpha band, or by a nodata value that can be stored."""
        first = self.metadata.bands[0]
        return (
            stored_nodata(first.nodata, value_dtype(first.dtype)) is not None or self.metadata.alpha_index is not None
        )

    def decisions(self) -> list[str]:
        """Return log lines that describe the plan."""
        first = self.metadata.bands[0]
        nodata = "none" if first.nodata is None else f"{first.nodata:.12g}"
        numbers = ", ".join(str(band.band) for band in self.source.inputs)
        options = "|".join(f"{key}={value}" for key, value in self.profile.final_options.items())
        size = self.profile.grid
        return [
            f"Grid: {self.metadata.grid}",
            f"Bands {numbers} of {self.source.path}, {first.dtype}, nodata {nodata}, mask: {self.metadata.mask}",
            f"Tiles: {len(self.tiles)}, the largest {size.width} x {size.height} pixels",
            f"Creation options: {options}",
            *storage_decisions(self.profile),
            *overview_decisions(self.profile),
            f"Plan of each tile: {self.chunks}; {format_workers(self.workers)}",
        ]

    @property
    def stored_metadata(self) -> RasterMetadata:
        """Metadata that the tiles store: a mask replaces the nodata value if the tiles cannot store this value."""
        if not self.profile.lost:
            return self.metadata
        return replace(
            self.metadata, bands=tuple(replace(band, nodata=None) for band in self.metadata.bands), mask="mask"
        )

    def tile_profile(self, tile: Tile) -> OutputProfile:
        """Return the output profile of one tile."""
        window = tile.window
        hides = tile.polygon is not None or not contains(self.area, window)
        masked = self.stored_metadata.mask == "mask" or hides and not self.can_hide
        metadata = self.stored_metadata.moved(window)
        metadata = replace(metadata, mask="mask") if masked else metadata
        block = self.profile.block
        if self.profile.options["TILED"] not in YES:
            block = min(block[0], window.height), window.width
        return replace(self.profile, grid=metadata.grid, metadata=metadata, masked=masked, block=block)

    def tile_chunks(self, tile: Tile) -> ChunkPlan:
        """Return the chunk plan of one tile."""
        return replace(self.chunks, width=tile.window.width, height=tile.window.height)


def plan_tiles(
    src: str,
    options: TileOptions,
    run: RunOptions,
    *,
    polygons: Iterable[Any] | None,
    max_tiles: int,
    cog: bool = False,
) -> TilePlan:
    """Read the metadata of the input, and return the plan of a run.

    Raises
    ------
    ParallelRasterError
        A parameter or the input cannot be used, there would be too many tiles, or the memory limit is too small.
    """
    run.check()
    options = check_options(options)
    with about("src"):
        source = read_source(src, options.bands)
        check_one_mask(source)
    check_one_file(source, "a tile")
    check_map_coordinates(source.metadata.grid, src, {
        "EXTENT": options.extent is not None,
        "TILING polygons": options.tiling == "polygons",
        "TILING map_units": options.tiling == "map_units",
        "ALIGNMENT crs": options.alignment == "crs" and options.tiling == "pixels",
    })  # fmt: skip
    area = extent_window(source.metadata.grid, options.extent)
    name = safe_stem(raster_stem(src))
    layout = resolve_layout(options, polygons, source.metadata.grid, area, name, max_tiles)
    tiles = layout.tiles
    metadata, kept = kept_metadata(source, "tiles")
    threads = resolve_workers(run.workers)
    size = max(tile.window.height for tile in tiles), max(tile.window.width for tile in tiles)
    first = metadata.bands[0]
    grid = replace(metadata.grid, width=size[1], height=size[0])
    if cog:
        resampling = overview_resampling(metadata.bands, first.dtype, [src], computed=False)
        profile: OutputProfile = resolve_cog_profile(
            grid,
            len(metadata.bands),
            first.dtype,
            first.nodata,
            options.creation_options,
            threads,
            resampling=resampling,
        )
    else:
        profile = resolve_profile(
            grid, len(metadata.bands), first.dtype, first.nodata, options.creation_options, threads,
            inherited=_inherited(source, options), fit_blocks=True,
        )  # fmt: skip
    profile = settle_storage(replace(profile, metadata=replace(metadata, grid=grid)))
    # Padding copies the pixels once more; polygons are rasterized in cells.
    costs = Costs(2 if options.remainder == "pad" else 1, 2 * CELL * CELL if layout.polygons else 0)
    limits = threads, resolve_memory(run.memory), resolve_chunk_size(run.chunk_size)
    chunks = _chunks(source, profile, len(tiles), costs, *limits)
    return TilePlan(
        source, metadata, area, tiles, name, profile, chunks, threads, _parameters(options, profile, layout.polygons),
        (*layout.remarks, *kept),
    )  # fmt: skip


def _chunks(
    source: RasterSource, profile: OutputProfile, tiles: int, costs: Costs, workers: int, memory: int, chunk_size: int
) -> ChunkPlan:
    """Return the chunk plan of the largest tile.

    The plan's `in_flight` is the maximum number of chunks in memory at once, counting the chunks of all tiles.

    Raises
    ------
    ResourceError
        The memory limit is too small for one block of every band.
    """
    size = profile.grid.height, profile.grid.width
    block = source.inputs[0].block
    edge = chunk_size or edge_of_files(size, tiles, 4 * workers)
    count, itemsize = profile.count, array_dtype(profile.dtype).itemsize

    def plan(memory: int) -> ChunkPlan:
        return plan_chunks(
            size,
            profile.block,
            [block],
            bytes_per_pixel=count * (itemsize * costs.copies + 1) + 4,
            input_block_bytes=source.inputs[0].block_bytes + costs.scratch,
            workers=1,
            memory=memory,
            chunk_size=0 if block[1] > edge and not chunk_size else edge,
        )

    return plan_files(plan, memory=memory, workers=workers)


def _inherited(source: RasterSource, options: TileOptions) -> Inherited:
    """Return the creation options inherited from the input.

    NBITS is left out if the tiles may be filled with nodata and the nodata value needs more bits than NBITS.
    """
    inherited = inherited_options(source)
    fills = options.remainder == "pad" or options.tiling == "polygons"
    return without_short_bits(inherited, source.metadata.bands[0].nodata) if fills else inherited


def _parameters(options: TileOptions, profile: OutputProfile, outlines: Sequence[PixelPolygon]) -> dict[str, Any]:
    """Return the parameters that determine the content of the tiles, as JSON values."""
    stored = {key: value for key, value in profile.final_options.items() if key != "NUM_THREADS"}
    values = {**asdict(options), "creation_options": stored, "cog": profile.is_cog}
    if outlines:
        values["polygons"] = fingerprint(outlines)
    parameters: dict[str, Any] = json.loads(json.dumps(values))
    return parameters
