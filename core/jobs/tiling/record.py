"""The record of a run of Tile raster: the chunks of its tiles, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from rasterio.windows import Window

from ...parallel.recorder import Recorder
from ...raster.windows import shifted
from ...report.record import Place, RunRecord, run_record
from .plan import TilePlan


def tile_record(recorder: Recorder, plan: TilePlan, folder: str, made: int) -> RunRecord:
    """Return the record of a run that has just ended.

    Where a cluster wrote the tiles nobody noted when each chunk was done, and the record has none.

    Parameters
    ----------
    recorder
        Has noted the chunks by their places in the list of all tiles' chunks.
    plan, folder
        What was written, and where.
    made
        Number of tiles in the set.
    """
    counts = {"Tiles": made, "Tiles left out": len(plan.tiles) - made}
    record = run_record(recorder, plan.chunks, "Tile raster", folder, None, counts)
    area = plan.area
    return replace(
        record,
        width=area.width,
        height=area.height,
        chunks=[_place(window, area) for window in _windows(plan)] if recorder.spans else [],
        written=int(sum(tile.window.width * tile.window.height for tile in plan.tiles)),
    )


def _windows(plan: TilePlan) -> Iterator[Window]:
    """Yield the chunks of all tiles in the pixels of the source."""
    for tile in plan.tiles:
        for chunk in plan.tile_chunks(tile).windows():
            yield shifted(chunk, tile.window)


def _place(window: Window, area: Window) -> Place:
    """Return where a window lies in an area, cut at its edges."""
    left, top = max(window.col_off, area.col_off), max(window.row_off, area.row_off)
    right = min(window.col_off + window.width, area.col_off + area.width)
    bottom = min(window.row_off + window.height, area.row_off + area.height)
    return left - area.col_off, top - area.row_off, max(0, right - left), max(0, bottom - top)
