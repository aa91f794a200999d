"""Files written alongside the scenes: the list of scenes, the table of items, and a virtual stack of all bands."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from rasterio.windows import Window

from ...reading.metadata import BandMetadata, RasterMetadata
from ...scenes.moments import Moment, format_known
from ...stac.steps import Step
from ...tileset.journal import Entry
from ...tileset.scene_list import Scene, SceneList
from ...writing.vrt import VrtSource, vrt_xml
from .pixels import Tally
from .plan import StackPlan

COLUMNS = (
    "item", "datetime", "scene", "used", "scale", "offset", "offset_from", "shift", "valid_percent",
    "below_zero_percent", "saturated", "cloud_cover",
)  # fmt: skip

Entries = Mapping[str, Entry]
"""Journal entries of the finished scenes, keyed by file name."""


def scene_list(plan: StackPlan, entries: Entries) -> SceneList:
    """Return the content of `scenes.json`."""
    a, b, c, d, e, f = tuple(plan.grid.transform)[:6]
    scenes = tuple(_scene(plan, step, entries[plan.file(step)]) for step in plan.steps if plan.file(step) in entries)
    wkt = plan.grid.crs.to_wkt() if plan.grid.crs else ""
    return SceneList(wkt, (a, b, c, d, e, f), plan.grid.width, plan.grid.height, plan.names, scenes)


def _scene(plan: StackPlan, step: Step, entry: Entry) -> Scene:
    items = [plan.items[number].item for number in step.items]
    clouds = [item.cloud_cover for item in items if item.cloud_cover is not None]
    return Scene(
        plan.file(step),
        plan.mask_file(step),
        step.moment.time,
        tuple(item.id for item in items),
        tuple(band.scale for band in plan.scalings),
        tuple(band.offset for band in plan.scalings),
        None if entry.valid_share is None else round(100 * entry.valid_share, 4),
        sum(clouds) / len(clouds) if clouds else None,
        step.moment.is_day,
    )


def tallies(entry: Entry) -> dict[int, Tally]:
    """Return the counts of pixels and band values for each item of a finished scene, keyed by item index."""
    return {int(number): Tally(**counts) for number, counts in (entry.record or {}).items()}


def table(plan: StackPlan, entries: Entries, failed: Mapping[str, str]) -> str:
    """Return a table of all items as CSV, with the percentages of pixels used and of values below zero."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(COLUMNS)
    lost = [step for step, _ in plan.left_out]
    scene_of = {number: step for step in (*plan.steps, *lost) for number in step.items}
    for number, item in enumerate(plan.every_item):
        row = [item.id, format_known(item.moment)]
        if number in plan.unused:
            writer.writerow([*row, "", plan.unused[number]])
            continue
        file = plan.file(scene_of[number])
        if file not in entries:
            writer.writerow([*row, file, f"left out: {failed.get(file, '')}"])
            continue
        writer.writerow([*row, file, "yes", *_numbers(plan, number, tallies(entries[file]).get(number, Tally()))])
    return lines.getvalue()


def _numbers(plan: StackPlan, number: int, tally: Tally) -> list[str]:
    used = plan.items[number]
    pixels = plan.grid.width * plan.grid.height
    cloud = used.item.cloud_cover
    return [
        _joined([f"{scaling.scale:.12g}" for scaling in used.scalings]),
        _joined([f"{scaling.offset:.12g}" for scaling in used.scalings]),
        _joined([scaling.source for scaling in used.scalings]),
        _joined([str(band.shift) for band in used.bands]),
        f"{100 * tally.pixels / pixels:.4f}",
        f"{100 * tally.below / tally.values:.4f}" if tally.values else "",
        str(tally.saturated),
        "" if cloud is None else f"{cloud:.4g}",
    ]


def _joined(texts: Sequence[str]) -> str:
    """Return the string that all bands share; if the strings differ, return all of them, joined."""
    return texts[0] if len(set(texts)) == 1 else "; ".join(texts)


def stack_xml(plan: StackPlan, scenes: SceneList, entries: Entries) -> str:
    """Return the text of a VRT with all bands of all scenes, ordered by time. Paths are relative to the VRT.

    If internal masks of the scenes hide pixels, the VRT includes these masks: as one mask for all bands if there is
    only one scene, otherwise as one mask per band.
    """
    stored = cast("RasterMetadata", plan.profile.metadata)
    whole = Window(0, 0, plan.grid.width, plan.grid.height)
    bands: list[BandMetadata] = []
    sources = []
    for scene in scenes.scenes:
        for number, (name, band) in enumerate(zip(plan.names, stored.bands), 1):
            when = format_known(Moment(scene.datetime, scene.is_day))
            colour = "undefined" if bands else "gray"
            tags = {"": {"DATETIME": when}}
            bands.append(replace(band, description=f"{when[:10]} {name}", colour=colour, tags=tags))
            sources.append([VrtSource(scene.file, whole, whole, band=number)])
    metadata = RasterMetadata(plan.grid, tuple(bands), {})
    if not plan.profile.masked or all(entries[scene.file].valid_share == 1 for scene in scenes.scenes):
        return vrt_xml(metadata, sources)
    if len(scenes.scenes) == 1:
        return vrt_xml(metadata, sources, [VrtSource(scenes.scenes[0].file, whole, whole)])
    return vrt_xml(metadata, sources, own_masks=True)
