"""A raster and the mask layer that hides its pixels: everything that determines the pixels of the output."""

from __future__ import annotations

from dataclasses import dataclass

from rasterio.windows import Window

from ...pixels.sources import MaskLayer
from ...raster.dtypes import array_dtype, value_dtype
from ...raster.nodata import stored_nodata
from ...reading.metadata import RasterMetadata, RasterSource
from ...writing.creation_options import OutputProfile
from .marking import Marking


@dataclass(frozen=True)
class MaskedRaster:
    """A raster, its mask layer and the profile of the output, which covers `window` of the raster's grid.

    `metadata` is the part of the raster's metadata that the output keeps.
    """

    source: RasterSource
    metadata: RasterMetadata
    window: Window
    mask: MaskLayer
    marking: Marking
    profile: OutputProfile

    @property
    def files(self) -> tuple[str, ...]:
        """All files that the raster and the mask layer consist of."""
        return tuple(dict.fromkeys((*self.source.files, *self.mask.band.files)))

    @property
    def reads_pixels(self) -> bool:
        """True if pixels must be decoded: they may change, or their values determine whether they are valid."""
        first = self.metadata.bands[0]
        has_nodata = stored_nodata(first.nodata, value_dtype(first.dtype)) is not None
        return self.marking.changes_pixels or has_nodata or array_dtype(first.dtype).kind in "fc"

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a chunk: pixels, masks and temporary arrays."""
        return len(self.metadata.bands) * array_dtype(self.metadata.bands[0].dtype).itemsize + 14

    @property
    def input_block_bytes(self) -> int:
        """Bytes of memory for a decoded block of the raster, and for reading the mask layer."""
        return self.source.inputs[0].block_bytes + self.mask.scratch_bytes
