"""The report of a run: counts, timings, and pictures of some chips."""

from __future__ import annotations

from rasterio.windows import Window

from ...parallel.recorder import Recorder
from ...raster.windows import overlap
from ...report.record import RunRecord, recorded
from .plan import ChipPlan
from .run import ChipResult
from .sheet import contact_sheet
from .splits import SPLITS


def chip_report(recorder: Recorder, plan: ChipPlan, result: ChipResult) -> RunRecord:
    """Return the report content for a run that has just ended."""
    grid = plan.work.images.grid
    whole = Window(0, 0, grid.width, grid.height)
    places = []
    for group in plan.groups:
        inside = overlap(group.window, whole) or Window(0, 0, 0, 0)
        places.append((inside.col_off, inside.row_off, inside.width, inside.height))
    counts = {f"Chips in {split}": sum(chip.split == split for chip in result.chips) for split in SPLITS}
    return recorded(
        recorder,
        title="Training chips",
        output=plan.folder,
        width=grid.width,
        height=grid.height,
        chunks=places if recorder.spans else [],
        workers=plan.chunks.in_flight,
        memory_bound=plan.chunks.memory,
        memory_limit=plan.chunks.limit,
        valid=None,
        counts={"Chips": result.chip_count, **counts},
        written=result.chip_count * plan.options.size**2 * plan.work.image.count,
        sections=(("Chips", contact_sheet(plan.work, result.chips)),),
    )
