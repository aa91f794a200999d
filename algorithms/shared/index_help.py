"""The help of the parameters in `index_parameters`, which every algorithm that computes an index has."""

from __future__ import annotations

from .translation import QT_TRANSLATE_NOOP

INDEX_PARAMETERS = {
    "BAND_A": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Band of the positive term: near infrared for NDVI, green for the water and snow indexes.",
    ),
    "BAND_B": QT_TRANSLATE_NOOP("ParallelRaster", "Band of the negative term: red for NDVI."),
    "INDEX": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Gives the result its name and its colours, and decides nothing else: the bands stay those chosen.",
    ),
    "SCALING": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "How stored values become reflectance. Scale and offset stored in the bands are right for most files; "
        "Sentinel-2 and Landsat as delivered often carry none, and need those below.",
    ),
    "SCALE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Reflectance = stored value * scale + offset; used where scale and offset below is chosen.",
    ),
    "OFFSET": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "E.g. -0.1 for Sentinel-2 since 2022 with scale 0.0001, -0.2 for Landsat Collection 2 with scale 0.0000275.",
    ),
    "ZERO_SUM": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "What a pixel becomes whose A + B is 0, where the index is not defined.",
    ),
    "CLAMP": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Results outside [-1, 1], from negative reflectance, become -1 or 1. They are counted either way.",
    ),
    "DATA_TYPE": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Float32 is exact. Int16 and Byte take half and a quarter of the room; they store their scale and offset, "
        "which QGIS applies.",
    ),
    "OUTPUT_NODATA": QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Value that marks missing pixels in the result; not inside [-1, 1] nor among the codes in use. NaN for "
        "Float32 only.",
    ),
}
