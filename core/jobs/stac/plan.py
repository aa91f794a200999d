"""Plans a stack without reading pixels: items, assets, scenes, grid, offsets, data types and file names."""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from ...engine.options import RunOptions
from ...errors import InputError, OptionError, ResourceError, about
from ...parallel.chunks import ChunkPlan, edge_of_files, plan_chunks, plan_files, resolve_chunk_size
from ...parallel.machine import resolve_memory, resolve_workers
from ...progress import Progress
from ...raster.alignment import LARGEST_SIDE
from ...raster.dtypes import CANDIDATES, common_type
from ...raster.grid import Grid, has_transform
from ...raster.nodata import Nodata, format_nodata, same_nodata, stored_nodata
from ...reading.block_cache import wanted_pixels
from ...reading.metadata import BandMetadata, RasterMetadata
from ...reading.readers import open_raster
from ...regrid.placement import OUTPUT_PIXELS, SOURCE_PIXELS
from ...stac.addresses import Address, check_signature, resolve_address
from ...stac.chosen import ChosenAsset, choose_assets, listed
from ...stac.inspect import Inspector
from ...stac.items import Item, read_items
from ...stac.scaling import BandScaling, Scaling, catalogue_scaling, guess_warnings, harmonized, nodata_of
from ...stac.steps import Step, duplicates, resolve_steps
from ...stac.target import (
    Bounds,
    asset_grid,
    centre_longitude,
    check_not_across_180,
    lacks_only_size,
    parse_crs,
    target_grid,
    touches,
)
from ...tileset.names import name_key
from ...units import format_workers
from ...writing.checks import check_folder, check_report
from ...writing.cog_options import resolve_cog_profile
from ...writing.creation_options import PHOTO_CODECS, OutputProfile, resolve_profile
from ...writing.storage_selftest import settle_storage, storage_decisions
from .options import StackOptions

LARGE_BLOCK = (1024, 1024)
"""Largest block size (rows, columns) that is common in STAC catalogues; assumed for files that are not open yet."""


@dataclass(frozen=True)
class BandOfItem:
    """A band of an item: the asset, its URL or path, the number to add to its pixels, and the user's nodata value.

    `is_mask` is true for the mask asset.
    """

    chosen: ChosenAsset
    address: Address
    nodata: float | None
    shift: int = 0
    is_mask: bool = False

    @property
    def states_nodata(self) -> bool:
        """True if the user or the catalogue states the nodata value."""
        return self.nodata is not None or self.chosen.about.nodata is not None

    def nodata_with(self, declared: float | None) -> float | None:
        """Return the user's nodata value, otherwise the one from the file (`declared`), catalogue or product."""
        return nodata_of(self.chosen, declared, is_mask=self.is_mask) if self.nodata is None else self.nodata


@dataclass(frozen=True)
class StackItem:
    """An item to read: its bands in the order of the output, its mask, and the original scaling of each band."""

    item: Item
    bands: tuple[BandOfItem, ...]
    mask: BandOfItem | None
    scalings: tuple[Scaling, ...]

    @property
    def everything(self) -> tuple[BandOfItem, ...]:
        """All bands to read, including the mask."""
        return (*self.bands, self.mask) if self.mask else self.bands


