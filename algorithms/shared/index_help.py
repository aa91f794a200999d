"""Help texts of the parameters in `index_parameters`, which are shared by all algorithms that compute an index."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

INDEX_PARAMETERS = {
    "BAND_A": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Band of the positive term, for example near infrared for the NDVI or green for the water and snow indexes.",
    ),
    "BAND_B": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the negative term, for example red for the NDVI."),
    "INDEX": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Sets the name and the colours of the result, but not the bands. Select the bands above.",
    ),
    "SCALING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How stored values are converted to reflectance. For most files, the scale and offset stored in the bands are "
        'correct. Sentinel-2 and Landsat files often contain no scale and offset; for these files, choose "Scale and '
        'offset below" and set both.',
    ),
    "SCALE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Reflectance = stored value * scale + offset. Used only if you choose "Scale and offset below".',
    ),
    "OFFSET": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Number that is added after multiplying by the scale, for example -0.1 with scale 0.0001 for Sentinel-2 since "
        '2022, or -0.2 with scale 0.0000275 for Landsat Collection 2. Used only if you choose "Scale and offset '
        'below".',
    ),
    "ZERO_SUM": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Result for pixels where A + B is 0. The index is not defined for these pixels.",
    ),
    "CLAMP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Sets results below -1 to -1 and results above 1 to 1. Such results occur if a reflectance is negative. The "
        "number of pixels with such results is reported even if this option is not selected.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Float32 stores the index without rounding it to integers. Int16 needs half the disk space of Float32, and "
        "Byte a quarter. Int16 and Byte files contain a scale and an offset, which QGIS applies.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the output. For Float32, it must be NaN or outside [-1, 1]. For Int16 and "
        "Byte, it must not be one of the integers that stand for a result.",
    ),
}
