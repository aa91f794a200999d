"""Engine of Parallel Raster, independent of QGIS: reads, computes and writes rasters in parallel chunks.

Public names are imported on first use, so that importing this package is fast and works without dask and rasterio.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .benchmark.job import BenchmarkResult, benchmark_normalized_difference
    from .errors import Cancelled, InputError, OptionError, OutputError, ParallelRasterError, ResourceError
    from .jobs.blocks.block import Block
    from .jobs.blocks.job import BlocksResult, map_blocks
    from .jobs.calculator.job import CalculatorResult, raster_calculator
    from .jobs.calculator.tiles import CalculatorTilesResult, raster_calculator_tiles
    from .jobs.chips.job import training_chips
    from .jobs.chips.run import ChipResult
    from .jobs.composite.arrays import temporal_composite_array
    from .jobs.composite.job import CompositeResult, temporal_composite
    from .jobs.difference.arrays import normalized_difference_array
    from .jobs.difference.job import IndexResult, normalized_difference
    from .jobs.difference.tiles import IndexTilesResult, normalized_difference_tiles
    from .jobs.focal.job import FocalResult, focal_filter
    from .jobs.focal.tiles import FocalTilesResult, focal_filter_tiles
    from .jobs.labelling.job import LabelResult, label_objects
    from .jobs.masking.job import MaskResult, mask_raster
    from .jobs.masking.tiles import MaskTilesResult, mask_raster_tiles
    from .jobs.merging.job import MergeResult, merge_tiles
    from .jobs.spectral.job import SpectralIndexResult, spectral_index
    from .jobs.spectral.tiles import SpectralIndexTilesResult, spectral_index_tiles
    from .jobs.stac.job import StackResult, stac_stack
    from .jobs.stac.search import SearchResult, stac_search
    from .jobs.tiling.job import tile_raster
    from .jobs.tiling.run import TileResult
    from .jobs.zonal.job import zonal_statistics

MODULES = {
    "normalized_difference": "jobs.difference.job",
    "IndexResult": "jobs.difference.job",
    "normalized_difference_tiles": "jobs.difference.tiles",
    "IndexTilesResult": "jobs.difference.tiles",
    "normalized_difference_array": "jobs.difference.arrays",
    "raster_calculator": "jobs.calculator.job",
    "CalculatorResult": "jobs.calculator.job",
    "raster_calculator_tiles": "jobs.calculator.tiles",
    "CalculatorTilesResult": "jobs.calculator.tiles",
    "temporal_composite": "jobs.composite.job",
    "temporal_composite_array": "jobs.composite.arrays",
    "CompositeResult": "jobs.composite.job",
    "training_chips": "jobs.chips.job",
    "ChipResult": "jobs.chips.run",
    "mask_raster": "jobs.masking.job",
    "MaskResult": "jobs.masking.job",
    "mask_raster_tiles": "jobs.masking.tiles",
    "MaskTilesResult": "jobs.masking.tiles",
    "focal_filter": "jobs.focal.job",
    "FocalResult": "jobs.focal.job",
    "focal_filter_tiles": "jobs.focal.tiles",
    "FocalTilesResult": "jobs.focal.tiles",
    "label_objects": "jobs.labelling.job",
    "LabelResult": "jobs.labelling.job",
    "spectral_index": "jobs.spectral.job",
    "SpectralIndexResult": "jobs.spectral.job",
    "spectral_index_tiles": "jobs.spectral.tiles",
    "SpectralIndexTilesResult": "jobs.spectral.tiles",
    "stac_stack": "jobs.stac.job",
    "StackResult": "jobs.stac.job",
    "stac_search": "jobs.stac.search",
    "SearchResult": "jobs.stac.search",
    "map_blocks": "jobs.blocks.job",
    "BlocksResult": "jobs.blocks.job",
    "Block": "jobs.blocks.block",
    "merge_tiles": "jobs.merging.job",
    "MergeResult": "jobs.merging.job",
    "tile_raster": "jobs.tiling.job",
    "TileResult": "jobs.tiling.run",
    "zonal_statistics": "jobs.zonal.job",
    "benchmark_normalized_difference": "benchmark.job",
    "BenchmarkResult": "benchmark.job",
    "ParallelRasterError": "errors",
    "OptionError": "errors",
    "InputError": "errors",
    "OutputError": "errors",
    "ResourceError": "errors",
    "Cancelled": "errors",
}
"""Maps each public name to its module. Names in lower case are functions; all other names are classes."""

__all__ = [
    "BenchmarkResult",
    "Block",
    "BlocksResult",
    "CalculatorResult",
    "CalculatorTilesResult",
    "Cancelled",
    "ChipResult",
    "CompositeResult",
    "FocalResult",
    "FocalTilesResult",
    "IndexResult",
    "IndexTilesResult",
    "InputError",
    "LabelResult",
    "MaskResult",
    "MaskTilesResult",
    "MergeResult",
    "OptionError",
    "OutputError",
    "ParallelRasterError",
    "ResourceError",
    "SearchResult",
    "SpectralIndexResult",
    "SpectralIndexTilesResult",
    "StackResult",
    "TileResult",
    "benchmark_normalized_difference",
    "focal_filter",
    "focal_filter_tiles",
    "label_objects",
    "map_blocks",
    "mask_raster",
    "mask_raster_tiles",
    "merge_tiles",
    "normalized_difference",
    "normalized_difference_array",
    "normalized_difference_tiles",
    "raster_calculator",
    "raster_calculator_tiles",
    "spectral_index",
    "spectral_index_tiles",
    "stac_search",
    "stac_stack",
    "temporal_composite",
    "temporal_composite_array",
    "tile_raster",
    "training_chips",
    "zonal_statistics",
]


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return getattr(importlib.import_module(f".{MODULES[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
