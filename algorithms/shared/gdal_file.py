"""Writes output files with `osgeo.gdal`, whose calls release Python's global interpreter lock.

rasterio holds the lock while it closes a file. Closing encodes the blocks that GDAL has cached, so QGIS would freeze.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from osgeo import gdal, gdal_array
from rasterio.enums import ColorInterp

from ...core.writing.creation_options import OutputProfile

if TYPE_CHECKING:
    from ...core.progress import Stop


class GdalFile:
    """A new GeoTIFF with the subset of rasterio's dataset interface that the core uses for writing.

    Parameters
    ----------
    path
        Path of the new file.
    profile
        Grid, number of bands, data type, nodata and creation options.
    """

    def __init__(self, path: str, profile: OutputProfile) -> None:
        grid = profile.grid
        kind, extra = _gdal_type(profile.dtype)
        options = [f"{key}={value}" for key, value in {**profile.creation_options(), **extra}.items()]
        gdal.ErrorReset()
        driver = gdal.GetDriverByName("GTiff")
        self._dataset = driver.Create(path, grid.width, grid.height, profile.count, kind, options=options)
        if self._dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg() or "the file cannot be created")
        if profile.metadata is None or not profile.metadata.is_placed_by_points:
            self._dataset.SetGeoTransform(grid.transform.to_gdal())
            if grid.crs:
                self._dataset.SetProjection(grid.crs.to_wkt())
        nodata = 0 if profile.patched_nodata else profile.nodata
        if nodata is not None:
            for band in self._bands():
                band.SetNoDataValue(nodata if profile.patched_nodata else float(nodata))

    def write(self, array: np.ndarray[Any, Any], window: Any) -> None:
        """Write the pixels (bands, rows, columns) of one window."""
        for number, band in enumerate(array, 1):
            self._checked(self._dataset.GetRasterBand(number).WriteArray, band, window.col_off, window.row_off)

    def write_mask(self, array: np.ndarray[Any, Any], window: Any) -> None:
        """Write the mask (rows, columns) of one window; the first call creates the internal mask band."""
        # Both flags are checked because an alpha band also has the flag GMF_PER_DATASET; GDAL would return the alpha
        # band as the mask.
        flags = self._dataset.GetRasterBand(1).GetMaskFlags() & (gdal.GMF_PER_DATASET | gdal.GMF_ALPHA)
        if flags != gdal.GMF_PER_DATASET:
            gdal.SetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", "YES")
            try:
                self._checked(self._dataset.CreateMaskBand, gdal.GMF_PER_DATASET)
            finally:
                gdal.SetThreadLocalConfigOption("GDAL_TIFF_INTERNAL_MASK", None)
        mask = self._dataset.GetRasterBand(1).GetMaskBand()
        self._checked(mask.WriteArray, array, window.col_off, window.row_off)

    def flush(self) -> None:
        """Encode and write the blocks that GDAL has cached for this file."""
        self._checked(self._dataset.FlushCache)

    def set_band_description(self, number: int, text: str) -> None:
        """Set the description of a band."""
        self._dataset.GetRasterBand(number).SetDescription(text)

    def update_tags(self, bidx: int = 0, ns: str = "", **tags: str) -> None:
        """Add metadata items to band `bidx`, or to the dataset if `bidx` is 0."""
        item = self._dataset.GetRasterBand(bidx) if bidx else self._dataset
        if ns.startswith("xml:"):
            item.SetMetadata(["=".join(pair) for pair in tags.items()], ns)
        else:
            item.SetMetadata({**item.GetMetadata(ns), **tags}, ns)

    def write_colormap(self, number: int, colours: dict[int, tuple[int, ...]]) -> None:
        """Set the colour table of a band."""
        table = gdal.ColorTable()
        for value, colour in colours.items():
            table.SetColorEntry(value, colour)
        self._checked(self._dataset.GetRasterBand(number).SetColorTable, table)

    def _bands(self) -> list[Any]:
        return [self._dataset.GetRasterBand(number + 1) for number in range(self._dataset.RasterCount)]

    def _set_each(self, method: str, values: Any) -> None:
        for band, value in zip(self._bands(), values):
            getattr(band, method)(value)

    def _set_gcps(self, points_and_crs: Any) -> None:
        points, crs = points_and_crs
        gcps = [gdal.GCP(p.x, p.y, p.z or 0.0, p.col, p.row, p.info or "", p.id or "") for p in points]
        self._checked(self._dataset.SetGCPs, gcps, crs.to_wkt() if crs else "")

    scales = property(fset=lambda self, values: self._set_each("SetScale", values), doc="Scale of each band.")
    offsets = property(fset=lambda self, values: self._set_each("SetOffset", values), doc="Offset of each band.")
    units = property(fset=lambda self, values: self._set_each("SetUnitType", values), doc="Unit of each band.")
    gcps = property(fset=_set_gcps, doc="Ground control points and their CRS.")

    @property
    def colorinterp(self) -> tuple[ColorInterp, ...]:
        """Return the colour interpretation of each band."""
        return tuple(ColorInterp(band.GetColorInterpretation()) for band in self._bands())

    @colorinterp.setter
    def colorinterp(self, colours: tuple[ColorInterp, ...]) -> None:
        for band, colour in zip(self._bands(), colours):
            if band.GetColorInterpretation() != colour.value:
                band.SetColorInterpretation(colour.value)

    def close(self) -> None:
        """Write the remaining data and close the file."""
        if self._dataset is not None:
            try:
                self.flush()
            finally:
                self._checked(self._release)

    def _release(self) -> None:
        self._dataset = None

    @staticmethod
    def _checked(call: Any, *arguments: Any) -> None:
        """Call a GDAL function and raise RuntimeError with GDAL's message if it fails.

        Raises
        ------
        RuntimeError
            GDAL reports an error. The caller converts it to a message that names the file or reports a full disk.
        """
        gdal.ErrorReset()
        call(*arguments)
        if gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise RuntimeError(gdal.GetLastErrorMsg())


def _gdal_type(dtype: str) -> tuple[int, dict[str, str]]:
    """Return GDAL's constant for a data type, and the creation options that the type needs in GDAL before 3.7."""
    if dtype == "int8" and not hasattr(gdal, "GDT_Int8"):
        return gdal.GDT_Byte, {"PIXELTYPE": "SIGNEDBYTE"}
    complex_integers = {"complex_int16": gdal.GDT_CInt16, "complex_int32": gdal.GDT_CInt32}
    if dtype in complex_integers:
        return complex_integers[dtype], {}
    return gdal_array.NumericTypeCodeToGDALTypeCode(np.dtype(dtype).type), {}


