"""Labels of chips: classes drawn from polygons, or read from a raster."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from rasterio.windows import Window

from ...errors import InputError, OptionError
from ...pixels.job import JobInputs, read_inputs
from ...progress import Stop
from ...raster.windows import WindowIndex
from ...reading.readers import Readers
from ...vector.polygons import CELL, FoundPolygon, PixelPolygon, draw_polygons
from .options import CODES, ChipOptions

Codes = npt.NDArray[np.integer[Any]]

DTYPES = ("uint8", "uint16", "int32")
"""Data types of labels, of which the first that holds all codes is used."""

ONE_CLASS = "polygon"
"""Name of the class of polygons without CLASS_FIELD."""


def label_dtype(low: int, high: int) -> str:
    """Return the data type of labels with codes from `low` to `high`."""
    return next(name for name in DTYPES if np.iinfo(name).min <= low and high <= np.iinfo(name).max)


class Labels(Protocol):
    """The labels of all chips. Implementations are frozen dataclasses."""

    @property
    def dtype(self) -> str:
        """Data type of the codes."""

    @property
    def classes(self) -> Mapping[int, str]:
        """Names of the classes by their codes, as far as they are known before pixels are read."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the files that are read."""

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a window."""

    @property
    def scratch_bytes(self) -> int:
        """Further bytes of memory per window."""

    def read(self, window: Window, readers: Readers, stop: Stop) -> Codes:
        """Return the codes (rows, columns) of a window inside the raster."""


@dataclass(frozen=True)
class PolygonLabels:
    """Labels from polygons, each with the number of its class; the later of two polygons that overlap wins.

    `codes` has the code of each class, after that of pixels in no polygon.
    """

    polygons: tuple[tuple[PixelPolygon, int], ...]
    codes: tuple[int, ...]
    names: tuple[str, ...]
    all_touched: bool
    dtype: str

    bytes_per_pixel = 10
    scratch_bytes = 8 * CELL * CELL
    files = ()

    @property
    def classes(self) -> Mapping[int, str]:
        """Names of the classes by their codes."""
        return dict(zip(self.codes[1:], self.names))

    @cached_property
    def _index(self) -> WindowIndex:
        return WindowIndex([polygon.window for polygon, _ in self.polygons])

    def read(self, window: Window, readers: Readers, stop: Stop) -> Codes:
        """Return the codes (rows, columns) of a window inside the raster."""
        stop.check()
        # A polygon may touch a pixel by less than the tolerance that its window allows for.
        around = Window(window.col_off - 1, window.row_off - 1, window.width + 2, window.height + 2)
        found = [self.polygons[number] for number in sorted(self._index.touching(around))]
        if not found:
            return np.full((window.height, window.width), self.codes[0], self.dtype)
        numbers = draw_polygons(found, window, "int32", all_touched=self.all_touched)
        codes: Codes = np.array(self.codes, self.dtype)[numbers]
        return codes


@dataclass(frozen=True)
class RasterLabels:
    """Labels from a band of a raster, nearest pixel; pixels without data get the code `ignore`."""

    inputs: JobInputs
    ignore: int
    dtype: str

    @property
    def classes(self) -> Mapping[int, str]:
        """Return nothing: the classes of a raster are known only from its pixels."""
        return {}

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the files that are read."""
        return self.inputs.files

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a window."""
        return self.inputs.read_bytes_per_pixel + 8

    @property
    def scratch_bytes(self) -> int:
        """Further bytes of memory per window."""
        return self.inputs.input_block_bytes

    def read(self, window: Window, readers: Readers, stop: Stop) -> Codes:
        """Return the codes (rows, columns) of a window inside the raster."""
        ((values, valid),) = read_inputs(readers, self.inputs, window, stop)
        codes: Codes = values.astype(self.dtype)
        codes[~valid] = self.ignore
        return codes


def polygon_labels(found: Sequence[FoundPolygon], options: ChipOptions) -> PolygonLabels:
    """Return labels from polygons, whose codes are the values of CLASS_FIELD, or numbers if the values are texts.

    Raises
    ------
    OptionError
        A value of CLASS_FIELD is empty, is not finite, is no code, or equals BACKGROUND or IGNORE.
    """
    values = [_class_value(each, options.class_field) for each in found]
    codes = _codes(values, options)
    used = sorted(codes.items(), key=lambda item: item[1])
    numbers = {value: number for number, (value, _) in enumerate(used, 1)}
    polygons = tuple((each.polygon, numbers[value]) for each, value in zip(found, values) if each.polygon is not None)
    all_codes = (options.background, *(code for _, code in used))
    dtype = label_dtype(min(*all_codes, options.ignore), max(*all_codes, options.ignore))
    return PolygonLabels(polygons, all_codes, tuple(str(value) for value, _ in used), options.all_touched, dtype)


def _class_value(feature: FoundPolygon, field: str | None) -> int | str:
    """Return the value of CLASS_FIELD as an integer if it is a whole number, otherwise as text."""
    if not field:
        return ONE_CLASS
    value = feature.properties[field]
    if value is None or not str(value).strip():
        raise OptionError(
            f"CLASS_FIELD {field} of polygon {feature.id} is empty. Enter its class, or remove the polygon.",
            parameter="class_field",
        )
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if not math.isfinite(value):
        raise OptionError(
            f"CLASS_FIELD {field} of polygon {feature.id} is {value}. Enter its class, or remove the polygon.",
            parameter="class_field",
        )
    return int(float(value)) if float(value).is_integer() else str(value)


def _codes(values: Sequence[int | str], options: ChipOptions) -> dict[int | str, int]:
    """Return the code of each class: its value if all values are whole numbers, otherwise 1, 2, ... in their order."""
    distinct = set(values)
    reserved = {"BACKGROUND": options.background, "IGNORE": options.ignore}
    whole = sorted(value for value in distinct if isinstance(value, int))
    if len(whole) < len(distinct):
        free = (code for code in itertools.count(1) if code not in reserved.values())
        return dict(zip(sorted(distinct, key=str), free))
    for value in whole:
        name = next((name for name, code in reserved.items() if code == value), "")
        if name:
            raise OptionError(
                f"CLASS_FIELD {options.class_field} contains {value}, which is the code {name}. Set {name} to a code "
                "that is no class.",
                parameter=name.lower(),
            )
        if not CODES.min <= value <= CODES.max:
            raise OptionError(
                f"CLASS_FIELD {options.class_field} contains {value}. Codes must be from {CODES.min:,} to "
                f"{CODES.max:,}.",
                parameter="class_field",
            )
    return {value: value for value in whole}


def raster_labels(inputs: JobInputs, options: ChipOptions) -> RasterLabels:
    """Return labels from a band of a raster.

    Raises
    ------
    InputError
        The band does not hold integers of up to 32 bits.
    """
    band = inputs.first
    kind = np.dtype(band.dtype)
    if kind.kind not in "iu" or not (CODES.min <= np.iinfo(kind).min and np.iinfo(kind).max <= CODES.max):
        raise InputError(
            f"Band {band.band} of {band.path} is {band.dtype}, but classes are integers of at most 31 bits. Convert it "
            "to Byte, Int16, UInt16 or Int32 first.",
            parameter="label_raster",
        )
    limits = np.iinfo(kind)
    dtype = label_dtype(min(int(limits.min), options.ignore), max(int(limits.max), options.ignore))
    return RasterLabels(inputs, options.ignore, dtype)
