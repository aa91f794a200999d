"""The contact sheet in the report: pictures of some chips with the outlines of their labels."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ...progress import Stop
from ...reading.readers import Readers
from ...report.html import escape, note
from ...units import format_percent
from .documents import ChipFile
from .images import Pixels
from .labels import Codes
from .splits import SPLITS
from .task import ChipWork

PICTURES = 24
"""Maximum number of pictures."""

EDGE = 160
"""Maximum edge length of a picture in pixels. For larger chips, only every second, third, ... pixel is shown."""

COLUMNS = 4

STRETCH = (2, 98)
"""Percentiles that are drawn in black and in white, computed from the valid pixels of all pictures."""

MISSING, OUTLINE = (215, 221, 227), (255, 220, 40)
"""Colours of missing pixels and of outlines."""

NATURAL = (("red", "green", "blue"), ("b04", "b03", "b02"), ("sr_b4", "sr_b3", "sr_b2"))
"""Triples of band names in lower case. The first triple that the chips contain is drawn in red, green and blue."""


class Picture(NamedTuple):
    """A chip to show, the index of the date to show, and the pixels (bands, rows, columns) on this date."""

    chip: ChipFile
    date: int
    values: npt.NDArray[Any]
    valid: npt.NDArray[np.bool_]
    codes: Codes | None


def contact_sheet(work: ChipWork, chips: Sequence[ChipFile]) -> str:
    """Return HTML with pictures of some chips of every split; "" if there are no chips."""
    chosen = chosen_chips(chips)
    if not chosen:
        return ""
    numbers = {chip.id: number for number, chip in enumerate(work.chips)}
    bands = shown_bands(work.images.labels)
    with Readers() as readers:
        pictures = [_picture(work, numbers[chip.id], chip, bands, readers) for chip in chosen]
    stretch = _stretch(pictures)
    cells = [_cell(picture, stretch) for picture in pictures]
    rows = (cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS))
    table = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    names = ", ".join(work.images.labels[band] for band in bands)
    text = (
        f"{len(pictures)} of {len(chips):,} chips. Bands {names}, stretched from percentile {STRETCH[0]} (black) to "
        f"percentile {STRETCH[1]} (white) of the valid pixels shown. Missing pixels are grey. Each chip is shown on "
        "its clearest date."
    )
    outlines = " Outlines separate the classes." if work.labels is not None else ""
    return note(text + outlines) + f'<table class="sheet">{table}</table>'


def chosen_chips(chips: Sequence[ChipFile]) -> list[ChipFile]:
    """Return at most `PICTURES` chips, spread evenly over the list, with about the same number from each split."""
    groups = [[chip for chip in chips if chip.split == split] for split in SPLITS]
    left, found = PICTURES, []
    for place, group in enumerate(sorted(groups, key=len)):
        count = min(len(group), left // (len(groups) - place))
        left -= count
        found += [group[number * len(group) // count] for number in range(count)]
    return sorted(found, key=lambda chip: (SPLITS.index(chip.split), chip.id))


def shown_bands(labels: Sequence[str]) -> tuple[int, ...]:
    """Return the indices of three bands to draw in red, green and blue, or of a single band to draw in grey."""
    names = [label.lower() for label in labels]
    for wanted in NATURAL:
        if all(name in names for name in wanted):
            return tuple(names.index(name) for name in wanted)
    return (0, 1, 2) if len(labels) >= 3 else (0,)


def _picture(work: ChipWork, number: int, chip: ChipFile, bands: Sequence[int], readers: Readers) -> Picture:
    """Read the pixels of a chip on the date with the fewest missing and cloudy pixels."""
    pixels, codes = work.read_chip(number, readers, Stop())
    date = int(np.argmin((pixels.missing | pixels.cloud).sum(axis=(1, 2))))
    step = -(-chip.window[2] // EDGE)
    thinned = Pixels(*(array[..., ::step, ::step] for array in pixels))
    values, valid = (array[date][list(bands)] for array in (thinned.values, thinned.valid))
    return Picture(chip, date, values, valid.all(axis=0), None if codes is None else codes[::step, ::step])


def _stretch(pictures: Sequence[Picture]) -> list[tuple[float, float]]:
    """Return the values that are drawn in black and in white, for each band."""
    found = []
    for band in range(len(pictures[0].values)):
        shown = np.concatenate([each.values[band][each.valid] for each in pictures]).astype(np.float64)
        low, high = np.percentile(shown, STRETCH) if shown.size else (0.0, 1.0)
        found.append((float(low), float(high)))
    return found


def _cell(picture: Picture, stretch: Sequence[tuple[float, float]]) -> str:
    """Return an HTML table cell with a picture and its caption."""
    chip, image = picture.chip, base64.b64encode(png(_colours(picture, stretch))).decode("ascii")
    shares = chip.dates[picture.date]
    cloud = "" if shares.cloud_percent is None else f", cloud {format_percent(shares.cloud_percent)}"
    lines = (chip.id, f"{chip.split} {shares.date}".strip(), f"missing {format_percent(shares.nan_percent)}{cloud}")
    caption = "<br>".join(map(escape, lines))
    return f'<td><img src="data:image/png;base64,{image}" alt="{escape(chip.id)}"><div>{caption}</div></td>'


def _colours(picture: Picture, stretch: Sequence[tuple[float, float]]) -> npt.NDArray[np.uint8]:
    """Return the colours (rows, columns, 3) of a picture, with outlines where the label code changes."""
    bands = []
    for values, (low, high) in zip(picture.values, stretch):
        with np.errstate(all="ignore"):
            scaled = (values.astype(np.float64) - low) / ((high - low) or 1.0)
        bands.append(np.clip(np.nan_to_num(scaled) * 255, 0, 255).astype(np.uint8))
    colours: npt.NDArray[np.uint8] = np.stack(bands if len(bands) == 3 else bands[:1] * 3, axis=-1)
    colours[~picture.valid] = MISSING
    if picture.codes is not None:
        codes, edge = picture.codes, np.zeros(picture.codes.shape, bool)
        edge[:, 1:] |= codes[:, 1:] != codes[:, :-1]
        edge[1:] |= codes[1:] != codes[:-1]
        colours[edge & picture.valid] = OUTLINE
    return colours


def png(colours: npt.NDArray[np.uint8]) -> bytes:
    """Return an array (rows, columns, 3) encoded as PNG (ISO/IEC 15948), without interlacing or filters."""
    rows, cols, _ = colours.shape
    lines = np.zeros((rows, 1 + 3 * cols), np.uint8)
    lines[:, 1:] = colours.reshape(rows, -1)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
