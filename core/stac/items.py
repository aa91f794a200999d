"""Reads the item fields that this package uses from a STAC 1.0 or 1.1 ItemCollection.

Catalogues differ in where they write a field: the CRS is `proj:epsg` or `proj:code`, bands are `eo:bands` with
`raster:bands` or the newer `bands`, and most fields may be in the item or in the asset. Only this module handles these
differences.
"""

from __future__ import annotations

import json
import math
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..scenes.moments import Moment, parse_scene_time

LARGEST = 2**28
"""Maximum size of an ItemCollection in bytes; 1,000 items take about 20 MB."""

VERSIONS = ("1.0.", "1.1.")

BAND_FIELDS = frozenset(("eo:common_name", "data_type", "nodata", "raster:scale", "raster:offset"))
"""Fields of a band that may be in the asset instead."""

Json = Mapping[str, Any]
Transform = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class AssetBand:
    """Metadata of a band of an asset according to its item; None or "" for missing fields.

    `names` are the name and the common name. The value of a stored number is number * `scale` + `offset`.
    """

    names: tuple[str, ...] = ()
    dtype: str = ""
    nodata: float | None = None
    scale: float | None = None
    offset: float | None = None


@dataclass(frozen=True)
class Asset:
    """A file of an item: its key, URL or path, media type, roles and bands, and its grid if the item states it.

    `https` is an alternative HTTPS URL, or "". `crs` is a value for rasterio's `CRS.from_user_input`. `shape` is (rows,
    columns).
    """

    key: str
    href: str
    https: str = ""
    media: str = ""
    roles: tuple[str, ...] = ()
    bands: tuple[AssetBand, ...] = ()
    crs: str = ""
    transform: Transform | None = None
    shape: tuple[int, int] | None = None

    @property
    def pixel_size(self) -> float:
        """Shorter side of a pixel in units of the CRS; infinite if the item does not state it."""
        if self.transform is None:
            return math.inf
        a, b, _, d, e, _ = self.transform
        return min(math.hypot(a, d), math.hypot(b, e))


@dataclass(frozen=True)
class Item:
    """A scene in a catalogue. `base` is the URL or folder against which relative URLs are resolved.

    `name` is the ID, followed by the item's number in the list if several items have the same ID. `is_day` is True if
    the item states only a date; `datetime` is then midnight of that date.
    """

    id: str
    datetime: datetime
    collection: str
    properties: Json
    assets: Mapping[str, Asset]
    base: str = ""
    name: str = ""
    is_day: bool = False

    @property
    def moment(self) -> Moment:
        """Time of the item, or its date if no time is given."""
        return Moment(self.datetime, self.is_day)

    def text(self, *names: str) -> str:
        """Return the first of the given properties that is set, as a string; "" if none is."""
        found = (self.properties.get(name) for name in names)
        return next((str(value).strip() for value in found if value is not None and str(value).strip()), "")

    @property
    def platform(self) -> str:
        """Name of the satellite in lower case."""
        return self.text("platform").lower()

    @property
    def tile(self) -> str:
        """Tile in the tiling scheme of the product, such as "32TQM" or "044034"; "" if the item does not state it."""
        code = self.text("s2:mgrs_tile", "grid:code", "s2:tile_id")
        if code:
            return re.sub(r"^(MGRS-|WRS2-|T(?=\d\d[A-Z]{3}$))", "", code.upper())
        parts = [self.text(name) for name in ("mgrs:utm_zone", "mgrs:latitude_band", "mgrs:grid_square")]
        if all(parts):
            return "".join(parts).upper()
        path, row = self.text("landsat:wrs_path"), self.text("landsat:wrs_row")
        return f"{path:0>3}{row:0>3}" if path and row else ""

    @property
    def baseline(self) -> tuple[int, ...]:
        """Processing baseline, such as (5, 11); empty if the item does not state it."""
        text = self.text("s2:processing_baseline", "processing:version")
        return tuple(int(part) for part in text.split(".")) if re.fullmatch(r"\d+(\.\d+)*", text) else ()

    @property
    def cloud_cover(self) -> float | None:
        """Cloud cover in percent according to the catalogue."""
        share = _number(self.properties.get("eo:cloud_cover"))
        return share if share is not None and 0 <= share <= 100 else None


