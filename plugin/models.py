"""The models that come with the plugin, in the user's language."""

from __future__ import annotations

import os
from collections.abc import Iterator

from qgis.core import QgsProcessingModelAlgorithm

from ..algorithms.translation import QT_TRANSLATE_NOOP, translate

MODELS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "resources", "models")

TEXTS = (
    QT_TRANSLATE_NOOP("ParallelRaster", "Models"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Input raster"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Positive term, A (near infrared for NDVI)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Negative term, B (red for NDVI)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Tile size (pixels)"),
    QT_TRANSLATE_NOOP("ParallelRaster", "Overlap of the tiles (pixels)"),
    QT_TRANSLATE_NOOP(
        "ParallelRaster",
        "NDVI by way of tiles: Tile raster, Normalized difference of tiles, Merge tiles. The result is the same, bit "
        "for bit, as that of Parallel normalized difference; the model shows how the three work together. Open it in "
        "the model designer to change it.",
    ),
)
"""What the files of the models say, for the tools that collect texts; a model's name is its id, and stays."""


def read_models() -> Iterator[QgsProcessingModelAlgorithm]:
    """Yield the models, those whose steps QGIS knows."""
    for name in sorted(os.listdir(MODELS)):
        model = QgsProcessingModelAlgorithm()
        if model.fromFile(os.path.join(MODELS, name)):
            _translate(model)
            yield model


def _translate(model: QgsProcessingModelAlgorithm) -> None:
    """Have group, parameters and help of a model read in the user's language."""
    content = model.toVariant()  # a parameter that is changed in the model itself moves behind the others
    texts = [(content, "model_group"), (content["help"], "ALG_DESC")]
    texts += [(each, "description") for each in content["parameterDefinitions"].values()]
    for place, key in texts:
        place[key] = translate("ParallelRaster", place[key])
    model.loadVariant(content)
