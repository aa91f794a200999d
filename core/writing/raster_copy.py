"""Checks on inputs whose pixels and metadata are copied to an output, and warnings about metadata that is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import InputError, OptionError
from ..raster.nodata import same_nodata
from ..reading.metadata import RasterMetadata, RasterSource
from .sidecar import lost_crs


def check_distinct(bands: Sequence[int] | None) -> None:
    """Raise OptionError if BANDS lists a band more than once.

    Raises
    ------
    OptionError
        A band is listed more than once. The message quotes the list.
    """
    if bands is not None and len(set(bands)) != len(bands):
        listed = ", ".join(map(str, bands))
        raise OptionError(f"BANDS lists a band more than once: {listed}. List each band once.", parameter="bands")


def check_one_file(source: RasterSource, output: str) -> None:
    """Raise InputError unless all bands have the same data type and nodata value, as required within a GeoTIFF.

    `output` names the output in messages, such as "a tile".

    Raises
    ------
    InputError
        Two bands differ. The message names the bands and their data types or nodata values.
    """
    first = source.metadata.bands[0]
    for band, each in zip(source.inputs, source.metadata.bands):
        if each.dtype != first.dtype:
            raise InputError(
                f"{source.path}: band {source.inputs[0].band} is {first.dtype} and band {band.band} is {each.dtype}, "
                f"but all bands of {output} must have the same data type. Choose BANDS of the same data type.",
                parameter="bands",
            )
        if not same_nodata(each.nodata, first.nodata):
            values = ("none" if one.nodata is None else f"{one.nodata:.17g}" for one in (first, each))
            raise InputError(
                f"{source.path}: the nodata values of band {source.inputs[0].band} and band {band.band} differ "
                f"({' and '.join(values)}), but all bands of {output} must have the same nodata value. Choose BANDS "
                "with the same nodata value.",
                parameter="bands",
            )


def check_one_mask(source: RasterSource) -> None:
    """Raise InputError unless a single mask or alpha band hides pixels of a raster whose pixels are copied.

    Raises
    ------
    InputError
        The bands have separate masks, or the raster has both a mask and an alpha band. The message names the bands.
    """
    first = source.inputs[0]
    other = next((each for each in source.inputs if each.mask_band != first.mask_band), None)
    if other is not None:
        raise InputError(
            f"{source.path} has a separate mask for each band (bands {first.band} and {other.band}, for example), but "
            "a GeoTIFF has one mask for all bands. Write each band to a separate file first, for example with "
            "gdal_translate -b."
        )
    band = next((each for each in source.inputs if len(each.hiders) > 1), None)
    if band is not None:
        raise InputError(
            f"{source.path} has a mask, and its band {band.alpha_band} is an alpha band. Only one of the two is "
            f"allowed. If band {band.alpha_band} does not contain opacity, run gdal_translate -colorinterp_"
            f"{band.alpha_band} undefined; otherwise, remove the mask with gdal_translate -mask none."
        )


def kept_metadata(source: RasterSource, output: str) -> tuple[RasterMetadata, list[str]]:
    """Return the metadata that the output keeps, and warnings about the metadata that it does not keep.

    `output` names the output in warnings, such as "tiles".
    """
    metadata = source.metadata
    lost = lost_crs(metadata.gcp_crs if metadata.is_placed_by_points else metadata.grid.crs)
    remarks = [f"Not kept in the {output}: {item}" for item in (*source.unkept, lost) if item]
    if metadata.mask == "alpha" and metadata.alpha_index is None:
        if metadata.bands[0].colour == "alpha":
            remarks.append(
                "BANDS includes only the alpha band. It is written as an ordinary band, and a mask hides the pixels "
                "whose alpha is 0."
            )
            metadata = replace(metadata, bands=(replace(metadata.bands[0], colour="gray"),))
        else:
            remarks.append("BANDS does not include the alpha band, so a mask takes its place.")
        metadata = replace(metadata, mask="mask")
    return metadata, remarks
