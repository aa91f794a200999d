"""Searches a STAC API for items, page by page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from ..errors import InputError
from ..progress import Stop
from ..scenes.moments import format_moment
from ..scenes.periods import time_range
from .fetch import Fetch, Request, check_url, encoded_url, host_of

PAGE = 250
"""Number of items to request per page; services may return fewer."""

MOST_PAGES = 10_000
"""Maximum number of pages of one search: a service may return empty pages without end."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
CONNECTION_HEADERS = ("accept-encoding", "connection", "content-length", "host", "transfer-encoding")
"""Headers that the HTTP client sets itself, in lower case."""

_HEADER_VALUE = re.compile(r"[\t -~]*")

ROUNDING = 1e-9
"""Maximum rounding error of a longitude in degrees."""

Bounds = tuple[float, float, float, float]
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Search:
    """A search: collections, an extent in degrees, a time range, filters, and the maximum number of items (`most`).

    `cloud_cover` is a maximum in percent; 100 means no limit. `filter` is a filter in CQL2 JSON, or None.
    """

    collections: tuple[str, ...]
    extent: Bounds | None = None
    start: str = ""
    end: str = ""
    cloud_cover: float = 100.0
    filter: Json | None = None
    most: int = 1000

    def bodies(self) -> list[dict[str, Any]]:
        """Return the bodies of the requests: two if the extent crosses the 180th meridian, otherwise one.

        Raises
        ------
        OptionError
            START or END is not a date.
        """
        body: dict[str, Any] = {"collections": list(self.collections), "limit": min(PAGE, self.most)}
        when = _interval(self.start, self.end)
        if when:
            body["datetime"] = when
        conditions = [dict(self.filter)] if self.filter else []
        if self.cloud_cover < 100:
            conditions.append({"op": "<=", "args": [{"property": "eo:cloud_cover"}, self.cloud_cover]})
        if conditions:
            body["filter-lang"] = "cql2-json"
            body["filter"] = conditions[0] if len(conditions) == 1 else {"op": "and", "args": conditions}
        if self.extent is None:
            return [body]
        return [{**body, "bbox": list(bounds)} for bounds in split_at_180(self.extent)]


def split_at_180(extent: Bounds) -> list[Bounds]:
    """Return an extent in degrees, divided into two if it crosses the 180th meridian.

    An extent crosses the meridian if a longitude is beyond 180 degrees, or if west is greater than east.
    """
    west, south, east, north = extent
    if east - west >= 360:
        return [(-180.0, south, 180.0, north)]
    width = (east - west) % 360 if west > east else east - west
    west = (west + 180) % 360 - 180
    east = west + width
    if east <= 180 + ROUNDING:
        return [(west, south, min(east, 180.0), north)]
    return [(west, south, 180.0, north), (-180.0, south, east - 360, north)]


def _interval(start: str, end: str) -> str:
    """Return a time range in the format of STAC APIs; "" if neither limit is set."""
    first, last = time_range(start, end)
    if first is None and last is None:
        return ""
    texts = ["" if time is None else format_moment(time) for time in (first, last)]
    return "/".join(text or ".." for text in texts)


def search_items(url: str, search: Search, fetch: Fetch, stop: Stop) -> list[Json]:
    """Return the items that a STAC API finds, as parsed JSON, without duplicates and in the order of the responses.

    Parameters
    ----------
    url
        URL of the API or of its search endpoint, such as "https://earth-search.aws.element84.com/v1".
    search
        Collections, extent, time range and filters of the search.
    fetch
        Function that sends requests.
    stop
        Checked between pages.

    Raises
    ------
    InputError
        The service does not respond, returns an error, finds more than `search.most` items, or has another page
        after exactly this number of items.
    Cancelled
        The search was cancelled.
    """
    address = _search_url(check_url(url, "url"))
    found: dict[tuple[str, str], Json] = {}
    for body in search.bodies():
        for page, continues in _pages(address, body, fetch):
            stop.check()
            for item in page:
                found.setdefault((str(item.get("collection")), str(item.get("id"))), item)
            if len(found) > search.most or (continues and len(found) == search.most):
                raise _too_many(search.most)
    return list(found.values())


