"""What a GeoTIFF made from another raster keeps of it besides pixels: read once, moved to a window, written again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from ..errors import InputError
from ..raster.grid import Grid, has_transform, same_crs
from ..raster.nodata import Nodata, same_nodata
from ..raster.subdatasets import input_file
from ..tiff.directory import is_tiled
from .classes import CATEGORIES, TABLE, Classes, read_classes
from .gdal_quirks import is_plain_tiff
from .readers import InputBand, input_bands, named, open_raster
from .safe_paths import AUXILIARY

Domains = Mapping[str, Mapping[str, str]]
"""Metadata items by domain, "" for the default one; a domain of XML has one item of its own name."""

NOT_COPIED = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "OVERVIEWS", "TIFF", "xml:VRT", "xml:ESRI")
"""Domains in which GDAL describes the file, not the picture."""

STALE = ("STATISTICS_", "NODATA_VALUES")
"""Items that begin so describe pixels that another file does not have. By NODATA_VALUES, a value for each band, GDAL
hides pixels like a mask, and lets no mask be written beside it; a copy has that mask."""

PLACED = "GEOLOCATION"
"""The domain that gives every pixel its place through other rasters; it does not fit other pixels."""

OVERVIEWS = "overviews"
POINTS_UNKEPT = "ground control points, since there is a transform as well"

ARGUMENTS = ("self", "bidx", "ns")
"""Keys that rasterio cannot tell from its own arguments."""

POINT = ("AREA_OR_POINT", "Point")

BESIDE_ONLY = ("IMD",)
"""Domains that GDAL writes to a file of its own beside a GeoTIFF, named without the extension of that."""

RPC_OFFSETS = {"LINE_OFF": "row_off", "SAMP_OFF": "col_off"}

LAYOUTS = {
    "ENVI": frozenset({
        "samples", "lines", "bands", "header_offset", "file_type", "data_type", "interleave", "byte_order", "x_start",
        "y_start", "map_info", "projection_info", "coordinate_system_string", "pixel_size", "geo_points", "rpc_info",
        "default_bands", "z_plot_range", "z_plot_average", "z_plot_titles", "major_frame_offsets",
        "minor_frame_offsets", "read_procedures", "reflectance_scale_factor",
    }),
    "IMD": frozenset({"numRows", "numColumns"}),
}  # fmt: skip
"""Items by domain that tell how the pixels lie in the input's own file, and where."""

CORNER = re.compile(r"(UL|UR|LL|LR)(Lon|Lat|HAE|X|Y|H)$")
"""The end of an item of IMD that tells where a corner lies."""

PER_BAND = frozenset({
    "band_names", "wavelength", "fwhm", "bbl", "data_gain_values", "data_offset_values",
    "data_reflectance_gain_values", "data_reflectance_offset_values", "data_units_values",
})  # fmt: skip
"""Items of ENVI that are lists with a value for each band."""

BAND_ITEM = re.compile(r"Band_(\d+)$")
"""Items of a raster that name a band, as GDAL's ENVI driver has them."""

Colours = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class BandMetadata:
    """What a band says of itself.

    `colour` is the name of its colour interpretation, `table` its attribute table as GDAL's XML.
    """

    dtype: str
    nodata: Nodata = None
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    description: str = ""
    colour: str = "undefined"
    colormap: Colours | None = None
    categories: tuple[str, ...] = ()
    table: str = ""
    tags: Domains = field(default_factory=dict)


@dataclass(frozen=True)
class RasterMetadata:
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
        return bool(self.gcps) and not has_transform(self.grid)

    def moved(self, window: Window) -> RasterMetadata:
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
    metadata: RasterMetadata
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
        inputs = tuple(input_bands(dataset, path, numbers, ["bands"] if bands else (), real=False))
        return named(path, lambda: _source(dataset, path, inputs), "cannot be used")


def _source(dataset: Any, path: str, inputs: tuple[InputBand, ...]) -> RasterSource:
    flags = dataset.mask_flag_enums  # rasterio asks GDAL about every band each time
    if len(inputs) > 1 and not all(flags[each.band - 1] for each in inputs):
        raise InputError(f"{path}: bands have masks of their own, but a GeoTIFF has one for all. Choose one band.")
    unkept = []
    if inputs[0].points.gcps and has_transform(inputs[0].grid):
        unkept.append(POINTS_UNKEPT)
    points, crs = _kept_points(inputs[0])
    numbers = [each.band for each in inputs]
    spaces = dataset.tag_namespaces()
    if {MaskFlags.per_dataset, MaskFlags.nodata} <= set(flags[inputs[0].band - 1]):
        unkept.append("the metadata item NODATA_VALUES, in place of which a mask hides the same pixels")
    if PLACED in spaces:
        unkept.append("geolocation arrays, since they belong to all pixels of the input")
    tags = {space: dataset.tags(ns=space) for space in ("", *spaces) if space not in (*NOT_COPIED, PLACED)}
    if points and tags[""].get(POINT[0]) == POINT[1]:
        unkept.append("AREA_OR_POINT=Point, since GDAL would store the ground control points a pixel off with it")
        del tags[""][POINT[0]]
    classes = read_classes(dataset, numbers, inputs[0].files)
    metadata = RasterMetadata(
        inputs[0].grid,
        _bands_metadata(dataset, inputs, classes),
        _fresh(_of_bands(tags, numbers, dataset.count)),
        _mask_kind(inputs),
        points,
        crs,
    )
    if any(dataset.overviews(each.band) for each in inputs):
        unkept.append(OVERVIEWS)
    unkept += _unkept_classes(input_file(path), classes)
    tiled = "YES" if is_plain_tiff(dataset, path) and is_tiled(path) else "NO"
    structure = {**dataset.tags(ns="IMAGE_STRUCTURE"), **dataset.tags(inputs[0].band, ns="IMAGE_STRUCTURE")}
    return RasterSource(path, inputs, metadata, {**structure, "TILED": tiled}, tuple(unkept))