@dataclass(frozen=True)
class StackPlan:
    """Plan of a run of `stac_stack`.

    `items` contains the items that are used, and `unused` the reasons why other items are not used; both are keyed by
    item index. The items of a scene that is left out are in neither: `left_out` contains these scenes, each with the
    reason. `scalings` contains the scale and offset of each output band. `mask_profile` is None if no masks are
    written.
    """

    folder: str
    names: tuple[str, ...]
    every_item: tuple[Item, ...]
    items: dict[int, StackItem]
    unused: dict[int, str]
    steps: tuple[Step, ...]
    left_out: tuple[tuple[Step, str], ...]
    scalings: tuple[BandScaling, ...]
    profile: OutputProfile
    mask_profile: OutputProfile | None
    chunks: ChunkPlan
    workers: int
    options: StackOptions
    warnings: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """Grid of all scenes."""
        return self.profile.grid

    @property
    def hides_incomplete(self) -> bool:
        """True if the internal mask of a scene hides pixels that are invalid in at least one band."""
        return self.profile.masked and not self.profile.lost

    def mask_profile_with(self, declared: Iterable[Nodata]) -> OutputProfile | None:
        """Return the profile of the mask of a scene, given the nodata values of its mask assets; None without a mask.

        If an asset does not declare the nodata value of `mask_profile`, this value may be a class in the asset. The
        valid pixels of the mask are then marked by an internal mask instead of a nodata value.
        """
        profile = self.mask_profile
        if profile is None or profile.masked or all(same_nodata(value, profile.nodata) for value in declared):
            return profile
        return _described(replace(profile, nodata=None, masked=True), [(1.0, 0.0)])

    def file(self, step: Step) -> str:
        """Return the file name of a scene."""
        return f"{step.name}.tif"

    def mask_file(self, step: Step) -> str | None:
        """Return the file name of the mask of a scene; None if no masks are written."""
        return f"{step.name}_mask.tif" if self.mask_profile else None

    def decisions(self) -> Iterator[str]:
        """Yield log lines about the plan."""
        yield f"Grid: {self.grid}"
        yield f"Items: {len(self.items)} of {len(self.every_item)}, scenes: {len(self.steps)}"
        for reason in dict.fromkeys(self.unused.values()):
            ids = [self.every_item[number].id for number, why in self.unused.items() if why == reason]
            yield f"Items not used ({reason}): {listed(ids)}"
        for name, scaling in zip(self.names, self.scalings):
            shifted = sum(map(bool, scaling.shifts))
            also = f", {shifted} items converted to this offset" if shifted else ""
            yield f"{name}: scale {scaling.scale:g}, offset {scaling.offset:g}{also}"
        yield f"Stored as {self.profile.dtype}, nodata {format_nodata(self.profile.nodata)}"
        if self.hides_incomplete:
            bands = ". A pixel is valid if all its bands are valid" if len(self.names) > 1 else ""
            yield (
                "The assets have no common nodata value, so an internal mask in each output marks the valid pixels"
                f"{bands}"
            )
        yield from storage_decisions(self.profile)
        workers, connections = format_workers(self.workers), self.options.connections
        yield f"Chunks of each scene: {self.chunks}; {workers}, connections: {connections}"


def plan_stack(
    path: str, folder: str, options: StackOptions, run: RunOptions, inspector: Inspector, progress: Progress
) -> StackPlan:
    """Return the plan for the items in a file.

    Parameters
    ----------
    path, folder
        Paths of the ItemCollection and of the output folder.
    options, run
        Options of the stack and of the run.
    inspector
        Opens assets whose size is not in the catalogue, and assets of the first scene whose data type or nodata value
        is not in the catalogue.
    progress
        Can cancel the planning.

    Raises
    ------
    ParallelRasterError
        An option or an item cannot be used.
    """
    run.check()
    items = read_items(path)
    dropped = duplicates(items, options.duplicates)
    kept = [number for number in range(len(items)) if number not in dropped]
    chosen = dict(zip(kept, choose_assets([items[number] for number in kept], options.names, "assets")))
    masks: dict[int, ChosenAsset] = {}
    if options.mask_asset:
        found = choose_assets([items[number] for number in kept], [options.mask_asset], "mask_asset")
        masks = {number: only for number, (only,) in zip(kept, found)}
    chosen, failed = _with_sizes(chosen, options, inspector, progress)
    readable = [chosen[number] for number in kept if number not in failed]
    if not readable:
        raise InputError(f"None of the items can be read. The first error: {next(iter(failed.values()))}")
    grid = _target(readable, options)
    unused = {number: f"duplicate of {items[other].id}" for number, other in dropped.items()}
    inside = [number for number in kept if _may_touch(chosen[number], grid)]
    unused.update(dict.fromkeys(set(kept) - set(inside), "outside the output"))
    if not inside:
        raise InputError(f"No item in {path} overlaps the output ({grid}). Choose another EXTENT.", parameter="extent")
    every_step = resolve_steps({number: items[number] for number in inside}, options.step, centre_longitude(grid))
    steps, left_out = _without_failed(every_step, failed)
    inside = sorted(number for step in steps for number in step.items)
    scalings = {number: [_scaling(asset, options) for asset in chosen[number]] for number in inside}
    bands = _harmonized([chosen[number] for number in inside], [scalings[number] for number in inside], options)
    used = {}
    for place, number in enumerate(inside):
        own = tuple(
            BandOfItem(asset, resolve_address(asset), options.nodata, band.shifts[place])
            for asset, band in zip(chosen[number], bands)
        )
        mask = BandOfItem(masks[number], resolve_address(masks[number]), None, is_mask=True) if masks else None
        used[number] = StackItem(items[number], own, mask, tuple(scalings[number]))
    for band in (band for item in used.values() for band in item.everything if options.signing == "as_given"):
        check_signature(band.address)
    types = _types(used, steps, options, inspector, progress)
    workers = resolve_workers(run.workers)
    profile, mask_profile = _profiles(grid, options, bands, used[steps[0].items[0]], types, workers)
    local = [band.address.href for item in used.values() for band in item.everything if not band.address.is_http]
    raw_bytes = profile.raw_bytes + (mask_profile.raw_bytes if mask_profile else 0)
    if run.report:
        check_report(os.fspath(run.report), [path, *local, *([str(options.grid)] if options.grid else [])])
    folder = check_folder(folder, list(dict.fromkeys(local)), profile, len(steps) * raw_bytes)
    plan = StackPlan(
        folder, options.names, tuple(items), used, unused, tuple(steps), tuple(left_out), tuple(bands), profile,
        mask_profile, _chunks(profile, mask_profile, len(steps), options, run), workers, options,
        tuple(_warnings(used)),
    )  # fmt: skip
    _check_files(plan)
    return plan


