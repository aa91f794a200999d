"""Opening and reading rasters: the facts of an input's bands, handles per thread, and damage named by its place."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp, Interleaving, MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..errors import InputError
from ..raster.dtypes import array_dtype
from ..raster.grid import Grid
from ..raster.nodata import Nodata
from ..raster.subdatasets import raster_stem, split_subdataset, store_driver, store_files
from ..raster.windows import Shape, touched_blocks
from .block_cache import BlockCache, unit_of
from .datasets import Handles, open_dataset
from .deflate_blocks import BlockReader, resolve_block_reader
from .gdal_quirks import band_dtypes, exact_nodata, is_plain_tiff, read_pixels
from .safe_paths import TIFF_EXTENSIONS, check_raster_path, is_remote

Result = TypeVar("Result")

DRIVERS = {**dict.fromkeys(TIFF_EXTENSIONS, "GTiff"), ".vrt": "VRT"}
"""The driver that a file's extension stands for; GDAL finds those of other formats by what is in the file."""

NAMED = 20
"""So many rasters of a container are named in a message."""

LEVEL_MARK = "\0"
"""Between the path and the level of an overview in the key of its handle; no path holds it."""


@dataclass(frozen=True)
class GroundPoints:
    """What places a raster without a transform: ground control points and their CRS, and the items of its RPCs."""

    gcps: tuple[GroundControlPoint, ...] = ()
    crs: CRS | None = None
    rpc: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.gcps or self.rpc)


@dataclass(frozen=True)
class InputBand:
    """What is known of one band before a pixel is read.

    `nodata` is the declared value, an int to the last digit for 64 bit integers; `hidden_by` tells what hides pixels
    besides: nothing (""), the dataset's "mask", or its "alpha" band. `block` is (rows, columns); `block_bytes` what
    one decoded block of the file costs. The values of a band with `is_palette` stand for colours of a table.
    `overview` is the level of the overview that is read, whose grid and blocks these are then; -1: the raster itself.
    """

    path: str
    band: int
    grid: Grid
    dtype: str
    nodata: Nodata
    scale: float
    offset: float
    hidden_by: str
    alpha_band: int
    block: Shape
    block_bytes: int
    files: tuple[str, ...]
    is_palette: bool = False
    points: GroundPoints = field(default_factory=GroundPoints)
    overview: int = -1

    @property
    def source(self) -> str:
        """The key of the handle that reads the band: the path, and the level where an overview is read."""
        return self.path if self.overview < 0 else f"{self.path}{LEVEL_MARK}{self.overview}"

    @property
    def place(self) -> str:
        """The file, and the overview where one is read, in words."""
        return self.path if self.overview < 0 else f"{self.path}, overview {self.overview}"

    @property
    def pixel_bytes(self) -> int:
        """What a decoded pixel of this band costs, with those of the bands that are stored beside it."""
        return self.block_bytes // (self.block[0] * self.block[1])

    @property
    def name(self) -> str:
        """The file's name without folder and extension; of a subdataset with its own."""
        return raster_stem(self.path)


def open_raster(path: str, overview: int = -1) -> Any:
    """Return an open dataset of this thread's own, by the driver that the file's extension stands for.

    Parameters
    ----------
    path
        The raster.
    overview
        The level of the overview that the dataset is to be, from 0; -1: the raster itself.

    Raises
    ------
    InputError
        The file is missing, unreadable, no raster, or must not be opened (see `check_raster_path`).
    """
    check_raster_path(path)
    driver = _driver(path)
    level: dict[str, Any] = {} if overview < 0 else {"OVERVIEW_LEVEL": overview}
    try:
        dataset = named(
            path,
            lambda: open_dataset(path, driver=driver, sharing=False, **level),
            "is not a raster that GDAL can read",
        )
    except InputError as error:
        if driver is None or _has_driver(driver):
            raise
        raise InputError(
            f"{path} needs GDAL's driver {driver}, which the GDAL of rasterio here does not have. Convert it to a "
            "GeoTIFF with a GDAL that has it.",
            parameter=error.parameter,
        ) from error
    try:
        _check_readable(dataset, path)
    except InputError:
        dataset.close()
        raise
    return dataset


