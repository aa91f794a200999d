"""Signs addresses by a service such as Planetary Computer's, and keeps each signature until it ends."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from ..errors import InputError
from ..scenes.moments import parse_moment
from .addresses import Address, ends_soon, signature_end
from .fetch import Fetch, Request, check_url, host_of

SIGN_URL = "https://planetarycomputer.microsoft.com/api/sas/v1/sign"
"""Address of Planetary Computer's service."""


class Signer:
    """Signs addresses. Thread-safe.

    Parameters
    ----------
    url
        Address of the service, which takes the address to sign as the query `href`.
    fetch
        Function that sends requests.
    """

    def __init__(self, url: str, fetch: Fetch) -> None:
        self._url, self._fetch = check_url(url, "sign_url"), fetch
        self._known: dict[str, tuple[str, datetime | None]] = {}
        self._lock = threading.Lock()

    def sign(self, address: Address) -> str:
        """Return the signed address, from an earlier request unless that signature ends within a minute.

        Raises
        ------
        InputError
            The service does not answer or its answer is not a signed address.
        """
        with self._lock:
            known, end = self._known.get(address.href, ("", None))
        if known and not ends_soon(end):
            return known
        signed, end = self._ask(address)
        with self._lock:
            self._known[address.href] = signed, end
        return signed

    def _ask(self, address: Address) -> tuple[str, datetime | None]:
        service, separator = (
            f"{address.place}: the signing service {host_of(self._url)}",
            "&" if "?" in self._url else "?",
        )
        try:
            answer = self._fetch(Request(f"{self._url}{separator}{urlencode({'href': address.href})}"))
        except OSError as error:
            raise InputError(f"{service} does not answer. Try again later.", parameter="sign_url") from error
        if answer.status != 200:
            raise InputError(
                f"{service} answers with status {answer.status}. Check SIGN_URL and the access to the catalogue.",
                parameter="sign_url",
            )
        try:
            found = json.loads(answer.body)
            signed, end = str(found["href"]), found.get("msft:expiry")
            known = parse_moment(end).time if end else signature_end(signed)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"{service} does not return a signed address.", parameter="sign_url") from error
        if urlsplit(signed).scheme not in ("http", "https"):
            raise InputError(f"{service} does not return a signed address.", parameter="sign_url")
        return signed, known
