"""Help texts of the parameters in `index_parameters`, which all algorithms that compute an index share."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

INDEX_PARAMETERS = {
    "BAND_A": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Band of the positive term: near infrared for the NDVI, green for the water and snow indexes.",
    ),
    "BAND_B": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the negative term: red for the NDVI."),
    "INDEX": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Sets only the name and the colours of the result. The bands are those that you choose above.",
    ),
    "SCALING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How stored values are converted to reflectance. The scale and offset stored in the bands are right for most "
        "files. Sentinel-2 and Landsat files often store none; set scale and offset below for them.",
    ),
    "SCALE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Reflectance = stored value * scale + offset. Used only if you choose Scale and offset below.",
    ),
    "OFFSET": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "For example -0.1 for Sentinel-2 since 2022 with scale 0.0001, or -0.2 for Landsat Collection 2 with scale "
        "0.0000275.",
    ),
    "ZERO_SUM": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Result for pixels where A + B is 0, for which the index is not defined.",
    ),
    "CLAMP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Sets results outside [-1, 1], which negative reflectance causes, to -1 or 1. The number of such pixels is "
        "reported in any case.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Float32 is exact. Int16 and Byte need half and a quarter of the disk space; their files store a scale and an "
        "offset, which QGIS applies.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the output. It must be outside [-1, 1] and must not be an integer code of "
        "a valid value. NaN is available for Float32 only.",
    ),
}
