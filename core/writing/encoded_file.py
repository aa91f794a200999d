"""Write the temporary output file of a run, with blocks encoded in Python by the threads that computed them.

GDAL creates the empty file with all its tags. Each block is compressed while its pixels are still in the CPU cache, and
appended to the file. GDAL itself would copy every pixel to its block cache and encode it later.
"""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from rasterio.windows import Window

from ..errors import InputError
from ..raster.windows import offset_slices, subdivide
from ..reading.datasets import open_dataset
from ..tiff import deflate
from ..tiff.block_copy import AppendedBlocks, copy_span, group_spans, write_at
from ..tiff.block_map import BlockMap
from ..tiff.compression_choice import LARGE_BLOCKS, SAMPLE_STEP, USUAL_LEVEL, LevelChoice, Turns, choice_of, samples_of
from ..tiff.layout import MASK_DIRECTORY, EncodedBlock, TiffLayout, patch_blocks, read_layout, read_own_layout
from ..tiff.pixel_codec import PixelCoding, is_plain_mask, resolve_coding
from .creation_options import OutputProfile
from .gdal_file import BandDescription, CreateFile, OutputFile
from .header_template import (
    HeaderTemplate,
    find_header,
    find_template,
    keep_header,
    learn_template,
    may_have_template,
)

Array = np.ndarray[Any, Any]


class EncodedFile:
    """An unfinished file whose blocks are encoded in Python. `write` and `write_mask` are thread-safe.

    Parameters
    ----------
    path
        Path of the empty file that GDAL created and closed.
    profile
        Bands, data type, nodata and creation options.
    layout
        Block layout; a mask has blocks of the same shape.
    coding
        Conversion of pixels to block bytes.
    create
        Function that created the file; None for rasterio.
    template
        Template from which the header of the file was copied, if any.
    """

    def __init__(
        self,
        path: str,
        profile: OutputProfile,
        layout: TiffLayout,
        coding: PixelCoding,
        create: CreateFile | None = None,
        template: HeaderTemplate | None = None,
    ) -> None:
        self._path, self._profile, self._layout, self._coding = path, profile, layout, coding
        self._create, self._template = create, template
        self._end = os.path.getsize(path)
        self._appended = AppendedBlocks.none(path)
        self._descriptions: list[tuple[BandDescription, int, dict[str, str]]] = []
        self._lock = threading.Lock()
        given = profile.options.get("ZLEVEL", "")
        large = len(layout.offsets) >= LARGE_BLOCKS
        choice = LevelChoice() if large else choice_of(coding)
        self._compress = functools.partial(deflate.compressed, level=int(given)) if given else choice
        self._samples = Turns(SAMPLE_STEP) if large else samples_of(coding)
        # The first of several files also uses the template, so that all headers are alike. The blocks of that file are
        # kept in memory until the band is described and the template exists.
        self._pending: list[list[_Stream]] | None = [] if template is None and may_have_template(profile) else None

    def write(self, array: Array, window: Window) -> list[Window]:
        """Encode and write the blocks of a window; return the windows of sample blocks to verify with GDAL.

        Raises
        ------
        ValueError
            The window begins or ends inside a block.
        OSError
            The blocks cannot be written, for example because the disk is full.
        """
        found: list[_Stream] = []
        samples: list[Window] = []
        for block, pixels in self._blocks(array, window):
            row, col = block.row_off // self._layout.block[0], block.col_off // self._layout.block[1]
            for plane, bands in enumerate(pixels[:, np.newaxis] if self._layout.separate else (pixels,)):
                if not self._is_sparse(bands):
                    content = self._coding.to_bytes(bands)
                    found.append(_Stream(self._layout.number(row, col, plane), self._compress(content)))
            if self._samples.is_due():
                samples.append(block)
        self._append(found, self._appended.places)
        return samples

    def write_mask(self, mask: Array, window: Window) -> list[Window]:
        """Encode and write a window's mask, uint8 (rows, columns), with one bit per pixel; return [] (no samples)."""
        found: list[_Stream] = []
        for block, pixels in self._blocks(mask[np.newaxis], window):
            row, col = block.row_off // self._layout.block[0], block.col_off // self._layout.block[1]
            if pixels.any():  # if a mask block is missing, all its pixels are invalid
                content = np.packbits(pixels[0] != 0, axis=1).reshape(-1)
                stream = deflate.compressed(content, USUAL_LEVEL)
                found.append(_Stream(self._layout.number(row, col), stream))
        self._append(found, self._appended.masks)
        return []

    def copy(self, blocks: Mapping[int, EncodedBlock]) -> None:
        """Append encoded blocks of other files, given by block number in this file. Thread-safe.

        The file must have a mask.

        Raises
        ------
        InputError
            A block cannot be read, or its first bytes show that it is damaged.
        OSError
            The blocks cannot be written, for example because the disk is full.
        """
        begin = self._reserve(sum(block.length for block in blocks.values()))
        for span in group_spans(begin, blocks):
            copy_span(self._appended, span, blocks, self._layout.compression)

    def describe(self, band: int, metadata: BandDescription, tags: dict[str, str]) -> None:
        """Store a band's description, scale, offset and metadata items to be written by `close`."""
        self._descriptions.append((metadata, band, tags))

    def close(self) -> AppendedBlocks:
        """Write band descriptions and block positions to the file's tags, and return the appended blocks.

        Raises
        ------
        OSError
            An offset is too large for the file format.
        """
        self._describe()
        try:
            patch_blocks(self._path, self._appended.places)
            if self._appended.masks:
                patch_blocks(self._path, self._appended.masks, MASK_DIRECTORY)
        except ValueError as error:
            raise OSError(f"the block positions could not be stored: {error}") from error
        return self._appended

    def _describe(self) -> None:
        """Write the band descriptions to the file, with a header template if possible, otherwise with GDAL."""
        descriptions = self._descriptions
        metadata, _, tags = descriptions[0] if len(descriptions) == 1 else (BandDescription(), 1, {})
        if self._pending is not None:
            self._template = learn_template(self._path, self._profile, self._create, metadata, tags) if tags else None
            if self._template:
                self._end = _write_header(self._path, self._template, self._profile)
            pending, self._pending = self._pending, None
            for streams in pending:
                self._append(streams, self._appended.places)
        if self._template and self._template.describe(self._path, metadata, tags):
            return
        if self._template or descriptions:
            with open_dataset(self._path, "r+", driver="GTiff", sharing=False) as dataset:
                if self._template:  # remove the values of the template's first file
                    dataset.set_band_description(1, "")
                    dataset.scales, dataset.offsets = [1.0], [0.0]
                for each, band, items in descriptions:
                    each.enter(dataset, band, self._profile.count, items)

    def layout(self) -> TiffLayout:
        """Return the block layout of the file."""
        return self._layout

    def _blocks(self, array: Array, window: Window) -> Iterator[tuple[Window, Array]]:
        """Yield each block of a window with its pixels (bands, rows, columns).

        Pixels beyond the raster edge repeat the last row or column; strips are cut off at the edge.
        """
        rows, cols = self._layout.block
        if not self._layout.has_whole(window):
            raise ValueError(f"the window {window} does not consist of whole blocks")
        for block in subdivide(window, (rows, cols)):
            down, across = offset_slices(block, window)
            pixels = array[:, down, across]
            pad_rows, pad_cols = rows - block.height if self._layout.tiled else 0, cols - block.width
            if pad_rows or pad_cols:
                pixels = np.pad(pixels, ((0, 0), (0, pad_rows), (0, pad_cols)), mode="edge")
            yield block, pixels

    def _is_sparse(self, pixels: Array) -> bool:
        """Return True if all pixels have the value that readers return for a missing block."""
        # Bits are compared because -0.0 == 0.0 and NaN != NaN.
        bits = f"u{pixels.itemsize}"
        fill, stored = np.array(self._profile.nodata or 0, pixels.dtype).view(bits), pixels.view(bits)
        return bool(stored[0, 0, 0] == fill and (stored == fill).all())

    def _append(self, found: list[_Stream], places: BlockMap) -> None:
        """Append encoded blocks to the file and record their positions in `places`, or keep them for `_describe`."""
        if not found:
            return
        if self._pending is not None:
            self._pending.append(found)
            return
        begin, checksum = self._reserve(sum(each.content.nbytes for each in found)), 0
        write_at(self._path, begin, [each.content.data for each in found])
        for each in found:
            checksum = deflate.crc32(each.content, checksum)
        self._appended.add(places, begin, ((each.number, each.content.nbytes) for each in found), checksum)

    def _reserve(self, length: int) -> int:
        """Return the position at which this thread may append `length` bytes."""
        with self._lock:
            begin = self._end
            self._end += length
        return begin


