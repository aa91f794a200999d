"""Plan a composite before any pixel is read: scenes, grid, periods, data types, outputs and chunks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...choices import PIXEL_TYPES, resolve_choice
from ...engine.options import RunOptions
from ...errors import InputError, OptionError, OutputError, ResourceError, about
from ...expression.lines import Formula, parse_expression
from ...expression.rasters import Raster
from ...expression.tree import Band, is_inexact
from ...expression.tree import bands as bands_of
from ...parallel.chunks import (
    NOTHING_SHARED,
    PREFERRED_EDGE,
    SMALLEST_EDGE,
    ChunkPlan,
    SharedBytes,
    plan_chunks,
    resolve_chunk_size,
)
from ...parallel.machine import open_files_limit, resolve_memory, resolve_workers
from ...pixels.encoding import Encoding
from ...pixels.products import scaling_hint
from ...pixels.raster_plan import Counted
from ...pixels.scenes import Scene, outside_range
from ...pixels.sources import place_block
from ...pixels.storing import resolve_storage, stored_counts
from ...pixels.terms import Term
from ...progress import NoProgress, Progress, stages
from ...raster.dtypes import WIDE_INTEGERS, common_type, float_for
from ...raster.grid import Grid
from ...raster.nodata import same_nodata
from ...raster.windows import Shape
from ...reading.block_cache import wanted_pixels
from ...reading.metadata import BandMetadata, RasterMetadata
from ...scenes.moments import format_moment
from ...scenes.periods import Period
from ...stac.inputs import AssetInputs
from ...units import format_workers
from ...writing.checks import check_folder, check_report
from ...writing.cog_options import resolve_cog_profile
from ...writing.creation_options import PHOTO_CODECS, YES, OutputProfile, parse_creation_options, resolve_profile
from ...writing.gdal_file import BandDescription
from ...writing.storage_selftest import settle_storage, storage_decisions
from .catalogue import CONNECTIONS, Catalogue, CatalogueAccess, read_catalogue
from .options import CompositeOptions, check_options
from .placed import PlacedScene, ValueRules
from .placing import GridScenes, place_scenes
from .reducers import METHODS, Reduction, count_dtype
from .scenes import chosen_bands, read_scenes, unused_mask
from .task import COUNT, DATE, DAY_NODATA, CompositeRules, CompositeTask, PlacedPeriod
from .timeline import TableRow, resolve_periods, table_rows

TABLE_NAME = "scenes.csv"
STACK_NAME = "stack"


class Beside(NamedTuple):
    """A count or date raster that is written with a composite: path, profile and band descriptions."""

    destination: str
    profile: OutputProfile
    bands: tuple[BandDescription, ...]


@dataclass(frozen=True)
class CompositeOutput:
    """A composite to write: path, task, band descriptions and scales; `beside` contains its count and date rasters."""

    destination: str
    task: CompositeTask
    bands: tuple[BandDescription, ...]
    scales: tuple[tuple[float, float], ...]
    beside: Mapping[str, Beside]


@dataclass(frozen=True)
class CompositePlan:
    """Plan of a run: the outputs, the rows of the table of scenes, and the lines for the log."""

    folder: str
    outputs: tuple[CompositeOutput, ...]
    periods: tuple[Period, ...]
    rows: tuple[TableRow, ...]
    workers: int
    decided: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def profile(self) -> OutputProfile:
        """Profile of the first output."""
        return self.outputs[0].task.output

    @property
    def chunks(self) -> ChunkPlan:
        """Chunk plan, which is the same for all outputs."""
        return self.outputs[0].task.chunks

    @property
    def inexact(self) -> bool:
        """True if the last bit of the results depends on the numpy version and the kind of CPU."""
        rules = self.outputs[0].task.rules.values
        return any(map(is_inexact, (*rules.formulas, *rules.score)))

    @property
    def counted(self) -> tuple[Counted, ...]:
        """Pixel counts that the report and the log show."""
        return stored_counts(self.profile.dtype)

    def with_chunks(self, chunks: ChunkPlan) -> CompositePlan:
        """Return a copy of the plan with the given chunks."""
        outputs = tuple(
            replace(each, task=replace(each.task, chunks=chunks, scenes_at_once=1)) for each in self.outputs
        )
        return replace(self, outputs=outputs)

    def decisions(self) -> list[str]:
        """Return the log lines that describe the plan."""
        options = "|".join(f"{key}={value}" for key, value in self.profile.final_options.items())
        return [
            f"Grid: {self.profile.grid}",
            *self.decided,
            f"Creation options: {options}",
            *storage_decisions(self.profile),
            f"Plan of each output: {self.chunks}; {format_workers(self.workers)}",
        ]


class _Values(NamedTuple):
    """Indices of the bands to read, rules that compute values from these bands, and the names of the values."""

    read: tuple[int, ...]
    rules: ValueRules
    labels: tuple[str, ...]


def plan_composite(
    sources: Sequence[str],
    folder: str,
    options: CompositeOptions,
    run: RunOptions,
    progress: Progress | None = None,
    access: CatalogueAccess | None = None,
) -> CompositePlan:
    """Read the metadata of all scenes, and return the plan of a run; `access` opens the files of a catalogue.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output folder cannot be used, or the memory limit is too small.
    """
    run.check()
    check_options(options)
    workers = resolve_workers(run.workers)
    progress, levels = stages(progress or NoProgress(), 1, 1)
    catalogue: Catalogue | None = None
    if access is None:
        scenes = read_scenes(sources, options, folder, workers=workers, progress=progress, log=run.log)
    else:
        catalogue = read_catalogue(options, access, progress)
        scenes, options = catalogue.scenes, catalogue.options
    first = next(scene for scene in scenes if not scene.unused)
    values = _resolve_values(first, options)
    reasons = outside_range(scenes, options.start, options.end)
    inside = {number: scene for number, scene in enumerate(scenes) if number not in reasons}
    placed = place_scenes(inside, values.read, options, workers=workers, progress=levels)
    reasons.update({number: "outside EXTENT" for number in inside if number not in placed.scenes})
    used = [scenes[number] for number in placed.scenes]
    periods = resolve_periods(scenes, placed.scenes, placed.grid, options)
    depth = max(len(period.steps) for period in periods)
    rules, scales = _resolve_rules(placed, values, options, depth)
    everything = tuple(file for scene in placed.scenes.values() for band in scene.inputs for file in band.files)
    if catalogue:
        everything = catalogue.assets.local_files
    groups = [periods] if options.layout.lower() == "stack" else [[period] for period in periods]
    profile = _profile(placed.grid, rules, len(groups[0]) * rules.bands, options, workers)
    with about("folder"):
        raw_bytes = profile.raw_bytes * len(groups)
        folder = check_folder(folder, list(dict.fromkeys(everything)), profile, raw_bytes)
    _check_table(folder, options.dates_file)
    if run.report:
        check_report(os.fspath(run.report), [*everything, *filter(None, (options.dates_file, options.scenes))])
    # Chunks that read from servers wait most of the time.
    at_once = max(workers, CONNECTIONS) if catalogue else workers
    rules, chunks = _chunks(placed, values, rules, profile, (depth, len(groups[0])), at_once, run, bool(catalogue))
    opened = max(1, open_files_limit() // _files_of_input(placed) // chunks.in_flight)
    beside = _beside_profiles(profile, rules, len(groups[0]), options, workers)
    shared = _Outputs(folder, profile, beside, values.labels, scales, options)
    if catalogue:
        several = _scenes_at_once(placed, chunks, resolve_memory(run.memory))
        shared = replace(shared, assets=catalogue.assets, scenes_at_once=several)
    outputs = tuple(shared.output(group, rules, chunks, opened) for group in groups)
    _check_names(outputs)
    decided = (
        f"Scenes: {len(used)} of {len(scenes)}, {used[0].date:%Y-%m-%d} to {used[-1].date:%Y-%m-%d}; periods "
        f"({options.period.lower()}): {len(periods)}",
        *_decisions(periods, placed, values, rules, options),
        f"At most {depth} observation{'s' * (depth != 1)} in a period, at most {opened} open inputs per worker"
        + ", one band at a time because of MEMORY" * rules.by_band,
    )
    warnings = (*(catalogue.warnings if catalogue else ()), *_warnings(used, values, options))
    found = tuple(period.period for period in periods)
    return CompositePlan(folder, outputs, found, table_rows(scenes, reasons, periods), workers, decided, warnings)


def _resolve_values(first: Scene, options: CompositeOptions) -> _Values:
    """Return the bands to read and the rules that compute values from these bands; data types are resolved later."""
    labels = first.labels
    whole = METHODS[options.reducer.lower()].whole
    formulas: tuple[Formula, ...] = ()
    if options.uses_formula or options.uses_score:
        formulas = parse_expression(options.expression, [Raster(first.path, labels)])
        if options.uses_score and len(formulas) > 1:
            raise OptionError("With REDUCER 'best', EXPRESSION must be a single formula.", parameter="expression")
    trees = tuple(each.tree for each in formulas)
    used = sorted({band.band - 1 for tree in trees for band in bands_of(tree)})
    if formulas and not used:
        raise OptionError("EXPRESSION must use at least one band, such as A@1.", parameter="expression")
    chosen = [] if options.uses_formula else chosen_bands(options, labels)
    read = tuple(sorted({*used, *chosen}))
    letters = tuple(Band(0, number + 1) for number in read)
    places = tuple(read.index(number) for number in (chosen or used[:1]))
    if options.uses_formula:
        rules = ValueRules("", places, formulas=trees, letters=letters, whole=whole)
        return _Values(read, rules, tuple(each.name or each.text for each in formulas))
    rules = ValueRules("", places, score=trees, letters=letters, whole=whole)
    return _Values(
        read, rules, tuple(f"band {label}" if label.isdecimal() else label for label in (labels[n] for n in chosen))
    )


def _resolve_rules(
    placed: GridScenes, values: _Values, options: CompositeOptions, depth: int
) -> tuple[CompositeRules, tuple[tuple[float, float], ...]]:
    """Return the rules with their data types, and the scale and offset of each value in the output."""
    reducer, scenes = options.reducer.lower(), list(placed.scenes.values())
    method, kind = METHODS[reducer], resolve_choice(PIXEL_TYPES, options.data_type, "DATA_TYPE")
    terms = [[scene.terms[place] for place in values.rules.chosen] for scene in scenes]
    equal = all([(term.scale, term.offset) for term in each] == _scaling(terms[0]) for each in terms)
    kinds = sorted({term.dtype for each in terms for term in each})
    computes = options.uses_formula or not equal  # the values of a scene; only the result is rounded
    sums = not method.selects and reducer != "count"
    working = "float64" if computes or sums and set(kinds) & set(WIDE_INTEGERS) else _common(kinds)
    real = "float32" if options.uses_formula else float_for(kinds)
    rules = replace(values.rules, dtype=working, scaled=not equal and not options.uses_formula)
    keeps = equal and not options.uses_formula and reducer != "count"
    scales = tuple(_scaling(terms[0])) if keeps else ((1.0, 0.0),) * rules.count
    falling = tuple(scale < 0 for scale, _ in scales)
    reduction = Reduction(reducer, options.percentile, falling, tuple(scale for scale, _ in scales))
    if reducer == "std":
        scales = tuple((abs(scale), 0.0) for scale, _ in scales)
    count_kind = count_dtype(depth)
    dtype = kind
    if kind == "auto":
        dtype = count_kind if reducer == "count" else working if method.selects and not computes else real
    if reducer == "count" and np.dtype(dtype).kind in "iu" and depth > np.iinfo(dtype).max:
        raise OptionError(
            f"DATA_TYPE {dtype!r} cannot hold a count of {depth} observations. Choose a wider type.",
            parameter="data_type",
        )
    encoding = None if reducer == "count" else _encoding(scenes, rules, method.selects, dtype, options)
    resampled = [part.resampled for scene in scenes for part in scene.parts if part.resampled]
    made = CompositeRules(
        rules, reduction, options.min_count, dtype, encoding, count_kind, options.counts, options.dates,
        interpolates=any(each.interpolates for each in resampled),
    )  # fmt: skip
    return made, scales


def _scaling(terms: Sequence[Term]) -> list[tuple[float, float]]:
    return [(term.scale, term.offset) for term in terms]


def _common(kinds: Sequence[str]) -> str:
    with about("bands"):
        return common_type(kinds)


def _encoding(
    scenes: Sequence[PlacedScene], rules: ValueRules, selects: bool, dtype: str, options: CompositeOptions
) -> Encoding:
    """Return the encoding of the output. Values selected from scenes keep the nodata value that all bands share."""
    nodata = options.output_nodata
    if nodata is None and selects and not rules.formulas and not rules.scaled:
        declared = [scene.terms[place].nodata for scene in scenes for place in rules.chosen]
        if declared[0] is not None and all(same_nodata(each, declared[0]) for each in declared):
            try:
                return resolve_storage(dtype, declared[0])
            except OptionError:  # the data type of the output cannot hold the shared nodata value
                pass
    return resolve_storage(dtype, nodata)


def _profile(grid: Grid, rules: CompositeRules, count: int, options: CompositeOptions, workers: int) -> OutputProfile:
    """Check that a file with the creation options can be written, and return the profile that all composites share."""
    nodata = rules.encoding.nodata if rules.encoding else None
    resolve = resolve_cog_profile if options.cog else resolve_profile
    given = parse_creation_options(options.creation_options)
    if options.layout.lower() == "stack" and not options.cog:
        given.setdefault("INTERLEAVE", "BAND")  # with pixel interleaving, each block would contain all periods
    profile: OutputProfile = resolve(grid, count, rules.dtype, nodata, given, workers)
    if count > 2 and not options.cog and profile.options.get("COMPRESS") not in PHOTO_CODECS:
        profile = replace(profile, options={"PHOTOMETRIC": "MINISBLACK", **profile.options})
    return settle_storage(profile)


def _beside_profiles(
    main: OutputProfile, rules: CompositeRules, periods: int, options: CompositeOptions, workers: int
) -> dict[str, OutputProfile]:
    """Return the lossless profiles of the count and date rasters, by kind. They have the composite's block size."""
    kept: dict[str, str]
    if options.cog:
        given = parse_creation_options(options.creation_options)
        kept = {key: given[key] for key in ("BLOCKSIZE", "BIGTIFF") if key in given}
    else:
        kept = {"TILED": main.options["TILED"], "BLOCKYSIZE": str(main.block[0])}
        if main.options["TILED"] in YES:
            kept["BLOCKXSIZE"] = str(main.block[1])
        if options.layout.lower() == "stack":
            kept["INTERLEAVE"] = "BAND"

    def profile(count: int, dtype: str, nodata: float | None) -> OutputProfile:
        if options.cog:
            found = resolve_cog_profile(main.grid, count, dtype, nodata, kept, workers, resampling="nearest")
            return settle_storage(found)
        own = {**kept, "PHOTOMETRIC": "MINISBLACK"} if count > 2 else kept
        return settle_storage(resolve_profile(main.grid, count, dtype, nodata, own, workers))

    profiles = {}
    if rules.counts:
        profiles[COUNT] = profile(periods * rules.count_bands, rules.count_dtype, None)
    if rules.dates:
        profiles[DATE] = profile(periods, "int32", DAY_NODATA)
    return profiles


