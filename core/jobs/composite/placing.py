"""Places scenes and their mask layers on the grid of a composite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rasterio.windows import Window

from ...errors import InputError, OptionError, about
from ...parallel.threads import run_chunks
from ...pixels.inputs import mask_rule, resolve_term
from ...pixels.mask_products import mask_product
from ...pixels.scenes import MaskSource, Scene
from ...pixels.sources import MaskLayer, place_mask, resolve_mask
from ...pixels.terms import Term
from ...progress import Progress, Stop
from ...raster.alignment import moved_grid, union_window
from ...raster.grid import Grid, extent_window
from ...reading.datasets import keep_environment
from ...reading.overviews import at_level
from ...reading.readers import InputBand
from ...regrid.common_grid import cropped_windows, place_grids
from ...regrid.resampled import Resampled, resolve_placement
from ...writing.class_values import INTERPOLATING, check_interpolates
from .options import CompositeOptions
from .placed import Part, PlacedScene
from .scenes import mask_index
from .timeline import day_number


@dataclass(frozen=True)
class GridScenes:
    """Result of `place_scenes`: output grid, scenes (by index) that overlap it, paths of resampled files, log lines."""

    grid: Grid
    scenes: Mapping[int, PlacedScene]
    resampled: tuple[str, ...]
    mask_lines: tuple[str, ...]


class _File(NamedTuple):
    """Bands of one file of a scene, and their indices among the bands to read."""

    scene: int
    bands: tuple[InputBand, ...]
    places: tuple[int, ...]


def place_scenes(
    scenes: Mapping[int, Scene],
    read: Sequence[int],
    options: CompositeOptions,
    *,
    workers: int,
    progress: Progress,
) -> GridScenes:
    """Return the grid of the output, based on the first scene, and the scenes placed on it.

    Parameters
    ----------
    scenes
        Scenes by index, in chronological order.
    read
        Indices of the bands to read.
    options
        Options of the composite.
    workers, progress
        Number of threads that open overviews, and receiver of the progress.

    Raises
    ------
    InputError
        RESAMPLING is "refuse" and a scene is not on the grid of the first scene, or a mask layer cannot be used.
    OptionError
        An option cannot be used, a file does not have the overview OVERVIEW, or no scene overlaps EXTENT.
    """
    files = [file for number, scene in scenes.items() for file in _files(number, scene, read)]
    if options.overview != -1:
        files = _overviews(files, options.overview, workers, progress)
    paths = [file.bands[0].path for file in files]
    with about(options.names_inputs):
        placed = place_grids([file.bands[0].grid for file in files], paths, options.grid_rules)
        union = union_window(placed.windows)
        inside = extent_window(moved_grid(placed.reference, union), options.extent)
    output = Window(union.col_off + inside.col_off, union.row_off + inside.row_off, inside.width, inside.height)
    parts: dict[int, list[Part]] = {}
    masks = _Masks(options)
    for file, window, outer, resamples in zip(
        files, cropped_windows(placed.windows, output), placed.windows, placed.resampled
    ):
        resampled = None
        nodata = tuple(resolve_term(band, options).nodata for band in file.bands)
        if resamples:
            resampled = _resampled(file, nodata, placed.reference.cropped(outer), paths[0], options)
        mask = masks.of(scenes[file.scene], file.bands[0])
        parts.setdefault(file.scene, []).append(Part(file.bands, file.places, nodata, window, resampled, mask))
    grid = moved_grid(placed.reference, output)
    found = {}
    for number, scene in scenes.items():
        window = union_window([part.window for part in parts[number]])
        if (
            window.col_off < grid.width
            and window.row_off < grid.height
            and (window.col_off + window.width > 0 and window.row_off + window.height > 0)
        ):
            terms = tuple(_terms(scene, read, options))
            found[number] = PlacedScene(number, day_number(scene.date), tuple(parts[number]), window, terms)
    if not found:
        raise OptionError("No scene overlaps EXTENT. Choose another extent, or clear EXTENT.", parameter="extent")
    return GridScenes(
        grid, found, tuple(path for path, moved in zip(paths, placed.resampled) if moved), tuple(masks.lines)
    )


def _files(number: int, scene: Scene, read: Sequence[int]) -> Iterator[_File]:
    """Yield the files of a scene that contain bands to read."""
    groups: dict[str, list[tuple[int, InputBand]]] = {}
    for place, index in enumerate(read):
        groups.setdefault(scene.bands[index].path, []).append((place, scene.bands[index]))
    for members in groups.values():
        yield _File(number, tuple(band for _, band in members), tuple(place for place, _ in members))


def _overviews(files: Sequence[_File], overview: int, workers: int, progress: Progress) -> list[_File]:
    """Return the files with the metadata of their overviews. Several threads open files at the same time."""
    found: dict[int, _File] = {}

    def read(number: int, stop: Stop) -> None:
        with about("overview"):
            found[number] = files[number]._replace(bands=tuple(at_level(files[number].bands, overview)))

    numbers = range(len(files))
    run_chunks(read, numbers, name="open-overviews", workers=workers, progress=progress, begin=keep_environment)
    return [found[number] for number in numbers]


def _resampled(
    file: _File, nodata: tuple[float | None, ...], target: Grid, first: str, options: CompositeOptions
) -> Resampled:
    method, path = options.resampling.lower(), file.bands[0].path
    with about("resampling"):
        if method in INTERPOLATING:
            check_interpolates(file.bands, f"RESAMPLING {method!r}", "Set RESAMPLING to 'nearest'")
    place = resolve_placement(target, file.bands[0].grid, first, path)
    return Resampled(file.bands, nodata, place, method, as_stored=True)


def _terms(scene: Scene, read: Sequence[int], options: CompositeOptions) -> Iterator[Term]:
    """Yield the data type and scaling of each band to read."""
    for index in read:
        term = resolve_term(scene.bands[index], options)
        if scene.scaling and options.scaling.lower() == "stored":
            scale, offset = scene.scaling[index]
            term = Term(term.dtype, term.nodata, scale, offset)
        if term.scale == 0:
            raise InputError(
                f"Band {scene.bands[index].band} of {scene.bands[index].path} has scale 0. Correct the scale first."
            )
        yield term


class _Masks:
    """Prepares the mask layers of scenes, each only once per grid, and describes the first mask layer for the log."""

    def __init__(self, options: CompositeOptions) -> None:
        self._options = options
        self._known: dict[tuple[str, int, str, Grid], MaskLayer] = {}
        self.lines: list[str] = []

    def of(self, scene: Scene, band: InputBand) -> MaskLayer | None:
        """Return the mask layer of a scene on the grid of one of its bands; None if the scene has none."""
        index = mask_index(self._options, scene.labels)
        source = scene.mask
        if index is not None:
            own = scene.bands[index]
            source = MaskSource(own.path, own.band, scene.labels[index], own)
        if source is None:
            return None
        key = source.path, source.band, source.name, band.grid
        if key not in self._known:
            self._known[key] = self._resolve(source, band)
        return self._known[key]

    def _resolve(self, source: MaskSource, band: InputBand) -> MaskLayer:
        options = self._options
        values, bits = mask_rule(options.mask_values, options.mask_bits, source.name, in_time=True)
        with about("mask_pattern" if options.mask_pattern else "mask_band" if str(options.mask_band) else "scenes"):
            if source.metadata is None:
                mask = resolve_mask(source.path, source.band, values, bits, options.mask_grow, band)
            else:
                mask = place_mask(source.metadata, values, bits, options.mask_grow, band)
        if not self.lines:
            given = str(options.mask_values or "").strip() or str(options.mask_bits or "").strip()
            product = None if given else mask_product(source.name)
            default = f" (the default for {product.label})" if product else ""
            grown = f", with a buffer of {mask.grow:g} map units" if mask.grow else ""
            self.lines.append(
                f"First mask: band {source.band} of {source.path}, {mask.rule} hide pixels{default}{grown}"
            )
        return mask
