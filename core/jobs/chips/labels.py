"""Labels of chips: classes rasterized from polygons, or read from a raster."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Integral, Real
from typing import Any, NamedTuple, Protocol

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
Mask = npt.NDArray[np.bool_]

DTYPES = ("uint8", "uint16", "int32")
"""Data types of labels; the first type that can represent all codes is used."""

ONE_CLASS, ONE_CODE = "polygon", 1
"""Name and code of the class of all polygons if CLASS_FIELD is not set."""


def label_dtype(low: int, high: int) -> str:
    """Return the first of `DTYPES` that can represent the codes from `low` to `high`."""
    return next(name for name in DTYPES if np.iinfo(name).min <= low and high <= np.iinfo(name).max)


class LabelPixels(NamedTuple):
    """Labels of a window: `codes` (rows, columns), and `ignored`, which is true where a class has the code IGNORE."""

    codes: Codes
    ignored: Mask

    @classmethod
    def filled(cls, window: Window, code: int, dtype: str) -> LabelPixels:
        """Return a window in which all pixels have the same code."""
        shape = (window.height, window.width)
        return cls(np.full(shape, code, dtype), np.zeros(shape, bool))

    def copy_of(self, rows: slice, cols: slice) -> LabelPixels:
        """Return a copy of the labels in a part of the window."""
        return LabelPixels(self.codes[rows, cols].copy(), self.ignored[rows, cols].copy())


class Labels(Protocol):
    """Source of the labels of all chips: polygons or a raster. Implementations are frozen dataclasses."""

    @property
    def dtype(self) -> str:
        """Data type of the codes."""

    @property
    def classes(self) -> Mapping[int, str]:
        """Names of the classes that are known before pixels are read, keyed by code."""

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the files that are read."""

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a window."""

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per window, in addition to those for its pixels."""

    def read(self, window: Window, readers: Readers, stop: Stop) -> LabelPixels:
        """Return the labels of a window inside the raster."""


@dataclass(frozen=True)
class PolygonLabels:
    """Labels from polygons. Where polygons overlap, the last one is used.

    `polygons` contains each polygon with the number of its class, counted from 1. `names` lists the names of the
    classes, in the order of their numbers. `codes` begins with the code of pixels outside all polygons, followed by the
    code of each class.
    """

    polygons: tuple[tuple[PixelPolygon, int], ...]
    codes: tuple[int, ...]
    names: tuple[str, ...]
    all_touched: bool
    dtype: str

    bytes_per_pixel = 12
    scratch_bytes = 8 * CELL * CELL
    files = ()

    @property
    def classes(self) -> Mapping[int, str]:
        """Names of the classes, keyed by code."""
        return dict(zip(self.codes[1:], self.names))

    @cached_property
    def _index(self) -> WindowIndex:
        return WindowIndex([polygon.window for polygon, _ in self.polygons])

    def read(self, window: Window, readers: Readers, stop: Stop) -> LabelPixels:
        """Return the labels of a window inside the raster."""
        stop.check()
        # A polygon may touch a pixel by less than the tolerance that was used for its window.
        around = Window(window.col_off - 1, window.row_off - 1, window.width + 2, window.height + 2)
        found = [self.polygons[number] for number in sorted(self._index.touching(around))]
        if not found:
            return LabelPixels.filled(window, self.codes[0], self.dtype)
        numbers = draw_polygons(found, window, "int32", all_touched=self.all_touched)
        codes: Codes = np.array(self.codes, self.dtype)[numbers]
        return LabelPixels(codes, np.zeros(codes.shape, bool))


