"""Plan a merge before any pixel is read: inputs, their windows in the mosaic, rules, output and chunks."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from affine import Affine
from rasterio.windows import Window

from ...engine.options import RunOptions
from ...errors import InputError, OptionError, about
from ...parallel.chunks import ChunkPlan, plan_chunks, resolve_chunk_size
from ...parallel.machine import open_files_limit, resolve_memory, resolve_workers
from ...progress import NoProgress, Progress
from ...raster.alignment import check_mosaic_size, moved_grid, union_window
from ...raster.dtypes import COMPLEX_INTEGERS, array_dtype, value_dtype
from ...raster.grid import Grid, check_map_coordinates, extent_window
from ...raster.nodata import Nodata
from ...raster.windows import Coverage, WindowIndex, overlap, shifted
from ...reading.metadata import RasterMetadata, RasterSource
from ...reading.readers import InputBand
from ...regrid.common_grid import PlacedGrids, core_window, cropped_windows, place_grids
from ...regrid.placement import resolve_parallel
from ...regrid.resampled import Resampled, resolve_placement
from ...tileset.inputs import ListedFile, list_inputs, recorded_core
from ...units import format_percent, format_workers
from ...writing.checks import check_output, check_place, check_report
from ...writing.class_values import BLENDING, INTERPOLATING, check_interpolates, overview_decisions, overview_resampling
from ...writing.cog_options import resolve_cog_profile
from ...writing.creation_options import (
    Inherited,
    OutputProfile,
    inherited_options,
    resolve_profile,
    without_short_bits,
)
from ...writing.partial_file import AUXILIARY, SIDECARS
from ...writing.storage_selftest import settle_storage, storage_decisions
from ...writing.vrt import VIRTUAL, is_virtual
from .accumulate import MergeRules
from .inputs import (
    COMPUTED,
    alpha_index,
    check_compatible,
    common_metadata,
    effective_nodata,
    read_inputs,
    shared_unusable_nodata,
    unkept_warnings,
)
from .options import TRIMMED, MergeChoices, MergeOptions, check_options
from .reader import MergeInput
from .repeats import repeat_warnings
from .rules import SELECTING, Marking, can_hold, loses_nan, offset_shifts, resolve_marking, resolve_types


@dataclass(frozen=True)
class MergePlan:
    """Plan of a merge: the inputs placed in the mosaic, the rules for its pixels, the output and its chunks.

    `pixel_rule` is the requested rule. `rules.pixel_rule` is the rule that is applied: "band" if the requested rule
    would give the same result. `trimmed` is the number of tiles that are trimmed to their cores. `untrimmed` is the
    number of tiles that are listed in a `tiles.json` but cannot be trimmed, because their CRS differs from the mosaic's
    or their grid is rotated relative to the mosaic, or because no core contains the centre of a mosaic pixel.
    """

    inputs: tuple[MergeInput, ...]
    rules: MergeRules
    coverage: Coverage
    destination: str
    profile: OutputProfile
    chunks: ChunkPlan
    workers: int
    trimmed: int
    untrimmed: int
    pixel_rule: str
    warnings: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the inputs consist of."""
        return tuple(dict.fromkeys(file for each in self.inputs for file in each.source.files))

    @property
    def open_files(self) -> int:
        """Maximum number of inputs that a thread keeps open, given the limit on open files and the files per input."""
        most = max(sum(not file.endswith(AUXILIARY) for file in each.source.files) for each in self.inputs)
        return max(1, open_files_limit() // most // self.chunks.in_flight)

    @property
    def copies_blocks(self) -> bool:
        """True if the mosaic keeps stored input pixels unchanged; whole blocks can then be copied."""
        return self.rules.keeps_hidden and self.rules.entry.selects

    def decisions(self) -> list[str]:
        """Return log lines that describe the run before it starts."""
        rules, grid = self.rules, self.profile.grid
        types = sorted({band.dtype for each in self.inputs for band in each.bands})
        options = "|".join(f"{key}={value}" for key, value in self.profile.final_options.items())
        covered = "" if self.coverage.complete else f", {self._gaps()}"
        return [
            f"Grid: {grid}",
            f"Inputs: {len(self.inputs)}, at most {self.coverage.depth} per pixel{covered}",
            *([f"Resampled inputs: {self._resampled()}"] if self._resampled() else []),
            f"Method: {rules.method}{self._trimming()}",
            *([f"Pixel rule: {self._pixel_rule()}"] if self.pixel_rule != "band" else []),
            *([f"Values: physical, {self._scaling()}"] if rules.falling or rules.shifts else []),
            f"Data type: {', '.join(types)} to {self.profile.dtype}, computed in {rules.types.working}",
            f"Missing pixels: {_format_marking(rules)}",
            f"Creation options: {options}",
            *([] if is_virtual(self.destination) else storage_decisions(self.profile)),
            *overview_decisions(self.profile),
            f"Plan: {self.chunks}; {format_workers(self.workers)}, at most {self.open_files} "
            f"open input{'s' * (self.open_files != 1)} per worker",
        ]

    def _scaling(self) -> str:
        if self.rules.shifts:
            return "and the sum is stored with the scale and offset of the bands"
        opposite = "max" if self.rules.method == "min" else "min"
        return f"so the {self.rules.method} of a band with a negative scale is the {opposite} of its stored values"

    def _gaps(self) -> str:
        pixels = self.profile.grid.width * self.profile.grid.height
        return f"{format_percent(100 * (1 - self.coverage.pixels / pixels))} of the mosaic not covered"

    def _resampled(self) -> str:
        found = [each for each in self.inputs if each.resampled]
        if not found or found[0].resampled is None:
            return ""
        return f"{len(found)} ({found[0].resampled.method}), not aligned with the grid, first: {found[0].path}"

    def _pixel_rule(self) -> str:
        if self.rules.pixel_rule == "band":
            return f"{self.pixel_rule}, which makes no difference: no pixel can be nodata in only some of its bands"
        words = {"any": "at least one of its bands is valid; all bands are then used", "all": "all its bands are valid"}
        return f"{self.pixel_rule} (a pixel is used if {words[self.pixel_rule]})"

    def _trimming(self) -> str:
        words = f", tiles trimmed to the cores recorded in tiles.json: {self.trimmed}" * bool(self.trimmed)
        if self.untrimmed:
            reason = (
                "because their CRS differs from the mosaic's or their grid is rotated relative to the mosaic, or "
                "because no core contains the centre of a mosaic pixel"
            )
            words += f", tiles not trimmed {reason}: {self.untrimmed}"
        if words:
            return words
        return "" if self.rules.method in TRIMMED else ", tiles not trimmed"


def _format_marking(rules: MergeRules) -> str:
    marking = rules.marking
    words = [] if marking.nodata is None else [f"nodata {marking.nodata:.12g}"]
    words += ["an internal mask"] * marking.mask + ["alpha 0"] * (rules.alpha >= 0)
    if rules.method == "count":
        return "a count of 0"
    return " and ".join(words) or "none because every pixel is covered and no input has a nodata value"


def plan_merge(
    sources: Sequence[str], dst: str, options: MergeOptions, run: RunOptions, progress: Progress | None = None
) -> MergePlan:
    """Read the metadata of all inputs, check the output path, and return the plan of the run.

    Raises
    ------
    ParallelRasterError
        A parameter, an input or the output cannot be used, or the memory limit is too small.
    """
    run.check()
    choices = check_options(options)
    workers = resolve_workers(run.workers)
    with about(options.names_inputs):
        files = list_inputs(sources, options.input_folder, options.pattern, dst, records=choices.trims)
        read = read_inputs([file.path for file in files], workers=workers, progress=progress or NoProgress())
        workers = min(workers, _most_threads(read))
        check_compatible(read)
        _check_blending(read, choices.method)
        placed = place_grids([each.inputs[0].grid for each in read], [file.path for file in files], choices.grid)
        cores = _cores(files, read, placed) if choices.trims else {}
        untrimmed = sum(file.record is not None for file in files) - len(cores) if choices.trims else 0
        inputs, mosaic = _place_inputs(read, placed, cores, choices, options)
        grid = moved_grid(*_exact_origin(files[0], placed, mosaic))
        coverage = WindowIndex([each.core for each in inputs]).coverage(Window(0, 0, mosaic.width, mosaic.height))
        if not coverage.depth:
            raise OptionError(
                f"EXTENT {options.extent} does not overlap any input: it is in a gap between the inputs. Choose "
                "another extent.",
                parameter="extent",
            )
        rules = _resolve_rules(inputs, coverage, choices, options)
    metadata, warnings = common_metadata(
        read, [each.window for each in inputs], Window(0, 0, mosaic.width, mosaic.height), choices.method,
        all(band.dtype == rules.types.stored for each in inputs for band in each.bands),
    )  # fmt: skip
    warnings += unkept_warnings(read)
    profile = _resolve_profile(read, rules, replace(metadata, grid=grid), options, workers)
    if not is_virtual(dst):
        profile = settle_storage(profile)
    if profile.lost:
        rules = replace(rules, marking=Marking(None, True), given_nodata=False)
    with about("dst"):
        destination = _check_destination(dst, read, profile, coverage, options)
    if run.report:
        check_report(os.fspath(run.report), (*(file for each in read for file in each.files), destination))
    chunks = _plan_chunks(inputs, rules, profile, workers, run)
    return MergePlan(
        tuple(inputs), rules, coverage, destination, profile, chunks, workers, len(cores),
        untrimmed, choices.pixel_rule, (*warnings, *repeat_warnings(inputs, choices.method)),
    )  # fmt: skip


def _check_blending(read: Sequence[RasterSource], method: str) -> None:
    """Raise InputError if the method would interpolate between class values."""
    if method in BLENDING:
        for source in dict(zip((each.path for each in read), read)).values():
            with about("method"):
                check_interpolates(source.inputs, f"METHOD {method!r}", "Set METHOD to 'first', 'last', 'min' or 'max'")


def _cores(files: Sequence[ListedFile], read: Sequence[RasterSource], placed: PlacedGrids) -> dict[int, Window]:
    """Return the recorded cores of tiles as windows of the reference grid, keyed by input number.

    Cores of tiles with a different CRS, or with a grid that is rotated relative to the reference grid, are left out: in
    the reference grid, they are not rectangles. If the pixels of the mosaic are so large that no core contains the
    centre of a pixel, the result is empty.
    """
    cores = {}
    for number, (file, source) in enumerate(zip(files, read)):
        grid, window = source.inputs[0].grid, placed.windows[number]
        core = recorded_core(file, grid)
        if core is None or file.manifest is None or file.record is None:
            continue
        if not placed.resampled[number]:
            cores[number] = shifted(core, window)
        elif resolve_parallel(placed.reference.cropped(window), grid) is not None:
            whole = Grid(grid.crs, Affine(*file.manifest.transform), file.manifest.width, file.manifest.height)
            cores[number] = _clipped(core_window(placed.reference, whole, Window(*file.record.core)), window)
    return cores if any(core.width and core.height for core in cores.values()) else {}


def _exact_origin(first: ListedFile, placed: PlacedGrids, mosaic: Window) -> tuple[Grid, Window]:
    """Return a grid, and the window of the mosaic on it.

    If the first tile lies exactly on the grid of the tiled raster, this grid is returned. A mosaic of all tiles then
    has the transform of the tiled raster, without rounding errors.
    """
    if first.manifest is None or first.record is None:
        return placed.reference, mosaic
    if placed.reference.transform != first.manifest.tile_transform(first.record):
        return placed.reference, mosaic
    whole = replace(placed.reference, transform=Affine(*first.manifest.transform))
    return whole, shifted(mosaic, Window(*first.record.window))


def _clipped(core: Window, window: Window) -> Window:
    """Return the part of a tile's core that is inside the tile's window; empty if the core contains no pixel centre."""
    return overlap(core, window) or Window(window.col_off, window.row_off, 0, 0)


def _place_inputs(
    read: Sequence[RasterSource],
    placed: PlacedGrids,
    cores: Mapping[int, Window],
    choices: MergeChoices,
    options: MergeOptions,
) -> tuple[list[MergeInput], Window]:
    """Return the inputs with their windows in the mosaic, and the mosaic as a window of the reference grid."""
    used = [cores.get(number, window) for number, window in enumerate(placed.windows)]
    union = union_window([window for window in used if window.width and window.height])
    check_map_coordinates(read[0].metadata.grid, read[0].path, {"EXTENT": options.extent is not None})
    inside = extent_window(moved_grid(placed.reference, union), options.extent)
    mosaic = Window(union.col_off + inside.col_off, union.row_off + inside.row_off, inside.width, inside.height)
    windows, used_windows = cropped_windows(placed.windows, mosaic), cropped_windows(used, mosaic)
    inputs = []
    for number, source in enumerate(read):
        nodata, resampled, method = effective_nodata(source, options.nodata), None, choices.grid.resampling
        if placed.resampled[number]:
            _check_resampling(source, method)
            target = placed.reference.cropped(placed.windows[number])
            place = resolve_placement(target, source.inputs[0].grid, read[0].path, source.path)
            resampled = Resampled(source.inputs, nodata, place, method, as_stored=True)
        inputs.append(MergeInput(source, nodata, windows[number], used_windows[number], resampled))
    return inputs, mosaic


def _check_resampling(source: RasterSource, method: str) -> None:
    """Raise InputError if the method cannot resample the input's values, such as complex numbers or classes."""
    with about("resampling"):
        if method != "nearest" and any("complex" in band.dtype for band in source.inputs):
            raise InputError(
                f"{source.path} contains complex numbers, which RESAMPLING {method!r} cannot resample. Set RESAMPLING "
                "to 'nearest'."
            )
        if method in INTERPOLATING:
            check_interpolates(source.inputs, f"RESAMPLING {method!r}", "Set RESAMPLING to 'nearest'")


def _resolve_rules(
    inputs: Sequence[MergeInput], coverage: Coverage, choices: MergeChoices, options: MergeOptions
) -> MergeRules:
    dtypes = [array_dtype(band.dtype).name for each in inputs for band in each.bands]
    alpha = alpha_index(inputs[0].source)
    colours = [band for number, band in enumerate(inputs[0].bands) if number != alpha]
    falls = choices.method in ("min", "max") and any(band.scale < 0 for band in colours)
    falling = tuple(band.scale < 0 for band in colours) if falls else ()
    shifts = offset_shifts([(band.scale, band.offset) for band in colours]) if choices.method == "sum" else ()
    types = resolve_types(choices.method, dtypes, len(inputs), choices.data_type, shifts)
    dtype = _band_type((band for each in inputs for band in each.bands), types.stored)
    masked = any(each.bands[0].hidden_by == "mask" for each in inputs)
    holes = any(each.resampled is not None for each in inputs)
    declared = {value for each in inputs for band, value in enumerate(each.nodata) if band != alpha}
    if options.nodata is not None and can_hold(options.nodata, value_dtype(dtype).name):
        declared = {options.nodata}  # no pixel of an input whose data type cannot hold this value is nodata
    loses = any(loses_nan(np.dtype(kind), types) for kind in dtypes)
    marking: Marking = resolve_marking(
        declared,
        method=choices.method,
        dtype=value_dtype(dtype).name,
        given=options.output_nodata,
        masked=masked,
        alpha=alpha >= 0,
        complete=coverage.complete and not holes and not loses,
    )
    return MergeRules(
        choices.method, types, marking, len(inputs[0].bands), alpha, options.output_nodata is not None,
        options.feather, coverage.depth, falling, shifts,
        choices.pixel_rule if _has_partial_pixels(inputs, alpha) else "band", dtype in COMPLEX_INTEGERS,
    )  # fmt: skip


def _has_partial_pixels(inputs: Sequence[MergeInput], alpha: int) -> bool:
    """Return True if an input pixel can be nodata, or NaN, in only some of its bands; an alpha band is never nodata."""
    bands = [band for band in range(len(inputs[0].bands)) if band != alpha]
    marked = any(each.nodata[band] is not None for each in inputs for band in bands)
    floats = any(value_dtype(each.bands[band].dtype).kind in "fc" for each in inputs for band in bands)
    return len(inputs[0].bands) > 1 and (marked or floats)


def _resolve_profile(
    read: Sequence[RasterSource], rules: MergeRules, metadata: RasterMetadata, options: MergeOptions, workers: int
) -> OutputProfile:
    """Return the output profile: options inherited from the first input, or those of a Cloud Optimized GeoTIFF."""
    dtype = _band_type((band for source in read for band in source.inputs), rules.types.stored)
    given = options.creation_options
    nodata = _declared_nodata(read, rules, dtype, options)
    if options.cog:
        computed = rules.method == "count" or rules.method in COMPUTED
        paths = [source.path for source in read]
        profile: OutputProfile = resolve_cog_profile(
            metadata.grid, rules.bands, dtype, nodata, given, workers,
            resampling=overview_resampling(metadata.bands, dtype, paths, computed=computed),
        )  # fmt: skip
    else:
        inherited = _inherited(read, rules, options.resampling.lower())
        profile = resolve_profile(metadata.grid, rules.bands, dtype, nodata, given, workers, inherited=inherited)
    return replace(profile, metadata=metadata, masked=rules.marking.mask)


def _declared_nodata(read: Sequence[RasterSource], rules: MergeRules, dtype: str, options: MergeOptions) -> Nodata:
    """Return the nodata value that the output declares: the value that marks its missing pixels, if there is one.

    If no value marks missing pixels, the result is the nodata value shared by all inputs, provided that the output's
    data type cannot hold this value (so that no pixel can be mistaken for nodata), the method takes each pixel from one
    of the inputs, and the user set no nodata value. In all other cases, the result is None.
    """
    given = options.nodata is not None or options.output_nodata is not None
    if rules.marking.nodata is not None or given or rules.method not in SELECTING:
        return rules.marking.nodata
    return shared_unusable_nodata(read, dtype)


def _band_type(bands: Iterable[InputBand], stored: str) -> str:
    """Return the output's data type: `stored`, or the type shared by all bands if numpy represents it as `stored`."""
    kinds = {band.dtype for band in bands}
    own = min(kinds)
    return own if len(kinds) == 1 and array_dtype(own).name == stored else stored


def _inherited(read: Sequence[RasterSource], rules: MergeRules, resampling: str) -> Inherited:
    """Return the creation options that the output inherits from the first input.

    NBITS, PHOTOMETRIC and ALPHA are not inherited for method "count". NBITS is inherited only if it is the same in all
    inputs and suffices for every output value: sums, a nodata value and cubic resampling may need more bits.
    """
    inherited = without_short_bits(inherited_options(read[0]), rules.marking.nodata)
    look = {} if rules.method == "count" else dict(inherited.look)
    alike = len({source.structure.get("NBITS") for source in read}) == 1
    if not alike or rules.method == "sum" or resampling == "cubic":
        look.pop("NBITS", None)
    return replace(inherited, look=look)


def _check_destination(
    dst: str, read: Sequence[RasterSource], profile: OutputProfile, coverage: Coverage, options: MergeOptions
) -> str:
    """Check that the output can be written, and return its absolute path; disk space is not checked for a VRT."""
    files = tuple(dict.fromkeys(file for each in read for file in each.files))
    if is_virtual(dst):
        return check_place(dst, files, VIRTUAL)
    folder = os.path.dirname(os.path.realpath(dst)) or "."
    if os.path.isdir(folder):
        with about(options.names_inputs):
            check_mosaic_size(profile.grid, profile.raw_bytes, coverage.pixels, shutil.disk_usage(folder).free)
    return check_output(dst, files, profile)


def _most_threads(sources: Sequence[RasterSource]) -> int:
    """Return how many threads the limit on open files allows if each thread opens one input with mask and overviews.

    Files that an input refers to, such as the sources of a VRT, do not count: GDAL limits how many of them are open.
    """
    suffixes = [suffix for suffix in ("", *SIDECARS) if suffix != AUXILIARY]
    most = max(sum(each.path + suffix in each.files for suffix in suffixes) for each in sources)
    return max(1, open_files_limit() // max(1, most))


def _plan_chunks(
    inputs: Sequence[MergeInput], rules: MergeRules, profile: OutputProfile, workers: int, run: RunOptions
) -> ChunkPlan:
    scratch = max((each.resampled.scratch_bytes for each in inputs if each.resampled), default=0)
    size = profile.grid.height, profile.grid.width
    halo = rules.halo_pixels(size) * rules.bytes_per_pixel
    return plan_chunks(
        size,
        profile.block,
        sorted({each.bands[0].block for each in inputs if each.resampled is None}),
        bytes_per_pixel=rules.bytes_per_pixel,
        input_block_bytes=max(each.bands[0].block_bytes for each in inputs) + scratch + halo,
        workers=workers,
        memory=resolve_memory(run.memory),
        chunk_size=resolve_chunk_size(run.chunk_size),
    )
