"""What a GeoTIFF made from another raster keeps of it besides pixels: read once, moved to a window, written again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.windows import Window

from .band_types import is_plain_tiff
from .errors import InputError
from .grid import Grid
from .nodata import Nodata, same_nodata
from .raster_io import InputBand, band_facts, named, open_raster
from .subdatasets import input_file
from .tiff_directory import is_tiled

Domains = Mapping[str, Mapping[str, str]]
"""Metadata items by domain, "" for the default one; a domain of XML has one item of its own name."""

NOT_COPIED = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "OVERVIEWS", "TIFF", "xml:VRT", "xml:ESRI")
"""Domains in which GDAL describes the file, not the picture."""

STALE = "STATISTICS_"
"""Items that begin so describe pixels that another file does not have."""

PLACED = "GEOLOCATION"
"""The domain that gives every pixel its place through other rasters; it does not fit other pixels."""

ARGUMENTS = ("self", "bidx", "ns")
"""Keys that rasterio cannot tell from its own arguments."""

POINT = ("AREA_OR_POINT", "Point")

RPC_OFFSETS = {"LINE_OFF": "row_off", "SAMP_OFF": "col_off"}

Colours = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class BandMetadata:
    """What a band says of itself; `colour` is the name of its colour interpretation."""

    dtype: str
    nodata: Nodata = None
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    description: str = ""
    colour: str = "undefined"
    colormap: Colours | None = None
    tags: Domains = field(default_factory=dict)


@dataclass(frozen=True)
class RasterFacts:
    """What a raster says of itself.

    `mask` tells what hides pixels: "none", "nodata", "alpha", or "mask" for a mask of the whole dataset.
    """

    grid: Grid
    bands: tuple[BandMetadata, ...]
    tags: Domains = field(default_factory=dict)
    mask: str = "none"
    gcps: tuple[GroundControlPoint, ...] = ()
    gcp_crs: CRS | None = None

    @property
    def is_placed_by_points(self) -> bool:
        """Whether ground control points stand in for a transform."""
        return bool(self.gcps) and self.grid.transform == Affine.identity()

    def moved(self, window: Window) -> RasterFacts:
        """Return the facts of the pixels inside `window`: grid, ground control points and RPC offsets shifted."""
        points = tuple(
            GroundControlPoint(p.row - window.row_off, p.col - window.col_off, p.x, p.y, p.z, p.id, p.info)
            for p in self.gcps
        )
        grid = self.grid.cropped(window)
        if self.is_placed_by_points:
            grid = replace(grid, transform=Affine.identity())
        return replace(self, grid=grid, gcps=points, tags=_moved_tags(self.tags, window))


@dataclass(frozen=True)
class RasterSource:
    """An input whose bands are copied: how it is read, what it says of itself, and what of that no copy can hold.

    `structure` is what GDAL says of the file's inner structure, and TILED=YES for a GeoTIFF in tiles.
    """

    path: str
    inputs: tuple[InputBand, ...]
    facts: RasterFacts
    structure: Mapping[str, str]
    unkept: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the input consists of."""
        return self.inputs[0].files


def read_source(path: str, bands: Sequence[int] | None = None) -> RasterSource:
    """Return what is known of a raster and of the given bands (from 1), None for all, before a pixel is read.

    Raises
    ------
    InputError
        The raster cannot be opened, or a band does not exist.
    """
    with open_raster(path) as dataset:
        numbers = list(bands or dataset.indexes)
        inputs = tuple(band_facts(dataset, path, numbers, real=False))
        return named(path, lambda: _source(dataset, path, inputs), "cannot be used")


def _source(dataset: Any, path: str, inputs: tuple[InputBand, ...]) -> RasterSource:
    flags = dataset.mask_flag_enums  # rasterio asks GDAL about every band each time
    if len(inputs) > 1 and not all(flags[each.band - 1] for each in inputs):
        raise InputError(f"{path}: bands have masks of their own, but a GeoTIFF has one for all. Choose one band.")
    points, crs = dataset.gcps
    unkept = []
    if points and inputs[0].grid.transform != Affine.identity():
        unkept.append("ground control points, since there is a transform as well")
        points, crs = [], None
    spaces = dataset.tag_namespaces()
    if PLACED in spaces:
        unkept.append("geolocation arrays, since they belong to all pixels of the input")
    tags = {space: dataset.tags(ns=space) for space in ("", *spaces) if space not in (*NOT_COPIED, PLACED)}
    if points and tags[""].get(POINT[0]) == POINT[1]:
        unkept.append("AREA_OR_POINT=Point, since GDAL would store the ground control points a pixel off with it")
        del tags[""][POINT[0]]
    facts = RasterFacts(
        inputs[0].grid,
        _bands_metadata(dataset, inputs),
        _fresh(tags),
        _mask_kind(inputs),
        tuple(points),
        crs,
    )
    if any(dataset.overviews(each.band) for each in inputs):
        unkept.append("overviews")
    for element, words in (("GDALRasterAttributeTable", "raster attribute table"), ("CategoryNames", "category names")):
        if any(_mentions(file, element) for file in (input_file(path), input_file(path) + ".aux.xml")):
            unkept.append(words)
    tiled = "YES" if is_plain_tiff(dataset, path) and is_tiled(path) else "NO"
    structure = {**dataset.tags(ns="IMAGE_STRUCTURE"), **dataset.tags(inputs[0].band, ns="IMAGE_STRUCTURE")}
    return RasterSource(path, inputs, facts, {**structure, "TILED": tiled}, tuple(unkept))


