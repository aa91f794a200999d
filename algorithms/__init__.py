"""The Processing algorithms: each a thin face of one job of the core."""

from __future__ import annotations

from .normalizeddifference import NormalizedDifferenceAlgorithm

ALGORITHMS = (NormalizedDifferenceAlgorithm,)
