"""Units of sizes."""

from __future__ import annotations

MEBIBYTE = 2**20