def is_item_collection(path: str) -> bool:
    """Return True if a file is a GeoJSON FeatureCollection, which may be an ItemCollection; False if unreadable."""
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig")) if os.path.getsize(path) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("type") == "FeatureCollection"


def read_items(path: str) -> list[Item]:
    """Return the items of an ItemCollection.

    Parameters
    ----------
    path : str
        Path of a JSON file.

    Raises
    ------
    InputError
        The file cannot be read, is not an ItemCollection of STAC 1.0 or 1.1, or contains no items.
    """
    try:
        if os.path.getsize(path) > LARGEST:
            raise InputError(f"{path} is larger than {LARGEST // 2**20} MB. Search for fewer items.", parameter="items")
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", parameter="items") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not a JSON file: {error}.", parameter="items") from error
    items = parse_items(document, path, os.path.dirname(os.path.abspath(path)))
    if not items:
        raise InputError(f"{path} contains no items, so there is nothing to read.", parameter="items")
    return items


def parse_items(document: Any, name: str, folder: str = "") -> list[Item]:
    """Return the items of a parsed ItemCollection.

    Parameters
    ----------
    document : object
        The parsed JSON.
    name : str
        Name of the document in errors.
    folder : str, default ""
        Folder against which relative URLs are resolved, unless the item has an absolute link to itself.

    Raises
    ------
    InputError
        The document is not an ItemCollection, or an item has a missing or invalid field.
    """
    kind = document.get("type") if isinstance(document, dict) else None
    if kind != "FeatureCollection" or not isinstance(document.get("features"), list):
        found = f"has the type {str(kind)[:60]}" if kind else "has no type"
        raise InputError(
            f"{name} is not an ItemCollection: it {found}, but must have the type FeatureCollection. Use a "
            "file that contains the saved result of a STAC search.",
            parameter="items",
        )
    items = [_item(feature, number, name, folder) for number, feature in enumerate(document["features"], 1)]
    counts = Counter(item.id for item in items)
    return [
        replace(item, name=item.id if counts[item.id] == 1 else f"{item.id} (number {number} in the list)")
        for number, item in enumerate(items, 1)
    ]


def _item(feature: Any, number: int, name: str, folder: str) -> Item:
    where = f"{name}, item {number}"
    if not isinstance(feature, dict):
        raise InputError(f"{where} is not a JSON object.", parameter="items")
    identity = _identity(feature.get("id"))
    where = f"{name}, item {identity or number}"
    version = str(feature.get("stac_version", ""))
    if not version.startswith(VERSIONS):
        raise InputError(
            f"{where} has {f'STAC version {version}' if version else 'no STAC version'}; only 1.0 and 1.1 can be read.",
            parameter="items",
        )
    properties, assets = feature.get("properties"), feature.get("assets")
    if not identity or not isinstance(properties, dict) or not isinstance(assets, dict):
        raise InputError(
            f"{where}: the id, properties or assets are missing or invalid. Run the search again and save its result.",
            parameter="items",
        )
    time = properties.get("datetime") or properties.get("start_datetime")
    try:
        moment = parse_scene_time(str(time or "")[:60])
    except ValueError as error:
        raise InputError(f"{where}: the datetime {error}.", parameter="items") from error
    read = {key: _asset(key, asset, properties) for key, asset in assets.items() if _has_href(asset)}
    collection = str(feature.get("collection") or "")
    base = _base(feature, folder)
    return Item(identity, moment.time, collection, properties, read, base, is_day=moment.is_day)


def _has_href(asset: Any) -> bool:
    return isinstance(asset, dict) and isinstance(asset.get("href"), str) and bool(asset["href"])


def _base(feature: Json, folder: str) -> str:
    links = feature.get("links")
    for link in links if isinstance(links, list) else ():
        href = link.get("href") if isinstance(link, dict) and link.get("rel") == "self" else None
        if isinstance(href, str) and re.match(r"https?://", href):
            return href
    return folder


