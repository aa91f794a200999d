"""Run Tile raster: write all tiles, flush and verify them, complete the tile set, and log a summary."""

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

from ...engine.flush import flush_tiles
from ...engine.many import FileSteps
from ...engine.options import RunOptions
from ...errors import OutputError
from ...parallel.machine import keep_freed_memory
from ...parallel.recorder import Recorder
from ...parallel.threads import run_chunks
from ...progress import Log, Progress, format_speed, stages
from ...raster.nodata import same_nodata
from ...raster.subdatasets import input_file, split_subdataset, store_files
from ...raster.windows import WindowIndex
from ...reading.datasets import keep_environment
from ...reading.metadata import lost_metadata, read_source
from ...reading.readers import InputSnapshot, Readers
from ...report.page import write_report
from ...tileset.folder import TileSet
from ...tileset.journal import Entry
from ...tileset.manifest import Manifest, SourceIdentity, TileRecord
from ...units import MEBIBYTE
from ...writing.vrt import MosaicTile, can_fill, misread_overlaps, mosaic_xml
from .copied_blocks import TileBlocks
from .layout import Tile
from .on_cluster import write_on_cluster
from .plan import TilePlan
from .record import tile_record
from .writer import TileRun, TileWriter

if TYPE_CHECKING:
    from ...cluster.workers import ClusterWorkers

FULL_BYTES = 4 * 2**20
"""The disk is considered full if a write fails and fewer than this many bytes are free."""


@dataclass(frozen=True)
class TileResult:
    """Result of `tile_raster`.

    Attributes
    ----------
    output : str
        Path of the folder.
    tiles : tuple of str
        Paths of the tiles, in the order of `tiles.json`.
    vrt : str
        Path of the virtual mosaic; empty if it was not written because GDAL would misread it.
    tile_count : int
        Number of tiles.
    manifest : core.tileset.manifest.Manifest
        Content of `tiles.json`.
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
    """Write the tiles of a plan to a folder, and return the paths of the files and the content of `tiles.json`.

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
    with TileSet(folder, names, identity, resume=resume, log=run.log) as tiles, _explain_full_disk(plan, tiles):
        resumed = {file for file in names if tiles.entry(file)}
        _write(plan, tiles, run, cluster_workers, recorder)
        snapshot.check()
        written = [(tile, entry) for tile in plan.tiles if not (entry := _entry(tiles, tile)).left_out]
        _check_metadata(plan, tiles, written, run.log)
        manifest = _manifest(plan, written)
        mosaics = _mosaics(plan, [tile for tile, _ in written], run.log)
        tiles.complete(manifest, mosaics)
    _log_summary(plan, written, resumed, run.log, time.monotonic() - started)
    if recorder is not None:
        write_report(recorder, tile_record(recorder, plan, folder, len(written)))
    paths = tuple(os.path.join(folder, tile.file) for tile, _ in written)
    vrt = os.path.join(folder, plan.vrt_name) if mosaics else ""
    return TileResult(folder, paths, vrt, len(paths), manifest)


def _write(
    plan: TilePlan, tiles: TileSet, run: RunOptions, cluster_workers: ClusterWorkers | None, recorder: Recorder | None
) -> None:
    """Write all tiles, then flush them to disk and verify them."""
    writing, flushing = stages(run.progress, *_step_counts(plan))
    if cluster_workers is not None:
        write_on_cluster(plan, tiles, cluster_workers, verify=run.verify, progress=writing)
    else:
        _write_here(plan, tiles, run, recorder, writing)
    found = [(tiles.path(tile.file), entry) for tile in plan.tiles if not (entry := _entry(tiles, tile)).left_out]
    flush_tiles(found, workers=plan.workers, progress=flushing, verify=run.verify)


def _step_counts(plan: TilePlan) -> tuple[int, int]:
    """Return how many progress steps it takes to write the tiles, and how many to flush them to disk."""
    counts = [plan.tile_chunks(tile).count for tile in plan.tiles]
    steps = sum(1 if count == 1 else 2 * count for count in counts)  # large tiles are read back chunk by chunk
    return steps, 1 + steps // 10


def _write_here(plan: TilePlan, tiles: TileSet, run: RunOptions, recorder: Recorder | None, progress: Progress) -> None:
    """Write all tiles with threads of this process."""
    with Readers() as readers:
        blocks = TileBlocks(plan)
        shared = TileRun(plan, tiles, readers, blocks, run.create, run.copy, run.verify)
        plans = [plan.tile_chunks(tile) for tile in plan.tiles]
        files = FileSteps(plans, lambda number: TileWriter(shared, plan.tiles[number]), recorder)
        try:
            steps = files.steps()
            run_chunks(
                files.work, steps, name="tile", workers=plan.chunks.in_flight, progress=progress,
                begin=keep_environment, after=lambda number: steps[number].after,
            )  # fmt: skip
        finally:
            files.abandon()


def _entry(tiles: TileSet, tile: Tile) -> Entry:
    entry = tiles.entry(tile.file)
    if entry is None:
        raise OutputError(f"{tile.file} was not written.")
    return entry