def _files_of_input(placed: GridScenes) -> int:
    return max(
        sum(not file.endswith(".aux.xml") for file in band.files) or 1  # a file on a server
        for scene in placed.scenes.values()
        for band in scene.inputs
    )


def _chunks(
    placed: GridScenes,
    values: _Values,
    rules: CompositeRules,
    profile: OutputProfile,
    sizes: tuple[int, int],
    workers: int,
    run: RunOptions,
    from_servers: bool,
) -> tuple[CompositeRules, ChunkPlan]:
    """Return the rules and the chunks of each output.

    If all bands together exceed the memory limit, the returned rules process one band at a time where this is possible.
    """
    scenes = list(placed.scenes.values())
    blocks: set[Shape] = set()
    for scene in scenes:
        for part in scene.parts:
            band = part.bands[0]
            blocks.update(place_block(part.resampled.place, band) if part.resampled else [band.block])
    dtypes = [max((term.dtype for term in terms), key=_bytes) for terms in zip(*(scene.terms for scene in scenes))]
    # The parts of a scene that are on servers are read at the same time.
    together = sum if from_servers else max
    shared = _shared_bytes(blocks, dtypes, profile.grid, sizes[0], workers, run) if from_servers else NOTHING_SHARED
    are_small = not from_servers and _suits_small_chunks(placed, sizes[0] * sizes[1], workers, run)
    splits = rules.bands > 1 and not rules.values.formulas and not METHODS[rules.reduction.reducer].whole

    def plan(found: CompositeRules) -> ChunkPlan:
        return plan_chunks(
            (profile.grid.height, profile.grid.width),
            profile.block,
            sorted(blocks),
            bytes_per_pixel=found.bytes_per_pixel(dtypes, *sizes),
            input_block_bytes=max(together(part.scratch_bytes for part in scene.parts) for scene in scenes),
            workers=workers,
            memory=resolve_memory(run.memory),
            chunk_size=resolve_chunk_size(run.chunk_size),
            edge=SMALLEST_EDGE if are_small else PREFERRED_EDGE,
            shared=shared,
        )

    try:
        return rules, plan(rules)
    except ResourceError:
        if not splits:
            raise
        rules = replace(rules, by_band=True)
        return rules, plan(rules)


