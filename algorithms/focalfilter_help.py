"""Help texts that only the Focal filter algorithm uses."""

from __future__ import annotations

from .shared.focal_help import FOCAL_PARAMETERS
from .shared.help_texts import Help
from .shared.mask_help import AUTOMATIC_MASK_VALUES, MASK_PARAMETERS
from .shared.translation import QT_TRANSLATE_NOOP

FOCAL_FILTER = Help(
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Replaces each pixel with the mean, the median or another function of the pixels around it, chunk by chunk on "
        "all CPU cores.",
    ),
    (
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "The result is identical, bit for bit, for any chunk size and number of workers. Each chunk is read "
            "together with the pixels around it, so the result has no seams between chunks.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Nodata, masks and alpha are respected: invalid pixels are never part of a mean, sum or median. The nodata "
            "rule decides what happens near invalid pixels.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            'If "Values outside the raster" is set to "Reflect" or "Nearest pixel inside", and the raster has no '
            "nodata pixels, the Gaussian, median, minimum, maximum, Sobel and Laplace results are identical to the "
            "results of scipy.ndimage for the whole raster.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Median, minimum, maximum and majority keep the data type, scale, offset and unit of the bands. If the "
            "number of valid pixels is even, the median is the higher of the two middle values. Majority requires "
            "integers; if several values are equally frequent, it selects the lowest of them.",
        ),
        QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "This algorithm requires the Python package scipy, version 1.10 or newer.",
        ),
    ),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "To remove speckle from a radar image, choose the median with radius 2 (5 x 5 pixels). To smooth a digital "
        "elevation model before computing contours, choose Gaussian with sigma 2. To remove single pixels from a "
        "classification, choose the majority with radius 1.",
    ),
    {
        **FOCAL_PARAMETERS,
        **MASK_PARAMETERS,
        **AUTOMATIC_MASK_VALUES,
        "OVERVIEW": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Number of the overview to filter, for a quick preview; 0 is the first and largest overview. The output "
            "has the grid of the overview. -1 uses full resolution or, if the open option OVERVIEW_LEVEL is set on "
            "the layer, the overview that this option selects.",
        ),
        "EXTENT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Part of the input to process. The edges of the extent are moved outward to pixel edges. Pixels of the "
            "raster that lie outside the extent are still used as neighbours. If empty, the whole input is processed.",
        ),
        "OUTPUT": QT_TRANSLATE_NOOP(
            "ParallelRaster",
            "Output GeoTIFF. The file appears only when it is complete and verified.",
        ),
    },
)
