"""Read the scenes of a composite from STAC items, whose files are on servers or on disk."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from affine import Affine

from ...errors import InputError, OptionError
from ...pixels.scenes import Scene, outside_range
from ...progress import Progress
from ...raster.grid import Grid
from ...reading.readers import InputBand
from ...stac.addresses import Address, check_signature, resolve_address
from ...stac.chosen import ChosenAsset, asset_names, choose_assets
from ...stac.connections import Connections
from ...stac.fetch import host_of
from ...stac.files import AssetFiles, Network, new_mark
from ...stac.inputs import AssetInputs
from ...stac.inspect import Inspector
from ...stac.items import Item, read_items
from ...stac.scaling import FileScaling, catalogue_scaling, file_scaling_warnings, guess_warnings, nodata_of
from ...stac.steps import duplicates
from ...stac.target import asset_crs, asset_grid, touches
from .options import CompositeOptions

CONNECTIONS = 8
"""Maximum number of files that are read at once."""

PARAMETERS = {"items": "scenes", "assets": "bands"}
"""Parameter names of a composite, keyed by the parameter names in errors from `core.stac`."""


@dataclass(frozen=True)
class CatalogueAccess:
    """Access to the files of a catalogue during a run, with an inspector that opens the files.

    `mark` makes the URLs of a run unique, so that GDAL does not use cached responses.
    """

    network: Network
    mark: str
    inspector: Inspector


@contextmanager
def catalogue_access() -> Iterator[CatalogueAccess]:
    """Yield access to the files of a catalogue; the connections are closed at the end of the `with` block."""
    network, mark = Network(), new_mark()
    files = AssetFiles(network, mark=mark)
    with Connections(CONNECTIONS, files.close_own) as connections:
        yield CatalogueAccess(network, mark, Inspector(files, connections))


@dataclass(frozen=True)
class Catalogue:
    """Scenes of a catalogue in chronological order, the options with BANDS filled in, and the assets to read."""

    scenes: list[Scene]
    options: CompositeOptions
    assets: AssetInputs
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Chosen:
    """The assets of an item, one for each band name."""

    item: Item
    assets: tuple[ChosenAsset, ...]
    addresses: tuple[Address, ...]

    @property
    def read(self) -> list[tuple[Address, int]]:
        """Addresses of the assets, with the number of the band to read."""
        return [(address, asset.band) for address, asset in zip(self.addresses, self.assets)]


def read_catalogue(options: CompositeOptions, access: CatalogueAccess, progress: Progress) -> Catalogue:
    """Return the scenes of the ItemCollection in SCENES, with metadata from the files of the items that are used.

    Items before START, after END or outside EXTENT, and older versions of other items, are returned as unused scenes.

    Parameters
    ----------
    options
        Options of the composite.
    access
        Opens the files.
    progress
        Can cancel the opening of files.

    Raises
    ------
    InputError
        The items cannot be read, an asset is missing, a file is on a server and NETWORK is false, or a file cannot be
        read.
    OptionError
        An option cannot be used with an ItemCollection.
    """
    if options.mask_pattern:
        raise OptionError(
            "MASK_PATTERN cannot be used with an ItemCollection. Set MASK_BAND to the asset with the mask layer.",
            parameter="mask_pattern",
        )
    if options.overview != -1:
        raise OptionError(
            "OVERVIEW cannot be used with an ItemCollection. Set OVERVIEW to -1, or write the items to rasters with "
            "'STAC items to aligned rasters' first: it reads overviews if its output has larger pixels than the items.",
            parameter="overview",
        )
    items = sorted_items(options)
    unused = unused_items(items, options)
    inside = [number for number in range(len(items)) if number not in unused]
    options, names = _names(items[inside[0]], options)
    chosen = dict(zip(inside, _choose([items[number] for number in inside], names, options)))
    outside = _outside_extent(chosen, options)
    unused.update(dict.fromkeys(outside, "outside EXTENT"))
    used = {number: each for number, each in chosen.items() if number not in outside}
    addresses = {address.place: address for each in used.values() for address in each.addresses}
    _check_addresses(addresses.values(), options)
    found = iter(access.inspector.inspect([read for each in used.values() for read in each.read], progress))
    mask = names.index(str(options.mask_band).strip()) if str(options.mask_band).strip() else None
    bands = {number: [next(found) for _ in names] for number in used}
    scenes = [
        Scene(item.id, item.datetime, (), (), unused=unused[number], is_day=item.is_day)
        if number in unused
        else _scene(used[number], names, mask, bands[number])
        for number, item in enumerate(items)
    ]
    return Catalogue(
        scenes,
        options,
        AssetInputs(addresses, access.network, CONNECTIONS, access.mark),
        tuple(_warnings(used, names, mask, bands)) if options.scaling.lower() == "stored" else (),
    )


def _warnings(
    used: Mapping[int, _Chosen], names: Sequence[str], mask: int | None, bands: Mapping[int, Sequence[InputBand]]
) -> Iterator[str]:
    """Yield warnings about scales and offsets that the catalogue does not state."""
    scalings = [(each.item.id, catalogue_scaling(asset)) for each in used.values() for asset in each.assets]
    yield from guess_warnings(scalings, "whether dark pixels have values below zero")
    yield from file_scaling_warnings(
        FileScaling(name, asset.place, band.scale, band.offset, catalogue_scaling(asset))
        for number, each in used.items()
        for place, (name, asset, band) in enumerate(zip(names, each.assets, bands[number]))
        if place != mask
    )


def sorted_items(options: CompositeOptions) -> list[Item]:
    """Return the items of the ItemCollection in SCENES, sorted by time, then by ID.

    Raises
    ------
    InputError
        The items cannot be read.
    """
    return sorted(read_items(str(options.scenes)), key=lambda item: (item.datetime, item.id))


def unused_items(items: Sequence[Item], options: CompositeOptions) -> dict[int, str]:
    """Return the reasons why items are not used, keyed by index: a newer version, or a time before START or after END.

    Raises
    ------
    InputError
        No item is left.
    """
    dropped = {number: f"duplicate of {items[other].id}" for number, other in duplicates(items, "newest").items()}
    scenes = [
        Scene(item.id, item.datetime, (), (), unused=dropped.get(number, ""), is_day=item.is_day)
        for number, item in enumerate(items)
    ]
    return outside_range(scenes, options.start, options.end)


def catalogue_crs(options: CompositeOptions) -> str:
    """Return the CRS of the outputs as WKT: the CRS that the catalogue gives for the earliest item to use.

    Raises
    ------
    InputError
        The items cannot be read, or the first item does not state its CRS.
    """
    items = sorted_items(options)
    unused = unused_items(items, options)
    first = next(item for number, item in enumerate(items) if number not in unused)
    options, names = _names(first, options)
    ((chosen,),) = choose_assets([first], names[:1], "bands")
    return str(asset_crs(chosen).to_wkt())


def _names(first: Item, options: CompositeOptions) -> tuple[CompositeOptions, tuple[str, ...]]:
    """Return two values: the options, with BANDS set to the bands to combine, and the names of all bands to read.

    The bands to read are BANDS (by default, all single-band assets with the role "data"), the bands in EXPRESSION, and
    MASK_BAND.
    """
    mask = str(options.mask_band).strip()
    bands = tuple(str(name).strip() for name in options.bands or ())
    if not bands and not options.uses_formula:
        bands = tuple(
            key for key, asset in first.assets.items() if "data" in asset.roles and len(asset.bands) < 2 and key != mask
        )
        if not bands:
            raise OptionError(
                f"No single-band asset of the item {first.id} has the role 'data'. Set BANDS to the assets to combine.",
                parameter="bands",
            )
    named: list[str] = []
    if options.uses_formula or options.uses_score:
        known = set(asset_names(first))
        named = [name for name in re.findall(r'"([^"\n]+)"', options.expression) if name in known]
        if not bands and not named:
            raise OptionError(
                'EXPRESSION does not refer to any asset of the items. Write asset names as A["red"], or set BANDS.',
                parameter="expression",
            )
    names = tuple(dict.fromkeys([*bands, *named, *[mask][: bool(mask)]]))
    return replace(options, bands=bands or None), names


def _choose(items: Sequence[Item], names: Sequence[str], options: CompositeOptions) -> list[_Chosen]:
    mask = str(options.mask_band).strip()
    by_name = {
        name: choose_assets(items, [name], "mask_band" if name == mask else "bands")  # the error names its parameter
        for name in names
    }
    found = []
    for number, item in enumerate(items):
        assets = tuple(by_name[name][number][0] for name in names)
        found.append(_Chosen(item, assets, tuple(map(resolve_address, assets))))
    return found


def _outside_extent(chosen: Mapping[int, _Chosen], options: CompositeOptions) -> set[int]:
    """Return the indices of the items that are outside EXTENT according to the catalogue.

    Items whose grid is not in the catalogue are not included. The first item is never included, because its grid
    determines the grid of the outputs.
    """
    first, *others = chosen
    if options.extent is None or not _states_grid(chosen[first]):
        return set()
    left, bottom, right, top = options.extent
    if not (left < right and bottom < top):
        return set()  # raised as an error later
    area = Grid(asset_grid(chosen[first].assets[0]).crs, Affine(right - left, 0, left, 0, bottom - top, top), 1, 1)
    stated = [number for number in others if _states_grid(chosen[number])]
    return {n for n in stated if not any(touches(asset_grid(each), area) for each in chosen[n].assets)}


def _states_grid(chosen: _Chosen) -> bool:
    return all(each.asset.crs and each.asset.transform and each.asset.shape for each in chosen.assets)


def _check_addresses(addresses: Iterable[Address], options: CompositeOptions) -> None:
    for address in addresses:
        if address.is_http and not options.network:
            raise InputError(
                f"{address.place} is on a server ({host_of(address.href)}). Set NETWORK to read it, or first create "
                "rasters from the items with 'STAC items to aligned rasters'.",
                parameter="network",
            )
        check_signature(address)


def _scene(chosen: _Chosen, names: tuple[str, ...], mask: int | None, bands: Sequence[InputBand]) -> Scene:
    """Return the scene of an item, given the metadata of its bands."""
    item, read, scaling = chosen.item, [], []
    for number, (asset, band) in enumerate(zip(chosen.assets, bands)):
        read.append(replace(band, nodata=nodata_of(asset, band.nodata, is_mask=number == mask)))
        scaling.append(catalogue_scaling(asset)[:2])
    return Scene(item.id, item.datetime, tuple(read), names, None, tuple(scaling), is_day=item.is_day)