def _suits_small_chunks(placed: GridScenes, observations: int, workers: int, run: RunOptions) -> bool:
    """Return True if small chunks, which need less memory, take no longer than large chunks.

    All inputs must be local files. Small chunks take longer if they share blocks, if the files of all `observations` of
    a chunk cannot stay open until the next chunk, or if each chunk is a task of a cluster. The result is also False if
    an input is a VRT, because its blocks differ from the blocks of its sources.
    """
    scenes = placed.scenes.values()
    opened = observations * workers * max(len({band.source for band in scene.inputs}) for scene in scenes)
    return (
        not run.cluster
        and _files_of_input(placed) == 1
        and opened <= open_files_limit()
        and all(part.fits_small_chunks for scene in scenes for part in scene.parts)
    )


def _scenes_at_once(placed: GridScenes, chunks: ChunkPlan, memory: int) -> int:
    """Return how many scenes a chunk reads at the same time: enough to use all connections, if memory allows."""
    scenes = placed.scenes.values()
    read = max(sum(_bytes(term.dtype) + 2 for term in scene.terms) for scene in scenes)
    scratch = max(sum(part.scratch_bytes for part in scene.parts) for scene in scenes)
    each = chunks.in_flight * (chunks.chunk[0] * chunks.chunk[1] * read + scratch)
    wanted = CONNECTIONS // (chunks.in_flight * max(len(scene.parts) for scene in scenes))
    return max(1, min(wanted, 1 + (memory - chunks.memory) // each))


def _shared_bytes(
    blocks: set[Shape], dtypes: Sequence[str], grid: Grid, depth: int, workers: int, run: RunOptions
) -> SharedBytes:
    """Return the memory needed to keep blocks at the edges of chunks, so that each block is fetched only once."""
    largest = max((min(rows, grid.height), min(cols, grid.width)) for rows, cols in blocks)
    pixels = wanted_pixels(largest, grid, 0, run.chunk_size or PREFERRED_EDGE, grid.width, workers)
    return SharedBytes(pixels * depth * sum(map(_bytes, dtypes)))


@dataclass(frozen=True)
class _Outputs:
    """The settings that all outputs share: folder, profiles, names and scales of bands, options and assets."""

    folder: str
    profile: OutputProfile
    beside: Mapping[str, OutputProfile]
    labels: tuple[str, ...]
    scales: tuple[tuple[float, float], ...]
    options: CompositeOptions
    assets: AssetInputs | None = None
    scenes_at_once: int = 1

    def output(
        self, periods: Sequence[PlacedPeriod], rules: CompositeRules, chunks: ChunkPlan, opened: int
    ) -> CompositeOutput:
        """Return the output for the given periods, with its count and date rasters."""
        names, options = [period.period for period in periods], self.options
        stacked, reducer = options.layout.lower() == "stack", options.reducer.lower()
        stem = f"{reducer}_{STACK_NAME if stacked else names[0].name}"
        word = f"{reducer} {options.percentile:g}" if reducer == "percentile" else reducer
        tags = {} if stacked else period_tags(names[0])
        bands = _described(names, [f"{label} {word}" for label in self.labels])
        counted = [COUNT] if rules.count_bands < rules.bands else [f"{label} {COUNT}" for label in self.labels]
        beside = {
            kind: Beside(
                self._path(f"{stem}_{kind}.tif"), _with_metadata(profile, [(1.0, 0.0)] * profile.count, tags),
                _described(names, counted if kind == COUNT else [DATE]),
            )
            for kind, profile in self.beside.items()
        }  # fmt: skip
        scales = self.scales * len(names)
        own = _with_metadata(self.profile, scales, tags)
        assets = self.assets and self.assets.only({band.path for period in periods for band in period.inputs})
        task = CompositeTask(tuple(periods), rules, own, chunks, opened, assets, self.scenes_at_once)
        return CompositeOutput(self._path(f"{stem}.tif"), task, bands, scales, beside)

    def _path(self, name: str) -> str:
        return _free_path(self.folder, name)


def _free_path(folder: str, name: str) -> str:
    """Return the path of an output; raise InputError if it is a link or a folder, which cannot be replaced."""
    path = os.path.join(folder, name)
    for exists, kind in ((os.path.islink, "symbolic link"), (os.path.isdir, "folder")):
        if exists(path):
            raise InputError(f"{path} is a {kind}. Remove it or choose another folder.", parameter="folder")
    return path


def _check_table(folder: str, dates_file: str | None) -> None:
    """Raise an error if the table of scenes cannot be written or would replace DATES_FILE."""
    path = _free_path(folder, TABLE_NAME)
    if dates_file and os.path.exists(path) and os.path.samefile(path, dates_file):
        raise OutputError(
            f"The table of scenes would replace DATES_FILE {path}. Choose another folder.", parameter="folder"
        )


def _bytes(dtype: str) -> int:
    return np.dtype(dtype).itemsize


def _check_names(outputs: Sequence[CompositeOutput]) -> None:
    """Raise InputError if two outputs have the same path, which can happen if periods are named after scenes."""
    known: dict[str, CompositeOutput] = {}
    for output in outputs:
        for path in (output.destination, *(each.destination for each in output.beside.values())):
            other = known.setdefault(path.casefold(), output)
            if other is not output:
                one, two = (each.task.inputs[0].path for each in (other, output))
                raise InputError(
                    f"The outputs of {one} and {two} would both be named {os.path.basename(path)}. Rename one of these "
                    "files, or choose another PERIOD.",
                    parameter="period",
                )


def _described(periods: Sequence[Period], words: Sequence[str]) -> tuple[BandDescription, ...]:
    """Return one description per band: the name of a period and one of the `words`, such as `2024-05 B4 median`."""
    return tuple(
        BandDescription(f"{period.name} {word}", tags=tuple(period_tags(period).items()))
        for period in periods
        for word in words
    )


def _with_metadata(
    profile: OutputProfile, scales: Sequence[tuple[float, float]], tags: Mapping[str, str]
) -> OutputProfile:
    """Return the profile with a scale and an offset for each band and with metadata items for the file."""
    bands = tuple(
        BandMetadata(profile.dtype, profile.nodata, scale, offset, colour="undefined" if number else "gray")
        for number, (scale, offset) in enumerate(scales)
    )
    return replace(profile, metadata=RasterMetadata(profile.grid, bands, {"": tags} if tags else {}))


def period_tags(period: Period) -> dict[str, str]:
    """Return metadata items with the name and range of a period, from its start up to but not including its end."""
    return {
        "PERIOD": period.name,
        "PERIOD_START": format_moment(period.begin),
        "PERIOD_END": format_moment(period.end),
    }


def _decisions(
    periods: Sequence[PlacedPeriod],
    placed: GridScenes,
    values: _Values,
    rules: CompositeRules,
    options: CompositeOptions,
) -> Iterator[str]:
    fused = sum(len(step) > 1 for period in periods for step in period.steps)
    if fused:
        yield f"Observations that combine several scenes of one solar day: {fused}"
    yield f"Values: {', '.join(values.labels)}; {options.reducer.lower()}, computed in {rules.values.dtype}"
    if options.overview != -1:
        yield f"Overview {options.overview} of each file is read"
    if rules.values.scaled:
        yield "Scale and offset differ between scenes, so they are applied to the values"
    if placed.resampled:
        yield (
            f"Files that are not aligned with the grid and are resampled ({options.resampling.lower()}): "
            f"{len(placed.resampled)}, first: {placed.resampled[0]}"
        )
    yield from placed.mask_lines
    nodata = f"nodata {rules.encoding.nodata:.12g}" if rules.encoding else "0 for pixels without a valid observation"
    yield f"Stored as {rules.dtype}, {nodata}"


def _warnings(scenes: Sequence[Scene], values: _Values, options: CompositeOptions) -> Iterator[str]:
    masked = any(scene.mask for scene in scenes) or str(options.mask_band).strip() or options.mask_pattern
    given = {
        "MASK_VALUES": str(options.mask_values or "").strip(),
        "MASK_BITS": str(options.mask_bits or "").strip(),
        "MASK_GROW": options.mask_grow,
    }
    for name in (name for name, value in given.items() if value and not masked):
        yield f"{name} has no effect without MASK_BAND or MASK_PATTERN."
    if options.reducer.lower() == "count":
        ignored = {"MIN_COUNT": options.min_count > 1, "OUTPUT_NODATA": options.output_nodata is not None}
        for name in (name for name, is_set in ignored.items() if is_set):
            yield f"{name} has no effect with REDUCER 'count', whose result is 0 for pixels without an observation."
    used = unused_mask(scenes[0].labels, values.read)
    if used and not masked:
        yield f"The band {used} is combined like any other band. To mask out clouds, set MASK_BAND to {used}."
    if options.scaling.lower() == "stored":
        hints = [scaling_hint(scene.path, *_stored_scaling(scene)) for scene in scenes]
        if any(hints) and (options.uses_formula or options.uses_score or not all(hints)):
            yield next(filter(None, hints))


def _stored_scaling(scene: Scene) -> tuple[float, float]:
    return scene.scaling[0] if scene.scaling else (scene.bands[0].scale, scene.bands[0].offset)
