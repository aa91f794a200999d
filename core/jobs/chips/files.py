"""Writes the files of a chip: image and labels, as GeoTIFFs or NumPy archives."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...errors import OutputError
from ...progress import Stop
from ...tiff.block_copy import one_after_another
from ...tiff.checksum import file_checksum
from ...tileset.journal import Entry
from ...tileset.nested_set import entry_name
from ...writing.creation_options import OutputProfile
from ...writing.gdal_file import CreateFile
from ...writing.partial_file import StagedFile
from ...writing.writer import RasterWriter

Array = npt.NDArray[Any]


def chip_profile(profile: OutputProfile, window: Window) -> OutputProfile:
    """Return the profile of the file for a chip's window, with ground control points and RPCs shifted to the window."""
    if profile.metadata is None:
        return replace(profile, grid=profile.grid.cropped(window))
    metadata = profile.metadata.moved(window)
    return replace(profile, grid=metadata.grid, metadata=metadata)


def without_mask(profile: OutputProfile) -> OutputProfile:
    """Return a copy of the profile for a file without a mask."""
    return replace(profile, masked=False, header_key=profile.header_key and f"{profile.header_key}-without-mask")


def write_geotiff(
    name: str, staged: StagedFile, pixels: Array, mask: Array | None, profile: OutputProfile, stop: Stop, *,
    verify: bool, create: CreateFile | None,
) -> Entry:  # fmt: skip
    """Write a chip's pixels (bands, rows, columns) and mask to a GeoTIFF; return the file's entry for the journal.

    `mask`, uint8 (rows, columns), is 255 for valid pixels; None if the profile has no mask.

    Raises
    ------
    OutputError
        The file cannot be written, or differs from the pixels when read back.
    """
    with RasterWriter(staged.destination, profile, create, lambda _: staged) as writer:
        writer.write(pixels, Window(0, 0, profile.grid.width, profile.grid.height), mask)
        writer.close(functools.partial(one_after_another, stop))
        if verify:
            writer.compare(writer.checks(encoded=False), stop)  # the checksum below verifies the encoded bytes
        size, checksum = os.path.getsize(staged.path), writer.checksum(stop)
        writer.commit()
    return Entry(entry_name(name), None, size, checksum)


def write_archive(name: str, staged: StagedFile, arrays: Mapping[str, Array], stop: Stop, *, verify: bool) -> Entry:
    """Write arrays to a compressed NumPy archive, and return the file's entry for the journal.

    Raises
    ------
    OutputError
        The file cannot be written, or differs from the arrays when read back.
    """
    try:
        with open(staged.path, "wb") as file:
            np.savez_compressed(file, **arrays)
        if verify:
            with np.load(staged.path, allow_pickle=False) as found:
                same = all(found[key].tobytes() == array.tobytes() for key, array in arrays.items())
            if not same:
                raise OutputError(f"{staged.destination} was not written correctly. Check the disk for errors.")
        size, checksum = os.path.getsize(staged.path), file_checksum(staged.path, stop)
    except OSError as error:
        raise OutputError(f"{staged.destination} could not be written: {error.strerror}.") from error
    finally:
        stop.check()
    staged.commit()
    return Entry(entry_name(name), None, size, checksum)