def _driver(path: str) -> str | None:
    """Return GDAL's driver for a path, which no other is to open; None where the content decides."""
    inside = split_subdataset(path)
    if inside is not None:
        return inside.driver
    if is_remote(path) or path.startswith("/vsi"):
        return "GTiff"  # what lies there cannot be looked at beforehand
    return DRIVERS.get(os.path.splitext(path)[1].lower()) or store_driver(path)


def _has_driver(driver: str) -> bool:
    with rasterio.Env() as environment:
        return driver in environment.drivers()


def _check_readable(dataset: Any, path: str) -> None:
    """Raise when an open file is no raster by itself, or has its overviews elsewhere."""
    if not dataset.count:
        listed = dataset.tags(ns="SUBDATASETS")  # rasterio's own list has them without quotes
        names = [value for key, value in listed.items() if key.endswith("_NAME")]
        if not names:
            raise InputError(f"{path} has no bands, so there is nothing to read; choose another file.")
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise InputError(
            f"{path} holds {len(names)} rasters and is none by itself. Give one of them by its name: "
            f"{', '.join(names[:NAMED])}{more}."
        )
    if "OVERVIEW_FILE" in map(str.upper, dataset.tags(ns="OVERVIEWS")):
        raise InputError(f"{path} names another file as its overviews, so it is not read; write it again without them.")


def read_bands(path: str, bands: Sequence[int], parameters: Sequence[str] = ()) -> list[InputBand]:
    """Return the facts of the given bands (from 1) of one raster; errors name the parameter that gave each.

    Raises
    ------
    InputError
        The raster cannot be opened, a band does not exist, or its pixels are complex numbers.
    """
    with open_raster(path) as dataset:
        return input_bands(dataset, path, bands, parameters)


def input_bands(
    dataset: Any, path: str, bands: Sequence[int], parameters: Sequence[str] = (), *, real: bool = True
) -> list[InputBand]:
    """Return the facts of the given bands (from 1) of an open raster; `real` refuses complex numbers.

    `parameters` are those that gave the bands, each its own or one for all.

    Raises
    ------
    InputError
        A band does not exist, or its pixels are complex numbers.
    """
    for number, band in enumerate(bands):
        if not 1 <= band <= dataset.count:
            given_by = parameters[min(number, len(parameters) - 1)] if parameters else ""
            raise InputError(f"{path} has {dataset.count} bands; band {band} does not exist.", parameter=given_by)
    return named(path, lambda: _input_bands(dataset, path, bands, real), "cannot be used")


def _input_bands(dataset: Any, path: str, bands: Sequence[int], real: bool) -> list[InputBand]:
    """Return the facts; what the bands share is asked for once, since each question costs a small file dear."""
    grid, beside = _grid(dataset, path), bands_per_block(dataset)
    colours, blocks, flags = dataset.colorinterp, dataset.block_shapes, dataset.mask_flag_enums
    alpha_band = colours.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in colours else 0
    scales, offsets, dtypes = dataset.scales, dataset.offsets, band_dtypes(dataset)
    files = _files(dataset, path)
    points = ground_points(dataset)
    found = []
    for band, nodata in zip(bands, exact_nodata(dataset, path, bands, dtypes)):
        dtype, block, flag = dtypes[band - 1], blocks[band - 1], flags[band - 1]
        if real and "complex" in dtype:
            raise InputError(f"{path}, band {band} holds complex numbers ({dtype}); real numbers are needed.")
        masked = MaskFlags.per_dataset in flag or not flag
        found.append(
            InputBand(
                path=path,
                band=band,
                grid=grid,
                dtype=dtype,
                nodata=nodata,
                scale=scales[band - 1],
                offset=offsets[band - 1],
                hidden_by="alpha" if alpha_band else "mask" if masked else "",
                alpha_band=alpha_band,
                block=block,
                block_bytes=block[0] * block[1] * array_dtype(dtype).itemsize * beside,
                files=files,
                is_palette=colours[band - 1] == ColorInterp.palette,
                points=points,
            )
        )
    return found


