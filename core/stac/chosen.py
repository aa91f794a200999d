"""Finds, in every item, the assets that the user chose by key or by common name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..errors import InputError, OptionError
from ..suggestions import similar
from .items import Asset, AssetBand, Item

SHOWN = 12
"""Maximum number of names that an error lists."""

COGS = ("profile=cloud-optimized", "geotiff")
"""Substrings of media types, in order of preference, for choosing between assets with the same common name."""


@dataclass(frozen=True)
class ChosenAsset:
    """An asset of an item, and the number of the band to read (counted from 1; 0 for the only band)."""

    item: Item
    asset: Asset
    band: int

    @property
    def about(self) -> AssetBand:
        """Metadata of the band according to the item."""
        bands, number = self.asset.bands, self.band or 1
        return bands[number - 1] if number <= len(bands) else AssetBand()

    @property
    def place(self) -> str:
        """Item and asset, for messages."""
        return f"item {self.item.name}, asset {self.asset.key}"


def parse_assets(text: str | Sequence[str], parameter: str = "assets") -> tuple[str, ...]:
    """Return the names of assets in a comma-separated string or in a sequence.

    Raises
    ------
    OptionError
        The list is empty, or contains a name twice.
    """
    parts = text.split(",") if isinstance(text, str) else text
    names = tuple(name for each in parts if (name := str(each).strip()))
    if not names:
        raise OptionError(
            f"{parameter.upper()} is empty. List keys or common names of assets, such as red,nir.", parameter=parameter
        )
    for name in names:
        if names.count(name) > 1:
            raise OptionError(f"{parameter.upper()} lists {name} twice. Remove one entry.", parameter=parameter)
    return names


def choose_assets(items: Sequence[Item], names: Sequence[str], parameter: str) -> list[tuple[ChosenAsset, ...]]:
    """Return for each item the assets with the given names, in the order of the names.

    A name is the key of an asset, or the name or common name of one of its bands. `key@2` is the second band of the
    asset `key`. If several assets have the same common name, assets with a single band are preferred, and among these
    the one with the smallest pixels.

    Raises
    ------
    InputError
        An asset is missing from an item, several assets match equally well, or no band of a multi-band asset is chosen.
    """
    chosen: list[list[ChosenAsset]] = []
    missing: dict[str, list[Item]] = {}
    for item in items:
        found = {name: _find(item, name, parameter) for name in names}
        for name, asset in found.items():
            if asset is None:
                missing.setdefault(name, []).append(item)
        chosen.append([asset for asset in found.values() if asset is not None])
    for name, lacking in missing.items():
        known = list(dict.fromkeys(asset_names(lacking[0])))
        raise InputError(
            f"The asset {name} is missing from {len(lacking)} of {len(items)} items: "
            f"{listed(item.id for item in lacking)}.{similar(name, known)} The assets and bands of {lacking[0].id} are "
            f"{listed(known)}.",
            parameter=parameter,
        )
    return [tuple(each) for each in chosen]


def listed(names: Iterable[str]) -> str:
    """Return the first `SHOWN` names as a string, with "..." if there are more."""
    everything = list(names)
    return ", ".join(everything[:SHOWN]) + (", ..." if len(everything) > SHOWN else "")


def asset_names(item: Item) -> Iterator[str]:
    """Yield all names by which assets of an item can be chosen: their keys, and the names of their bands."""
    for asset in item.assets.values():
        yield asset.key
        yield from (name for band in asset.bands for name in band.names)


def _find(item: Item, name: str, parameter: str) -> ChosenAsset | None:
    key, band = name, 0
    match = re.fullmatch(r"(.+)@([1-9]\d*)", name)
    if match and name not in item.assets:
        key, band = match[1], int(match[2])
    if key in item.assets:
        return _by_key(item, item.assets[key], band, parameter)
    return None if band else _by_band(item, name, parameter)


def _by_key(item: Item, asset: Asset, band: int, parameter: str) -> ChosenAsset:
    count = len(asset.bands)
    where = f"The asset {asset.key} of the item {item.id}"
    if band > count > 0:
        raise InputError(f"{where} has no band {band}. Its last band is {count}.", parameter=parameter)
    if count > 1 and not band:
        words = listed(band.names[0] if band.names else str(number) for number, band in enumerate(asset.bands, 1))
        raise InputError(
            f"{where} has {count} bands ({words}). Choose one of them, for example {asset.key}@1.", parameter=parameter
        )
    return ChosenAsset(item, asset, band)


def _by_band(item: Item, name: str, parameter: str) -> ChosenAsset | None:
    matches = [
        ChosenAsset(item, asset, number if len(asset.bands) > 1 else 0)
        for asset in item.assets.values()
        for number, band in enumerate(asset.bands, 1)
        if name in band.names
    ]
    matches.sort(key=_preference)
    if len(matches) > 1 and _preference(matches[0]) == _preference(matches[1]):
        keys = listed(each.asset.key for each in matches)
        raise InputError(
            f"Several assets of the item {item.id} have a band named {name}: {keys}. Use one of these keys.",
            parameter=parameter,
        )
    return matches[0] if matches else None


def _preference(chosen: ChosenAsset) -> tuple[bool, float, int]:
    media = next((number for number, part in enumerate(COGS) if part in chosen.asset.media), len(COGS))
    return len(chosen.asset.bands) > 1, chosen.asset.pixel_size, media