def copy_to_cog(
    source: str, target: str, options: Mapping[str, str], stop: Stop, tell: Callable[[float], None]
) -> None:
    """Copy a plain GeoTIFF to a Cloud Optimized GeoTIFF; stop immediately if the run is cancelled.

    The function can be passed to a job as its `CopyToCog` function.

    Raises
    ------
    RuntimeError
        The copy failed or was stopped. The caller converts GDAL's message to one that names the file or reports a full
        disk.
    """

    def callback(share: float, message: str, data: Any) -> int:
        tell(share)
        return 0 if stop.is_set() else 1

    creation_options = [f"{key}={value}" for key, value in options.items()]
    gdal.PushErrorHandler("CPLQuietErrorHandler")  # errors are raised below; a cancellation is not an error
    try:
        gdal.ErrorReset()
        plain = gdal.OpenEx(source, gdal.OF_RASTER, allowed_drivers=["GTiff"])
        driver = gdal.GetDriverByName("COG")
        copy = plain and driver.CreateCopy(target, plain, options=creation_options, callback=callback)
        if copy is not None:
            copy.FlushCache()
        failed = copy is None
        del copy, plain  # closes both datasets, which can also fail
        if failed or gdal.GetLastErrorType() >= gdal.CE_Failure:
            raise RuntimeError(gdal.GetLastErrorMsg() or "the file cannot be created")
    finally:
        gdal.PopErrorHandler()