def _bands_metadata(dataset: Any, inputs: Sequence[InputBand]) -> tuple[BandMetadata, ...]:
    """Return the metadata of each band; each property of the dataset, which holds those of all bands, is read once."""
    units, descriptions, colours = dataset.units, dataset.descriptions, dataset.colorinterp
    found = []
    for band in inputs:
        number = band.band
        tags = {"": dataset.tags(number)}
        tags.update((space, dataset.tags(number, ns=space)) for space in dataset.tag_namespaces(number))
        kept = _fresh({space: items for space, items in tags.items() if space not in NOT_COPIED})
        found.append(
            BandMetadata(
                dtype=band.dtype,
                nodata=band.nodata,
                scale=band.scale,
                offset=band.offset,
                unit=units[number - 1] or "",
                description=descriptions[number - 1] or "",
                colour=colours[number - 1].name,
                colormap=_colormap(dataset, number),
                tags=kept,
            )
        )
    return tuple(found)


def _fresh(tags: Domains) -> dict[str, dict[str, str]]:
    """Return the items that do not describe the pixels."""
    kept = {
        space: {key: value for key, value in items.items() if not key.startswith(STALE)}
        for space, items in tags.items()
    }
    return {space: items for space, items in kept.items() if items}


def _colormap(dataset: Any, number: int) -> Colours | None:
    try:
        return dict(dataset.colormap(number))
    except ValueError:  # rasterio's way to say that there is none
        return None


def _mask_kind(inputs: Sequence[InputBand]) -> str:
    hidden = next((each.hidden_by for each in inputs if each.hidden_by), "")
    return hidden or ("nodata" if any(each.nodata is not None for each in inputs) else "none")


def _mentions(path: str, element: str) -> bool:
    """Return whether a small XML file has such an element."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
            return head.lstrip().startswith(b"<") and f"<{element}".encode() in head + file.read(2**24)
    except OSError:
        return False


def _moved_tags(tags: Domains, window: Window) -> Domains:
    if "RPC" not in tags:
        return tags
    items = dict(tags["RPC"])
    for key, edge in RPC_OFFSETS.items():
        if key in items:
            items[key] = repr(float(items[key]) - getattr(window, edge))
    return {**tags, "RPC": items}


def apply_facts(dataset: Any, facts: RasterFacts) -> None:
    """Write to a new file, before its pixels, all that `facts` says but grid, type, nodata and mask."""
    bands = facts.bands
    if facts.gcps:
        dataset.gcps = list(facts.gcps), facts.gcp_crs or CRS()  # rasterio takes no None
    for number, band in enumerate(bands, 1):
        if band.colormap is not None:
            dataset.write_colormap(number, dict(band.colormap))
    colours = tuple(ColorInterp[band.colour] for band in bands)
    if dataset.colorinterp != colours:
        dataset.colorinterp = colours
    if any(band.scale != 1 or band.offset != 0 for band in bands):
        dataset.scales = [band.scale for band in bands]
        dataset.offsets = [band.offset for band in bands]
    if any(band.unit for band in bands):
        dataset.units = [band.unit for band in bands]
    for number, band in enumerate(bands, 1):
        if band.description:
            dataset.set_band_description(number, band.description)
        for space, items in band.tags.items():
            dataset.update_tags(number, **_space(space), **_items(space, items))
    for space, items in facts.tags.items():
        dataset.update_tags(**_space(space), **_items(space, items))


def _space(space: str) -> dict[str, str]:
    return {"ns": space} if space else {}


def _items(space: str, items: Mapping[str, str]) -> Mapping[str, str]:
    """Return what rasterio is to be given: it writes XML as an item too, cut in two at its first equals sign."""
    if not space.startswith("xml:"):
        return {key: value for key, value in items.items() if key not in ARGUMENTS}
    key, _, value = items[space].partition("=")
    return {key: value}


def lost_facts(wanted: RasterFacts, found: RasterFacts) -> list[str]:
    """Return in words what a written file does not say as it should, e.g. because the format has no place for it."""
    lost = []
    for number, (want, have) in enumerate(zip(wanted.bands, found.bands), 1):
        for each in fields(BandMetadata):
            ours, theirs = getattr(want, each.name), getattr(have, each.name)
            if each.name == "tags":
                lost += [f"band {number}: {words}" for words in _lost_tags(ours, theirs)]
            elif each.name == "colour" and {ours, theirs} <= {"gray", "undefined"}:
                continue  # GDAL calls the first band gray and the others undefined where nothing else is said
            elif not (ours == theirs or each.name == "nodata" and same_nodata(ours, theirs)):
                lost.append(f"band {number}: {each.name} {_short(ours)} became {_short(theirs)}")
    if [(p.row, p.col, p.x, p.y, p.z) for p in wanted.gcps] != [(p.row, p.col, p.x, p.y, p.z) for p in found.gcps]:
        lost.append("ground control points")
    if wanted.mask != found.mask:
        lost.append(f"mask {wanted.mask} became {found.mask}")
    return lost + _lost_tags(wanted.tags, found.tags)


def _lost_tags(wanted: Domains, found: Domains) -> list[str]:
    return [
        f"metadata item {key}{f' of {space}' if space else ''}"
        for space, items in wanted.items()
        for key, value in items.items()
        if found.get(space, {}).get(key) != value and not (space == "RPC" and _same_numbers(value, found, key))
    ]


def _same_numbers(value: str, found: Domains, key: str) -> bool:
    """Return whether a list of numbers is the same as found, however it is written."""
    try:
        return [*map(float, value.split())] == [*map(float, found["RPC"][key].split())]
    except (KeyError, ValueError):
        return False


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else text[:37] + "..."
