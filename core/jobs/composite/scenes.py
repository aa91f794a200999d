"""The scenes of a composite: their files, bands, dates and mask layers, read without pixels."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ...errors import InputError, OptionError, about
from ...parallel.threads import run_chunks
from ...pixels.mask_products import mask_product
from ...progress import Log, Progress, Stop
from ...raster.grid import check_map_coordinates
from ...reading.readers import InputBand, input_bands, open_raster
from ...scenes.dates import date_of_file, read_dates_file, read_name
from ...scenes.grouping import SceneFiles, group_files
from ...suggestions import similar
from ...tileset.inputs import list_inputs
from ...tileset.scene_list import Scene as ListedScene
from ...tileset.scene_list import read_scene_list
from .options import CompositeOptions

TAG = "TIFFTAG_DATETIME"

FILES_AT_ONCE = 32
"""Number of files that a thread opens between two checks for cancellation."""

SHOWN = 12
"""Largest number of bands that an error lists."""


class MaskSource(NamedTuple):
    """The mask layer of a scene: a file, the number of its mask band, and the file name that identifies the product."""

    path: str
    band: int
    name: str


@dataclass(frozen=True)
class Scene:
    """A scene: its name, its date in UTC, its bands with their names, and its mask layer.

    `scaling` holds the scale and offset of each band that a list of scenes gives; it is empty for scenes from files.
    """

    name: str
    date: datetime
    bands: tuple[InputBand, ...]
    labels: tuple[str, ...]
    mask: MaskSource | None = None
    scaling: tuple[tuple[float, float], ...] = ()

    @property
    def path(self) -> str:
        """Path of the first file."""
        return self.bands[0].path


class _File(NamedTuple):
    """Metadata of a file: its bands, their descriptions, and the tag with the date."""

    bands: tuple[InputBand, ...]
    descriptions: tuple[str, ...]
    tag: str


def read_scenes(
    sources: Sequence[str], options: CompositeOptions, folder: str, *, workers: int, progress: Progress, log: Log
) -> list[Scene]:
    """Return the scenes, sorted by time and then by name.

    Parameters
    ----------
    sources, options
        As for `temporal_composite`, with resolved paths.
    folder
        Output folder.
    workers, progress, log
        Number of threads that open files, and receivers of the progress and of warnings.

    Raises
    ------
    InputError
        A file cannot be used, a scene has no date or several dates, or scenes differ in their bands.
    OptionError
        An option cannot be used.
    """
    if sum(map(bool, (sources, options.input_folder, options.scenes))) != 1:
        raise OptionError("Specify one of INPUTS, INPUT_FOLDER and SCENES.", parameter="sources")
    with about(options.names_inputs):
        if options.scenes:
            scenes = list(_listed_scenes(options.scenes, options, workers, progress))
        else:
            scenes = _scenes_of_files(sources, options, folder, workers, progress, log)
        scenes.sort(key=lambda scene: (scene.date, scene.name))
        scenes = _with_equal_bands(scenes)
        check_map_coordinates(scenes[0].bands[0].grid, scenes[0].path, {"EXTENT": options.extent is not None})
    return scenes


def _scenes_of_files(
    sources: Sequence[str], options: CompositeOptions, folder: str, workers: int, progress: Progress, log: Log
) -> list[Scene]:
    listed = list_inputs(sources, options.input_folder, options.pattern, os.path.join(folder, ""), records=False)
    paths = [each.path for each in listed]
    known: set[str] = set()
    for path in paths:
        if path in known:
            raise InputError(f"{path} is listed twice. Remove one entry.")
        known.add(path)
    masks: dict[str, str] = {}
    if options.mask_pattern:
        masks = {path: _pattern_mask(path, options) for path in paths}
        hiding = {os.path.realpath(mask) for mask in masks.values()}
        paths = [path for path in paths if os.path.realpath(path) not in hiding]
    groups = group_files(paths, options.name_regex)
    if not groups:
        raise InputError("All input files are mask layers according to MASK_PATTERN.", parameter="mask_pattern")
    dates = read_dates_file(options.dates_file) if options.dates_file else {}
    files = _read_files([path for group in groups for _, path in group.files], workers, progress)
    scenes = []
    for group in groups:
        date = _date(group, files, dates, options.name_regex, log)
        bands, labels = _bands(group, files)
        mask = None
        if options.mask_pattern:
            mask = _existing_mask(group.name, masks[group.files[0][1]])
        scenes.append(Scene(group.name, date, bands, labels, mask))
    return scenes


def _pattern_mask(path: str, options: CompositeOptions) -> str:
    """Return the path of the mask layer that belongs to a file according to MASK_PATTERN."""
    name = options.mask_pattern.replace("{scene}", read_name(path, options.name_regex).scene)
    return os.path.join(os.path.dirname(path), name)


def _existing_mask(scene: str, path: str) -> MaskSource:
    if not os.path.exists(path):
        raise InputError(
            f"The mask layer of the scene {scene} does not exist: {path}. Correct MASK_PATTERN, or leave the "
            "scene out.",
            parameter="mask_pattern",
        )
    return MaskSource(path, 1, path)


def _read_files(paths: Sequence[str], workers: int, progress: Progress) -> dict[str, _File]:
    """Return the metadata of all files; several files are opened at the same time."""
    found: dict[str, _File] = {}

    def read(batch: Sequence[str], stop: Stop) -> None:
        for path in batch:
            stop.check()
            with open_raster(path) as dataset:
                bands = tuple(input_bands(dataset, path, dataset.indexes))
                descriptions = tuple(text or "" for text in dataset.descriptions)
                found[path] = _File(bands, descriptions, dataset.tags().get(TAG, ""))

    batches = [paths[start : start + FILES_AT_ONCE] for start in range(0, len(paths), FILES_AT_ONCE)]
    run_chunks(read, batches, name="open-scenes", workers=workers, progress=progress)
    for path, file in found.items():
        if file.bands[0].points.gcps:
            raise InputError(
                f"{path} has ground control points but no transform. Warp it to a regular grid first, for example with "
                "gdalwarp."
            )
    return found


def _date(
    group: SceneFiles, files: Mapping[str, _File], dates: Mapping[str, datetime], regex: str, log: Log
) -> datetime:
    """Return the date of a scene; all its files must have the same date."""
    first, *others = (
        date_of_file(path, dates=dates, regex=regex, tag=files[path].tag, log=log) for _, path in group.files
    )
    for date, (_, path) in zip(others, group.files[1:]):
        if date != first:
            raise InputError(
                f"The dates of {group.files[0][1]} ({first:%Y-%m-%d %H:%M:%S}) and {path} ({date:%Y-%m-%d %H:%M:%S}) "
                "differ, but both are files of one scene. Correct DATES_FILE or NAME_REGEX."
            )
    return first


def _bands(group: SceneFiles, files: Mapping[str, _File]) -> tuple[tuple[InputBand, ...], tuple[str, ...]]:
    """Return the bands of a scene and their names: from the file name, the description or the number, in this order."""
    bands: list[InputBand] = []
    labels: list[str] = []
    for name, path in group.files:
        file = files[path]
        for band, description in zip(file.bands, file.descriptions):
            if band.band == band.alpha_band:
                continue
            bands.append(band)
            if name is None:
                labels.append(description or str(len(bands)))
            else:
                labels.append(name if len(file.bands) == 1 else f"{name} {description or band.band}")
    return tuple(bands), tuple(labels)


def _listed_scenes(path: str, options: CompositeOptions, workers: int, progress: Progress) -> Iterator[Scene]:
    """Yield the scenes of a `scenes.json`. MASK_PATTERN replaces the mask layers that it lists."""
    found, folder = read_scene_list(path), os.path.dirname(os.path.abspath(path))
    if not found.scenes:
        raise InputError(f"{path} lists no scenes, so there is nothing to combine.")
    paths = [os.path.join(folder, *scene.file.split("/")) for scene in found.scenes]
    missing = [each for each in paths if not os.path.exists(each)]
    if missing:
        raise InputError(f"{path} lists a file that does not exist: {missing[0]}. Create the set of scenes again.")
    files = _read_files(paths, workers, progress)
    for file, scene in zip(paths, found.scenes):
        bands = files[file].bands
        if len(bands) < len(found.bands):
            raise InputError(
                f"{file} has fewer bands ({len(bands)}) than {path} lists ({len(found.bands)}). Create the set of "
                "scenes again."
            )
        bands = bands[: len(found.bands)]
        scaling = tuple(zip(scene.scale, scene.offset))
        mask = _listed_mask(scene, folder)
        if options.mask_pattern:
            mask = _existing_mask(_name(scene), _pattern_mask(file, options))
        yield Scene(_name(scene), scene.datetime, bands, found.bands, mask, scaling)


def _name(scene: ListedScene) -> str:
    return os.path.splitext(os.path.basename(scene.file))[0]


def _listed_mask(scene: ListedScene, folder: str) -> MaskSource | None:
    if scene.mask is None:
        return None
    path = os.path.join(folder, *scene.mask.split("/"))
    return MaskSource(path, 1, path)


def _with_equal_bands(scenes: Sequence[Scene]) -> list[Scene]:
    """Return the scenes with their bands in the order of those of the first scene.

    Raises
    ------
    InputError
        The bands of a scene differ from those of the first scene. The error names both scenes.
    """
    first = scenes[0]
    order = {label: number for number, label in enumerate(first.labels)}
    distinct = len(order) == len(first.labels)
    result = []
    for scene in scenes:
        if len(scene.bands) != len(first.bands):
            raise InputError(
                f"The scene {scene.path} has {len(scene.bands)} bands ({_listed(scene.labels)}), but {first.path} has "
                f"{len(first.bands)} ({_listed(first.labels)}). All scenes must have the same bands."
            )
        bands, scaling = scene.bands, scene.scaling
        if scene.labels != first.labels and distinct and set(scene.labels) == set(order):
            places = sorted(range(len(bands)), key=lambda number: order[scene.labels[number]])
            bands = tuple(bands[number] for number in places)
        elif set(scene.labels) != set(order) and (
            any(one.path != other.path for one, other in zip(first.bands, first.bands[1:]))
            or (distinct and any(order.get(label, number) != number for number, label in enumerate(scene.labels)))
        ):
            raise InputError(
                f"The scene {scene.path} has the bands {_listed(scene.labels)}, but {first.path} has "
                f"{_listed(first.labels)}. All scenes must have the same bands."
            )
        result.append(Scene(scene.name, scene.date, bands, first.labels, scene.mask, scaling))
    return result


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:SHOWN]) + (", ..." if len(labels) > SHOWN else "")


def band_number(given: int | str, labels: Sequence[str], parameter: str) -> int:
    """Return the index (counted from 0) of a band that is given by its number (counted from 1) or name.

    Raises
    ------
    OptionError
        There is no such band, or several have this name.
    """
    text = str(given).strip()
    found = [number for number, label in enumerate(labels) if label == text]
    found = found or [number for number, label in enumerate(labels) if label.casefold() == text.casefold()]
    if len(found) == 1:
        return found[0]
    if not found and text.isdecimal() and 1 <= int(text) <= len(labels):
        return int(text) - 1
    problem = "is the name of several bands" if found else "is not a band of the scenes"
    raise OptionError(
        f"{parameter.upper()} {text!r} {problem}.{similar(text, labels)} The bands are {_listed(labels)}; their "
        f"numbers are 1 to {len(labels)}.",
        parameter=parameter,
    )


def mask_index(options: CompositeOptions, labels: Sequence[str]) -> int | None:
    """Return the index of the band that MASK_BAND names; None if MASK_BAND is not set."""
    given = options.mask_band
    return band_number(given, labels, "mask_band") if str(given).strip() else None


def chosen_bands(options: CompositeOptions, labels: Sequence[str]) -> list[int]:
    """Return the indices of the bands that BANDS lists; by default, of all bands except MASK_BAND.

    Raises
    ------
    OptionError
        A band does not exist, is listed twice, or no band is left.
    """
    mask = mask_index(options, labels)
    if not options.bands:
        found = [number for number in range(len(labels)) if number != mask]
        if not found:
            raise OptionError("MASK_BAND is the only band of the scenes.", parameter="mask_band")
        return found
    found = [band_number(each, labels, "bands") for each in options.bands]
    for number in found:
        if found.count(number) > 1:
            raise OptionError(f"BANDS lists {labels[number]} twice. Remove one entry.", parameter="bands")
    return found


def unused_mask(labels: Sequence[str], used: Sequence[int]) -> str:
    """Return the name of a known mask layer that is combined like the other bands; "" if there is none."""
    return next((labels[number] for number in used if mask_product(labels[number])), "")
