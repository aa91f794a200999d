"""What an output takes from its (first) input where the user gave no creation option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..raster.dtypes import array_dtype
from ..reading.metadata import RasterSource

PREDICTOR_CODECS = ("DEFLATE", "LZW", "ZSTD")
LOSSLESS_CODECS = ("NONE", "PACKBITS", "LZMA", *PREDICTOR_CODECS)

BLOCK_STEP = 16
"""GDAL reads tiles of any size, but writes only those whose edges are a multiple of this."""


@dataclass(frozen=True)
class Inherited:
    """The input's type, its creation options, and its look.

    `options` is empty where the input is no tiled, lossless GeoTIFF; `look` holds the options that belong to the
    bands whatever the file: NBITS, PHOTOMETRIC and ALPHA.
    """

    dtype: str
    options: Mapping[str, str]
    look: Mapping[str, str]


def inherited_options(source: RasterSource) -> Inherited:
    """Return what an output takes from this input."""
    structure, bands, first = source.structure, source.facts.bands, source.inputs[0]
    look = _look(structure, bands[0].dtype, [band.colour for band in bands])
    codec = structure.get("COMPRESSION", "NONE")
    exact = codec in LOSSLESS_CODECS or codec.startswith("LERC") and float(structure.get("MAX_Z_ERROR", 1)) == 0
    if structure.get("TILED") != "YES" or not exact:
        return Inherited(bands[0].dtype, {}, look)
    options = {"TILED": "YES", "COMPRESS": codec}
    if all(edge % BLOCK_STEP == 0 for edge in first.block):
        options.update(BLOCKXSIZE=str(first.block[1]), BLOCKYSIZE=str(first.block[0]))
    if codec in PREDICTOR_CODECS:
        options["PREDICTOR"] = structure.get("PREDICTOR", "1")
    if len(bands) > 1:
        options["INTERLEAVE"] = structure.get("INTERLEAVE", "PIXEL")
    return Inherited(bands[0].dtype, options, look)


def _look(structure: Mapping[str, str], dtype: str, colours: Sequence[str]) -> dict[str, str]:
    look = {}
    if colours[0] != "palette":
        look["PHOTOMETRIC"] = "RGB" if list(colours[:3]) == ["red", "green", "blue"] else "MINISBLACK"
    if array_dtype(dtype).kind in "iu" and structure.get("NBITS", "").isdigit():
        look["NBITS"] = structure["NBITS"]
    if "alpha" in colours and "ALPHA" in structure:
        look["ALPHA"] = structure["ALPHA"]
    return look