def _kept_points(band: InputBand) -> tuple[tuple[GroundControlPoint, ...], CRS | None]:
    """Return the ground control points that a copy has: none where there is a transform as well."""
    return ((), None) if has_transform(band.grid) else (band.points.gcps, band.points.crs)


def points_metadata(band: InputBand, dtype: str, nodata: Nodata, window: Window, count: int) -> RasterMetadata | None:
    """Return what places a result of so many bands made from the pixels of a band inside `window`, besides its grid.

    None where there are neither ground control points nor RPCs.
    """
    if not band.points:
        return None
    gcps, crs = _kept_points(band)
    tags = {"RPC": band.points.rpc} if band.points.rpc else {}
    first, others = BandMetadata(dtype, nodata, colour="gray"), BandMetadata(dtype, nodata)
    return RasterMetadata(band.grid, (first, *[others] * (count - 1)), tags, gcps=gcps, gcp_crs=crs).moved(window)


def _unkept_classes(path: str, classes: Sequence[Classes]) -> Iterator[str]:
    """Yield in words what of the attribute tables and category names no copy has."""
    if any(each.counted for each in classes):
        yield "pixel counts of the raster attribute table, since they belong to all pixels of the input"
    found = {TABLE: any(each.table or each.counted for each in classes)}
    found[CATEGORIES] = any(each.categories for each in classes)
    # Of other bands, or too large for GDAL.
    for element, words in ((TABLE, "raster attribute table"), (CATEGORIES, "category names")):
        if not found[element] and any(mentions(file, element) for file in (path, path + AUXILIARY)):
            yield words


def _of_bands(tags: Domains, numbers: Sequence[int], count: int) -> Domains:
    """Return the items of a raster of so many bands that still hold for a copy of these bands, of any window."""
    kept: dict[str, Mapping[str, str]] = {}
    for space, items in tags.items():
        held = {key: value for key, value in items.items() if not _tells_layout(space, key)}
        if space == "ENVI":
            held = _with_chosen(held, numbers, count)
        if space == "" and numbers != [*range(1, count + 1)]:
            held = _renumbered(held, numbers)
        kept[space] = held
    return kept


def _tells_layout(space: str, key: str) -> bool:
    return key in LAYOUTS.get(space, ()) or space == "IMD" and bool(CORNER.search(key))


def _with_chosen(items: Mapping[str, str], numbers: Sequence[int], count: int) -> dict[str, str]:
    """Return the items with the values of the chosen bands in each list; without lists that are not of all bands."""
    kept = {}
    for key, value in items.items():
        values = value.strip().lstrip("{").rstrip("}").split(",")
        if key not in PER_BAND:
            kept[key] = value
        elif len(values) == count:
            kept[key] = f"{{{', '.join(values[number - 1].strip() for number in numbers)}}}"
    return kept


def _renumbered(items: Mapping[str, str], numbers: Sequence[int]) -> dict[str, str]:
    """Return the items of a raster with those that name a band under the number that the band has in a copy."""
    kept = {key: value for key, value in items.items() if not BAND_ITEM.match(key)}
    for place, number in enumerate(numbers, 1):
        if f"Band_{number}" in items:
            kept[f"Band_{place}"] = items[f"Band_{number}"]
    return kept


def _bands_metadata(dataset: Any, inputs: Sequence[InputBand], classes: Sequence[Classes]) -> tuple[BandMetadata, ...]:
    """Return the metadata of each band; each property of the dataset, which holds those of all bands, is read once."""
    units, descriptions, colours = dataset.units, dataset.descriptions, dataset.colorinterp
    found = []
    for band, named_values in zip(inputs, classes):
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
                categories=named_values.categories,
                table=named_values.table,
                tags=kept,
            )
        )
    return tuple(found)


def _fresh(tags: Domains) -> dict[str, dict[str, str]]:
    """Return the items that do not describe the pixels."""
    kept = {
        space: {key: value for key, value in items.items() if not key.upper().startswith(STALE)}
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


def mentions(path: str, element: str) -> bool:
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


def apply_metadata(dataset: Any, metadata: RasterMetadata) -> None:
    """Write to a new file, before its pixels, all that `facts` says but grid, type, nodata and mask."""
    bands = metadata.bands
    if metadata.gcps:
        dataset.gcps = list(metadata.gcps), metadata.gcp_crs or CRS()  # rasterio takes no None
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
    for space, items in metadata.tags.items():
        if space not in BESIDE_ONLY:
            dataset.update_tags(**_space(space), **_items(space, items))


def _space(space: str) -> dict[str, str]:
    return {"ns": space} if space else {}


def _items(space: str, items: Mapping[str, str]) -> Mapping[str, str]:
    """Return what rasterio is to be given: it writes XML as an item too, cut in two at its first equals sign."""
    if not space.startswith("xml:"):
        return {key: value for key, value in items.items() if key not in ARGUMENTS}
    key, _, value = items[space].partition("=")
    return {key: value}


def lost_metadata(wanted: RasterMetadata, found: RasterMetadata) -> list[str]:
    """Return in words what a written file does not say as it should, e.g. because the format has no place for it."""
    lost = []
    if not (same_crs(wanted.grid.crs, found.grid.crs) or wanted.is_placed_by_points):
        lost.append(f"CRS {_short(wanted.grid.crs)} became {_short(found.grid.crs)}")
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
