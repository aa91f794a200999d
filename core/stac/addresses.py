"""URLs and paths of assets: resolves them, converts URLs to paths for GDAL, and finds out when signatures expire."""

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
from .fetch import encoded_url, host_of

MARGIN_SECONDS = 60
"""A signature that expires in fewer than this many seconds is not used."""

JP2_DRIVERS = ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID")
"""GDAL drivers that read JPEG 2000."""


@dataclass(frozen=True)
class Address:
    """Location of the file of an asset: an HTTP URL, or a path.

    `place` names the item and the asset in messages. `is_jp2` is true for JPEG 2000 files; all other files must be
    GeoTIFFs.
    """

    place: str
    href: str
    is_jp2: bool = False

    @property
    def is_http(self) -> bool:
        """True for an HTTP or HTTPS URL."""
        return self.href.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """Item, asset, and host or file path for messages. URL query strings are left out: they may be secret."""
        return f"{self.place} ({host_of(self.href)})" if self.is_http else f"{self.place} ({self.href})"

    @property
    def stable(self) -> str:
        """The URL without its query string, which changes with each signing; for a local file, its path."""
        return self.href.partition("?")[0]


def resolve_address(chosen: ChosenAsset) -> Address:
    """Return the absolute address of an asset; for an asset on S3, its alternative HTTPS URL.

    Raises
    ------
    InputError
        The asset has no URL or path that can be read.
    """
    asset, base = chosen.asset, chosen.item.base
    href = asset.href.strip().removeprefix("/vsicurl/")
    if href.startswith("s3://"):
        href = asset.https
        if not href:
            raise InputError(
                f"{chosen.place}: the file is on S3 ({asset.href.split('/')[2]}) and has no alternative HTTPS URL. "
                "Use a catalogue with HTTPS URLs, or download the file.",
                parameter="items",
            )
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://?|(/vsicurl)", href)
    if scheme and (scheme[1] or "").lower() not in ("http", "https", "file"):
        raise InputError(f"{chosen.place}: URLs that begin with {scheme[0]} cannot be read.", parameter="items")
    try:
        path = _absolute(href, base)
        name = urlsplit(path).path if path.startswith("http") else path
        valid = "\0" not in path and (not path.startswith("http") or bool(host_of(path)))
        path = encoded_url(path) if path.startswith(("http://", "https://")) else path
    except ValueError:  # an invalid port or IPv6 address
        valid = False
    if not valid:
        raise InputError(f"{chosen.place}: the URL or path is not valid.", parameter="items")
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


def gdal_path(url: str, mark: str, timeout: float, connect_timeout: float, *, use_head: bool = True) -> str:
    """Return the path with which GDAL reads an HTTP URL; it contains settings that apply only to this file.

    GDAL caches the size, the content and the errors of a file by its path. Every run therefore adds its own `mark` to
    the path, so that GDAL sends new requests. The mark is the fragment of the URL, which is not sent to the server.
    """
    settings = {
        # Without HEAD, GDAL requests the entire file and stops after the header. By then, the server may have sent
        # megabytes, so HEAD is preferred (see `sends_head`).
        "use_head": "yes" if use_head else "no",
        "empty_dir": "yes",  # do not request auxiliary files
        "max_retry": "0",  # `files.py` retries requests instead, so that the run can be cancelled between attempts
        "timeout": f"{timeout:g}",
        "connecttimeout": f"{connect_timeout:g}",
    }
    words = "&".join(f"{name}={value}" for name, value in settings.items())
    return f"/vsicurl?{words}&url={quote(f'{url}#{mark}', safe='')}"


def sends_head(url: str) -> bool:
    """Return True if a URL may be requested with HEAD: servers reject HEAD for signed URLs."""
    return not urlsplit(url).query


def signature_end(url: str) -> datetime | None:
    """Return when the signature in a URL expires (UTC); None if there is no signature or no known expiry.

    Recognizes the signatures of Azure, AWS, Google Cloud and CloudFront.
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
    """Return True if a time has passed or is less than a minute away; False for None."""
    return end is not None and end - (now or datetime.now(timezone.utc)) < timedelta(seconds=MARGIN_SECONDS)


def check_signature(address: Address) -> None:
    """Raise InputError if the signature of a URL has expired or expires within a minute.

    Raises
    ------
    InputError
        The signature has expired or expires too soon. The error names the item, the asset and the time.
    """
    end = signature_end(address.href)
    if end is not None and ends_soon(end):
        raise InputError(
            f"{address.shown}: the signature of the URL is valid only until {end:%Y-%m-%d %H:%M:%S} UTC. Search again, "
            "or run 'STAC items to aligned rasters' with SIGNING set to 'service'.",
            parameter="items",
        )
