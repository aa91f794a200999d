"""Plans a run before pixels are read: dates, labels, files, chunks, and the positions and splits of the chips."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ...engine.options import RunOptions
from ...errors import InputError, OptionError, about
from ...parallel.chunks import ChunkPlan, plan_chunks, resolve_chunk_size
from ...parallel.machine import resolve_memory, resolve_workers
from ...pixels.inputs import InputOptions, mask_rule, place_source, read_other
from ...pixels.job import JobInputs
from ...pixels.scenes import Scene, distinct_bands, listed_scenes, outside_range
from ...pixels.sources import MaskLayer, resolve_mask
from ...pixels.storing import resolve_storage
from ...pixels.terms import Term
from ...progress import NoProgress, Progress
from ...raster.dtypes import common_type, float_for, is_small_integer
from ...raster.grid import Grid, check_map_coordinates, check_same_grid
from ...raster.nodata import format_nodata, same_nodata
from ...reading.metadata import BandMetadata, RasterMetadata, points_metadata, read_source
from ...reading.readers import InputBand
from ...scenes.moments import format_moment
from ...scenes.periods import time_range
from ...units import format_workers
from ...vector.centres import read_centres
from ...vector.polygons import PolygonReader, features_crs, fingerprint
from ...writing.checks import check_folder, check_report
from ...writing.creation_options import PHOTO_CODECS, OutputProfile, parse_creation_options, resolve_profile
from ...writing.storage_selftest import settle_storage, storage_decisions
from .documents import json_number
from .images import ChipScene, Images, Step, hides_pixels
from .labels import Labels, PolygonLabels, polygon_labels, raster_labels
from .options import MAX_CHIPS, ChipOptions, check_options
from .places import Frame, centred_places, distinct, grid_places, random_places
from .splits import SPLITS, SplitRule, split_rule, split_units
from .task import Chip, ChipWork, Group, KeepRules, group_chips

MAX_STEPS = 10_000
"""Maximum number of dates if DAYS is set."""

MAX_BANDS = 65_535
"""Maximum number of bands of a GeoTIFF."""


@dataclass(frozen=True)
class ChipPlan:
    """Plan of a run that cuts chips.

    `left_out` contains the number of chips left out for each reason. `identity` contains everything that determines the
    content of the files; a run can only be resumed with an equal `identity`.
    """

    folder: str
    work: ChipWork
    chunks: ChunkPlan
    splits: SplitRule
    files: tuple[str, ...]
    options: ChipOptions
    workers: int
    left_out: Mapping[str, int]
    identity: Mapping[str, Any]
    decided: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def groups(self) -> list[Group]:
        """Groups of neighbouring chips; the chips of a group are processed together."""
        return group_chips(self.work.chips, self.chunks.chunk)

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""
        work, grid = self.work, self.work.images.grid
        size = self.options.size
        counts = Counter(chip.split for chip in work.chips)
        options = "|".join(f"{key}={value}" for key, value in work.image.options.items())
        return [
            f"Grid: {grid}",
            *self.decided,
            f"Images: {work.image.dtype}, nodata {format_nodata(work.image.nodata)}"
            + ", an internal mask marks missing pixels" * (work.image.masked and not work.archives),
            f"Chips to cut: {len(work.chips):,}, each {size} x {size} pixels ("
            + ", ".join(f"{split} {counts[split]:,}" for split in SPLITS)
            + f"), splits assigned by blocks of {self.splits.block:.12g} {split_units(grid)}, seed {self.splits.seed}",
            *(f"Chips left out, {reason}: {count:,}" for reason, count in self.left_out.items() if count),
            *([] if work.archives else [f"Creation options: {options}", *storage_decisions(work.image)]),
            f"Plan: {self.chunks}; {format_workers(self.workers)}",
        ]


def plan_chips(
    src: str | None, folder: str, options: ChipOptions, run: RunOptions, progress: Progress | None = None
) -> ChipPlan:
    """Return the plan of a run, after reading the metadata of the inputs.

    Parameters
    ----------
    src, folder, options, run
        As for `training_chips`.
    progress
        Receives the progress of opening the scenes.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the folder cannot be used, or the memory limit is too small.
    """
    run.check()
    check_options(src, options)
    workers = resolve_workers(run.workers)
    found = _raster(src, options) if src else _scenes(options, workers, progress or NoProgress())
    grid, first = found.grid, found.steps_with_scenes[0].scenes[0].bands[0]
    check_map_coordinates(
        grid, first.path, {"LABELS": options.labels is not None, "CENTRES": options.choice("mode") == "centred"}
    )
    frame = Frame(grid.width, grid.height, options.size, options.choice("remainder"))
    splits = split_rule(
        grid, options.size, seed=options.seed, split=options.split, split_block=options.split_block
    )  # fmt: skip
    chips, left_out = _chips(frame, grid, splits, options, first.path)
    images, masked = _images(found, options, padded=any(_is_padded(chip.window, grid) for chip in chips))
    if options.choice("normalize") == "percentiles" and not is_small_integer(images.dtype):
        raise OptionError(
            f"NORMALIZE 'percentiles' needs integers of up to 16 bits, but the bands are {images.dtype}. Set NORMALIZE "
            "to 'std'.",
            parameter="normalize",
        )
    labels, label_line = _labels(options, grid, first)
    unlabelled = (options.background, options.ignore)
    dated = tuple(number for number, step in enumerate(images.steps) if step.scenes)
    rules = KeepRules(options.min_valid, options.max_cloud, options.min_label, unlabelled, dated)
    image, label = _profiles(images, labels, options, workers, masked=masked)
    work = ChipWork(
        chips, images, labels, options.ignore, rules, image, label, options.choice("format") == "npz",
        verify=run.verify, create=None if run.cluster else run.create,
    )  # fmt: skip
    files = tuple(
        dict.fromkeys((*(f for band in images.inputs for f in band.files), *(labels.files if labels else ())))
    )
    raw_bytes = len(chips) * (image.raw_bytes + (label.raw_bytes if label else 0))
    with about("folder"):
        read = [*files, *([options.scenes] if options.scenes else [])]
        folder = check_folder(folder, read, image, raw_bytes)
    if run.report:
        check_report(os.fspath(run.report), read)
    chunks = _chunks(work, options, workers, run)
    lines = (*found.lines, *([label_line] if label_line else []))
    return ChipPlan(
        folder, work, chunks, splits, files, options, workers, left_out, _identity(files, chips, work, options), lines,
        tuple(_warnings(found, options)),
    )  # fmt: skip


class _Found(NamedTuple):
    """Opened inputs: grid, dates and their scenes, band names, log lines, and whether any scene has a mask layer."""

    grid: Grid
    steps: tuple[Step, ...]
    labels: tuple[str, ...]
    lines: tuple[str, ...]
    masked: bool = False

    @property
    def steps_with_scenes(self) -> list[Step]:
        """Dates that have a scene."""
        return [step for step in self.steps if step.scenes]


def _term(band: InputBand, scaling: tuple[float, float] | None = None) -> Term:
    return Term(band.dtype, band.nodata, *(scaling or (band.scale, band.offset)))


def _raster(src: str, options: ChipOptions) -> _Found:
    """Return the bands of a raster as the only scene of a single, unnamed date."""
    with about("src"):
        source = read_source(src)
        kept = [number for number, band in enumerate(source.metadata.bands) if band.colour != "alpha"]
        if not kept:
            raise InputError(f"{src} has no band except an alpha band. Choose a different file.")
        labels = [source.metadata.bands[number].description or str(source.inputs[number].band) for number in kept]
        chosen = distinct_bands(options.bands, labels) if options.bands else range(len(kept))
        bands = tuple(source.inputs[kept[number]] for number in chosen)
        _check_real(bands)
    scene = ChipScene(bands, tuple(map(_term, bands)))
    names = tuple(labels[number] for number in chosen)
    lines = (f"Bands of {src}: {', '.join(names)}",)
    return _Found(bands[0].grid, (Step("", (scene,)),), names, lines)


def _check_real(bands: Sequence[InputBand]) -> None:
    for band in bands:
        if np.dtype(band.dtype).kind == "c":
            raise InputError(
                f"Band {band.band} of {band.path} has complex values. Convert it to real values first.",
                parameter="bands",
            )


def _scenes(options: ChipOptions, workers: int, progress: Progress) -> _Found:
    """Return the dates and scenes of a `scenes.json`."""
    path = str(options.scenes)
    with about("scenes"):
        scenes = sorted(listed_scenes(path, workers, progress), key=lambda scene: (scene.date, scene.name))
        reasons = outside_range(scenes, options.start, options.end)
        used = [scene for number, scene in enumerate(scenes) if number not in reasons]
        labels = used[0].labels
        chosen = distinct_bands(options.bands, labels) if options.bands else range(len(labels))
        first = used[0].bands[0]
        advice = "All scenes must have the same grid. First resample them to one grid with 'Temporal composite'."
        for scene in used:
            check_same_grid(first.grid, scene.bands[0].grid, first.path, scene.path, advice)
        masks = [_mask(scene, options) for scene in used]
        placed = [(scene.date, scene.name, _placed(scene, chosen, mask)) for scene, mask in zip(used, masks)]
    steps = _cadence(placed, options) if options.days else _dates(placed)
    lines = [
        f"Scenes: {len(used)} of {len(scenes)}, {used[0].date:%Y-%m-%d} to {used[-1].date:%Y-%m-%d}; "
        f"dates: {len(steps)}",
        f"Bands: {', '.join(labels[number] for number in chosen)}",
    ]
    masked = next((mask for mask in masks if mask), None)
    if masked:
        lines.append(
            f"Mask layer of the first scene that has one: band {masked.band.band} of {masked.band.path}, {masked.rule}"
        )
    return _Found(first.grid, steps, tuple(labels[number] for number in chosen), tuple(lines), masked is not None)


def _mask(scene: Scene, options: ChipOptions) -> MaskLayer | None:
    if scene.mask is None:
        return None
    values, bits = mask_rule(options.mask_values, options.mask_bits, scene.mask.name)
    return resolve_mask(scene.mask.path, scene.mask.band, values, bits, 0, scene.bands[0])


def _placed(scene: Scene, chosen: Sequence[int], mask: MaskLayer | None) -> ChipScene:
    bands = tuple(scene.bands[number] for number in chosen)
    terms = tuple(_term(scene.bands[number], scene.scaling[number]) for number in chosen)
    return ChipScene(bands, terms, mask, scene.cloud_cover)


_Placed = tuple[datetime, str, ChipScene]


def _dates(scenes: Sequence[_Placed]) -> tuple[Step, ...]:
    """Return one date per scene, named after the day, or after the day and time if several scenes share the day."""
    days = Counter(f"{date:%Y-%m-%d}" for date, _, _ in scenes)
    times = Counter(date for date, _, _ in scenes)
    steps = []
    for date, name, scene in scenes:
        day = f"{date:%Y-%m-%d}"
        text = day if days[day] == 1 else format_moment(date)
        steps.append(Step(text if times[date] == 1 else f"{text} {name}", (scene,)))
    return tuple(steps)


def _cadence(scenes: Sequence[_Placed], options: ChipOptions) -> tuple[Step, ...]:
    """Return dates DAYS days apart, from START (or the first scene) to END (or the last scene), and their scenes.

    The scenes of a date are those taken in the DAYS days that begin with it; there may be none.
    """
    begin, end = time_range(options.start, options.end)
    first, last = begin or scenes[0][0], end or scenes[-1][0]
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    length = timedelta(options.days)
    count = (last - start) // length + 1
    if count > MAX_STEPS:
        raise OptionError(
            f"DAYS {options.days} gives {count:,} dates from {start:%Y-%m-%d} to {last:%Y-%m-%d}; the maximum is "
            f"{MAX_STEPS:,}. Increase DAYS, or set START and END.",
            parameter="days",
        )
    members: list[list[ChipScene]] = [[] for _ in range(count)]
    for date, _, scene in scenes:
        members[(date - start) // length].append(scene)
    return tuple(Step(f"{start + number * length:%Y-%m-%d}", tuple(group)) for number, group in enumerate(members))


def _chips(
    frame: Frame, grid: Grid, splits: SplitRule, options: ChipOptions, path: str
) -> tuple[tuple[Chip, ...], dict[str, int]]:
    """Return the chips, and the number of chips left out for each reason."""
    mode, places, left_out = options.choice("mode"), [], {}
    if mode == "random":
        blocks = abs(splits.transform.determinant) * frame.width * frame.height / splits.block**2
        if blocks > MAX_CHIPS:
            raise OptionError(
                f"With SPLIT_BLOCK {splits.block:.6g}, the raster has about {blocks:,.0f} blocks; the maximum for "
                f"random chips is {MAX_CHIPS:,}. Set a larger SPLIT_BLOCK.",
                parameter="split_block",
            )
        places = random_places(frame, splits, options.count)
        left_out["no free position found"] = options.count - len(places)
    elif mode == "centred":
        crs = features_crs(options.features_crs, grid, path, "features_crs")
        reader = PolygonReader(grid, Window(0, 0, grid.width, grid.height), crs=crs, parameter="centres")
        points = read_centres(options.centres, reader)
        if not any(frame.contains(x, y) for x, y in points):
            raise OptionError(
                f"CENTRES contains no point or polygon centroid inside {path}. Choose another layer, or check its CRS.",
                parameter="centres",
            )
        fitted = [window for window in centred_places(frame, points) if window is not None]
        places = distinct(fitted)
        left_out["centre or chip outside the raster"] = len(points) - len(fitted)
        left_out["same position as another chip"] = len(fitted) - len(places)
    else:
        stride = options.stride or options.size
        count = -(-frame.width // stride) * -(-frame.height // stride)
        if count > MAX_CHIPS:
            raise OptionError(
                f"These parameters give up to {count:,} chips; the maximum is {MAX_CHIPS:,}. Increase "
                f"{'STRIDE' if options.stride else 'SIZE or set STRIDE'}.",
                parameter="stride" if options.stride else "size",
            )
        places = list(grid_places(frame, stride))
    chips = tuple(Chip(window, split) for window in places if (split := splits.split_of(window)))
    left_out["with pixels in blocks of different splits"] = len(places) - len(chips)
    if not chips:
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in left_out.items() if count)
        raise OptionError(
            f"No chip of {frame.size} x {frame.size} pixels can be cut from a raster of "
            f"{grid.width} x {grid.height} pixels{f' ({reasons})' if reasons else ''}. Choose a smaller SIZE, another "
            "REMAINDER or a larger SPLIT_BLOCK.",
            parameter="size",
        )
    return chips, left_out


def _is_padded(window: Window, grid: Grid) -> bool:
    inside = 0 <= window.col_off <= grid.width - window.width and 0 <= window.row_off <= grid.height - window.height
    return not inside


def _images(found: _Found, options: ChipOptions, *, padded: bool) -> tuple[Images, bool]:
    """Return the images with data type and nodata value, and True if a mask, not nodata, marks missing pixels.

    Scales that differ between scenes are applied. If the values will be normalized, the nodata value is None, and
    `_profiles` chooses one for the normalized values. If no band declares a nodata value, any integer can be valid, so
    GeoTIFFs of integers have a mask instead, unless different pixels can be missing on different dates or in different
    bands.
    """
    scenes = [scene for step in found.steps for scene in step.scenes]
    terms = [term for scene in scenes for term in scene.terms]
    kinds = sorted({term.dtype for term in terms})
    scaled = any(
        (term.scale, term.offset) != (known.scale, known.offset)
        for scene in scenes
        for term, known in zip(scene.terms, scenes[0].terms)
    )
    with about("bands"):
        dtype = float_for(kinds) if scaled else common_type(kinds)
    if options.normalizes:
        return Images(found.grid, found.steps, found.labels, dtype, None, scaled), False
    nodata = options.output_nodata
    declared = terms[0].nodata
    if nodata is None and declared is not None and not scaled:
        same = all(same_nodata(term.nodata, declared) for term in terms)
        nodata = declared if same and _holds(dtype, declared) else None
    by_date = not all(step.scenes for step in found.steps) or hides_pixels(scenes)
    masked = (
        (padded or by_date)
        and not (by_date and len(found.steps) > 1)
        and options.output_nodata is None
        and all(term.nodata is None for term in terms)
        and all(len({band.mask_band for band in scene.bands}) == 1 for scene in scenes)
        and np.dtype(dtype).kind in "iu"
        and options.choice("format") == "tif"
    )
    needed = (padded or by_date) and not masked
    fill = resolve_storage(dtype, nodata).nodata if needed or nodata is not None else None
    return Images(found.grid, found.steps, found.labels, dtype, fill, scaled), masked


def _holds(dtype: str, nodata: float) -> bool:
    try:
        resolve_storage(dtype, nodata)
    except OptionError:
        return False
    return True


def _labels(options: ChipOptions, grid: Grid, first: InputBand) -> tuple[Labels | None, str]:
    """Return the labels and a log line; None and "" if there are no labels."""
    whole = Window(0, 0, grid.width, grid.height)
    if options.label_raster:
        plain = InputOptions(resampling="nearest", scaling="none")
        with about("label_raster"):
            (band,) = read_other(
                options.label_raster, [options.label_band], first, plain, "LABEL_RASTER", ["label_band"]
            )  # fmt: skip
            source = place_source(band, first, plain, whole)
        found = raster_labels(JobInputs("labels", (source,), None), options)
        return found, f"Labels: band {band.band} of {band.path}, {found.dtype}, resampling nearest"
    if options.labels is None:
        return None, ""
    crs = features_crs(options.features_crs, grid, first.path, "features_crs")
    reader = PolygonReader(grid, whole, options.class_field or None, "class_field", crs, "labels")
    polygons = list(reader.read(options.labels))
    if not polygons:
        raise OptionError("LABELS contains no features. Choose another layer.", parameter="labels")
    labels = polygon_labels(polygons, options)
    if not labels.polygons:
        problem = next(each.problem for each in polygons if each.polygon is None)
        raise OptionError(
            f"No polygon in LABELS contains pixels of {first.path}. First polygon: {problem}.", parameter="labels"
        )
    classes = ", ".join(f"{code} {name}" for code, name in labels.classes.items())
    skipped = len(polygons) - len(labels.polygons)
    return labels, f"Labels: {len(labels.polygons):,} polygons, {skipped:,} without pixels; classes {classes}"


def _profiles(
    images: Images, labels: Labels | None, options: ChipOptions, workers: int, *, masked: bool
) -> tuple[OutputProfile, OutputProfile | None]:
    """Return the profiles of the images and of the labels. By default, each band is one strip."""
    size, count = options.size, len(images.steps) * len(images.labels)
    if count > MAX_BANDS and options.choice("format") == "tif":
        raise OptionError(
            f"{len(images.steps):,} dates of {len(images.labels)} bands each give {count:,} bands; the maximum for a "
            f"GeoTIFF is {MAX_BANDS:,}. Choose fewer BANDS or dates, or FORMAT 'npz'.",
            parameter="bands",
        )
    corner = Window(0, 0, size, size)
    grid = images.grid.cropped(corner)
    dtype, nodata = (
        ("float32", resolve_storage("float32", options.output_nodata).nodata)
        if options.normalizes
        else (images.dtype, images.nodata)
    )
    given = parse_creation_options(options.creation_options)
    own = {"TILED": "NO", "BLOCKYSIZE": str(size), "INTERLEAVE": "BAND"}
    image = resolve_profile(grid, min(count, MAX_BANDS), dtype, nodata, _combined(own, given), workers)
    if image.count > 2 and image.options.get("COMPRESS") not in PHOTO_CODECS:
        image = replace(image, options={"PHOTOMETRIC": "MINISBLACK", **image.options})
    points = None if options.scenes else points_metadata(images.inputs[0], dtype, nodata, corner, 1)
    metadata = points or RasterMetadata(grid, ())
    bands = tuple(_band_metadata(images, dtype, nodata, plain=options.normalizes))
    header_key = "" if points else secrets.token_hex(8)  # ground control points differ from chip to chip
    image = replace(image, metadata=replace(metadata, grid=grid, bands=bands), masked=masked, header_key=header_key)
    image = settle_storage(image)
    if labels is None:
        return image, None
    label = resolve_profile(grid, 1, labels.dtype, options.ignore, {"TILED": "NO", "BLOCKYSIZE": str(size)}, workers)
    if points:
        band = BandMetadata(labels.dtype, options.ignore, colour="gray")
        label = replace(label, metadata=replace(metadata, grid=grid, bands=(band,)))
    return image, replace(settle_storage(label), header_key=header_key and secrets.token_hex(8))


def _combined(own: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Return the creation options of chips: the given options, and defaults for the others."""
    if given.get("TILED", "NO") != "NO":
        own = {"INTERLEAVE": own["INTERLEAVE"]}
    return {**own, **given}


