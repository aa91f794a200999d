"""Findings of the installation check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """Result of one check.

    `level` is "fine", "advice" (works, but could be improved) or "problem". `ways` maps each key of
    `dependencies.SYSTEMS` to the command or step that fixes the problem on that system.
    """

    level: str
    text: str
    ways: Mapping[str, str] = field(default_factory=dict)
