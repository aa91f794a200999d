"""Reads the metadata that a copy of a raster keeps, adapts the metadata to a window, and writes it to a GeoTIFF."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from ..errors import InputError
from ..raster.grid import PIXEL_TOLERANCE, Grid, has_transform, same_crs
from ..raster.nodata import Nodata, same_nodata
from ..raster.subdatasets import input_file
from ..tiff.directory import is_tiled
from .classes import CATEGORIES, TABLE, Classes, read_classes
from .gdal_quirks import is_plain_tiff
from .readers import InputBand, input_bands, named, open_raster, opened_state
from .safe_paths import AUXILIARY

Domains = Mapping[str, Mapping[str, str]]
"""Metadata items by domain; "" is the default domain. An XML domain has one item, whose key is the domain name."""

NOT_COPIED = ("IMAGE_STRUCTURE", "DERIVED_SUBDATASETS", "SUBDATASETS", "OVERVIEWS", "TIFF", "xml:VRT", "xml:ESRI")
"""Metadata domains that describe the file rather than its pixels; they are not copied."""

STALE = ("STATISTICS_", "NODATA_VALUES")
"""Prefixes of metadata items that are not copied.

Statistics describe the pixels of the input. NODATA_VALUES (one value per band) is replaced by a mask band, because GDAL
treats this item as a mask and cannot write a mask band to a file that has it.
"""

PLACED = "GEOLOCATION"
"""Metadata domain of geolocation arrays, which are rasters with the coordinates of every pixel of the input."""

OVERVIEWS = "overviews"
POINTS_UNKEPT = "ground control points because the raster also has a transform"

SAME_PLACE = 1e-9
"""Relative difference up to which coordinates of ground control points are equal; file formats round them."""

ARGUMENTS = ("self", "bidx", "ns")
"""Metadata keys that clash with argument names of rasterio's methods."""

POINT = ("AREA_OR_POINT", "Point")

BESIDE_ONLY = ("IMD",)
"""Metadata domains that GDAL writes to a separate file, named after the GeoTIFF without its `.tif`."""

COG_DOMAINS = ("", "RPC", "xml:XMP")
"""Metadata domains that GDAL's COG driver copies. For bands, it copies only the default domain, ""."""

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
"""Metadata items, by domain, that describe the layout or position of the pixels in the input's file."""

CORNER = re.compile(r"(UL|UR|LL|LR)(Lon|Lat|HAE|X|Y|H)$")
"""Pattern for the names of IMD items with corner coordinates; it matches the end of a name."""

PER_BAND = frozenset({
    "band_names", "wavelength", "fwhm", "bbl", "data_gain_values", "data_offset_values",
    "data_reflectance_gain_values", "data_reflectance_offset_values", "data_units_values",
})  # fmt: skip
"""ENVI items that are lists with one value per band."""

BAND_ITEM = re.compile(r"Band_(\d+)$")
"""Pattern of the names of dataset metadata items that describe one band; GDAL's ENVI driver writes such items."""

Colours = Mapping[int, tuple[int, ...]]


@dataclass(frozen=True)
class BandMetadata:
    """Metadata of a band.

    `colour` is the name of the colour interpretation, `colormap` the colour table, and `table` the raster attribute
    table as GDAL XML.
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
    """Metadata of a raster and its bands.

    `mask` states how invalid pixels are marked: "none" (not at all), "nodata", "alpha" (alpha band) or "mask" (mask
    band of the dataset).
    """

    grid: Grid
    bands: tuple[BandMetadata, ...]
    tags: Domains = field(default_factory=dict)
    mask: str = "none"
    gcps: tuple[GroundControlPoint, ...] = ()
    gcp_crs: CRS | None = None

    @property
    def is_placed_by_points(self) -> bool:
        """True if the raster is georeferenced by ground control points and has no transform."""
        return bool(self.gcps) and not has_transform(self.grid)

    @cached_property
    def alpha_index(self) -> int | None:
        """Index of the alpha band among the bands; None if there is no alpha band, or no other band for it to hide."""
        colours = [band.colour for band in self.bands]
        return colours.index("alpha") if "alpha" in colours and len(colours) > 1 else None

    def moved(self, window: Window) -> RasterMetadata:
        """Return the metadata for the pixels in `window`: grid, ground control points and RPC offsets are shifted."""
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
    """Raster whose bands are copied.

    `unkept` describes the metadata that copies lose. `structure` contains GDAL's IMAGE_STRUCTURE items and, for a
    GeoTIFF, the item TILED, which is YES or NO.
    """

    path: str
    inputs: tuple[InputBand, ...]
    metadata: RasterMetadata
    structure: Mapping[str, str]
    unkept: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the input consists of."""
        return self.inputs[0].files