def bands_per_block(dataset: Any) -> int:
    """Return how many bands one block of an open raster holds."""
    return int(dataset.count) if dataset.interleaving == Interleaving.pixel else 1


def ground_points(dataset: Any) -> GroundPoints:
    """Return what places an open raster besides a transform."""
    gcps, crs = dataset.gcps
    return GroundPoints(tuple(gcps), crs, dataset.tags(ns="RPC"))


def _files(dataset: Any, path: str) -> tuple[str, ...]:
    """Return every file that an open raster consists of."""
    if is_plain_tiff(dataset, path):
        return tuple(dict.fromkeys(dataset.files))
    found: list[str] = []
    for file in (*dataset.files, *check_raster_path(path)):  # a VRT's sources, whatever it is called
        found += store_files(file) if os.path.isdir(file) else [file]
    return tuple(dict.fromkeys(found))


def _grid(dataset: Any, path: str) -> Grid:
    try:
        return Grid(dataset.crs, dataset.transform, dataset.width, dataset.height)
    except InputError as error:
        raise InputError(f"{path}: {error}", parameter=error.parameter) from error


class Readers(Handles):
    """The open inputs of one run, one handle per thread and file, `limit` per thread; closed when the block ends.

    Of `cached_bytes` decoded blocks are kept, for chunks that read the same ones; 0: none.
    """

    def __init__(self, limit: int | None = None, cached_bytes: int = 0) -> None:
        super().__init__(_open_source, limit)
        self._cache = BlockCache(cached_bytes) if cached_bytes else None
        self._blocks: dict[str, BlockReader | None] = {}
        self._blocks_lock = threading.Lock()

    def __enter__(self) -> Readers:
        return self

    def read(self, bands: Sequence[InputBand], window: Window) -> list[np.ndarray[Any, Any]]:
        """Return the stored pixels of each band inside `window`, each (rows, columns) in the band's own dtype.

        Raises
        ------
        InputError
            A block is damaged; names file, band, row and column.
        """
        first = bands[0]
        if all((band.source, band.dtype) == (first.source, first.dtype) for band in bands):
            return list(self.read_stack(bands, window))
        return [self.read([band], window)[0] for band in bands]

    def read_stack(self, bands: Sequence[InputBand], window: Window) -> np.ndarray[Any, Any]:
        """Return the stored pixels inside `window`, (bands, rows, columns), of bands of one file and one type.

        Raises
        ------
        InputError
            A block is damaged; names file, band, row and column.
        """
        first, numbers, blocks = bands[0], [band.band for band in bands], self._block_reader(bands[0])

        def read(window: Window) -> np.ndarray[Any, Any]:
            stack = blocks.read([number - 1 for number in numbers], window) if blocks else None
            found = _read(self._opened(first, window), first, numbers, window) if stack is None else stack
            return cast("np.ndarray[Any, Any]", found)

        pixel_bytes = len(numbers) * array_dtype(first.dtype).itemsize
        return self._cached(("pixels", first.source, *numbers), first, pixel_bytes, window, read)

    def _cached(
        self,
        what: Hashable,
        band: InputBand,
        pixel_bytes: int,
        window: Window,
        read: Callable[[Window], np.ndarray[Any, Any]],
    ) -> np.ndarray[Any, Any]:
        """Return what `read` reads of a window, by way of the blocks that are kept where any are."""
        unit = unit_of(band.block, band.grid)
        if self._cache is None or not self._cache.takes(unit[0] * unit[1] * pixel_bytes):
            return read(window)
        return self._cache.read(what, band.grid, unit, window, read)

    def _block_reader(self, band: InputBand) -> BlockReader | None:
        if band.overview >= 0:
            return None  # it knows the blocks of the raster itself
        with self._blocks_lock:
            if band.path not in self._blocks:
                self._blocks[band.path] = resolve_block_reader(band.path, band.dtype)
            return self._blocks[band.path]

    def _opened(self, band: InputBand, window: Window) -> Any:
        """Return this thread's handle of a band's file, through which a window is to be read."""
        return self.dataset(band.source, window.width * window.height * band.pixel_bytes, band.block_bytes)

    def read_visible(self, bands: Sequence[InputBand], window: Window) -> np.ndarray[Any, Any] | None:
        """Return where no mask and no alpha hides a pixel, bool (rows, columns); None where nothing hides any."""
        visible = None
        for source, kind, number in {_mask_source(band) for band in bands if band.hidden_by}:
            band = next(each for each in bands if each.source == source)
            read = functools.partial(self._read_masks, band, number, kind)
            (shown,) = self._cached((kind, source, number), band, 1, window, read)
            visible = shown != 0 if visible is None else visible & (shown != 0)
        return visible

    def _read_masks(self, band: InputBand, number: int, kind: str, window: Window) -> np.ndarray[Any, Any]:
        found = _read(self.dataset(band.source), band, [number], window, masks=kind == "mask")
        return cast("np.ndarray[Any, Any]", found)


