"""Units of data sizes."""

from __future__ import annotations

MEBIBYTE = 2**20
