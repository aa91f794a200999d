"""What a check of the installation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and by system how to mend it.

    `level` is "fine", "advice" (it works, and could be better) or "problem".
    """

    level: str
    text: str
    ways: Mapping[str, str] = field(default_factory=dict)