def _open_source(source: str) -> Any:
    """Return the open dataset of a band's `source`."""
    path, _, level = source.partition(LEVEL_MARK)
    return open_raster(path, int(level or -1))


class InputSnapshot:
    """Size, time and inode of every file of the inputs, to be compared when all has been read."""

    def __init__(self, files: Sequence[str], bands: Sequence[InputBand] = ()) -> None:
        """Look at the files; `bands` tell which input a file belongs to."""
        self._known = {path: _identity(path) for path in files}
        self._inputs = {file: band.path for band in bands for file in band.files}

    def check(self) -> None:
        """Return while every file is still the one that was seen first.

        Raises
        ------
        InputError
            A file was changed, replaced or removed; names it and its input.
        """
        for path, known in self._known.items():
            if _identity(path) != known:
                source = self._inputs.get(path, path)
                which = "" if source == path else f", which is part of the input {source},"
                raise InputError(f"{path}{which} changed while it was read; run again when nobody writes to it.")


def _identity(path: str) -> tuple[int, ...]:
    try:
        status = os.stat(path)
    except OSError:
        return ()  # a URL or a member of an archive, or gone
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


def _mask_source(band: InputBand) -> tuple[str, str, int]:
    return band.source, band.hidden_by, band.alpha_band if band.hidden_by == "alpha" else band.band


def named(path: str, call: Callable[[], Result], what: str) -> Result:
    """Return what `call` returns; raise whatever a library makes of an odd file as one sentence that names it.

    Raises
    ------
    InputError
        The call failed.
    """
    try:
        return call()
    except InputError:
        raise
    except (RasterioError, ValueError, TypeError, LookupError, OSError, RuntimeError, ArithmeticError) as error:
        raise InputError(f"{path} {what}: {_one_line(error)}.") from error
    except Exception as error:
        # GDAL's own exceptions (rasterio._err.CPLE_*) have no public root.
        if type(error).__module__.startswith("rasterio"):
            raise InputError(f"{path} {what}: {_one_line(error)}.") from error
        raise


def _read(dataset: Any, band: InputBand, numbers: list[int], window: Window, *, masks: bool = False) -> Any:
    """Return pixels or masks (bands, rows, columns); a damaged block is named by its place."""

    def read(place: Window) -> Any:
        return dataset.read_masks(numbers, window=place) if masks else read_pixels(dataset, band.dtype, place, numbers)

    try:
        return named(band.path, lambda: read(window), "cannot be read")
    except InputError as error:
        for block in (each.intersection(window) for each in touched_blocks(window, band.block)):
            try:
                read(block)
            except Exception as damage:
                raise InputError(
                    f"{band.place}, band {', '.join(map(str, numbers))}: the block at row {block.row_off}, column "
                    f"{block.col_off} is damaged or missing. Fetch or write the file again. ({_one_line(damage)})"
                ) from damage
        raise error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:300] or type(error).__name__
