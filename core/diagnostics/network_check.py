"""Network part of the installation check."""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping

from ..errors import ParallelRasterError
from ..parallel.threads import run_chunks
from ..progress import Progress, Stop
from ..stac.connections import Connections
from ..stac.fetch import Answer, Fetch, Request, check_url, shown_url
from .findings import Finding

TIMEOUT_SECONDS = 20.0
"""Time in seconds after which a request without an answer fails."""

ERRORS = 400
"""Lowest HTTP status that is an error."""


def url_findings(url: str, ways: Mapping[str, Fetch], progress: Progress) -> list[Finding]:
    """Request one byte from a URL with each function; return how long each response took, or why there was none.

    Parameters
    ----------
    url
        URL of a catalogue or of a file.
    ways
        Functions that send requests, keyed by the names that messages use for them.
    progress
        Can cancel the check.

    Raises
    ------
    Cancelled
        The check was cancelled.
    """
    try:
        address = check_url(url, "url")
    except ParallelRasterError as error:
        return [Finding("problem", str(error))]
    found: list[Finding] = []

    def ask(name: str, stop: Stop) -> None:
        with Connections(1, lambda: None) as connections:
            found.extend(connections.call([functools.partial(_finding, address, name, ways[name])], stop))

    run_chunks(ask, list(ways), name="ask-server", workers=1, progress=progress)
    return found


def _finding(url: str, name: str, fetch: Fetch) -> Finding:
    started = time.monotonic()
    try:
        answer: Answer = fetch(Request(url, headers={"Range": "bytes=0-0"}, most=1, timeout=TIMEOUT_SECONDS))
    except OSError as error:
        reason = " ".join(str(error).split())
        return Finding(
            "problem",
            f"{shown_url(url)} did not respond to {name} ({reason}). Check the URL, the connection and the proxy.",
        )
    text = f"{shown_url(url)} responded to {name} in {time.monotonic() - started:.2f} s with status {answer.status}."
    return Finding("advice" if answer.status >= ERRORS else "fine", text)
