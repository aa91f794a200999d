"""Reuse the header of one small GeoTIFF for later files of the same kind, so that GDAL creates only the first file.

For a small tile, creating the empty file with GDAL takes as long as writing all pixels, and it blocks other Python
threads. Files of the same kind differ only in position and statistics, which are patched into a copy of the header.
"""

from __future__ import annotations

import functools
import io
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass

from affine import Affine

from ..tiff.directory import read_entries, set_text, text_of
from ..tiff.layout import TiffLayout, read_own_layout
from .creation_options import OutputProfile
from .gdal_file import TWIN, BandDescription, CreateFile, OutputFile
from .partial_file import remove_file

TIE_POINT, METADATA = 33922, 42112
"""TIFF tags that store the upper left corner (GeoTIFF 1.1, section 7.1.3) and GDAL's metadata items (XML)."""

SMALL_BYTES = 2**22
"""Maximum decoded size in bytes of a small file; see `may_have_template`."""

MAX_TEMPLATES = 64

_templates: dict[tuple[object, ...], HeaderTemplate] = {}
_headers: dict[str, HeaderTemplate] = {}


@dataclass(frozen=True)
class HeaderTemplate:
    """Header taken from an empty file and reused for later files.

    `head` contains the bytes, and `layout` describes the blocks. `metadata` contains the description, scale and offset
    of the band, and the metadata items that are the same in all files. `keys` are the keys of the items that differ
    from file to file.
    """

    head: bytes
    layout: TiffLayout
    metadata: BandDescription
    keys: frozenset[str]

    def placed(self, transform: Affine) -> bytes:
        """Return the header bytes for a file whose upper left corner is given by `transform`."""
        head = bytearray(self.head)
        struct.pack_into("<2d", head, self._corner, transform.c, transform.f)
        return bytes(head)

    @functools.cached_property
    def _corner(self) -> int:
        """Position of the upper left corner's coordinates in the header: X and Y of the tie point."""
        return read_entries(io.BytesIO(self.head))[TIE_POINT].data_position + struct.calcsize("<3d")

    def describe(self, path: str, metadata: BandDescription, tags: Mapping[str, str]) -> bool:
        """Write the items `tags` to a file that begins with this header, and return True.

        If `metadata` differs from the template's metadata, or `tags` has keys other than `keys`, all items of the
        template are removed from the file instead, and False is returned.
        """
        matches = metadata == self.metadata and tags.keys() == self.keys
        with open(path, "rb+") as file:
            text = text_of(read_entries(file)[METADATA].read(file))
            keys = self.keys if matches else self.keys.union(dict(self.metadata.tags))
            item = rf'(\s*<Item name="({"|".join(sorted(keys))})" sample="0">)[^<]*(</Item>)'
            text = re.sub(item, lambda found: f"{found[1]}{tags[found[2]]}{found[3]}" if matches else "", text)
            set_text(file, METADATA, text)
        return matches


def find_header(profile: OutputProfile) -> HeaderTemplate | None:
    """Return the stored header of an earlier file whose profile differs only in its position; None if there is none."""
    return _headers.get(profile.header_key) if profile.header_key else None


def keep_header(path: str, profile: OutputProfile) -> None:
    """Keep an empty file's header, if its coordinates can be replaced, for later files with the same `header_key`."""
    with open(path, "rb") as file:
        head = file.read()
    if not profile.header_key or not _is_placed(head, profile.grid.transform):
        return
    if len(_headers) >= MAX_TEMPLATES:
        _headers.clear()
    _headers[profile.header_key] = HeaderTemplate(head, read_own_layout(path), BandDescription(), frozenset())


def _is_placed(head: bytes, transform: Affine) -> bool:
    """Return True if a header stores the upper left corner in the form that `HeaderTemplate.placed` can replace."""
    place = read_entries(io.BytesIO(head)).get(TIE_POINT)
    if place is None or place.order != "<" or place.count != 6:
        return False
    numbers = struct.unpack("<6d", struct.pack("<6Q", *place.read(io.BytesIO(head))))
    return numbers == (0, 0, 0, transform.c, transform.f, 0)


def find_template(profile: OutputProfile) -> HeaderTemplate | None:
    """Return the template for files with this profile; None if none exists yet or the profile does not allow one."""
    return _templates.get(_key(profile)) if may_have_template(profile) else None


def learn_template(
    path: str, profile: OutputProfile, create: CreateFile | None, metadata: BandDescription, tags: Mapping[str, str]
) -> HeaderTemplate | None:
    """Create, store and return a template, using a temporary file next to `path`; None if GDAL's header is unsuitable.

    Call only for profiles that satisfy `may_have_template`.
    """
    if len(_templates) >= MAX_TEMPLATES:
        _templates.clear()
    twin = path + TWIN
    try:
        file = OutputFile(twin, profile, create)
        file.describe(1, metadata, dict(tags))
        file.close()
        layout = read_own_layout(twin)
        with open(twin, "rb") as stream:
            head = stream.read()
    finally:
        remove_file(twin)
    if not _is_plain(head, profile.grid.transform, tags):
        return None
    template = _templates[_key(profile)] = HeaderTemplate(head, layout, metadata, frozenset(tags))
    return template


def _is_plain(head: bytes, transform: Affine, tags: Mapping[str, str]) -> bool:
    """Return True if `HeaderTemplate` can replace the upper left corner and the items `tags` in a header."""
    file = io.BytesIO(head)
    entries = read_entries(file)
    metadata = entries.get(METADATA)
    if metadata is None or not _is_placed(head, transform):
        return False
    content = bytes(metadata.read(file))
    items = all(f'<Item name="{key}" sample="0">{value}</Item>'.encode() in content for key, value in tags.items())
    return items and content.isascii()


def may_have_template(profile: OutputProfile) -> bool:
    """Return True for small files with one band, no mask, no rotation, and no metadata except the band's own."""
    transform = profile.grid.transform
    small = profile.raw_bytes <= SMALL_BYTES and profile.count == 1
    return small and profile.metadata is None and not profile.masked and transform.b == transform.d == 0


def _key(profile: OutputProfile) -> tuple[object, ...]:
    """Return the dictionary key of a template: the properties shared by all files that use the template."""
    grid = profile.grid
    options = tuple(sorted(profile.options.items()))
    crs = grid.crs.wkt if grid.crs else ""
    size = grid.width, grid.height, grid.transform.a, grid.transform.e
    return (*size, crs, profile.dtype, str(profile.nodata), options, profile.block)
