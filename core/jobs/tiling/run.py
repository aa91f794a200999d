"""The run of a tiling: all tiles written, on the disk and in their places, and what it comes to."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rasterio.windows import Window

from ...engine.many import FileSteps
from ...engine.options import RunOptions
from ...errors import OutputError
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import Log, Progress, format_speed, stages
from ...raster.nodata import same_nodata
from ...raster.subdatasets import input_file, split_subdataset, store_files
from ...reading.metadata import lost_metadata, read_source
from ...reading.readers import InputSnapshot, Readers
from ...report.page import write_report
from ...tileset.folder import TileSet
from ...tileset.journal import Entry
from ...tileset.manifest import Manifest, SourceIdentity, TileRecord
from ...units import MEBIBYTE
from ...writing.vrt import MosaicTile, mosaic_xml
from .copied_blocks import TileBlocks
from .flush import flush_tiles
from .layout import Tile
from .on_cluster import write_on_cluster
from .plan import TilePlan
from .record import tile_record
from .writer import TileRun, TileWriter

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

FULL_BYTES = 4 * 2**20
"""Less free space than this when a write fails means that the disk is full."""


@dataclass(frozen=True)
class TileResult:
    """The folder written, its tiles in the order of the list, the virtual mosaic, and the list itself.

    Attributes
    ----------
    output : str
        Path of the folder.
    tiles : tuple of str
        Paths of the tiles.
    vrt : str
        Path of the virtual mosaic.
    tile_count : int
        Number of tiles.
    manifest : core.tileset.manifest.Manifest
        What `tiles.json` says.
    """

    output: str
    tiles: tuple[str, ...]
    vrt: str
    tile_count: int
    manifest: Manifest


def run_tiles(
    plan: TilePlan,
    folder: str,
    run: RunOptions,
    *,
    resume: bool,
    cluster_workers: ClusterWorkers | None,
    recorder: Recorder | None,
) -> TileResult:
    """Write the tiles of a plan to a folder and return what it holds then.

    Raises
    ------
    ParallelRasterError
        The input cannot be read, the tiles cannot be written, or the run was cancelled.
    """
    started = time.monotonic()
    keep_freed_memory()
    snapshot = InputSnapshot(plan.source.files, plan.source.inputs[:1])
    names = [*(tile.file for tile in plan.tiles), plan.vrt_name]
    identity = {"files": [_identity(path) for path in plan.source.files], "parameters": plan.parameters}
    with TileSet(folder, names, identity, resume=resume, log=run.log) as tiles, _format_space(plan, tiles):
        resumed = {file for file in names if tiles.entry(file)}
        _write(plan, tiles, run, cluster_workers, recorder)
        snapshot.check()
        made = [(tile, entry) for tile in plan.tiles if not (entry := _entry(tiles, tile)).left_out]
        _check_metadata(plan, tiles, made, run.log)
        manifest = _manifest(plan, made)
        tiles.complete(manifest, {plan.vrt_name: _mosaic(plan, [tile for tile, _ in made])})
    _log_summary(plan, made, resumed, run.log, time.monotonic() - started)
    if recorder is not None:
        write_report(recorder, tile_record(recorder, plan, folder, len(made)))
    paths = tuple(os.path.join(folder, tile.file) for tile, _ in made)
    return TileResult(folder, paths, os.path.join(folder, plan.vrt_name), len(paths), manifest)


def _write(
    plan: TilePlan, tiles: TileSet, run: RunOptions, cluster_workers: ClusterWorkers | None, recorder: Recorder | None
) -> None:
    """Write all tiles and bring them to the disk."""
    writing, flushing = stages(run.progress, *_shares(plan))
    if cluster_workers is not None:
        write_on_cluster(plan, tiles, cluster_workers, verify=run.verify, progress=writing)
    else:
        _write_here(plan, tiles, run, recorder, writing)
    found = [(tiles.path(tile.file), entry) for tile in plan.tiles if not (entry := _entry(tiles, tile)).left_out]
    flush_tiles(found, workers=plan.workers, progress=flushing, verify=run.verify)


def _shares(plan: TilePlan) -> tuple[int, int]:
    """Return how much of a run is writing, and how much is the flush."""
    counts = [plan.tile_chunks(tile).count for tile in plan.tiles]
    steps = sum(1 if count == 1 else 2 * count for count in counts)  # large tiles are read back chunk by chunk
    return steps, 1 + steps // 10


def _write_here(plan: TilePlan, tiles: TileSet, run: RunOptions, recorder: Recorder | None, progress: Progress) -> None:
    """Write all tiles on threads of this process."""
    with Readers() as readers:
        blocks = TileBlocks(plan)
        shared = TileRun(plan, tiles, readers, blocks, run.create, run.copy, run.verify)
        plans = [plan.tile_chunks(tile) for tile in plan.tiles]
        files = FileSteps(plans, lambda number: TileWriter(shared, plan.tiles[number]), recorder)
        try:
            steps = files.steps()
            run_chunks(
                files.work, steps, name="tile", workers=plan.chunks.in_flight, progress=progress,
                after=lambda number: steps[number].after,
            )  # fmt: skip
        finally:
            files.abandon()


def _entry(tiles: TileSet, tile: Tile) -> Entry:
    entry = tiles.entry(tile.file)
    if entry is None:
        raise OutputError(f"{tile.file} was not written.")
    return entry


def _identity(path: str) -> list[Any]:
    inside, file = split_subdataset(path), input_file(path)
    try:
        metadata = [os.stat(each) for each in (store_files(file) if os.path.isdir(file) else [file])]
    except OSError:
        return [path, None, None]  # a URL or a member of an archive
    name = inside.with_file(os.path.abspath) if inside else os.path.abspath(path)
    return [name, sum(each.st_size for each in metadata), max(each.st_mtime_ns for each in metadata)]


@contextmanager
def _format_space(plan: TilePlan, tiles: TileSet) -> Iterator[None]:
    """Say how much space the whole set needs when it was the disk that was full."""
    try:
        yield
    except (OutputError, OSError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        free = shutil.disk_usage(tiles.folder).free
        if not full and not (isinstance(error, OutputError) and free < FULL_BYTES):
            raise
        sizes = [(entry.size, tile) for tile in plan.tiles if (entry := tiles.entry(tile.file)) and entry.size]
        done = sum(tile.window.width * tile.window.height for _, tile in sizes)
        whole = sum(tile.window.width * tile.window.height for tile in plan.tiles)
        ratio = sum(size for size, _ in sizes) / done if done else plan.raw_bytes / whole
        raise OutputError(
            f"Not enough space on {tiles.folder}: about {ratio * whole / MEBIBYTE:.0f} MB needed, "
            f"{free / MEBIBYTE:.0f} MB free beside the tiles written so far."
        ) from error


def _check_metadata(plan: TilePlan, tiles: TileSet, made: Sequence[tuple[Tile, Entry]], log: Log) -> None:
    """Log what a tile does not say of itself as the source does; a lost nodata value is an error."""
    if not made:
        return
    tile = made[0][0]
    path = tiles.path(tile.file)
    wanted, found = plan.tile_profile(tile).metadata, read_source(path).metadata
    if wanted is None or not same_nodata(wanted.bands[0].nodata, found.bands[0].nodata):
        raise OutputError(f"{path} does not carry the nodata value of {plan.source.path}; nothing was kept.")
    for words in lost_metadata(wanted, found):
        log.warning(f"Not kept in the tiles: {words}")


def _manifest(plan: TilePlan, made: Sequence[tuple[Tile, Entry]]) -> Manifest:
    grid = plan.metadata.grid
    path, size, mtime = _identity(plan.source.path)
    records = tuple(
        TileRecord(
            tile.file, tile.row, tile.col, tile.id, _numbers(tile.window), _numbers(tile.core), entry.valid_share
        )
        for tile, entry in made
    )
    a, b, c, d, e, f = tuple(grid.transform)[:6]
    source = SourceIdentity(path, size, mtime)
    return Manifest(
        source, grid.crs.to_wkt() if grid.crs else "", (a, b, c, d, e, f), grid.width, grid.height, plan.parameters,
        records,
    )  # fmt: skip


def _numbers(window: Window) -> tuple[int, int, int, int]:
    return window.col_off, window.row_off, window.width, window.height


def _mosaic(plan: TilePlan, made: Sequence[Tile]) -> str:
    """Return the text of the virtual mosaic; it has a mask where the tiles have, or where holes could not be seen."""
    drawn = plan.parameters["tiling"] == "polygons"
    holes = drawn or len(made) < len(plan.tiles)
    masked = plan.stored_metadata.mask == "mask" or holes and not plan.can_hide
    tiles = [MosaicTile(tile.file, tile.window, tile.core) for tile in made]
    return mosaic_xml(plan.stored_metadata, tiles, masked=masked, overlapping=drawn)


def _log_summary(
    plan: TilePlan, made: Sequence[tuple[Tile, Entry]], resumed: set[str], log: Log, seconds: float
) -> None:
    left_out = len(plan.tiles) - len(made)
    if left_out:
        log.info(f"{left_out} tiles with too few valid pixels were left out.")
    if not made:
        log.warning("No tile has enough valid pixels; the set is empty.")
    for tile, entry in made if plan.parameters["tiling"] == "polygons" else ():
        if not entry.valid_share:
            log.warning(f"Polygon {tile.id} holds no valid pixel; all of {tile.file} is nodata.")
    pixels = sum(tile.window.width * tile.window.height for tile, _ in made) * len(plan.metadata.bands)
    kept = sum(tile.file in resumed for tile, _ in made)
    words = f", {kept} of them from the unfinished run" if kept else ""
    log.info(f"{len(made)} tiles{words}: {format_speed(int(pixels), seconds)}")
