"""Signs URLs with a service such as the Planetary Computer's, and reuses each signature until it expires."""

from __future__ import annotations

import json
import threading
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from ..errors import InputError
from ..progress import Stop
from ..scenes.moments import parse_moment
from .addresses import Address, ends_soon, signature_end
from .fetch import Fetch, Request, check_url, encoded_url, fetch_patiently, host_of, repeated

SIGN_URL = "https://planetarycomputer.microsoft.com/api/sas/v1/sign"
"""URL of the Planetary Computer's signing service."""


class Signer:
    """Signs URLs. Thread-safe.

    Parameters
    ----------
    url
        URL of the service. The URL to sign is sent in the query parameter `href`.
    fetch
        Function that sends requests.
    retries
        Maximum number of retries of a request after a temporary error.
    """

    def __init__(self, url: str, fetch: Fetch, retries: int) -> None:
        self._url, self._fetch, self._retries = check_url(url, "sign_url"), fetch, retries
        self._known: dict[str, tuple[str, datetime | None]] = {}
        self._lock = threading.Lock()

    def sign(self, address: Address, stop: Stop) -> str:
        """Return the signed URL; a signature from an earlier call is reused unless it expires within a minute.

        Raises
        ------
        InputError
            The service does not respond or does not return a signed URL.
        """
        with self._lock:
            known, end = self._known.get(address.href, ("", None))
        if known and not ends_soon(end):
            return known
        signed, end = self._ask(address, stop)
        with self._lock:
            self._known[address.href] = signed, end
        return signed

    def _ask(self, address: Address, stop: Stop) -> tuple[str, datetime | None]:
        service = f"{address.place}: the signing service {host_of(self._url)}"
        separator = "&" if "?" in self._url else "?"
        request = Request(f"{self._url}{separator}{urlencode({'href': address.href})}")
        answer, attempt = fetch_patiently(lambda: self._fetch(request), self._retries, stop)
        tries = repeated(attempt)
        if answer is None:
            raise InputError(f"{service} does not respond{tries}. Try again later.", parameter="sign_url")
        if answer.status != 200:
            raise InputError(
                f"{service} returns status {answer.status}{tries}. Check the SIGN_URL parameter and whether you have "
                "access to the catalogue.",
                parameter="sign_url",
            )
        try:
            found = json.loads(answer.body)
            signed, end = encoded_url(str(found["href"])), found.get("msft:expiry")
            known = parse_moment(end).time if end else signature_end(signed)
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise InputError(f"{service} did not return a signed URL.", parameter="sign_url") from error
        if urlsplit(signed).scheme not in ("http", "https"):
            raise InputError(f"{service} did not return a signed URL.", parameter="sign_url")
        return signed, known
