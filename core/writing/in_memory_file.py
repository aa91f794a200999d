"""A small file of a result through rasterio, encoded without Python's lock.

rasterio holds that lock while it closes a file, and closing encodes what GDAL has cached: of many small files only one
would be encoded at a time. Its copy of a dataset, here of one in memory, lets the other threads go on.
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
    """Return what makes a small file without holding Python's lock.

    None where GDAL has nothing to encode, or the file says more of itself than a `CopiedFile` takes.
    """
    return None if profile.metadata is not None or profile.masked or is_encoded_here(profile) else CopiedFile


class CopiedFile:
    """A new GeoTIFF that is kept in memory until it is closed; a `CreateFile`.

    Parameters
    ----------
    path
        Where to write.
    profile
        Grid, bands, type, nodata and creation options; `raw_bytes` of it are kept in memory.
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
        """Keep all in memory until the file is closed."""

    def set_band_description(self, number: int, text: str) -> None:
        """Name a band."""
        self._dataset.set_band_description(number, text)

    def update_tags(self, number: int, **tags: str) -> None:
        """Add metadata items to a band."""
        self._dataset.update_tags(number, **tags)

    def _set_scales(self, values: list[float]) -> None:
        self._dataset.scales = values

    def _set_offsets(self, values: list[float]) -> None:
        self._dataset.offsets = values

    scales = property(fset=_set_scales, doc="Scale of each band; the writer only sets it.")
    offsets = property(fset=_set_offsets, doc="Offset of each band; the writer only sets it.")

    def close(self) -> None:
        """Encode and write the file."""
        if not self._dataset.closed:
            try:
                with raised_errors():
                    rasterio.shutil.copy(self._dataset, self._path, driver="GTiff", **self._options)
            finally:
                self._dataset.close()
