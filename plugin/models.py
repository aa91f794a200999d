"""Loads the models that come with the plugin, in the user's language."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingModelAlgorithm,
    QgsProcessingParameterBand,
    QgsProcessingParameterDefinition,
    QgsXmlUtils,
)
from qgis.PyQt.QtXml import QDomDocument

from ..algorithms.shared.translation import QT_TRANSLATE_NOOP, translate

MODELS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources", "models")

TEXTS = (
    QT_TRANSLATE_NOOP("ParallelRaster", "Models"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Input raster"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Positive term, A (near infrared for NDVI)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Negative term, B (red for NDVI)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Tile size (pixels)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Tile overlap (pixels)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Computes the NDVI tile by tile: "Tile raster" splits the input, "Normalized difference of tiles" computes '
        'the NDVI of each tile, and "Merge tiles" merges the results. The output is bit-identical to the output of '
        '"Parallel normalized difference". Use this model as an example of how the three algorithms work together, '
        "or open it in the model designer and adapt it.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mask (class or quality layer)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mask values that hide a pixel (for example 3,8-10)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Masks out clouds, then computes the NDVI: "Mask raster" masks all bands wherever the mask has one of the mask '
        'values, and "Parallel normalized difference" computes the NDVI of the masked raster. If no mask values are '
        "given, clouds and cloud shadows are masked out; the mask must then be a Sentinel-2 SCL, Landsat QA_PIXEL, "
        "HLS Fmask or MODIS state layer. Use this model as an example, or open it in the model designer and add steps "
        "that use the masked raster.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "Polygon layer"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Finds the NDVI of each field: "Parallel normalized difference" computes the NDVI of the raster, and "Zonal '
        'and block statistics" computes its mean, its standard deviation and the share of valid pixels in each '
        "polygon. The resulting layer is coloured by the mean. Use this model as an example, or open it in the model "
        "designer and adapt it.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "Folder of the scenes"),
    QT_TRANSLATE_NOOP("ParallelRaster", "File name pattern"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Earliest acquisition date (for example 2024-03-01)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Latest acquisition date"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Formula (A is the scene)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mask band, as number or name (for example SCL)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mask values that hide a pixel (empty: automatic)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "Computes the NDVI, or another formula, of each scene in a folder, and the median of all scenes between two "
        "dates. Clouds are masked out with the mask band of each scene. The output folder contains the median, the "
        "number of observations of each pixel, and a table of the scenes. Use this model as an example, or open it in "
        "the model designer and adapt it.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "URL of the catalogue"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Collections, separated by commas"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Extent"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Maximum cloud cover (percent)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Assets (keys or band names)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Mask asset (classes or quality bits)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Computes cloud-free monthly medians from a catalogue: "Search a STAC catalogue" finds the scenes, "STAC '
        'items to aligned rasters" writes the pixels in the chosen extent as one raster for each day, and "Temporal '
        'composite" computes the median of each month. Clouds are masked out with the mask asset. Assets whose pixels '
        "do not coincide with the output's pixels are resampled with the nearest-neighbour method. Use this model as "
        "an example, or open it in the model designer and adapt it.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "Formula (A is the input raster)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Standard deviation of the Gaussian filter (pixels)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Threshold (larger values are objects)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Minimum object size (pixels)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Turns a raster into objects: "Parallel raster calculator" computes a formula, "Focal filter" smooths the '
        'result with a Gaussian filter, "Label objects" gives each group of connected pixels above the threshold an '
        'id, and "Polygonize" draws the outlines of the objects. For the brightness of a raster with red, green and '
        "blue bands, use the formula 0.299 * A@1 + 0.587 * A@2 + 0.114 * A@3. Use this model as an example, or open "
        "it in the model designer and adapt it.",
    ),
    QT_TRANSLATE_NOOP("ParallelRaster", "Bands, as numbers or names (empty: all)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Polygons with classes"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Field with the class"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Chip size (pixels)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        'Cuts training chips from the monthly medians of a year: "Temporal composite" computes the median of the '
        'scenes of each month and writes all months to one stack, and "Training chips" cuts the stack into chips with '
        "labels. Clouds are masked out with the mask band of each scene; months without a scene are nodata. Use this "
        "model as an example, or open it in the model designer and adapt it.",
    ),
)
"""Texts in the model files, for translation tools; a model's name is its id and is not translated."""


def read_models() -> Iterator[QgsProcessingModelAlgorithm]:
    """Yield the bundled models whose steps use only algorithms that are registered in QGIS."""
    for name in sorted(os.listdir(MODELS)):
        path = os.path.join(MODELS, name)
        model = QgsProcessingModelAlgorithm()
        model.setSourceFilePath(path)
        # `fromFile` is not used: loading a model is slow, and the model would have to be loaded again after
        # translation.
        if model.loadVariant(_content(path)):
            yield model


def _content(path: str) -> dict[str, Any]:
    """Return the content of a model file, with group, parameters and help in the user's language.

    Band parameters become optional before QGIS 3.40, as in `SharedParameters.add_band`: earlier versions ignore the
    default of a mandatory band.
    """
    document = QDomDocument()
    with open(path, encoding="utf-8") as file:
        document.setContent(file.read())
    content: dict[str, Any] = QgsXmlUtils.readVariant(document.firstChildElement())
    texts = [(content, "model_group"), (content["help"], "ALG_DESC")]
    texts += [(each, "description") for each in content["parameterDefinitions"].values()]
    if Qgis.QGIS_VERSION_INT < 34000:
        for each in content["parameterDefinitions"].values():
            if each["parameter_type"] == QgsProcessingParameterBand.typeName():
                each["flags"] |= int(QgsProcessingParameterDefinition.Flag.FlagOptional)
    for place, key in texts:
        place[key] = translate("ParallelRaster", place[key])
    return content