def _check_files(plan: StackPlan) -> None:
    """Raise OptionError if a scene and the mask of another scene would have the same file name."""
    scenes = {name_key(plan.file(step)): step for step in plan.steps}
    for step in plan.steps:
        name = plan.mask_file(step)
        if name and name_key(name) in scenes:
            raise OptionError(
                f"The scene of the item {scenes[name_key(name)].name} and the mask of the item {step.name} would both "
                f"have the file name {name}. Set STEP to 'solar_day', or remove one of the items.",
                parameter="step",
            )


def _with_sizes(
    chosen: Mapping[int, tuple[ChosenAsset, ...]], options: StackOptions, inspector: Inspector, progress: Progress
) -> tuple[dict[int, tuple[ChosenAsset, ...]], dict[int, str]]:
    """Return the assets with their sizes, and the errors of items that cannot be read; both are keyed by item index.

    Sizes that the catalogue does not state are read from the files. With ON_ERROR "fail", the first error is raised.
    """
    sized = dict(chosen)
    failed: dict[int, str] = {}
    lacking = [number for number, assets in chosen.items() if any(map(lacks_only_size, assets))]
    if not lacking:
        return sized, failed
    for batch in [lacking] if options.on_error == "fail" else [[number] for number in lacking]:
        assets = [asset for number in batch for asset in chosen[number] if lacks_only_size(asset)]
        addresses = [resolve_address(asset) for asset in assets]
        for address in addresses if options.signing == "as_given" else ():
            check_signature(address)
        try:
            bands = inspector.inspect([(address, each.band) for address, each in zip(addresses, assets)], progress)
        except InputError as error:
            if options.on_error == "fail":
                raise
            failed.update(dict.fromkeys(batch, str(error)))
            continue
        shapes = ((band.grid.height, band.grid.width) for band in bands)
        for number in batch:
            sized[number] = tuple(
                _with_size(asset, next(shapes)) if lacks_only_size(asset) else asset for asset in chosen[number]
            )
    return sized, failed


def _may_touch(assets: Sequence[ChosenAsset], grid: Grid) -> bool:
    """Return True if an item may overlap the output.

    The sizes of some assets are unknown if their files cannot be read. The other assets then decide; if there are none,
    the item may extend to the right and downward without limit.
    """
    sized = [asset for asset in assets if not lacks_only_size(asset)]
    largest = LARGEST_SIDE, LARGEST_SIDE
    return any(touches(asset_grid(asset), grid) for asset in sized or [_with_size(each, largest) for each in assets])


def _without_failed(steps: Sequence[Step], failed: Mapping[int, str]) -> tuple[list[Step], list[tuple[Step, str]]]:
    """Return the scenes to write, and the scenes with an item that cannot be read, each with the first error.

    A scene is never written from only some of its items, because its other pixels would be missing.

    Raises
    ------
    InputError
        Every scene has an item that cannot be read.
    """
    errors = [[failed[number] for number in step.items if number in failed] for step in steps]
    left_out = [(step, found[0]) for step, found in zip(steps, errors) if found]
    if len(left_out) == len(steps):
        raise InputError(f"None of the scenes can be read. The first error: {left_out[0][1]}", parameter="items")
    return [step for step, found in zip(steps, errors) if not found], left_out


def _with_size(chosen: ChosenAsset, shape: tuple[int, int]) -> ChosenAsset:
    return replace(chosen, asset=replace(chosen.asset, shape=shape))


