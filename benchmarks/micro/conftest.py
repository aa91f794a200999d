"""Imports this checkout as the `parallel_raster` package."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from run_core import load_checkout

load_checkout()
