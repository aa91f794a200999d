"""Create the run record of Tile raster, with the chunks of all tiles in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rasterio.windows import Window

from ...parallel.recorder import Recorder
from ...raster.windows import shifted
from ...report.record import Place, RunRecord, run_record
from .plan import TilePlan


def tile_record(recorder: Recorder, plan: TilePlan, folder: str, made: int) -> RunRecord:
    """Return the record of a finished run, from which its report is written.

    If a cluster wrote the tiles, the record contains no chunks because a cluster does not record chunk times.

    Parameters
    ----------
    recorder
        Recorder of the run, which numbers the chunks across all tiles.
    plan, folder
        The plan and the output folder.
    made
        Number of tiles in the tile set.
    """
    counts = {"Tiles": made, "Tiles left out": len(plan.tiles) - made}
    record = run_record(recorder, plan.chunks, "Tile raster", folder, None, counts)
    area = plan.covered
    return replace(
        record,
        width=area.width,
        height=area.height,
        chunks=[_place(window, area) for window in _windows(plan)] if recorder.spans else [],
        written=int(sum(tile.window.width * tile.window.height for tile in plan.tiles)),
    )


def _windows(plan: TilePlan) -> Iterator[Window]:
    """Yield the windows of all chunks of all tiles, in pixels of the source."""
    for tile in plan.tiles:
        for chunk in plan.tile_chunks(tile).windows():
            yield shifted(chunk, tile.window)


def _place(window: Window, area: Window) -> Place:
    """Return (column, row, width, height) of a window relative to `area` and clipped to it."""
    left, top = max(window.col_off, area.col_off), max(window.row_off, area.row_off)
    right = min(window.col_off + window.width, area.col_off + area.width)
    bottom = min(window.row_off + window.height, area.row_off + area.height)
    return left - area.col_off, top - area.row_off, max(0, right - left), max(0, bottom - top)
