"""The scenes of a composite: their files, bands, dates and mask layers, determined without reading pixels."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...errors import InputError, OptionError, about
from ...pixels.mask_products import mask_product
from ...pixels.scenes import (
    MaskSource,
    Scene,
    SceneFile,
    band_number,
    distinct_bands,
    listed_names,
    listed_scenes,
    read_files,
)
from ...progress import Log, Progress
from ...raster.grid import check_map_coordinates
from ...reading.readers import InputBand
from ...scenes.dates import dates_of_files, read_dates_file, read_name
from ...scenes.grouping import SceneFiles, group_files
from ...scenes.moments import Moment
from ...tileset.inputs import list_inputs
from .options import CompositeOptions


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
        Number of threads that open files, and objects that receive the progress and the warnings.

    Raises
    ------
    InputError
        A file cannot be used, a scene has no date or several dates, or scenes differ in their bands.
    OptionError
        An option cannot be used.
    """
    if sum(map(bool, (sources, options.input_folder, options.scenes))) != 1:
        raise OptionError("Specify exactly one of INPUTS, INPUT_FOLDER and SCENES.", parameter="sources")
    with about(options.names_inputs):
        if options.scenes:
            masks = not options.mask_pattern and not str(options.mask_band).strip()
            listed = listed_scenes(options.scenes, workers, progress, masks=masks)
            scenes = [_with_mask(each, options) for each in listed]
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
        raise InputError(
            "All input files are mask layers according to MASK_PATTERN. Correct MASK_PATTERN, or add scenes.",
            parameter="mask_pattern",
        )
    listed_dates = read_dates_file(options.dates_file) if options.dates_file else {}
    files = read_files([path for group in groups for _, path in group.files], workers, progress)
    tags = {path: files[path].tag for group in groups for _, path in group.files}
    dates = dates_of_files(tags, dates=listed_dates, regex=options.name_regex, log=log)
    scenes = []
    for group in groups:
        date, is_day = _date(group, dates)
        bands, labels = _bands(group, files)
        mask = None
        if options.mask_pattern:
            mask = _existing_mask(group.name, masks[group.files[0][1]])
        scenes.append(Scene(group.name, date, bands, labels, mask, is_day=is_day))
    return scenes


def _pattern_mask(path: str, options: CompositeOptions) -> str:
    """Return the path of the mask layer that belongs to a file according to MASK_PATTERN."""
    name = options.mask_pattern.replace("{scene}", read_name(path, options.name_regex).scene)
    return os.path.join(os.path.dirname(path), name)


def _with_mask(scene: Scene, options: CompositeOptions) -> Scene:
    """Return a scene with the mask layer given by MASK_PATTERN; the scene is unchanged if MASK_PATTERN is not set."""
    if not options.mask_pattern:
        return scene
    return replace(scene, mask=_existing_mask(scene.name, _pattern_mask(scene.path, options)))


def _existing_mask(scene: str, path: str) -> MaskSource:
    if not os.path.exists(path):
        raise InputError(
            f"The mask layer of the scene {scene} does not exist: {path}. Correct MASK_PATTERN, or leave the "
            "scene out.",
            parameter="mask_pattern",
        )
    return MaskSource(path, 1, path)


def _date(group: SceneFiles, dates: Mapping[str, Moment]) -> Moment:
    """Return the date and time of a scene, or only the date if no file has a time; all its files must agree.

    Parameters
    ----------
    group
        Files of the scene.
    dates
        Date of each file, by path.
    """
    paths = [path for _, path in group.files]
    first = dates[paths[0]].time
    for path in paths[1:]:
        date = dates[path].time
        if date != first:
            raise InputError(
                f"The dates of {paths[0]} ({first:%Y-%m-%d %H:%M:%S}) and {path} ({date:%Y-%m-%d %H:%M:%S}) "
                "differ, but both files belong to the same scene. Correct DATES_FILE or NAME_REGEX."
            )
    return Moment(first, all(dates[path].is_day for path in paths))


def _bands(group: SceneFiles, files: Mapping[str, SceneFile]) -> tuple[tuple[InputBand, ...], tuple[str, ...]]:
    """Return a scene's bands and their names, taken from file names, else from descriptions, else from band numbers."""
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


def _with_equal_bands(scenes: Sequence[Scene]) -> list[Scene]:
    """Return the scenes with their bands in the order of the first scene's bands.

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
                f"The scene {scene.path} has {len(scene.bands)} bands ({listed_names(scene.labels)}), but {first.path} "
                f"has {len(first.bands)} ({listed_names(first.labels)}). All scenes must have the same bands."
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
                f"The scene {scene.path} has the bands {listed_names(scene.labels)}, but {first.path} has "
                f"{listed_names(first.labels)}. All scenes must have the same bands."
            )
        result.append(replace(scene, bands=bands, labels=first.labels, scaling=scaling))
    return result


def mask_index(options: CompositeOptions, labels: Sequence[str]) -> int | None:
    """Return the index of the band that MASK_BAND names; None if MASK_BAND is not set."""
    given = options.mask_band
    return band_number(given, labels, "mask_band") if str(given).strip() else None


def chosen_bands(options: CompositeOptions, labels: Sequence[str]) -> list[int]:
    """Return the indices of the bands that BANDS lists; by default, of all bands except MASK_BAND.

    Raises
    ------
    OptionError
        A band does not exist or is listed twice, or no band is left.
    """
    mask = mask_index(options, labels)
    if not options.bands:
        found = [number for number in range(len(labels)) if number != mask]
        if not found:
            raise OptionError(
                "MASK_BAND is the only band of the scenes. Add scenes with other bands, or clear MASK_BAND.",
                parameter="mask_band",
            )
        return found
    return distinct_bands(options.bands, labels)


def unused_mask(labels: Sequence[str], used: Sequence[int]) -> str:
    """Return the name of the first used band that is known as a mask layer, such as SCL; "" if there is none."""
    return next((labels[number] for number in used if mask_product(labels[number])), "")
