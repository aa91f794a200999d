"""Addresses of assets: resolved, in the form that GDAL opens, and the time at which their signature ends."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, quote, unquote, urljoin, urlsplit
from urllib.request import url2pathname

from ..errors import InputError
from ..scenes.moments import parse_moment
from .chosen import ChosenAsset
from .fetch import host_of

MARGIN_SECONDS = 60
"""A signature that ends sooner than this is not used."""

JP2_DRIVERS = ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID")
"""GDAL drivers that read JPEG 2000."""


@dataclass(frozen=True)
class Address:
    """Where the file of an asset is: an address over HTTP, or a path.

    `place` names the item and the asset in messages. `is_jp2` is true for JPEG 2000; all others must be GeoTIFFs.
    """

    place: str
    href: str
    is_jp2: bool = False

    @property
    def is_http(self) -> bool:
        """True for an address over HTTP or HTTPS."""
        return self.href.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """Item, asset and host for messages, without the query, which may be secret."""
        return f"{self.place} ({host_of(self.href)})" if self.is_http else f"{self.place} ({self.href})"

    @property
    def stable(self) -> str:
        """The address without its query, which identifies the file even if it is signed again."""
        return self.href.partition("?")[0]


def resolve_address(chosen: ChosenAsset) -> Address:
    """Return the absolute address of an asset; for one on S3, that of its alternative over HTTPS.

    Raises
    ------
    InputError
        The asset has no address that can be read.
    """
    asset, base = chosen.asset, chosen.item.base
    href = asset.href.strip().removeprefix("/vsicurl/")
    if href.startswith("s3://"):
        href = asset.https
        if not href:
            raise InputError(
                f"{chosen.place}: the file is on S3 ({asset.href.split('/')[2]}) and has no alternative address over "
                "HTTPS. Use a catalogue with addresses over HTTPS, or download the file.",
                parameter="items",
            )
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://?|(/vsicurl)", href)
    if scheme and (scheme[1] or "").lower() not in ("http", "https", "file"):
        raise InputError(f"{chosen.place}: addresses that begin with {scheme[0]} cannot be read.", parameter="items")
    try:
        path = _absolute(href, base)
        name = urlsplit(path).path if path.startswith("http") else path
        valid = "\0" not in path and (not path.startswith("http") or bool(host_of(path)))
    except ValueError:  # an invalid port or IPv6 address
        valid = False
    if not valid:
        raise InputError(f"{chosen.place}: the address is not valid.", parameter="items")
    is_jp2 = name.lower().endswith((".jp2", ".j2k")) or (
        "jp2" in asset.media and not name.lower().endswith((".tif", ".tiff"))
    )
    return Address(chosen.place, path, is_jp2)


def _absolute(href: str, base: str) -> str:
    if href.lower().startswith("file:"):
        return url2pathname(urlsplit(href).path)
    if re.match(r"https?://", href, re.IGNORECASE):
        scheme, rest = href.split("://", 1)
        return f"{scheme.lower()}://{rest}"
    if base.startswith(("http://", "https://")):
        return urljoin(base, href)
    if href.startswith("/vsi") or os.path.isabs(href):
        return href
    return os.path.normpath(os.path.join(base, *unquote(href).split("/")))


def gdal_path(url: str, mark: str, timeout: float, connect_timeout: float) -> str:
    """Return the path with which GDAL reads an address over HTTP, with settings for this file only.

    GDAL remembers, for each path, the size of a file, its content and errors. With a `mark` of its own, which is the
    fragment of the address and is not sent, a run asks again.
    """
    settings = {
        # Signed addresses reject HEAD. Without it, GDAL requests a whole file and ends the request after the header.
        "use_head": "no" if urlsplit(url).query else "yes",
        "empty_dir": "yes",  # do not ask for auxiliary files
        "max_retry": "0",  # `files.py` repeats requests, so that a run can be cancelled while it waits
        "timeout": f"{timeout:g}",
        "connecttimeout": f"{connect_timeout:g}",
    }
    words = "&".join(f"{name}={value}" for name, value in settings.items())
    return f"/vsicurl?{words}&url={quote(f'{url}#{mark}', safe='')}"


def signature_end(url: str) -> datetime | None:
    """Return the time in UTC at which the signature in an address ends; None if it has none with a known end.

    The signatures of Azure, AWS, Google Cloud and CloudFront are known.
    """
    query = {name.lower(): value for name, value in parse_qsl(urlsplit(url).query)}
    try:
        if "sig" in query and "se" in query:
            return parse_moment(query["se"]).time
        for prefix in ("x-amz-", "x-goog-"):
            if prefix + "date" in query and prefix + "expires" in query:
                begin = datetime.strptime(query[prefix + "date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
                return begin + timedelta(seconds=int(query[prefix + "expires"]))
        if "signature" in query and query.get("expires", "").isdigit():
            return datetime.fromtimestamp(int(query["expires"]), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def ends_soon(end: datetime | None, now: datetime | None = None) -> bool:
    """Return True if a time is less than a minute away, or past; False for None."""
    return end is not None and end - (now or datetime.now(timezone.utc)) < timedelta(seconds=MARGIN_SECONDS)


def check_signature(address: Address) -> None:
    """Raise InputError if the signature of an address ends within a minute.

    Raises
    ------
    InputError
        It does. The error names item, asset and time.
    """
    end = signature_end(address.href)
    if end is not None and ends_soon(end):
        raise InputError(
            f"{address.shown}: the signature of the address ends at {end:%Y-%m-%d %H:%M:%S} UTC. Search again, or set "
            "SIGNING to the service of the catalogue.",
            parameter="items",
        )