def _asset(key: str, asset: Json, properties: Json) -> Asset:
    def field(name: str) -> Any:
        return asset.get(name, properties.get(name))

    roles = asset.get("roles")
    return Asset(
        key,
        asset["href"],
        _https(asset),
        str(asset.get("type") or "").lower(),
        tuple(map(str, roles)) if isinstance(roles, list) else (),
        tuple(_bands(asset)),
        _crs(asset) or _crs({key: value for key, value in properties.items() if key not in asset}),
        _transform(field("proj:transform")),
        _shape(field("proj:shape")),
    )


def _https(asset: Json) -> str:
    """Return the first alternative HTTPS URL; "" if there is none."""
    alternate = asset.get("alternate")
    for other in alternate.values() if isinstance(alternate, dict) else ():
        href = other.get("href") if isinstance(other, dict) else None
        if isinstance(href, str) and href.startswith("https://"):
            return href
    return ""


def _bands(asset: Json) -> Iterator[AssetBand]:
    """Yield the bands of an asset. In STAC 1.1, fields that all bands share may be in the asset itself.

    If an asset has a single band, all fields of the band may be in the asset itself.
    """
    new, named, raster = (_objects(asset.get(name)) for name in ("bands", "eo:bands", "raster:bands"))
    if not (new or named or raster) and not BAND_FIELDS.isdisjoint(asset):
        new = [{"eo:common_name": asset.get("eo:common_name")}]
    for number in range(max(len(new), len(named), len(raster))):
        sources = [each[number] for each in (new, raster, named) if number < len(each)]

        def field(*names: str, sources: list[Json] = sources) -> Any:
            found = (source.get(name) for source in sources for name in names)
            shared = (asset.get(name) for name in names if name in BAND_FIELDS)
            return next((value for value in (*found, *shared) if value is not None), None)

        own = [source.get(name) for source in sources for name in ("name", "common_name", "eo:common_name")]
        yield AssetBand(
            tuple(dict.fromkeys(each for each in own if isinstance(each, str) and each)),
            str(field("data_type") or ""),
            _nodata(field("nodata")),
            _number(field("raster:scale", "scale")),
            _number(field("raster:offset", "offset")),
        )


def _objects(value: Any) -> list[Json]:
    return [each if isinstance(each, dict) else {} for each in value] if isinstance(value, list) else []


def _crs(fields: Json) -> str:
    """Return the CRS that an asset or an item states in one of four fields; "" if it states none."""
    code = fields.get("proj:code")
    if isinstance(code, str) and code:
        return code
    number = fields.get("proj:epsg")
    if isinstance(number, int):
        return f"EPSG:{number}"
    wkt = fields.get("proj:wkt2")
    if isinstance(wkt, str) and wkt:
        return wkt
    description = fields.get("proj:projjson")
    return json.dumps(description) if isinstance(description, dict) else ""


def _transform(value: Any) -> Transform | None:
    """Return the first six numbers of `proj:transform`; it may also contain a third row (0, 0, 1)."""
    if not isinstance(value, list) or len(value) not in (6, 9) or not all(map(_is_number, value)):
        return None
    a, b, c, d, e, f = (float(each) for each in value[:6])
    return (a, b, c, d, e, f) if a * e != b * d else None


def _identity(value: Any) -> str:
    """Return the id of an item; "" if it is not a string, or if it contains surrogates, which UTF-8 cannot store."""
    is_text = isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)
    return value if is_text else ""


def _shape(value: Any) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    rows, cols = value
    return (rows, cols) if all(isinstance(each, int) and 0 < each < 2**31 for each in value) else None


def _number(value: Any) -> float | None:
    return float(value) if _is_number(value) else None


def _nodata(value: Any) -> float | None:
    """Return a nodata value; STAC writes values that JSON cannot express, such as NaN, as strings."""
    if isinstance(value, str) and value.lower() in ("nan", "inf", "-inf"):
        return float(value)
    return _number(value)


def _is_number(value: Any) -> bool:
    """Return True if a value is a number in the range of float64, but not a boolean."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= sys.float_info.max
