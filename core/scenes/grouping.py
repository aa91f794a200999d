"""Groups files into scenes: files whose names differ only in the band belong to one scene."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InputError
from .dates import read_name


@dataclass(frozen=True)
class SceneFiles:
    """A scene: its name, and a (band, path) pair for each file; the band is None if the file name contains none."""

    name: str
    files: tuple[tuple[str | None, str], ...]


def group_files(paths: Sequence[str], regex: str = "") -> list[SceneFiles]:
    """Return the scenes to which the files belong, in the order of their first files.

    Parameters
    ----------
    paths
        Paths of the files.
    regex
        NAME_REGEX; see `read_name`.

    Raises
    ------
    InputError
        Two files of a scene have the same band, or the regular expression finds text that is not a date.
    OptionError
        The regular expression is invalid.
    """
    groups: dict[str, list[tuple[str | None, str]]] = {}
    for path in paths:
        found = read_name(path, regex)
        groups.setdefault(found.scene, []).append((found.band, path))
    scenes = []
    for name, files in groups.items():
        if all(band is None for band, _ in files):  # scenes with the same name in different folders
            scenes += [SceneFiles(name, (file,)) for file in files]
            continue
        known: dict[str, str] = {}
        for band, path in files:
            other = known.setdefault((band or "").casefold(), path)
            if other != path:
                what = f"both have the band {band}" if band else "neither has a band in its name"
                raise InputError(
                    f"{other} and {path} belong to the scene {name}, and {what}. Leave one of them out, or set "
                    "NAME_REGEX."
                )
        scenes.append(SceneFiles(name, tuple(files)))
    return scenes
