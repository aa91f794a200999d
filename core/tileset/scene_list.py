"""The list of the scenes in a folder, `scenes.json`. It is written last, so a folder without a list is not complete."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ..scenes.moments import Moment, format_known, parse_scene_time
from .documents import InvalidField, checked, is_number, is_plain_name, numbers, read_document, require, write_document

SCENES_NAME = "scenes.json"
FORMAT = 1


@dataclass(frozen=True)
class Scene:
    """A scene: its file and mask layer, relative to the folder of the list, and its time of acquisition in UTC.

    `items` are the IDs of the STAC catalogue items from which the scene was created. `scale` and `offset` have one
    number per band. `valid_percent` is the percentage of valid pixels, and `cloud_cover` is the percentage of clouds
    according to the catalogue; both are None if unknown. `is_day` is True if the list has only the date; `datetime` is
    then midnight of that date.
    """

    file: str
    mask: str | None
    datetime: datetime
    items: tuple[str, ...]
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    valid_percent: float | None = None
    cloud_cover: float | None = None
    is_day: bool = False


@dataclass(frozen=True)
class SceneList:
    """Content of `scenes.json`: the grid that all scenes share, the names of their bands, and the scenes.

    `crs_wkt` is empty if the scenes have no CRS.
    """

    crs_wkt: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int
    bands: tuple[str, ...]
    scenes: tuple[Scene, ...]


def write_scene_list(path: str, scenes: SceneList) -> None:
    """Write the list to a file and flush it to disk. May raise OSError."""
    head = {"format": FORMAT, **{key: value for key, value in vars(scenes).items() if key != "scenes"}}
    write_document(path, head, "scenes", list(map(_record, scenes.scenes)))


def _record(scene: Scene) -> dict[str, Any]:
    fields = asdict(scene)
    fields["datetime"] = format_known(Moment(scene.datetime, fields.pop("is_day")))
    return fields


def read_scene_list(path: str) -> SceneList:
    """Return the content of a `scenes.json`.

    Raises
    ------
    InputError
        The list is missing or damaged, has an unsupported format, or lists files outside its folder. The error names
        the file and the field.
    """
    remedy = "Create the list again, or correct the field."
    advice = f"Choose a {SCENES_NAME} written by 'STAC items to aligned rasters'."
    return read_document(path, FORMAT, _scene_list, "scenes", remedy, advice)


def _scene_list(document: dict[str, Any]) -> SceneList:
    bands = _texts(document["bands"], "bands")
    require(len(bands) > 0 and len(set(bands)) == len(bands), "bands", "must be different names")
    scenes = SceneList(
        checked(document["crs_wkt"], str, "crs_wkt"),
        numbers(document["transform"], 6, float, "transform"),
        checked(document["width"], int, "width"),
        checked(document["height"], int, "height"),
        bands,
        tuple(
            _scene(scene, f"scene {number}", len(bands))
            for number, scene in enumerate(checked(document["scenes"], list, "scenes"), 1)
        ),
    )
    require(all(0 < edge < 2**31 for edge in (scenes.width, scenes.height)), "width or height")
    files = [scene.file.casefold() for scene in scenes.scenes]
    require(len(set(files)) == len(files), "scenes", "lists a file more than once")
    return scenes


def _scene(fields: Any, name: str, bands: int) -> Scene:
    checked(fields, dict, name)
    missing = next((key for key in Scene.__dataclass_fields__ if key not in fields and key != "is_day"), "")
    require(not missing, f"{name} {missing}", "is missing")
    scale, offset = (numbers(fields[key], bands, float, f"{name} {key}") for key in ("scale", "offset"))
    require(0.0 not in scale, f"{name} scale", "must not be 0")
    moment = _moment(fields["datetime"], f"{name} datetime")
    return Scene(
        _relative(fields["file"], f"{name} file"),
        None if fields["mask"] is None else _relative(fields["mask"], f"{name} mask"),
        moment.time,
        _texts(fields["items"], f"{name} items"),
        scale,
        offset,
        _percent(fields["valid_percent"], f"{name} valid_percent"),
        _percent(fields["cloud_cover"], f"{name} cloud_cover"),
        moment.is_day,
    )


def _relative(value: Any, field: str) -> str:
    """Check that a path is relative, uses forward slashes and stays in the folder of the list, and return the path."""
    plain = isinstance(value, str) and all(map(is_plain_name, value.split("/")))
    require(plain, field, f"{value!r} must be a relative path inside the folder of {SCENES_NAME}, with / as separator")
    return str(value)


def _moment(value: Any, field: str) -> Moment:
    try:
        return parse_scene_time(checked(value, str, field))
    except ValueError as error:
        raise InvalidField(f"{field} {error}") from error


def _texts(value: Any, field: str) -> tuple[str, ...]:
    require(isinstance(value, list) and all(isinstance(each, str) and each for each in value), field)
    return tuple(value)


def _percent(value: Any, field: str) -> float | None:
    require(value is None or (is_number(value) and 0 <= value <= 100), field, "must be null or from 0 to 100")
    return value if value is None else float(value)
