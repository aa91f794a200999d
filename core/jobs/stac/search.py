"""Searches a STAC catalogue and saves the items that it finds."""

from __future__ import annotations

import functools
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

from rasterio.crs import CRS

from ...engine.options import checked_value
from ...errors import OptionError
from ...parallel.threads import run_chunks
from ...progress import DEFAULT_LOG, Log, NoProgress, Progress, Stop
from ...raster.grid import same_crs
from ...scenes.periods import time_range
from ...stac.connections import Connections
from ...stac.fetch import Answer, Fetch, Request, check_url, urllib_fetch
from ...stac.search import Bounds, Json, Search, search_items
from ...stac.target import extent_in, parse_crs
from ...writing.partial_file import write_texts

PathLike = Union[str, "os.PathLike[str]"]

EXTENSIONS = (".geojson", ".json")


@dataclass(frozen=True)
class SearchResult:
    """Path of the file that lists the items found, and number of items.

    Attributes
    ----------
    output : str
        Path of the ItemCollection.
    item_count : int
        Number of items.
    """

    output: str
    item_count: int


def stac_search(
    url: str,
    output: PathLike,
    *,
    collections: str | Sequence[str],
    extent: Bounds | None = None,
    extent_crs: str | None = None,
    start: str = "",
    end: str = "",
    cloud_cover: float = 100.0,
    filter: str | Mapping[str, Any] = "",
    max_items: int = 1000,
    progress: Progress | None = None,
    log: Log = DEFAULT_LOG,
    fetch: Fetch = urllib_fetch,
) -> SearchResult:
    """Search a STAC catalogue, save the items as an ItemCollection, and return its path and the number of items.

    Parameters
    ----------
    url : str
        URL of the STAC API, such as "https://earth-search.aws.element84.com/v1".
    output : str or os.PathLike
        JSON file to write, with the extension .geojson or .json.
    collections : str or sequence of str
        IDs of the collections, as a sequence or separated by commas.
    extent : tuple of float, optional
        (west, south, east, north). An extent that crosses the 180th meridian is searched in two parts.
    extent_crs : str, optional
        CRS of `extent`. By default, degrees (EPSG:4326); west may then be greater than east.
    start, end : str, default ""
        Dates or times (ISO 8601, UTC) of the earliest and latest scene to find. A date includes the whole day.
    cloud_cover : float, default 100
        Maximum cloud cover of a scene in percent; 100 also finds items without this property.
    filter : str or mapping, default ""
        Additional filter in CQL2 JSON.
    max_items : int, default 1000
        Maximum number of items. If the search finds more, an error is raised.
    progress : core.progress.Progress, optional
        Receives the progress, and can cancel the search.
    log : core.progress.Log, optional
        Receives the number of items; by default, the logger `parallel_raster`.
    fetch : core.stac.fetch.Fetch, optional
        Function that sends requests. By default, Python's HTTP client.

    Returns
    -------
    SearchResult
        Path of the file and number of items.

    Raises
    ------
    OptionError
        A parameter has an invalid value.
    InputError
        The catalogue does not respond, returns an error, or has too many matching items.
    OutputError
        The file cannot be written.
    Cancelled
        `progress` cancelled the search.
    """
    path = os.fspath(output)
    search = _search(path, collections, extent, extent_crs, start, end, cloud_cover, filter, max_items)
    items: list[Json] = []

    def find(_: int, stop: Stop) -> None:
        with Connections(1, lambda: None) as connections:

            def ask(request: Request) -> Answer:
                return connections.call([functools.partial(fetch, request)], stop)[0]

            items.extend(search_items(url, search, ask, stop))

    run_chunks(find, [0], name="search", workers=1, progress=progress or NoProgress())
    document = {"type": "FeatureCollection", "features": items}
    write_texts({os.path.abspath(path): json.dumps(document, ensure_ascii=False, indent=1) + "\n"})
    log.info(f"Items found: {len(items)}")
    if not items:
        log.warning("The catalogue has no matching items. Check COLLECTIONS, EXTENT, START and END.")
    return SearchResult(path, len(items))


def check_stac_search(url: str, output: PathLike, **options: Any) -> None:
    """Check the parameters of `stac_search` without sending a request.

    Raises
    ------
    ParallelRasterError
        A parameter is invalid.
    """
    check_url(url, "url")
    given = {
        "extent": None, "extent_crs": None, "start": "", "end": "", "cloud_cover": 100.0, "filter": "",
        "max_items": 1000, **options,
    }  # fmt: skip
    names = ("collections", "extent", "extent_crs", "start", "end", "cloud_cover", "filter", "max_items")
    _search(os.fspath(output), *(given[name] for name in names))


def _search(
    path: str,
    collections: str | Sequence[str],
    extent: Bounds | None,
    extent_crs: str | None,
    start: str,
    end: str,
    cloud_cover: float,
    given: str | Mapping[str, Any],
    max_items: int,
) -> Search:
    if not path.lower().endswith(EXTENSIONS):
        raise OptionError(f"OUTPUT {path} must have the extension .geojson or .json.", parameter="output")
    names = collections.split(",") if isinstance(collections, str) else collections
    chosen = tuple(name.strip() for name in names if name.strip())
    if not chosen:
        raise OptionError(
            "COLLECTIONS is empty. List the IDs of collections, such as sentinel-2-l2a.", parameter="collections"
        )
    time_range(start, end)
    extent = checked_value("extent", "Bounds | None", extent)
    cloud_cover = checked_value("cloud_cover", "float", cloud_cover)
    max_items = checked_value("max_items", "int", max_items)
    if extent is not None:
        extent = _in_degrees(extent, extent_crs)
    if not 0 <= cloud_cover <= 100:
        raise OptionError(f"CLOUD_COVER is {cloud_cover:g}; it must be from 0 to 100.", parameter="cloud_cover")
    if max_items < 1:
        raise OptionError(f"MAX_ITEMS is {max_items}; it must be 1 or more.", parameter="max_items")
    return Search(chosen, extent, start, end, cloud_cover, _filter(given), max_items)


def _in_degrees(extent: Bounds, extent_crs: str | None) -> Bounds:
    degrees = CRS.from_epsg(4326)
    crs = parse_crs(extent_crs, "EXTENT", "extent") if extent_crs else degrees
    if not same_crs(crs, degrees):
        extent = extent_in(degrees, extent, crs)
    _, south, _, north = extent
    if not all(map(math.isfinite, extent)) or not -90 <= south < north <= 90:
        raise OptionError(
            f"EXTENT {extent} is invalid: it must be west, south, east and north in degrees, with south below north.",
            parameter="extent",
        )
    return extent


def _filter(given: str | Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the filter as JSON; None if it is empty."""
    if not given or isinstance(given, str) and not given.strip():
        return None
    try:
        found = json.loads(given if isinstance(given, str) else json.dumps(dict(given)))
    except (ValueError, TypeError, RecursionError) as error:
        raise OptionError(f"FILTER is not JSON: {error}. Write it in CQL2 JSON.", parameter="filter") from error
    if not isinstance(found, dict) or "op" not in found:
        raise OptionError('FILTER must be an object with "op" and "args", as in CQL2 JSON.', parameter="filter")
    return found
