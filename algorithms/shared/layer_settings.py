"""What the user set on a layer in QGIS and a run does not use: said in the log, since the file is read as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from qgis.core import QgsProcessingContext, QgsRasterDataProvider, QgsRasterLayer

from .bridge import layer_of, split_source
from .translation import translate


def unused_settings(value: Any, context: QgsProcessingContext, used: Collection[str] = ()) -> Iterator[str]:
    """Yield a sentence for each setting of a raster that the run does not use.

    Parameters
    ----------
    value
        A path, a layer, or the id or name of a layer in the project.
    context
        Knows the project and its temporary layers.
    used
        The open options that the run does use.
    """
    layer = layer_of(value, context)
    source, name = (str(value), str(value)) if layer is None else (layer.source(), layer.name())
    path, options = split_source(source)
    for option in (each for each in options if each not in used):
        text = translate(
            "ParallelRaster",
            "{layer}: the open option {option} is not used; {path} is read without it. Export the layer to a file "
            "first if it matters.",
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
            "{layer}: its CRS in QGIS, {own}, is not used; the one in the file is: {stored}. Write it to the file with "
            "Assign projection if it matters.",
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
                "{layer}, band {band}: the additional no data values set in QGIS, {values}, are not used. Write them "
                "to the file first if they matter.",
            )
            yield text.format(layer=layer.name(), band=band, values=", ".join(ranges))
        if provider.sourceHasNoDataValue(band) and not provider.useSourceNoDataValue(band):
            text = translate(
                "ParallelRaster",
                "{layer}, band {band}: its no data value {value} is switched off in QGIS, but is used by this run.",
            )
            yield text.format(layer=layer.name(), band=band, value=f"{provider.sourceNoDataValue(band):.17g}")


def _range(low: float, high: float) -> str:
    return f"{low:.12g}" if low == high else f"{low:.12g} - {high:.12g}"
