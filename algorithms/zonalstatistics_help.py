"""Help texts that only the Zonal and block statistics algorithm uses."""

from __future__ import annotations

from .shared.calculator_help import CALCULATOR_PARAMETERS
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

ZONAL_STATISTICS_HELP = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Creates a table with pixel statistics of a raster for each zone. The zones are rectangles of a fixed size "
        "(cells), the polygons of a layer, or the zones of another raster.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "A pixel is in a polygon if the centre of the pixel is inside the polygon. If polygons overlap, a pixel in "
            "the overlap is counted in each of them. A polygon that contains no pixel centre has a count of 0. The "
            "polygons are reprojected to the CRS of the raster if necessary.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Only valid pixels are used: those that are finite, not nodata, and not hidden by a mask or an alpha band. "
            "The scale and offset of the bands are applied.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The fields of the table are named after the band and the statistic, for example b1_mean. The fields of "
            "the polygon layer come first. If the zones are cells or polygons, the table contains their geometry.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Every block of the raster is read once, whatever the number of zones. The results are the same to the "
            "last digit for every number of workers and every chunk size.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'To find the mean NDVI of each field of a farm, choose the NDVI raster, set "Zones" to "Polygon layer", '
        "and choose the layer that contains the fields. The mean is in the column b1_mean of the table.",
    ),
    {
        "BANDS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Bands for which statistics are computed. If empty, all bands except an alpha band are used.",
        ),
        "ZONES": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "What defines the zones: cells, polygons or the values of a raster. Parameters of the other two choices "
            "are ignored.",
        ),
        "CELL_WIDTH": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Width of a cell in pixels. The first cell starts at the upper left corner of the raster or of the extent; "
            'cells at the right edge can be narrower. Used only with "Cells".',
        ),
        "CELL_HEIGHT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Height of a cell in pixels. Cells at the lower edge can be shorter. Used only with "Cells".',
        ),
        "POLYGONS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Each polygon of this layer is one zone. Used only with "Polygon layer".',
        ),
        "FIELD": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'Field whose values identify the polygons in messages and in the field "zone" of the table. If no '
            "field is set, feature IDs are used. Polygons with the same value remain separate zones. If the value of a "
            "polygon is empty, its zone is empty too, and messages give its feature ID.",
        ),
        "ZONE_RASTER": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Integer raster on the same pixel grid as the input. All pixels with the same value are one zone; nodata "
            'pixels are in no zone. Used only with "Zone raster".',
        ),
        "ZONE_BAND": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the zone raster that contains the zones."),
        "STATISTICS": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Statistics to compute for each band. The share of valid pixels is the number of valid pixels divided by "
            "the number of all pixels of the zone inside the raster. The standard deviation is the population "
            "standard deviation. If several values are equally frequent, the majority is the lowest of them. Median "
            "and majority need more memory than the other statistics, because every distinct value of each zone is "
            "counted.",
        ),
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
        "SCALING": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Which scale and offset are applied to the stored values before the statistics are computed.",
        ),
        "SCALE": QT_TRANSLATE_NOOP(
            "ParallelRaster", 'Scale of all bands. It must not be 0. Used only with "Scale and offset below".'
        ),
        "OFFSET": CALCULATOR_PARAMETERS["OFFSET"],
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview to read; 0 is the first and largest. -1 uses full resolution or, if the open "
            "option OVERVIEW_LEVEL is set on the layer, the overview that this option selects.",
        ),
        "TABLE": QT_TRANSLATE_NOOP(
            "ParallelRaster", "Layer with one feature per zone. The layer appears only if the run succeeds."
        ),
    },
)