def _identity(path: str) -> list[Any]:
    subdataset, file = split_subdataset(path), input_file(path)
    try:
        stats = [os.stat(each) for each in (store_files(file) if os.path.isdir(file) else [file])]
    except OSError:
        return [path, None, None]  # the input is a URL or a member of an archive
    name = subdataset.with_file(os.path.abspath) if subdataset else os.path.abspath(path)
    return [name, sum(each.st_size for each in stats), max(each.st_mtime_ns for each in stats)]


@contextmanager
def _explain_full_disk(plan: TilePlan, tiles: TileSet) -> Iterator[None]:
    """Convert errors caused by a full disk to an OutputError that states the space required by the tile set."""
    try:
        yield
    except (OutputError, OSError) as error:
        full = isinstance(error, OSError) and error.errno == errno.ENOSPC
        free = shutil.disk_usage(tiles.folder).free
        if not full and not (isinstance(error, OutputError) and free < FULL_BYTES):
            raise
        sizes = [(entry.size, tile) for tile in plan.tiles if (entry := tiles.entry(tile.file)) and entry.size]
        done = sum(tile.window.width * tile.window.height for _, tile in sizes)
        total = sum(tile.window.width * tile.window.height for tile in plan.tiles)
        ratio = sum(size for size, _ in sizes) / done if done else plan.raw_bytes / total
        raise OutputError(
            f"Not enough space on {tiles.folder}: about {ratio * total / MEBIBYTE:.0f} MB needed, "
            f"{free / MEBIBYTE:.0f} MB free (not counting the tiles already written). Free up some disk space or "
            "choose another folder."
        ) from error


def _check_metadata(plan: TilePlan, tiles: TileSet, written: Sequence[tuple[Tile, Entry]], log: Log) -> None:
    """Check the first tile: raise OutputError if it lost the source's nodata value, and warn about missing metadata."""
    if not written:
        return
    tile = written[0][0]
    path = tiles.path(tile.file)
    wanted, found = plan.tile_profile(tile).metadata, read_source(path).metadata
    if wanted is None or not same_nodata(wanted.bands[0].nodata, found.bands[0].nodata):
        raise OutputError(f"The nodata value of {path} differs from that of {plan.source.path}. No tiles were kept.")
    for item in lost_metadata(wanted, found):
        log.warning(f"Not kept in the tiles: {item}")


def _manifest(plan: TilePlan, written: Sequence[tuple[Tile, Entry]]) -> Manifest:
    grid = plan.metadata.grid
    path, size, mtime = _identity(plan.source.path)
    records = tuple(
        TileRecord(
            tile.file, tile.row, tile.col, tile.id, _numbers(tile.window), _numbers(tile.core), entry.valid_share
        )
        for tile, entry in written
    )
    a, b, c, d, e, f = tuple(grid.transform)[:6]
    source = SourceIdentity(path, size, mtime)
    return Manifest(
        source, grid.crs.to_wkt() if grid.crs else "", (a, b, c, d, e, f), grid.width, grid.height, plan.parameters,
        records,
    )  # fmt: skip


def _numbers(window: Window) -> tuple[int, int, int, int]:
    return window.col_off, window.row_off, window.width, window.height


def _mosaics(plan: TilePlan, written: Sequence[Tile], log: Log) -> dict[str, str]:
    """Return a dict of file name and XML of the virtual mosaic; log a warning and return {} if GDAL would misread it.

    The mosaic has a mask band if the tiles have one or if gaps require a mask.
    """
    from_polygons = plan.parameters["tiling"] == "polygons"
    gaps = from_polygons or len(written) < len(plan.tiles)
    masked = plan.stored_metadata.mask == "mask" or gaps and not plan.can_hide
    tiles = [MosaicTile(tile.file, tile.window, tile.core) for tile in written]
    overlapping, reason = from_polygons, ""
    if from_polygons:
        reason = misread_overlaps(plan.stored_metadata, masked=masked)
    if reason:
        overlapping = bool(WindowIndex([tile.core for tile in tiles]).overlapping().any())
    first = plan.stored_metadata.bands[0]
    if gaps and not can_fill(first.nodata, first.dtype):
        overlapping, reason = True, f"GDAL cannot fill gaps between the tiles with the nodata value {first.nodata}"
    if overlapping and reason:
        log.warning(f"{plan.vrt_name} was not written: {reason}. To join the tiles, merge them into a .tif file.")
        return {}
    return {plan.vrt_name: mosaic_xml(plan.stored_metadata, tiles, masked=masked, overlapping=overlapping)}


def _log_summary(
    plan: TilePlan, written: Sequence[tuple[Tile, Entry]], resumed: set[str], log: Log, seconds: float
) -> None:
    left_out = len(plan.tiles) - len(written)
    if left_out:
        log.info(f"Tiles left out because they have too few valid pixels: {left_out}")
    if not written:
        log.warning("No tile has enough valid pixels; the tile set is empty.")
    for tile, entry in written if plan.parameters["tiling"] == "polygons" else ():
        if not entry.valid_share:
            log.warning(f"Polygon {tile.id} contains no valid pixels, so all pixels of {tile.file} are nodata.")
    pixels = sum(tile.window.width * tile.window.height for tile, _ in written) * len(plan.metadata.bands)
    kept = sum(tile.file in resumed for tile, _ in written)
    reused = f" (kept from the unfinished run: {kept})" if kept else ""
    log.info(f"Tiles: {len(written)}{reused}. {format_speed(int(pixels), seconds)}")
