"""The head of a small GeoTIFF taken from an earlier one: of a thousand tiles GDAL makes the first.

Making an empty file and describing it later takes GDAL as long as all pixels of a small tile, and keeps Python's other
threads waiting. Files of one set differ in where they lie and in their statistics, which are entered in a copy here.
"""

from __future__ import annotations

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
"""Tags of the place of the upper left corner (GeoTIFF 1.1, 7.1.3), and of GDAL's metadata items as XML."""

SMALL_BYTES = 2**22
"""Decoded bytes of a file that is small."""

MOST_TEMPLATES = 64

_templates: dict[tuple[object, ...], HeaderTemplate] = {}


@dataclass(frozen=True)
class HeaderTemplate:
    """The bytes of an empty file, its blocks, what it says of its band, and the keys of the band's metadata items."""

    head: bytes
    layout: TiffLayout
    metadata: BandDescription
    keys: frozenset[str]

    def placed(self, transform: Affine) -> bytes:
        """Return the bytes for a file that lies elsewhere."""
        file = io.BytesIO(self.head)
        entry = read_entries(file)[TIE_POINT]
        for index, value in ((3, transform.c), (4, transform.f)):
            entry.write(file, index, struct.unpack("<Q", struct.pack("<d", value))[0])
        return file.getvalue()

    def describe(self, path: str, metadata: BandDescription, tags: Mapping[str, str]) -> bool:
        """Enter a band's metadata items in the file; return False where it has none now, since it is to say others."""
        fits = metadata == self.metadata and tags.keys() == self.keys
        with open(path, "rb+") as file:
            text = text_of(read_entries(file)[METADATA].read(file))
            item = rf'(\s*<Item name="({"|".join(sorted(self.keys))})" sample="0">)[^<]*(</Item>)'
            text = re.sub(item, lambda found: f"{found[1]}{tags[found[2]]}{found[3]}" if fits else "", text)
            set_text(file, METADATA, text)
        return fits


def find_template(profile: OutputProfile) -> HeaderTemplate | None:
    """Return the template of small files of this kind; None where there is none yet, or can be none."""
    return _templates.get(_key(profile)) if may_have_template(profile) else None


def learn_template(
    path: str, profile: OutputProfile, create: CreateFile | None, metadata: BandDescription, tags: Mapping[str, str]
) -> HeaderTemplate | None:
    """Have GDAL make the template of small files of this kind, beside the file at `path`, and return it if it will do.

    Only a file that may have one (`may_have_template`) is to ask.
    """
    if len(_templates) >= MOST_TEMPLATES:
        _templates.clear()
    twin = path + TWIN
    try:
        made = OutputFile(twin, profile, create)
        made.describe(1, metadata, dict(tags))
        made.close()
        layout = read_own_layout(twin)
        with open(twin, "rb") as file:
            head = file.read()
    finally:
        remove_file(twin)
    if not _is_plain(head, profile.grid.transform, tags):
        return None
    template = _templates[_key(profile)] = HeaderTemplate(head, layout, metadata, frozenset(tags))
    return template


def _is_plain(head: bytes, transform: Affine, tags: Mapping[str, str]) -> bool:
    """Return whether a file says where its upper left corner is, and all metadata items, as this module expects."""
    file = io.BytesIO(head)
    entries = read_entries(file)
    place, metadata = entries.get(TIE_POINT), entries.get(METADATA)
    if place is None or metadata is None or place.order != "<" or place.count != 6:
        return False
    numbers = struct.unpack("<6d", struct.pack("<6Q", *place.read(file)))
    content = bytes(metadata.read(file))
    items = all(f'<Item name="{key}" sample="0">{value}</Item>'.encode() in content for key, value in tags.items())
    return items and content.isascii() and numbers == (0, 0, 0, transform.c, transform.f, 0)


def may_have_template(profile: OutputProfile) -> bool:
    """Return whether files of this kind are small and say nothing of themselves but of their one band."""
    transform = profile.grid.transform
    small = profile.raw_bytes <= SMALL_BYTES and profile.count == 1
    return small and profile.metadata is None and not profile.masked and transform.b == transform.d == 0


def _key(profile: OutputProfile) -> tuple[object, ...]:
    """Return all that the files of one template have in common."""
    grid = profile.grid
    options = tuple(sorted(profile.options.items()))
    crs = grid.crs.to_wkt() if grid.crs else ""
    size = grid.width, grid.height, grid.transform.a, grid.transform.e
    return (*size, crs, profile.dtype, str(profile.nodata), options, profile.block)