WHITE_IS_ZERO = "MINISWHITE"
"""Item of IMAGE_STRUCTURE of a TIFF in which 0 is white. GDAL derives a colour table for such a file."""


def read_source(path: str, bands: Sequence[int] | None = None) -> RasterSource:
    """Return metadata of a raster and its given bands (counted from 1; None for all), without reading pixels.

    Raises
    ------
    InputError
        The raster cannot be opened, or a band does not exist.
    """
    state = opened_state(path)
    with open_raster(path) as dataset:
        numbers = list(bands or dataset.indexes)
        inputs = tuple(input_bands(dataset, path, numbers, ["bands"] if bands else (), real=False, state=state))
        return named(path, lambda: _source(dataset, path, inputs), "cannot be used")


def _source(dataset: Any, path: str, inputs: tuple[InputBand, ...]) -> RasterSource:
    unkept = []
    if inputs[0].points.gcps and has_transform(inputs[0].grid):
        unkept.append(POINTS_UNKEPT)
    points, crs = copied_points(inputs[0])
    numbers = [each.band for each in inputs]
    spaces = dataset.tag_namespaces()
    if {MaskFlags.per_dataset, MaskFlags.nodata} <= set(dataset.mask_flag_enums[inputs[0].band - 1]):
        unkept.append("the metadata item NODATA_VALUES, which is replaced by a mask that hides the same pixels")
    if PLACED in spaces:
        unkept.append("geolocation arrays because they apply only to the whole input")
    tags = {space: dataset.tags(ns=space) for space in ("", *spaces) if space not in (*NOT_COPIED, PLACED)}
    if points and tags[""].get(POINT[0]) == POINT[1]:
        unkept.append("AREA_OR_POINT=Point because it would make GDAL shift the ground control points by a pixel")
        del tags[""][POINT[0]]
    classes = read_classes(dataset, numbers, inputs[0].files)
    structure = {**dataset.tags(ns="IMAGE_STRUCTURE"), **dataset.tags(inputs[0].band, ns="IMAGE_STRUCTURE")}
    coloured = _bands_metadata(dataset, inputs, classes)
    bands = tuple(map(_without_colour_table, coloured))
    if bands != coloured and structure.get(WHITE_IS_ZERO) != "YES":
        unkept.append("colour tables because a GeoTIFF stores them only for bands of type Byte and UInt16")
    metadata = RasterMetadata(
        inputs[0].grid,
        bands,
        _without_stale(_band_subset(tags, numbers, dataset.count)),
        _mask_kind(inputs),
        points,
        crs,
    )
    if any(dataset.overviews(each.band) for each in inputs):
        unkept.append(OVERVIEWS)
    unkept += _unkept_classes(input_file(path), classes)
    if is_plain_tiff(dataset, path):
        structure["TILED"] = "YES" if is_tiled(path) else "NO"
    return RasterSource(path, inputs, metadata, structure, tuple(unkept))


def copied_points(band: InputBand) -> tuple[tuple[GroundControlPoint, ...], CRS | None]:
    """Return the ground control points to copy and their CRS; ((), None) if the raster also has a transform."""
    return ((), None) if has_transform(band.grid) else (band.points.gcps, band.points.crs)


def check_points(first: InputBand, other: InputBand) -> None:
    """Raise InputError unless two rasters are georeferenced by the same ground control points, or neither by any.

    Rasters that are georeferenced by ground control points have no transform, so pixels are paired by row and column.

    Raises
    ------
    InputError
        The ground control points or their CRSs differ, or only one raster has them.
    """
    ours, theirs = copied_points(first), copied_points(other)
    if _same_points(ours[0], theirs[0]) and (not ours[0] or same_crs(ours[1], theirs[1])):
        return
    placed, free = (other, first) if theirs[0] else (first, other)
    difference = f"differ from those of {free.path}" if ours[0] and theirs[0] else f"{free.path} does not have"
    raise InputError(
        f"{placed.path} has no transform and is georeferenced by ground control points, which {difference}. Warp both "
        "rasters to the same grid first, for example with gdalwarp."
    )


