"""The version of the engine, which a cluster's workers must share with the one who asks them."""

from __future__ import annotations

VERSION = "0.1.0"
"""The same as in metadata.txt and pyproject.toml."""
