"""Write a small file through rasterio without holding Python's global interpreter lock (GIL) during encoding.

rasterio holds the GIL while it closes a file, and closing encodes the cached pixels, so only one small file would be
encoded at a time. Copying an in-memory dataset with `rasterio.shutil.copy` releases the GIL.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import rasterio.shutil
from rasterio.windows import Window

from ..reading.datasets import open_dataset
from ..reading.gdal_errors import raised_errors
from .creation_options import OutputProfile
from .encoded_file import is_encoded_here
from .gdal_file import CreateFile


def small_file(profile: OutputProfile) -> CreateFile | None:
    """Return `CopiedFile`, which encodes without holding the GIL, or None if this class is unnecessary or unsuitable.

    It is unnecessary if Python encodes the blocks, and unsuitable for files with a mask or metadata. It is also
    unsuitable if a nodata value is patched after closing, because the copy of a 64-bit dataset has no tag to patch.
    """
    unsuitable = profile.metadata is not None or profile.masked or bool(profile.patched_nodata)
    return None if unsuitable or is_encoded_here(profile) else CopiedFile


class CopiedFile:
    """New GeoTIFF that is kept in memory until it is closed; implements `CreateFile`.

    Parameters
    ----------
    path
        Path of the file.
    profile
        Grid, bands, data type, nodata and creation options; the pixels take `profile.raw_bytes` bytes of memory.
    """

    def __init__(self, path: str, profile: OutputProfile) -> None:
        keywords = profile.creation_keywords()
        metadata = ("width", "height", "count", "dtype", "crs", "transform", "nodata")
        self._path, self._options = path, profile.creation_options()
        self._dataset = open_dataset("", "w", driver="MEM", **{name: keywords[name] for name in metadata})

    def write(self, array: np.ndarray[Any, Any], window: Window) -> None:
        """Write the pixels (bands, rows, columns) of one window."""
        self._dataset.write(array, window=window)

    def flush(self) -> None:
        """Do nothing; the pixels stay in memory until the file is closed."""

    def set_band_description(self, number: int, text: str) -> None:
        """Set the description of a band."""
        self._dataset.set_band_description(number, text)

    def update_tags(self, number: int, **tags: str) -> None:
        """Add metadata items to a band."""
        self._dataset.update_tags(number, **tags)

    def _set_scales(self, values: list[float]) -> None:
        self._dataset.scales = values

    def _set_offsets(self, values: list[float]) -> None:
        self._dataset.offsets = values

    scales = property(fset=_set_scales, doc="Scale of each band; write-only.")
    offsets = property(fset=_set_offsets, doc="Offset of each band; write-only.")

    def close(self) -> None:
        """Encode the pixels and write the file."""
        if not self._dataset.closed:
            try:
                with raised_errors():
                    rasterio.shutil.copy(self._dataset, self._path, driver="GTiff", **self._options)
            finally:
                self._dataset.close()
