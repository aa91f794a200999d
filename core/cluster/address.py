"""Parse the CLUSTER parameter: the address of a Dask scheduler, a scheduler file, or SLURM options.

This module imports only the standard library.
"""

from __future__ import annotations

import math
import os
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from ..errors import OptionError

FORMS = "tcp://host:port, tls://host:port, scheduler-file:/path.json or slurm?min=1&max=20"
TIMEOUT = 300.0
"""Default timeout: a run without any worker for this number of seconds ends with an error."""

FEWEST, MOST = 1, 20
"""Default minimum and maximum number of workers that SLURM starts."""

_SCHEDULER = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.%\w]+\]|[^\s:/?\[\]]+):(\d{1,5})")
_QUERY = re.compile(r"^(.*)\?(\w+=[^?]*)$", re.DOTALL)


@dataclass(frozen=True)
class ClusterAddress:
    """A parsed CLUSTER value.

    `kind` is "scheduler", "file" or "slurm". `place` is the address of the scheduler or the path of the scheduler file;
    it is empty for "slurm". `timeout` is the maximum time in seconds without any worker. `minimum` and `maximum` are
    the limits on the number of workers for "slurm".
    """

    kind: str
    place: str
    timeout: float = TIMEOUT
    minimum: int = FEWEST
    maximum: int = MOST

    def __str__(self) -> str:
        return f"SLURM ({self.minimum} to {self.maximum} workers)" if self.kind == "slurm" else self.place


def parse_cluster(text: str) -> ClusterAddress | None:
    """Parse a CLUSTER value; return None if it is empty.

    Raises
    ------
    OptionError
        The value is not in an accepted form, or a number in it is not valid.
    """
    text = text.strip()
    if not text:
        return None
    found = _QUERY.match(text)
    place, query = (found.group(1), found.group(2)) if found else (text.rstrip("?"), "")
    kind, place = _kind_and_place(text, place)
    given = _query(text, query, ("timeout", "min", "max") if kind == "slurm" else ("timeout",))
    timeout = _number(text, "timeout", given.get("timeout", str(TIMEOUT)))
    fewest = _integer(text, "min", given.get("min", str(FEWEST)))
    most = _integer(text, "max", given.get("max", str(max(MOST, fewest))))
    if timeout <= 0:
        raise OptionError(f"CLUSTER is {text!r}: timeout must be more than 0 seconds.", parameter="cluster")
    if most < max(fewest, 1):
        raise OptionError(f"CLUSTER is {text!r}: max must be at least 1 and not less than min.", parameter="cluster")
    return ClusterAddress(kind, place, timeout, fewest, most)


def _kind_and_place(text: str, place: str) -> tuple[str, str]:
    if place == "slurm":
        return "slurm", ""
    if place.startswith("scheduler-file:"):
        path = place[len("scheduler-file:") :]
        if not path:
            raise OptionError(
                f"CLUSTER is {text!r}: add the path of the scheduler file after the colon.", parameter="cluster"
            )
        return "file", os.path.abspath(path)
    found = _SCHEDULER.fullmatch(place.rstrip("/"))
    if not found or not 0 < int(found.group(3)) < 2**16:
        raise OptionError(
            f"CLUSTER is {text!r}; it must be {FORMS}. Each form accepts a timeout, e.g. ?timeout=300.",
            parameter="cluster",
        )
    return "scheduler", place.rstrip("/")


def _query(text: str, query: str, known: tuple[str, ...]) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    for key, _ in pairs:
        if key not in known:
            raise OptionError(
                f"CLUSTER is {text!r}: {key} is not valid here. Valid options: {', '.join(known)}.",
                parameter="cluster",
            )
    return dict(pairs)


def _number(text: str, name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise OptionError(f"CLUSTER is {text!r}: {name} must be a number, not {value!r}.", parameter="cluster")
    return number


def _integer(text: str, name: str, value: str) -> int:
    if not re.fullmatch(r"\d{1,6}", value):
        raise OptionError(f"CLUSTER is {text!r}: {name} must be an integer, not {value!r}.", parameter="cluster")
    return int(value)
