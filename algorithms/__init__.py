"""QGIS Processing algorithms; each is a thin wrapper around one function of the core."""

from __future__ import annotations

from .benchmark import BenchmarkAlgorithm
from .checkinstallation import CheckInstallationAlgorithm
from .focalfilter import FocalFilterAlgorithm
from .focalfiltertiles import FocalFilterTilesAlgorithm
from .labelobjects import LabelObjectsAlgorithm
from .maskraster import MaskRasterAlgorithm
from .mergetiles import MergeTilesAlgorithm
from .normalizeddifference import NormalizedDifferenceAlgorithm
from .normalizeddifferencetiles import NormalizedDifferenceTilesAlgorithm
from .rastercalculator import RasterCalculatorAlgorithm
from .rastercalculatortiles import RasterCalculatorTilesAlgorithm
from .spectralindex import SpectralIndexAlgorithm
from .stacsearch import StacSearchAlgorithm
from .stacstack import StacStackAlgorithm
from .temporalcomposite import TemporalCompositeAlgorithm
from .tileraster import TileRasterAlgorithm
from .zonalstatistics import ZonalStatisticsAlgorithm

ALGORITHMS = (
    TileRasterAlgorithm,
    NormalizedDifferenceAlgorithm,
    NormalizedDifferenceTilesAlgorithm,
    SpectralIndexAlgorithm,
    RasterCalculatorAlgorithm,
    RasterCalculatorTilesAlgorithm,
    FocalFilterAlgorithm,
    FocalFilterTilesAlgorithm,
    LabelObjectsAlgorithm,
    MaskRasterAlgorithm,
    StacSearchAlgorithm,
    StacStackAlgorithm,
    ZonalStatisticsAlgorithm,
    TemporalCompositeAlgorithm,
    MergeTilesAlgorithm,
    CheckInstallationAlgorithm,
    BenchmarkAlgorithm,
)
