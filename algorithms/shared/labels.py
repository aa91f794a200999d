"""Labels that the core defines for its options, marked for translation here because the core does not depend on Qt."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

LABELS = frozenset((
    # INDEXES
    QT_TRANSLATE_NOOP("ParallelRaster", "Normalized difference"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDVI, vegetation"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDWI, open water (McFeeters)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDMI, moisture"),
    QT_TRANSLATE_NOOP("ParallelRaster", "MNDWI, open water (modified)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDBI, built-up land"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDSI, snow"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NBR, burn ratio"),
    QT_TRANSLATE_NOOP("ParallelRaster", "GNDVI, green vegetation"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NDRE, red edge"),
    # terms of INDEXES
    QT_TRANSLATE_NOOP("ParallelRaster", "near infrared"),
    QT_TRANSLATE_NOOP("ParallelRaster", "red"),
    QT_TRANSLATE_NOOP("ParallelRaster", "green"),
    QT_TRANSLATE_NOOP("ParallelRaster", "shortwave infrared 1"),
    QT_TRANSLATE_NOOP("ParallelRaster", "shortwave infrared 2"),
    QT_TRANSLATE_NOOP("ParallelRaster", "red edge"),
    # SCALING
    QT_TRANSLATE_NOOP("ParallelRaster", "Scale and offset stored in the bands"),
    QT_TRANSLATE_NOOP("ParallelRaster", "None"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Scale and offset below"),
    # ZERO_SUM
    QT_TRANSLATE_NOOP("ParallelRaster", "Nodata"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Zero"),
    # RESAMPLING
    QT_TRANSLATE_NOOP("ParallelRaster", "None (reject different grids)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Nearest"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Bilinear"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Cubic"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Average"),
    # INDEX_TYPES, MERGE_TYPES, PIXEL_TYPES
    QT_TRANSLATE_NOOP("ParallelRaster", "Automatic"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Byte"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Int16"),
    QT_TRANSLATE_NOOP("ParallelRaster", "UInt16"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Int32"),
    QT_TRANSLATE_NOOP("ParallelRaster", "UInt32"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Float32"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Float64"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Int16 x 10000"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Byte 0-200"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Automatic: stores all input values without loss"),
    # MERGE_METHODS
    QT_TRANSLATE_NOOP("ParallelRaster", "First valid"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Last valid"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Minimum"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Maximum"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mean"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Sum"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Count of valid pixels"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Median"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Feather: mean weighted by distance from the raster edge"),
    # PIXEL_RULES
    QT_TRANSLATE_NOOP("ParallelRaster", "Each band separately"),
    QT_TRANSLATE_NOOP("ParallelRaster", "All bands from the same raster, for pixels valid in at least one band"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Only pixels that are valid in all bands"),
    # RESOLUTIONS
    QT_TRANSLATE_NOOP("ParallelRaster", "Same pixel size in all rasters (reject different sizes)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Highest resolution"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Lowest resolution"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Pixel size below"),
    # MARKS
    QT_TRANSLATE_NOOP("ParallelRaster", "As in the input"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Nodata value"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Internal mask"),
    # FOCAL_METHODS
    QT_TRANSLATE_NOOP("ParallelRaster", "Gaussian"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Range"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Standard deviation"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Majority"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Sobel (edges)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Laplace"),
    # FOCAL_SHAPES
    QT_TRANSLATE_NOOP("ParallelRaster", "Square"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Circle"),
    # FOCAL_EDGES
    QT_TRANSLATE_NOOP("ParallelRaster", "Pixels outside are nodata"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Reflect (mirrored, including the outermost pixels)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Nearest pixel inside"),
    # NODATA_RULES
    QT_TRANSLATE_NOOP("ParallelRaster", "Skip nodata neighbours, keep nodata pixels"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Skip nodata neighbours, fill nodata pixels"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Nodata wherever a neighbour is nodata"),
    # ZONES, ZONAL_STATISTICS
    QT_TRANSLATE_NOOP("ParallelRaster", "Cells"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Zone raster"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Share of valid pixels (0 to 1)"),
    # EMPTY_PERIODS
    QT_TRANSLATE_NOOP("ParallelRaster", "Leave them out"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Fill them with nodata"),
    # SCENE_VALUES
    QT_TRANSLATE_NOOP("ParallelRaster", "Bands"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Formula"),
    # REDUCERS
    QT_TRANSLATE_NOOP("ParallelRaster", "Percentile"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Medoid: the scene closest to all others"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Best scene: the highest value of the formula"),
    # PERIODS
    QT_TRANSLATE_NOOP("ParallelRaster", "All scenes together"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Year"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Season of three months"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Month"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Dekad (a third of a month)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "ISO week"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Day in UTC"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Day in solar time"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Each scene"),
    # LAYOUTS
    QT_TRANSLATE_NOOP("ParallelRaster", "One file per period"),
    QT_TRANSLATE_NOOP("ParallelRaster", "One file for all periods"),
    # STEPS, DUPLICATES, STAC_SCALING, SIGNING, ON_ERROR
    QT_TRANSLATE_NOOP("ParallelRaster", "Each item"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Keep the most recently processed version"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Keep all"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Reject them"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Scale and offset of the catalogue, with all scenes converted to one offset"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Use URLs unchanged"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Sign URLs with the service below"),
    QT_TRANSLATE_NOOP("ParallelRaster", "End the run"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Leave the scene out and list it in the table of items"),
    # TILING
    QT_TRANSLATE_NOOP("ParallelRaster", "Columns and rows"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Tile size in pixels"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Tile size in map units"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Polygon layer"),
    # REMAINDER
    QT_TRANSLATE_NOOP("ParallelRaster", "Trim the last tile"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Pad with nodata"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Shift the last tile inward"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Drop the last tile"),
    # CHIP_MODES, CHIP_REMAINDER
    QT_TRANSLATE_NOOP("ParallelRaster", "Grid"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Centred on points or polygons"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Random"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Shift inward"),
    # NORMALIZE, CHIP_FORMATS
    QT_TRANSLATE_NOOP("ParallelRaster", "No"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mean and standard deviation"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Percentiles 2 to 98"),
    QT_TRANSLATE_NOOP("ParallelRaster", "GeoTIFF"),
    QT_TRANSLATE_NOOP("ParallelRaster", "NumPy archive (.npz)"),
    # ALIGNMENT
    QT_TRANSLATE_NOOP("ParallelRaster", "The raster's upper left corner"),
    QT_TRANSLATE_NOOP("ParallelRaster", "CRS coordinates that are multiples of the tile size"),
))  # fmt: skip