def _target(chosen: Sequence[tuple[ChosenAsset, ...]], options: StackOptions) -> Grid:
    grids = [asset_grid(asset) for each in chosen for asset in each]
    if options.grid is not None:
        with about("grid"), open_raster(options.grid) as dataset:
            grid = Grid(dataset.crs, dataset.transform, dataset.width, dataset.height)
        if grid.crs is None or not has_transform(grid):
            raise InputError(f"{options.grid} has no CRS or no transform. Choose another GRID.", parameter="grid")
    else:
        crs = None if options.crs is None else parse_crs(options.crs, "CRS", "crs")
        extent_crs = None if options.extent_crs is None else parse_crs(options.extent_crs, "EXTENT", "extent")
        extent = cast("Bounds", options.extent)  # without a grid, `resolve_options` requires an extent
        grid = target_grid(grids, extent, extent_crs, crs, options.pixel_size)
    check_not_across_180(grid)
    return grid


def _scaling(asset: ChosenAsset, options: StackOptions) -> Scaling:
    rule = options.scaling
    if rule == "catalogue":
        return catalogue_scaling(asset)
    return Scaling(options.scale, options.offset, "given") if rule == "given" else Scaling()


def _harmonized(
    chosen: Sequence[Sequence[ChosenAsset]], scalings: Sequence[Sequence[Scaling]], options: StackOptions
) -> list[BandScaling]:
    return [
        harmonized([each[place] for each in chosen], [each[place] for each in scalings], name)
        for place, name in enumerate(options.names)
    ]


@dataclass(frozen=True)
class _Types:
    """Data types of the bands and of the mask, and the nodata values of their assets (None if an asset has none).

    `mask_dtype` is "" if no masks are written.
    """

    dtype: str
    mask_dtype: str
    nodata: tuple[Nodata, ...]
    mask_nodata: tuple[Nodata, ...]


def _types(
    items: dict[int, StackItem], steps: Sequence[Step], options: StackOptions, inspector: Inspector, progress: Progress
) -> _Types:
    """Return data types and nodata values: those in the catalogue, otherwise those in the first scene's files.

    With ON_ERROR "skip", the first scene is the first one that can be read.
    """
    for step in steps:
        try:
            return _types_of(items[step.items[0]], list(items.values()), inspector, progress)
        except InputError:
            if options.on_error == "fail" or step is steps[-1]:
                raise
    raise AssertionError  # there is at least one step


def _types_of(first: StackItem, every: Sequence[StackItem], inspector: Inspector, progress: Progress) -> _Types:
    unknown: list[BandOfItem] = []
    stated: set[str] = set()
    mask_stated: set[str] = set()
    for place, band in enumerate(first.everything):
        own = {item.everything[place].chosen.about.dtype for item in every}
        if own <= set(CANDIDATES):
            (mask_stated if band is first.mask else stated).update(own)
        if not own <= set(CANDIDATES) or not band.states_nodata:
            unknown.append(band)
    opened = inspector.inspect([(band.address, band.chosen.band) for band in unknown], progress) if unknown else []
    declared: dict[int, float | None] = {}
    for band, found in zip(unknown, opened):
        (mask_stated if band is first.mask else stated).add(found.dtype)
        declared[id(band)] = found.nodata
    nodata: list[Nodata] = []
    mask_nodata: list[Nodata] = []
    for place, band in enumerate(first.everything):
        found_values = mask_nodata if band is first.mask else nodata
        found_values.append(band.nodata_with(declared.get(id(band))))
        # If the catalogue states the same for two assets, their files are expected to declare the same value.
        for other in (item.everything[place] for item in every):
            value = other.nodata_with(None)
            if other.states_nodata != band.states_nodata or not same_nodata(value, band.nodata_with(None)):
                found_values.append(value)
    mask_dtype = common_type(sorted(mask_stated)) if mask_stated else ""
    return _Types(common_type(sorted(stated)), mask_dtype, tuple(nodata), tuple(mask_nodata))