def _band_metadata(images: Images, dtype: str, nodata: Any, *, plain: bool) -> Iterator[BandMetadata]:
    """Yield the metadata of each band of a chip: date and band name, and scale and offset unless they were applied."""
    terms = next(step.scenes[0].terms for step in images.steps if step.scenes)
    for step in images.steps:
        for name, term in zip(images.labels, terms):
            text = f"{step.name} {name}".strip()
            scaling = (1.0, 0.0) if images.scaled or plain else (term.scale, term.offset)
            yield BandMetadata(dtype, nodata, *scaling, description=text, colour="gray")


def _chunks(work: ChipWork, options: ChipOptions, workers: int, run: RunOptions) -> ChunkPlan:
    """Return the chunk plan. Chips in the same chunk of the raster are processed together."""
    images, labels, size = work.images, work.labels, options.size
    per_pixel = images.bytes_per_pixel + (labels.bytes_per_pixel + 8 if labels else 0)
    files = 3 * work.image.raw_bytes + (2**20 if is_small_integer(images.dtype) else 16 * size * size)
    files += 3 * size * size * work.image.masked
    aligned = (
        options.choice("mode") == "grid" and options.stride in (0, size) and options.choice("remainder") != "shift"
    )
    with about("memory"):
        return plan_chunks(
            (images.grid.height, images.grid.width),
            (size, size),
            [],
            bytes_per_pixel=per_pixel,
            input_block_bytes=files + images.scratch_bytes + (labels.scratch_bytes if labels else 0),
            workers=workers,
            memory=resolve_memory(run.memory),
            chunk_size=resolve_chunk_size(run.chunk_size),
            halo=0 if aligned else -(-size // 2),
        )


def _identity(files: Sequence[str], chips: Sequence[Chip], work: ChipWork, options: ChipOptions) -> dict[str, Any]:
    """Return everything that determines the content of the output, such as labels and the inputs' sizes and times."""
    stats = []
    for file in (*files, *([options.scenes] if options.scenes else [])):
        try:
            found = os.stat(file)
            stats.append([os.path.abspath(file), found.st_size, found.st_mtime_ns])
        except OSError:  # a URL, or a file in an archive
            stats.append([file, None, None])
    labels = work.labels
    drawn = fingerprint(polygon for polygon, _ in labels.polygons) if isinstance(labels, PolygonLabels) else ""
    numbers = [number for _, number in labels.polygons] if isinstance(labels, PolygonLabels) else []
    windows = json.dumps([[chip.window.col_off, chip.window.row_off, chip.split] for chip in chips])
    return {
        "files": stats, "parameters": shown_parameters(options), "labels": drawn, "classes": numbers,
        "chips": hashlib.sha256(windows.encode()).hexdigest(),
        "creation_options": {key: value for key, value in work.image.options.items() if key != "NUM_THREADS"},
    }  # fmt: skip


def shown_parameters(options: ChipOptions) -> dict[str, Any]:
    """Return the parameters to list in `chips.json`, as JSON values; vector layers are left out."""
    left_out = ("labels", "centres", "resume", "creation_options")
    shown = {name: value for name, value in vars(options).items() if name not in left_out}
    shown["output_nodata"] = json_number(options.output_nodata)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in shown.items()}


def _warnings(found: _Found, options: ChipOptions) -> Iterator[str]:
    if options.max_cloud < 100 and not found.masked:
        yield "MAX_CLOUD has no effect, because there is no mask layer that shows clouds."
    given = {"MASK_VALUES": str(options.mask_values or "").strip(), "MASK_BITS": str(options.mask_bits or "").strip()}
    for name in (name for name, value in given.items() if value and not found.masked):
        yield f"{name} has no effect, because there is no mask layer."