class _Stream(NamedTuple):
    """A block number and the encoded bytes of the block."""

    number: int
    content: Array


def open_output(path: str, profile: OutputProfile, create: CreateFile | None) -> OutputFile | EncodedFile:
    """Create an unfinished file: an `EncodedFile` if its blocks can be encoded in Python, otherwise an `OutputFile`.

    Parameters
    ----------
    path, profile, create
        As for `OutputFile`.
    """
    template = find_template(profile) if is_encoded_here(profile) else None
    header = template or (find_header(profile) if is_encoded_here(profile) else None)
    if header is not None:
        _write_header(path, header, profile)
    else:
        gdal_file = OutputFile(path, profile, create)
        if not is_encoded_here(profile):
            return gdal_file
        gdal_file.close()
        keep_header(path, profile)
    layout = replace(header.layout, path=path) if header else read_own_layout(path)
    coding = resolve_coding(layout, profile.dtype)
    if coding is None or profile.masked and not _has_plain_mask(path, layout):
        os.truncate(path, 0)  # GDAL would replace a raster by a new file, which would not be locked
        return OutputFile(path, profile, create)
    return EncodedFile(path, profile, layout, coding, create, template)


def _write_header(path: str, template: HeaderTemplate, profile: OutputProfile) -> int:
    """Write the header of a file from a template; return the length of the header in bytes."""
    with open(path, "wb") as file:
        return file.write(template.placed(profile.grid.transform))


def is_encoded_here(profile: OutputProfile) -> bool:
    """Return True if the profile allows blocks to be encoded in Python; the file's layout may still prevent it."""
    level = profile.options.get("ZLEVEL", str(USUAL_LEVEL))
    return (
        profile.options.get("COMPRESS") == "DEFLATE"
        and level.isdigit()
        and int(level) in deflate.LEVELS
        and profile.lossless
        and not profile.patched_nodata
        and deflate.library() is not None
    )


def _has_plain_mask(path: str, layout: TiffLayout) -> bool:
    """Return True if a mask has the format that `write_mask` writes, and the size and block shape of the bands."""
    try:
        mask = read_layout(path, MASK_DIRECTORY)
    except InputError:
        return False
    return is_plain_mask(mask) and (mask.width, mask.height, mask.block) == (layout.width, layout.height, layout.block)
