"""Plain HTTP requests to catalogues, signing services and file servers."""

from __future__ import annotations

import http.client
import itertools
import random
import string
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit

from ..errors import InputError
from ..progress import Stop
from ..versions import VERSION

TIMEOUT_SECONDS = 60.0
"""Seconds after which a request without a response fails."""

LARGEST_ANSWER = 2**28

FIRST_DELAY, LONGEST_DELAY = 0.5, 30.0
"""Delay in seconds before the first retry of a request, and the maximum delay. Delays double each time."""


@dataclass(frozen=True)
class Request:
    """A request: URL, body for POST (None for GET and HEAD), headers, and the maximum number of bytes to read."""

    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    most: int = LARGEST_ANSWER
    timeout: float = TIMEOUT_SECONDS
    is_head: bool = False


class Answer(NamedTuple):
    """A server's response, whatever its status. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Fetch = Callable[[Request], Answer]
"""Function that sends a request and returns the response, even if the status is an error.

It raises OSError if there is no response.
"""


def repeats(status: int) -> bool:
    """Return True if a request that failed with this status may succeed when it is retried."""
    return status in (408, 429) or status >= 500


def wait_before(attempt: int, stop: Stop) -> None:
    """Wait before a failed request is retried. The delay grows with the number of attempts and is partly random.

    Raises
    ------
    Cancelled
        The run was stopped.
    """
    delay = min(FIRST_DELAY * 2 ** (attempt - 1), LONGEST_DELAY)
    stop.wait(delay * random.uniform(0.75, 1.25))  # noqa: S311 # nosec B311
    stop.check()


def fetch_patiently(send: Callable[[], Answer], retries: int, stop: Stop) -> tuple[Answer | None, int]:
    """Return the response to a request (None if the server did not respond) and the number of retries.

    Parameters
    ----------
    send
        Function that sends the request.
    retries
        Maximum number of retries after a temporary error.
    stop
        Checked while waiting for the next attempt.

    Raises
    ------
    Cancelled
        The run was stopped.
    """
    for attempt in itertools.count():
        try:
            answer = send()
        except OSError:
            return None, attempt
        if attempt >= retries or not repeats(answer.status):
            return answer, attempt
        wait_before(attempt + 1, stop)
    raise AssertionError  # the loop only ends by returning or raising


def repeated(attempt: int) -> str:
    """Return the number of retries as words for an error message; "" if there were none."""
    if not attempt:
        return ""
    return " after 1 retry" if attempt == 1 else f" after {attempt} retries"


def shown_url(url: str) -> str:
    """Return a URL for messages, without the parts that may be secret: user, password, query and fragment."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def host_of(url: str) -> str:
    """Return the host of a URL, with the port if the URL contains one."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""


def encoded_url(url: str) -> str:
    """Return a URL in which characters that requests cannot contain, such as spaces and é, are percent-encoded.

    Characters that are already encoded are not encoded again.

    Raises
    ------
    ValueError
        The host is not valid.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, colon, port = host.partition(":")
    if not name.isascii():
        name = name.encode("idna").decode()
    return quote(urlunsplit(parts._replace(netloc=f"{user}{at}{name}{colon}{port}")), safe=string.punctuation)


def check_url(url: str, parameter: str) -> str:
    """Check that a URL is an HTTP or HTTPS URL, and return it percent-encoded and without surrounding spaces.

    Raises
    ------
    InputError
        The URL has a different scheme or no host.
    """
    text = url.strip()
    try:
        parts, encoded = urlsplit(text), encoded_url(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:  # an invalid port or IPv6 address
        valid, encoded = False, text
    if not valid or any(character.isspace() for character in text):
        raise InputError(
            f"{parameter.upper()} must be a URL that begins with https:// or http://.", parameter=parameter
        )
    return encoded


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows redirects to HTTP and HTTPS only."""

    def redirect_request(self, req, fp, code, msg, headers, newurl):  # type: ignore[no-untyped-def]
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise urllib.error.HTTPError(req.full_url, code, "redirected to another protocol", headers, fp)
        redirected = super().redirect_request(req, fp, code, msg, headers, newurl)
        if redirected is not None and req.get_method() == "HEAD":
            redirected.method = "HEAD"  # Python before 3.13 would send GET
        return redirected


def urllib_fetch(request: Request) -> Answer:
    """Send a request with Python's own HTTP client, which uses the proxies set in the environment.

    Raises
    ------
    OSError
        There is no response, or the response ends too early.
    """
    headers = {"User-Agent": f"parallel-raster/{VERSION}", **request.headers}
    outgoing = urllib.request.Request(request.url, request.body, headers)  # noqa: S310 - `check_url` checks the scheme
    if request.is_head:
        outgoing.method = "HEAD"
    opener = urllib.request.build_opener(_SameScheme)
    try:
        with opener.open(outgoing, timeout=request.timeout) as reply:
            return _answer(reply, request.most)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error, request.most)
    except (http.client.HTTPException, ValueError) as error:
        raise OSError(str(error)) from error


def _answer(reply: http.client.HTTPResponse | urllib.error.HTTPError, most: int) -> Answer:
    body = reply.read(most)
    return Answer(reply.status or 0, {name.lower(): value for name, value in reply.headers.items()}, body)