def _profiles(
    grid: Grid, options: StackOptions, bands: Sequence[BandScaling], first: StackItem, types: _Types, workers: int
) -> tuple[OutputProfile, OutputProfile | None]:
    """Return the profiles of the scenes and of their masks, after checking that GDAL can write such files."""
    resolve = resolve_cog_profile if options.cog else resolve_profile
    nodata = _common_nodata(types.nodata, types.dtype, given=options.nodata is not None)
    profile: OutputProfile = resolve(grid, len(bands), types.dtype, nodata, options.creation_options, workers)
    if len(bands) > 2 and not options.cog and profile.options.get("COMPRESS") not in PHOTO_CODECS:
        profile = replace(profile, options={"PHOTOMETRIC": "MINISBLACK", **profile.options})
    profile = replace(profile, masked=nodata is None)
    profile = _described(settle_storage(profile), [(band.scale, band.offset) for band in bands])
    if first.mask is None:
        return profile, None
    mask_nodata = _common_nodata(types.mask_nodata, types.mask_dtype)
    sizes = {key: value for key, value in profile.options.items() if key in ("TILED", "BLOCKXSIZE", "BLOCKYSIZE")}
    if options.cog:
        kept: Any = {"BLOCKSIZE": str(profile.block[0]), "COMPRESS": "DEFLATE"}
        own: OutputProfile = resolve_cog_profile(
            grid, 1, types.mask_dtype, mask_nodata, kept, workers, resampling="nearest"
        )
    else:
        own = resolve_profile(grid, 1, types.mask_dtype, mask_nodata, {**sizes, "COMPRESS": "DEFLATE"}, workers)
    return profile, _described(settle_storage(replace(own, masked=mask_nodata is None)), [(1.0, 0.0)])


def _common_nodata(values: Sequence[Nodata], dtype: str, *, given: bool = False) -> Nodata:
    """Return the nodata value of the output: the value that all assets share, otherwise NaN for floats.

    None is returned for integers if the values differ, an asset has none, or the data type cannot represent the value:
    every integer may then be the value of a valid pixel. OptionError is raised if the user set the value (`given`) and
    the data type cannot represent it.
    """
    kind = np.dtype(dtype)
    markers = [stored_nodata(value, kind) for value in values]
    if given and markers[0] is None:
        raise OptionError(f"NODATA {values[0]:g} is not a valid {dtype} value. Choose another one.", parameter="nodata")
    plain: list[Nodata] = [None if each is None else each.item() for each in markers]
    if plain[0] is not None and all(same_nodata(each, plain[0]) for each in plain):
        return plain[0]
    return math.nan if kind.kind == "f" else None


def _described(profile: OutputProfile, scales: Sequence[tuple[float, float]]) -> OutputProfile:
    bands = tuple(
        BandMetadata(profile.dtype, profile.nodata, scale, offset, colour="undefined" if number else "gray")
        for number, (scale, offset) in enumerate(scales)
    )
    return replace(profile, metadata=RasterMetadata(profile.grid, bands, {}))


def _chunks(
    profile: OutputProfile, mask: OutputProfile | None, scenes: int, options: StackOptions, run: RunOptions
) -> ChunkPlan:
    """Return the chunk plan of a scene.

    As many chunks are read at the same time as there are connections, because most of the time is spent waiting for
    servers. Blocks at the edges of chunks are kept in memory, because the next chunk needs them too. Their size is
    assumed to be `LARGE_BLOCK`, because the files are not open yet.
    """
    sizes = [np.dtype(profile.dtype).itemsize] * profile.count + ([np.dtype(mask.dtype).itemsize] if mask else [])
    resampling = SOURCE_PIXELS * (max(sizes) + 27) + OUTPUT_PIXELS * 24 * 8
    size, connections = (profile.grid.height, profile.grid.width), options.connections
    edge = resolve_chunk_size(run.chunk_size) or edge_of_files(size, scenes, 2 * connections)
    memory = resolve_memory(run.memory)
    wanted = sum(sizes) * wanted_pixels(LARGE_BLOCK, profile.grid, 0, edge, profile.grid.width, connections)

    def plan(memory: int) -> ChunkPlan:
        return plan_chunks(
            size,
            profile.block,
            [profile.block],
            bytes_per_pixel=sum(4 * size + 2 for size in sizes) + 18,
            input_block_bytes=4 * 2**20
            + sum(sizes) * LARGE_BLOCK[0] * LARGE_BLOCK[1]
            + (0 if options.resampling == "refuse" else resampling),
            workers=1,
            memory=memory,
            chunk_size=edge,
        )

    kept = min(wanted, memory // 4)
    with contextlib.suppress(ResourceError):
        found = plan_files(plan, memory=memory - kept, workers=connections)
        return replace(found, memory=found.memory + kept, limit=memory, shared_bytes=kept)
    return plan_files(plan, memory=memory, workers=connections)


def _warnings(items: dict[int, StackItem]) -> Iterator[str]:
    scalings = ((item.item.id, scaling) for item in items.values() for scaling in item.scalings)
    yield from guess_warnings(scalings, "the share of negative values (see the table of items)")
