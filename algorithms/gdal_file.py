"""The file of a result through `osgeo.gdal`, whose calls let QGIS's other threads go on.

rasterio holds Python's lock while it closes a file, and closing encodes what GDAL has cached: the window would hang.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from osgeo import gdal, gdal_array

from ..core.errors import OutputError
from ..core.profiles import OutputProfile


class GdalFile:
    """A new GeoTIFF, used like rasterio's dataset where the core writes.

    Parameters
    ----------
    path
        Where to write.
    profile
        Grid, bands, type, nodata and creation options.
    """

    def __init__(self, path: str, profile: OutputProfile) -> None:
        grid = profile.grid
        kind = gdal_array.NumericTypeCodeToGDALTypeCode(np.dtype(profile.dtype).type)
        options = [f"{key}={value}" for key, value in {**profile.options, "SPARSE_OK": "TRUE"}.items()]
        gdal.ErrorReset()
        driver = gdal.GetDriverByName("GTiff")
        self._dataset = driver.Create(path, grid.width, grid.height, profile.count, kind, options=options)
        if self._dataset is None:
            raise OutputError(gdal.GetLastErrorMsg() or f"{path} cannot be created")
        self._dataset.SetGeoTransform(grid.transform.to_gdal())
        if grid.crs:
            self._dataset.SetProjection(grid.crs.to_wkt())
        for number in range(1, profile.count + 1):
            if profile.nodata is not None:
                self._dataset.GetRasterBand(number).SetNoDataValue(float(profile.nodata))

    def write(self, array: np.ndarray[Any, Any], window: Any) -> None:
        """Write the pixels (bands, rows, columns) of one window."""
        for number, band in enumerate(array, 1):
            self._checked(self._dataset.GetRasterBand(number).WriteArray, band, window.col_off, window.row_off)

    def flush(self) -> None:
        """Encode and write what GDAL has cached of the file."""
        self._checked(self._dataset.FlushCache)

    def set_band_description(self, number: int, text: str) -> None:
        """Name a band."""
        self._dataset.GetRasterBand(number).SetDescription(text)

    def update_tags(self, number: int, **tags: str) -> None:
        """Add metadata items to a band."""
        band = self._dataset.GetRasterBand(number)
        band.SetMetadata({**band.GetMetadata(), **tags})

    def _set_scales(self, values: list[float]) -> None:
        for number, value in enumerate(values, 1):
            self._dataset.GetRasterBand(number).SetScale(value)

    def _set_offsets(self, values: list[float]) -> None:
        for number, value in enumerate(values, 1):
            self._dataset.GetRasterBand(number).SetOffset(value)

    scales = property(fset=_set_scales, doc="Scale of each band; the writer only sets it.")
    offsets = property(fset=_set_offsets, doc="Offset of each band; the writer only sets it.")

    def close(self) -> None:
        """Write what is left."""
        if self._dataset is not None:
            try:
                self.flush()
            finally:
                self._dataset = None

    @staticmethod
    def _checked(call: Any, *arguments: Any) -> None:
        """Raise what GDAL says of a call; the message is this thread's own."""
        gdal.ErrorReset()
        call(*arguments)
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise OutputError(gdal.GetLastErrorMsg())
