"""Read the inputs of a merge once, check that they are compatible, and collect their common metadata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rasterio.windows import Window

from ...errors import InputError
from ...parallel.machine import open_files_limit
from ...parallel.threads import run_chunks
from ...progress import Progress, Stop
from ...raster.dtypes import value_dtype
from ...raster.nodata import Nodata, nodata_of_type, same_nodata, stored_nodata
from ...reading.datasets import keep_environment
from ...reading.metadata import OVERVIEWS, BandMetadata, Domains, RasterMetadata, RasterSource, read_source
from ...reading.safe_paths import is_remote
from ...writing.raster_copy import check_one_mask
from ...writing.sidecar import lost_crs

FILES_PER_TASK = 64
"""Maximum number of local files that a Dask task, and thus a single thread, opens. If there are only a few files, one
thread is faster than several, because the first use of PROJ in each thread takes 10 ms."""

COMPUTED = ("sum", "mean", "median", "feather")
"""Methods that compute new values, to which a colour table does not apply; "count" is handled separately."""


def read_inputs(paths: Sequence[str], *, workers: int, progress: Progress) -> list[RasterSource]:
    """Return the metadata of every file, in the order of the list; a file that is listed twice is read only once.

    Raises
    ------
    InputError
        A file cannot be opened, has several masks or both a mask and an alpha band, or is georeferenced only by ground
        control points.
    Cancelled
        `progress` requested cancellation.
    """
    unique = list(dict.fromkeys(paths))
    found: dict[str, RasterSource] = {}

    def read(path: str, stop: Stop) -> None:
        found[path] = read_source(path)

    workers = min(workers, max(1, open_files_limit() // 2))  # a file may have a mask file
    tasks = None if any(map(is_remote, unique)) else -(-len(unique) // FILES_PER_TASK)
    run_chunks(
        read, unique, name="open-inputs", workers=workers, progress=progress, begin=keep_environment, most_tasks=tasks
    )
    for source in found.values():
        check_one_mask(source)
        if source.metadata.is_placed_by_points:
            raise InputError(
                f"{source.path} has ground control points but no transform. Warp it to a regular grid first, for "
                "example with gdalwarp."
            )
    return [found[path] for path in paths]


def check_compatible(sources: Sequence[RasterSource]) -> None:
    """Raise InputError unless all inputs agree in band count, alpha band, scale and offset.

    Raises
    ------
    InputError
        An input differs from the first input. The message names both files and the values.
    """
    first = sources[0]
    for source in sources[1:]:
        _check_pair(first, source)


def _check_pair(first: RasterSource, other: RasterSource) -> None:
    ours, theirs = first.metadata.bands, other.metadata.bands
    both = f"{other.path} and {first.path} cannot be merged"
    if len(ours) != len(theirs):
        raise InputError(
            f"{both}: the first has {_bands(len(theirs))}, the second {_bands(len(ours))}. Both must have the same "
            "number of bands."
        )
    if alpha_index(first) != alpha_index(other):
        raise InputError(
            f"{both}: the first has {_alpha(other)}, the second {_alpha(first)}. Both must have an alpha band at "
            "the same position, or neither may have one."
        )
    for number, (one, two) in enumerate(zip(ours, theirs), 1):
        if (one.scale, one.offset) != (two.scale, two.offset):
            raise InputError(
                f"{both}: band {number} has scale {two.scale:.12g} and offset {two.offset:.12g} in the first, but "
                f"scale {one.scale:.12g} and offset {one.offset:.12g} in the second. Convert both to the same scale "
                "and offset first."
            )


def _bands(count: int) -> str:
    return f"{count} band{'s' * (count != 1)}"


def _alpha(source: RasterSource) -> str:
    index = alpha_index(source)
    return "no alpha band" if index < 0 else f"alpha in band {index + 1}"


def alpha_index(source: RasterSource) -> int:
    """Return the index of the alpha band, counted from 0, or -1 if there is none."""
    return source.inputs[0].alpha_band - 1


def effective_nodata(source: RasterSource, given: Nodata) -> tuple[Nodata, ...]:
    """Return the effective nodata value of each band: `given` if it is set, otherwise the declared value.

    The value is None for an alpha band, and for a band that has no nodata value or whose data type cannot hold it.
    """
    values = []
    for index, band in enumerate(source.metadata.bands):
        nodata = band.nodata if given is None else nodata_of_type(given, value_dtype(band.dtype))
        possible = nodata is not None and stored_nodata(nodata, value_dtype(band.dtype)) is not None
        values.append(nodata if possible and index != alpha_index(source) else None)
    return tuple(values)


def shared_unusable_nodata(sources: Sequence[RasterSource], dtype: str) -> Nodata:
    """Return the nodata value that all bands of all inputs share, if `dtype` cannot hold it; otherwise None."""
    value = sources[0].metadata.bands[0].nodata
    shared = all(same_nodata(band.nodata, value) for source in sources for band in source.metadata.bands)
    return value if shared and stored_nodata(value, value_dtype(dtype)) is None else None


def common_metadata(
    sources: Sequence[RasterSource], windows: Sequence[Window], mosaic: Window, method: str, same_type: bool
) -> tuple[RasterMetadata, list[str]]:
    """Return the metadata of the mosaic and a warning for each difference between the inputs.

    Parameters
    ----------
    sources
        The inputs.
    windows
        Window of each input, in the same grid as `mosaic`.
    mosaic
        Window of the mosaic.
    method
        A key of `choices.MERGE_METHODS`.
    same_type
        True if the mosaic has the data type of the inputs. If it is False, colour tables are left out.
    """
    warnings: list[str] = []
    first = sources[0]
    bands = []
    for number in range(len(first.metadata.bands)):
        each = [source.metadata.bands[number] for source in sources]
        band = replace(each[0], tags=_common_items([one.tags for one in each], f"band {number + 1}", warnings))
        for name in ("unit", "description", "colour", "colormap"):
            other = next((s for s, one in zip(sources, each) if getattr(one, name) != getattr(band, name)), None)
            if other is not None:
                warnings.append(f"Band {number + 1}: the {WORDS[name]} differs between {other.path} and {first.path}. "
                                f"The mosaic keeps the {WORDS[name]} of {first.path}.")  # fmt: skip
        band = _with_common_classes(band, each, number + 1, warnings)
        kept = _merged_band(method, band, same_type)
        if (kept.categories, kept.table) != (band.categories, band.table):
            warnings.append(f"Band {number + 1}: category names and attribute table are left out of the mosaic because "
                            f"METHOD {method!r} computes new values.")  # fmt: skip
        bands.append(kept)
    moved = [
        source.metadata.moved(Window(mosaic.col_off - window.col_off, mosaic.row_off - window.row_off, 1, 1)).tags
        for source, window in zip(sources, windows)
    ]
    return RasterMetadata(first.metadata.grid, tuple(bands), _common_items(moved, "the raster", warnings)), warnings


WORDS = {"unit": "unit", "description": "description", "colour": "colour interpretation", "colormap": "colour table"}


CLASSES = {
    "categories": "category names are left out of the mosaic because they differ between the inputs",
    "table": "attribute table is left out of the mosaic because it differs between the inputs",
}


def _with_common_classes(
    band: BandMetadata, each: Sequence[BandMetadata], number: int, warnings: list[str]
) -> BandMetadata:
    """Return `band` without its category names or attribute table if inputs differ in them; warn of each removal."""
    for name, words in CLASSES.items():
        if any(getattr(one, name) != getattr(each[0], name) for one in each):
            warnings.append(f"Band {number}: the {words}.")
            band = replace(band, **{name: type(getattr(band, name))()})
    return band


def unkept_warnings(sources: Sequence[RasterSource]) -> list[str]:
    """Return one warning per property, except overviews, that the mosaic cannot keep. Each warning names an input."""
    first: dict[str, str] = {}
    for source in sources:
        for words in (*source.unkept, lost_crs(source.metadata.grid.crs)):
            if words and words != OVERVIEWS:
                first.setdefault(words, source.path)
    return [f"Not kept in the mosaic: {words} ({path})" for words, path in first.items()]


def _merged_band(method: str, band: BandMetadata, same_type: bool) -> BandMetadata:
    """Return the part of a band's metadata that remains valid after merging with `method`."""
    if method == "count":
        return replace(band, scale=1.0, offset=0.0, unit="", colour="undefined", colormap=None, categories=(), table="")
    if method in COMPUTED:
        band = replace(band, categories=(), table="")
    if method in COMPUTED or not same_type:
        return replace(band, colormap=None, colour="gray" if band.colour == "palette" else band.colour)
    return band


def _common_items(tags: Sequence[Domains], what: str, warnings: list[str]) -> Domains:
    """Return the metadata items that are equal in all `tags`, and add a warning that lists all other items."""
    first = tags[0]
    if all(each == first for each in tags[1:]):
        return first
    kept: dict[str, dict[str, str]] = {}
    left_out = set()
    for domain, key in {(domain, key) for each in tags for domain, items in each.items() for key in items}:
        values = {each.get(domain, {}).get(key) for each in tags}
        if len(values) == 1:
            kept.setdefault(domain, {})[key] = first[domain][key]
        else:
            left_out.add(f"{domain}:{key}".lstrip(":"))
    names = ", ".join(sorted(left_out))
    warnings.append(
        f"Metadata items of {what} are left out of the mosaic because they differ between the inputs: {names}."
    )
    if "RPC" in kept and any(name.startswith("RPC:") for name in left_out):
        del kept["RPC"]
    return kept