def _same_points(ours: Sequence[GroundControlPoint], theirs: Sequence[GroundControlPoint]) -> bool:
    """Return True if two lists of ground control points are equal, except for the rounding of file formats."""
    return len(ours) == len(theirs) and all(
        math.hypot(one.row - two.row, one.col - two.col) <= PIXEL_TOLERANCE
        and all(
            math.isclose(place, other, rel_tol=SAME_PLACE, abs_tol=SAME_PLACE)
            for place, other in zip((one.x, one.y, one.z or 0), (two.x, two.y, two.z or 0))
        )
        for one, two in zip(ours, theirs)
    )


def points_metadata(band: InputBand, dtype: str, nodata: Nodata, window: Window, count: int) -> RasterMetadata | None:
    """Return metadata for an output of `count` bands, with the control points and RPCs of `band` shifted to `window`.

    Return None if the band has neither ground control points nor RPCs.
    """
    if not band.points:
        return None
    gcps, crs = copied_points(band)
    tags = {"RPC": band.points.rpc} if band.points.rpc else {}
    first, others = BandMetadata(dtype, nodata, colour="gray"), BandMetadata(dtype, nodata)
    return RasterMetadata(band.grid, (first, *[others] * (count - 1)), tags, gcps=gcps, gcp_crs=crs).moved(window)


def _unkept_classes(path: str, classes: Sequence[Classes]) -> Iterator[str]:
    """Yield descriptions of the raster attribute tables and category names that a copy does not keep."""
    if any(each.counted for each in classes):
        yield "pixel counts of the raster attribute table because they apply only to the whole input"
    found = {TABLE: any(each.table or each.counted for each in classes)}
    found[CATEGORIES] = any(each.categories for each in classes)
    # The file may contain elements that were not read: those of other bands, or elements too large for GDAL.
    for element, words in ((TABLE, "raster attribute table"), (CATEGORIES, "category names")):
        if not found[element] and any(mentions(file, element) for file in (path, path + AUXILIARY)):
            yield words


def _band_subset(tags: Domains, numbers: Sequence[int], count: int) -> Domains:
    """Return the metadata items that are correct for a copy of the bands `numbers` of a raster with `count` bands."""
    kept: dict[str, Mapping[str, str]] = {}
    for space, items in tags.items():
        held = {key: value for key, value in items.items() if not _describes_layout(space, key)}
        if space == "ENVI":
            held = _select_values(held, numbers, count)
        if space == "" and numbers != [*range(1, count + 1)]:
            held = _renumbered(held, numbers)
        kept[space] = held
    return kept


def _describes_layout(space: str, key: str) -> bool:
    return key in LAYOUTS.get(space, ()) or space == "IMD" and bool(CORNER.search(key))


def _select_values(items: Mapping[str, str], numbers: Sequence[int], count: int) -> dict[str, str]:
    """Return the items; per-band lists keep only the bands `numbers`, and are dropped if not `count` values long."""
    kept = {}
    for key, value in items.items():
        values = value.strip().lstrip("{").rstrip("}").split(",")
        if key not in PER_BAND:
            kept[key] = value
        elif len(values) == count:
            kept[key] = f"{{{', '.join(values[number - 1].strip() for number in numbers)}}}"
    return kept


def _renumbered(items: Mapping[str, str], numbers: Sequence[int]) -> dict[str, str]:
    """Return the items for a file with only the bands `numbers`; `Band_<n>` items are renumbered or dropped."""
    kept = {key: value for key, value in items.items() if not BAND_ITEM.match(key)}
    for new_number, number in enumerate(numbers, 1):
        if f"Band_{number}" in items:
            kept[f"Band_{new_number}"] = items[f"Band_{number}"]
    return kept