def _search_url(url: str) -> str:
    """Return the URL of the search endpoint of an API; the query, such as an API key, is kept."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    return urlunsplit(parts._replace(path=path if path.endswith("/search") else f"{path}/search", fragment=""))


def _too_many(most: int) -> InputError:
    return InputError(
        f"The catalogue has more than {most} matching items, or links to another page of results after {most} items. "
        "Increase MAX_ITEMS, or limit the search to a smaller area, a shorter period or a lower cloud cover.",
        parameter="max_items",
    )


def _pages(url: str, body: dict[str, Any], fetch: Fetch) -> Iterator[tuple[Sequence[Json], bool]]:
    """Yield the items of each page, and whether there is another page."""
    request: Request | None = _post(url, body, {})
    seen: set[tuple[str, bytes | None]] = set()
    while request is not None:
        if (request.url, request.body) in seen:
            raise InputError(f"{host_of(url)} returned the same page twice. Search again later.", parameter="url")
        if len(seen) == MOST_PAGES:
            raise InputError(
                f"{host_of(url)} returned more than {MOST_PAGES} pages. Limit the search to a smaller area or a "
                "shorter period.",
                parameter="url",
            )
        seen.add((request.url, request.body))
        page = _ask(request, fetch)
        items = page.get("features") if isinstance(page, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise InputError(
                f"{host_of(url)} does not return items. The URL parameter must be the address of a STAC API.",
                parameter="url",
            )
        request = _next(page, request.url, body)
        yield items, request is not None


def _post(url: str, body: Json, headers: Json) -> Request:
    own = {"Content-Type": "application/json", "Accept": "application/geo+json", **headers}
    return Request(url, json.dumps(body).encode(), own)


def _next(page: Json, url: str, body: dict[str, Any]) -> Request | None:
    """Return the request for the next page; None if this page is the last."""
    links = page.get("links")
    for link in links if isinstance(links, list) else ():
        if not isinstance(link, dict) or link.get("rel") != "next" or not isinstance(link.get("href"), str):
            continue
        try:
            address = check_url(encoded_url(urljoin(url, link["href"])), "url")
        except (ValueError, InputError) as error:  # UnicodeError for host names, among others
            raise InputError(
                f"{host_of(url)} returned an invalid URL for the next page of results: "
                f"{json.dumps(link['href'].partition('?')[0][:200])}.",
                parameter="url",
            ) from error
        if host_of(address) != host_of(url):
            raise InputError(
                f"The next page of results from {host_of(url)} is on a different host, {host_of(address)}. Pages on "
                "other hosts are not read.",
                parameter="url",
            )
        if url.startswith("https://"):
            address = re.sub("^http:", "https:", address)  # servers behind a proxy often write http
        headers = _headers(link, host_of(url))
        if str(link.get("method", "GET")).upper() != "POST":
            return Request(address, headers={"Accept": "application/geo+json", **headers})
        own = link["body"] if isinstance(link.get("body"), dict) else {}
        return _post(address, {**body, **own} if link.get("merge") else own or body, headers)
    return None


def _headers(link: Json, host: str) -> dict[str, str]:
    """Return the headers that a link to a page requires, without those that concern only the connection.

    A list of values, as STAC 1.1 allows, is joined by commas. Numbers are converted to text, and null is left out.

    Raises
    ------
    InputError
        A header cannot be sent. The error names the host and the header, but not its value, which may be secret.
    """
    headers = link.get("headers") or {}  # some services write an empty list
    if not isinstance(headers, dict):
        headers = {"": headers}
    found = {}
    for name, value in headers.items():
        if value is None or name.lower() in CONNECTION_HEADERS:
            continue
        values = value if isinstance(value, list) and value else [value]
        values = [str(each) if type(each) in (int, float) else each for each in values]
        is_text = all(isinstance(each, str) and _HEADER_VALUE.fullmatch(each) for each in values)
        if not is_text or not _HEADER_NAME.fullmatch(name):
            raise InputError(
                f"The next page of results from {host} requires the HTTP header {json.dumps(name[:60])}, whose name "
                "or value is not valid text. Narrow the search so that its results fit on one page, or report the "
                "error to the operator of the catalogue.",
                parameter="url",
            )
        found[name] = ", ".join(values)
    return found


def _ask(request: Request, fetch: Fetch) -> Any:
    """Send a request and return the JSON value of the response."""
    host = host_of(request.url)
    try:
        answer = fetch(request)
    except OSError as error:
        raise InputError(
            f"{host} does not respond. Check the URL parameter and the network connection.",
            parameter="url",
        ) from error
    if answer.status != 200:
        reason = _reason(answer.body)
        raise InputError(
            f"{host} returns status {answer.status}{reason}. Check the URL parameter and the other search parameters.",
            parameter="url",
        )
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{host} does not return JSON. The URL parameter must be the address of a STAC API.",
            parameter="url",
        ) from error


def _reason(body: bytes) -> str:
    """Return the error description in a service's response, shortened; "" if there is none."""
    try:
        page = json.loads(body)
        text = page.get("description") or page.get("detail") or page.get("message") if isinstance(page, dict) else ""
    except (ValueError, RecursionError):
        return ""
    words = " ".join(str(text or "").encode("utf-8", "replace").decode().split())[:200]
    return f" ({words})" if words else ""
