"""Warnings about layer settings in QGIS that a run ignores because it reads the file directly."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from qgis.core import QgsProcessingContext, QgsRasterDataProvider, QgsRasterLayer

from .bridge import layer_of, split_source
from .translation import translate


def unused_settings(value: Any, context: QgsProcessingContext, used: Collection[str] = ()) -> Iterator[str]:
    """Yield a warning for each QGIS setting of a raster layer that the run ignores.

    Parameters
    ----------
    value
        Raster: a path, a layer, or the id or name of a layer in the project.
    context
        Context with the project and the temporary layers.
    used
        Open options that the run uses, as `KEY=VALUE`; no warning is given for them.
    """
    layer = layer_of(value, context)
    source, name = (str(value), str(value)) if layer is None else (layer.source(), layer.name())
    path, options = split_source(source)
    for option in (each for each in options if each not in used):
        text = translate(
            "ParallelRaster",
            "{layer}: the open option {option} is not used; {path} is read without it. If you need the option, export "
            "the layer to a new file and use that file as the input.",
        )
        yield text.format(layer=path if layer is None else name, option=option, path=path)
    if not isinstance(layer, QgsRasterLayer):
        return
    provider = layer.dataProvider()
    if provider is not None and layer.providerType() == "gdal":
        yield from _other_crs(layer, provider)
        yield from _other_nodata(layer, provider)


def _other_crs(layer: QgsRasterLayer, provider: QgsRasterDataProvider) -> Iterator[str]:
    own, stored = layer.crs(), provider.crs()
    if own != stored:
        text = translate(
            "ParallelRaster",
            "{layer}: the CRS set in QGIS, {own}, is not used; the run uses the CRS stored in the file, {stored}. If "
            'you need the CRS set in QGIS, first write it to the file with "Assign projection".',
        )
        none = translate("ParallelRaster", "none")
        yield text.format(layer=layer.name(), own=_crs_name(own) or none, stored=_crs_name(stored) or none)


def _crs_name(crs: Any) -> str:
    return str(crs.authid() or crs.description()) if crs.isValid() else ""


def _other_nodata(layer: QgsRasterLayer, provider: QgsRasterDataProvider) -> Iterator[str]:
    for band in range(1, provider.bandCount() + 1):
        ranges = [_range(each.min(), each.max()) for each in provider.userNoDataValues(band)]
        if ranges:
            text = translate(
                "ParallelRaster",
                "{layer}, band {band}: the additional no data values set in QGIS, {values}, are not used. If you need "
                "them, create a new file in which these values are replaced with the no data value of the band, and "
                "use that file as the input.",
            )
            yield text.format(layer=layer.name(), band=band, values=", ".join(ranges))
        if provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band):
            text = translate(
                "ParallelRaster",
                "{layer}, band {band}: the no data value {value} is switched off in QGIS, but the run uses it. If you "
                "need the pixels with this value, first remove the no data value in a copy of the file, and use that "
                "copy as the input.",
            )
            yield text.format(layer=layer.name(), band=band, value=f"{provider.sourceNoDataValue(band):.17g}")


def _range(low: float, high: float) -> str:
    return f"{low:.12g}" if low == high else f"{low:.12g} - {high:.12g}"
