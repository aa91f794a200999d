"""Scenes that a job reads: files, bands, dates and mask layers, which can be listed in a `scenes.json`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..errors import InputError, OptionError
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..reading.datasets import keep_environment
from ..reading.metadata import copied_points
from ..reading.readers import InputBand, input_bands, open_raster, opened_state
from ..scenes.periods import time_range
from ..suggestions import similar
from ..tileset.scene_list import read_scene_list
from .mask_products import mask_product

TAG = "TIFFTAG_DATETIME"

SHOWN = 12
"""Maximum number of bands that an error lists."""


class MaskSource(NamedTuple):
    """The mask layer of a scene: a file and the number of its mask band.

    `name` is the file name or band name by which the product is recognized. `metadata` is the metadata of the mask
    band, or None if it is not known yet.
    """

    path: str
    band: int
    name: str
    metadata: InputBand | None = None


@dataclass(frozen=True)
class Scene:
    """A scene: its name, its date in UTC, its bands with their names, and its mask layer.

    `scaling` is the scale and offset of each band according to the list of scenes; it is empty for scenes from files.
    `is_day` is True if only the date is known; `date` is then midnight of that date.
    `unused` is "" or the reason why the scene is not used; an unused scene has no bands. `cloud_cover` is the
    percentage of clouds according to the catalogue; None if unknown.
    """

    name: str
    date: datetime
    bands: tuple[InputBand, ...]
    labels: tuple[str, ...]
    mask: MaskSource | None = None
    scaling: tuple[tuple[float, float], ...] = ()
    unused: str = ""
    cloud_cover: float | None = None
    is_day: bool = False

    @property
    def path(self) -> str:
        """Path of the first file."""
        return self.bands[0].path


class SceneFile(NamedTuple):
    """Metadata of a file: its bands, their descriptions, and the tag with the date."""

    bands: tuple[InputBand, ...]
    descriptions: tuple[str, ...]
    tag: str


def read_files(paths: Sequence[str], workers: int, progress: Progress) -> dict[str, SceneFile]:
    """Return a dict that maps each path to the metadata of the file. Several threads open files at the same time."""
    found: dict[str, SceneFile] = {}

    def read(path: str, stop: Stop) -> None:
        state = opened_state(path)
        with open_raster(path) as dataset:
            bands = tuple(input_bands(dataset, path, dataset.indexes, state=state))
            descriptions = tuple(text or "" for text in dataset.descriptions)
            found[path] = SceneFile(bands, descriptions, dataset.tags().get(TAG, ""))

    run_chunks(read, paths, name="open-scenes", workers=workers, progress=progress, begin=keep_environment)
    for path, file in found.items():
        if copied_points(file.bands[0])[0]:
            raise InputError(
                f"{path} has ground control points but no transform. Warp it to a regular grid first, for example with "
                "gdalwarp."
            )
    return found


def listed_scenes(path: str, workers: int, progress: Progress, *, masks: bool = True) -> Iterator[Scene]:
    """Yield the scenes of a `scenes.json`, whose files are opened by several threads.

    If `masks` is false, the scenes have no mask layers, and the mask files are not opened.

    Raises
    ------
    InputError
        The list cannot be used, or a file that it lists is missing or has too few bands.
    """
    found, folder = read_scene_list(path), os.path.dirname(os.path.abspath(path))
    if not found.scenes:
        raise InputError(f"{path} lists no scenes, so there is nothing to read.")
    paths = [os.path.join(folder, *scene.file.split("/")) for scene in found.scenes]
    missing = [each for each in paths if not os.path.exists(each)]
    if missing:
        raise InputError(f"{path} lists a file that does not exist: {missing[0]}. Create the list again.")
    mask_paths = {
        scene.file: os.path.join(folder, *scene.mask.split("/"))
        for scene in found.scenes
        if masks and scene.mask is not None
    }
    files = read_files([*paths, *mask_paths.values()], workers, progress)
    for file, scene in zip(paths, found.scenes):
        bands = files[file].bands
        if len(bands) < len(found.bands):
            raise InputError(
                f"{file} has fewer bands ({len(bands)}) than {path} lists ({len(found.bands)}). Create the set of "
                "scenes again."
            )
        bands = bands[: len(found.bands)]
        scaling = tuple(zip(scene.scale, scene.offset))
        hidden_by = mask_paths.get(scene.file)
        mask = _listed_mask(hidden_by, files[hidden_by]) if hidden_by else None
        name = os.path.splitext(os.path.basename(scene.file))[0]
        yield Scene(
            name, scene.datetime, bands, found.bands, mask, scaling, cloud_cover=scene.cloud_cover, is_day=scene.is_day
        )


def _listed_mask(path: str, file: SceneFile) -> MaskSource:
    """Return the mask layer of a scene; `name` is its path, or the band description if only that names the product."""
    description = file.descriptions[0]
    name = path if mask_product(path) or not mask_product(description) else description
    return MaskSource(path, 1, name, file.bands[0])


def listed_names(labels: Sequence[str]) -> str:
    """Return the first `SHOWN` names of bands as a string, with "..." if there are more."""
    return ", ".join(labels[:SHOWN]) + (", ..." if len(labels) > SHOWN else "")


def band_number(given: int | str, labels: Sequence[str], parameter: str) -> int:
    """Return the index (counted from 0) of a band that is given by its number (counted from 1) or name.

    Raises
    ------
    OptionError
        There is no such band, or several bands have this name.
    """
    text = str(given).strip()
    found = [number for number, label in enumerate(labels) if label == text]
    found = found or [number for number, label in enumerate(labels) if label.casefold() == text.casefold()]
    if len(found) == 1:
        return found[0]
    if not found and text.isdecimal() and 1 <= int(text) <= len(labels):
        return int(text) - 1
    problem = "is the name of several bands" if found else "is not a band of the input"
    raise OptionError(
        f"{parameter.upper()} {text!r} {problem}.{similar(text, labels)} The bands are {listed_names(labels)}; their "
        f"numbers are 1 to {len(labels)}.",
        parameter=parameter,
    )


def distinct_bands(given: Sequence[int | str], labels: Sequence[str]) -> list[int]:
    """Return the indices of the bands that BANDS lists.

    Raises
    ------
    OptionError
        A band does not exist, or is listed twice.
    """
    found = [band_number(each, labels, "bands") for each in given]
    for number in found:
        if found.count(number) > 1:
            raise OptionError(f"BANDS lists {labels[number]} twice. Remove one entry.", parameter="bands")
    return found


def outside_range(scenes: Sequence[Scene], start: str, end: str) -> dict[int, str]:
    """Return the reasons why scenes are not used, by scene index: `Scene.unused`, "before START" or "after END".

    Raises
    ------
    InputError
        No scene is used.
    """
    first, last = time_range(start, end)
    reasons = {}
    for number, scene in enumerate(scenes):
        if scene.unused:
            reasons[number] = scene.unused
        elif first and scene.date < first:
            reasons[number] = "before START"
        elif last and scene.date > last:
            reasons[number] = "after END"
    if len(reasons) == len(scenes):
        raise InputError(
            f"None of the {len(scenes)} scenes ({scenes[0].date:%Y-%m-%d} to {scenes[-1].date:%Y-%m-%d}) is between "
            "START and END. Change START or END.",
            parameter="start",
        )
    return reasons
