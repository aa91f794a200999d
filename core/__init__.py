"""The engine of Parallel Raster without QGIS: rasters read, computed and written chunk by chunk in parallel.

The names below are loaded when first used, so that importing this package costs nothing and works without
dask and rasterio.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arrays import normalized_difference_array
    from .benchmark import BenchmarkResult, benchmark_normalized_difference
    from .difference import IndexResult, normalized_difference
    from .difference_tiles import IndexTilesResult, normalized_difference_tiles
    from .errors import Cancelled, InputError, OptionError, OutputError, ParallelRasterError, ResourceError
    from .merge import MergeResult, merge_tiles
    from .tile import tile_raster
    from .tile_run import TileResult

_HOMES = {
    "normalized_difference": "difference",
    "IndexResult": "difference",
    "normalized_difference_tiles": "difference_tiles",
    "IndexTilesResult": "difference_tiles",
    "normalized_difference_array": "arrays",
    "merge_tiles": "merge",
    "MergeResult": "merge",
    "tile_raster": "tile",
    "TileResult": "tile_run",
    "benchmark_normalized_difference": "benchmark",
    "BenchmarkResult": "benchmark",
    "ParallelRasterError": "errors",
    "OptionError": "errors",
    "InputError": "errors",
    "OutputError": "errors",
    "ResourceError": "errors",
    "Cancelled": "errors",
}

__all__ = [
    "BenchmarkResult",
    "Cancelled",
    "IndexResult",
    "IndexTilesResult",
    "InputError",
    "MergeResult",
    "OptionError",
    "OutputError",
    "ParallelRasterError",
    "ResourceError",
    "TileResult",
    "benchmark_normalized_difference",
    "merge_tiles",
    "normalized_difference",
    "normalized_difference_array",
    "normalized_difference_tiles",
    "tile_raster",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