def _bands_metadata(dataset: Any, inputs: Sequence[InputBand], classes: Sequence[Classes]) -> tuple[BandMetadata, ...]:
    """Return the metadata of each band. Dataset properties, which cover all bands, are read only once."""
    units, descriptions, colours = dataset.units, dataset.descriptions, dataset.colorinterp
    found = []
    for band, named_values in zip(inputs, classes):
        number = band.band
        tags = {"": dataset.tags(number)}
        tags.update((space, dataset.tags(number, ns=space)) for space in dataset.tag_namespaces(number))
        kept = _without_stale({space: items for space, items in tags.items() if space not in NOT_COPIED})
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


def _without_stale(tags: Domains) -> dict[str, dict[str, str]]:
    """Return the items whose names do not begin with a prefix in `STALE`."""
    kept = {
        space: {key: value for key, value in items.items() if not key.upper().startswith(STALE)}
        for space, items in tags.items()
    }
    return {space: items for space, items in kept.items() if items}


COLOUR_TABLE_TYPES = ("uint8", "uint16")
"""Data types of the bands for which a GeoTIFF can store a colour table."""


def _without_colour_table(band: BandMetadata) -> BandMetadata:
    """Return the metadata of a band without a colour table that a GeoTIFF cannot store for its data type."""
    if band.colormap is None or band.dtype in COLOUR_TABLE_TYPES:
        return band
    return replace(band, colormap=None, colour="gray" if band.colour == "palette" else band.colour)


def _colormap(dataset: Any, number: int) -> Colours | None:
    try:
        return dict(dataset.colormap(number))
    except ValueError:  # raised by rasterio if there is no colour table
        return None


def _mask_kind(inputs: Sequence[InputBand]) -> str:
    hidden = next((each.hidden_by for each in inputs if each.hidden_by), "")
    return hidden or ("nodata" if any(each.nodata is not None for each in inputs) else "none")


def mentions(path: str, element: str) -> bool:
    """Return True if `path` is a readable XML file whose first 16 MB contain the given element."""
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
    """Write all metadata except grid, data type, nodata and mask to a new dataset, before its pixels are written."""
    bands = metadata.bands
    if metadata.gcps:
        dataset.gcps = list(metadata.gcps), metadata.gcp_crs or CRS()  # rasterio does not accept None
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
        for space, items in writable_domains(band.tags):
            dataset.update_tags(number, **_namespace(space), **items)
    for space, items in writable_domains(metadata.tags):
        if space not in BESIDE_ONLY:
            dataset.update_tags(**_namespace(space), **items)


def _namespace(space: str) -> dict[str, str]:
    return {"ns": space} if space else {}


def writable_domains(tags: Domains) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield each metadata domain with its items as keyword arguments for rasterio's `update_tags`.

    XML is split into key and value at its first equals sign, because `update_tags` joins the two with an equals sign.
    XML without an equals sign is left out, because `update_tags` would add one.
    """
    for space, items in tags.items():
        if not space.startswith("xml:"):
            yield space, {key: value for key, value in items.items() if key not in ARGUMENTS}
        elif "=" in items[space]:
            key, _, value = items[space].partition("=")
            yield space, {key: value}


def lost_metadata(wanted: RasterMetadata, found: RasterMetadata) -> list[str]:
    """Return descriptions of the metadata items that are missing from a written file or differ from `wanted`."""
    lost = []
    if not (same_crs(wanted.grid.crs, found.grid.crs) or wanted.is_placed_by_points):
        lost.append(f"CRS {_short(wanted.grid.crs)} became {_short(found.grid.crs)}")
    for number, (want, have) in enumerate(zip(wanted.bands, found.bands), 1):
        for each in fields(BandMetadata):
            ours, theirs = getattr(want, each.name), getattr(have, each.name)
            if each.name == "tags":
                lost += [f"band {number}: {words}" for words in _lost_tags(ours, theirs)]
            elif each.name == "colour" and {ours, theirs} <= {"gray", "undefined"}:
                continue  # GDAL's defaults: the first band is gray, others are undefined
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
    """Return True if `value` and the RPC item `key` of `found` contain the same numbers, in any notation."""
    try:
        return [*map(float, value.split())] == [*map(float, found["RPC"][key].split())]
    except (KeyError, ValueError):
        return False


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 40 else text[:37] + "..."