@dataclass(frozen=True)
class RasterLabels:
    """Labels from a band of a raster, resampled with nearest neighbour; nodata pixels get the code `ignore`."""

    inputs: JobInputs
    ignore: int
    dtype: str

    @property
    def classes(self) -> Mapping[int, str]:
        """Return an empty mapping: the classes of a raster are known only from its pixels."""
        return {}

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the files that are read."""
        return self.inputs.files

    @property
    def bytes_per_pixel(self) -> int:
        """Bytes of memory per pixel of a window."""
        return self.inputs.read_bytes_per_pixel + 11

    @property
    def scratch_bytes(self) -> int:
        """Bytes of memory per window for decoded blocks."""
        return self.inputs.input_block_bytes

    def read(self, window: Window, readers: Readers, stop: Stop) -> LabelPixels:
        """Return the labels of a window inside the raster."""
        ((values, valid),) = read_inputs(readers, self.inputs, window, stop)
        codes: Codes = values.astype(self.dtype)
        ignored: Mask = valid & (codes == self.ignore)
        codes[~valid] = self.ignore
        return LabelPixels(codes, ignored)


def polygon_labels(found: Sequence[FoundPolygon], options: ChipOptions) -> PolygonLabels:
    """Return labels from polygons. The codes are the values of CLASS_FIELD; if these are strings, classes are numbered.

    Raises
    ------
    OptionError
        A value of CLASS_FIELD is empty, not finite, outside the range of codes, or equal to BACKGROUND or IGNORE.
        Without CLASS_FIELD, BACKGROUND or IGNORE is 1.
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
    """Return the value of CLASS_FIELD as an integer if it is a whole number, otherwise as a string."""
    if not field:
        return ONE_CLASS
    value = feature.properties[field]
    if value is None or not str(value).strip():
        raise OptionError(
            f"CLASS_FIELD {field} of polygon {feature.id} is empty. Enter the class of the polygon, or remove the "
            "polygon.",
            parameter="class_field",
        )
    if isinstance(value, bool) or not isinstance(value, Real):
        return str(value)
    if isinstance(value, Integral):
        return int(value)
    if not math.isfinite(value):
        raise OptionError(
            f"CLASS_FIELD {field} of polygon {feature.id} is {value}. Enter the class of the polygon, or remove the "
            "polygon.",
            parameter="class_field",
        )
    return int(float(value)) if float(value).is_integer() else str(value)


def _codes(values: Sequence[int | str], options: ChipOptions) -> dict[int | str, int]:
    """Return the code of each class.

    Without CLASS_FIELD, the code is 1. With CLASS_FIELD, it is the value if all values are whole numbers. Otherwise,
    the classes are numbered 1, 2, ... in sorted order, skipping the codes BACKGROUND and IGNORE.
    """
    distinct = set(values)
    reserved = {"BACKGROUND": options.background, "IGNORE": options.ignore}
    if not options.class_field:
        for name, code in reserved.items():
            if code == ONE_CODE:
                raise OptionError(
                    f"{name} is {code}, which is the code of all polygons if CLASS_FIELD is not set. Set {name} to "
                    "another code.",
                    parameter=name.lower(),
                )
        return dict.fromkeys(distinct, ONE_CODE)
    whole = sorted(value for value in distinct if isinstance(value, int))
    if len(whole) < len(distinct):
        free = (code for code in itertools.count(1) if code not in reserved.values())
        return dict(zip(sorted(distinct, key=str), free))
    for value in whole:
        name = next((name for name, code in reserved.items() if code == value), "")
        if name:
            raise OptionError(
                f"CLASS_FIELD {options.class_field} contains {value}, which equals {name}. Set {name} to a code that "
                "no class has.",
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
        The data type of the band is not an integer type within the range of Int32.
    """
    band = inputs.first
    kind = np.dtype(band.dtype)
    if kind.kind not in "iu" or not (CODES.min <= np.iinfo(kind).min and np.iinfo(kind).max <= CODES.max):
        raise InputError(
            f"Band {band.band} of {band.path} is {band.dtype}, but class codes must be integers within the range of "
            "Int32. Convert the band to Byte, Int16, UInt16 or Int32 first.",
            parameter="label_raster",
        )
    limits = np.iinfo(kind)
    dtype = label_dtype(min(int(limits.min), options.ignore), max(int(limits.max), options.ignore))
    return RasterLabels(inputs, options.ignore, dtype)
