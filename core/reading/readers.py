"""Open and read rasters: band metadata, one dataset per thread, and errors that locate damaged blocks."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral
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
from ..raster.subdatasets import input_file, raster_stem, split_subdataset, store_driver, store_files
from ..raster.windows import Shape, touched_blocks
from .block_cache import BlockCache, unit_of
from .datasets import Handles, open_dataset
from .deflate_blocks import BlockReader, resolve_block_reader
from .gdal_quirks import band_dtypes, exact_nodata, is_plain_tiff, read_pixels
from .safe_paths import TIFF_EXTENSIONS, check_raster_path, is_remote

Result = TypeVar("Result")

FileState = tuple[int, ...]
"""Size, modification time in nanoseconds, inode and device of a file; empty if the file is not in a file system."""

DRIVERS = {**dict.fromkeys(TIFF_EXTENSIONS, "GTiff"), ".vrt": "VRT"}
"""GDAL driver for each file extension. For other extensions, GDAL detects the format from the content."""

NAMED = 20
"""Maximum number of subdatasets that an error lists."""

LEVEL_MARK = "\0"
"""Separator between the path and the overview level in the key of a dataset; it cannot occur in a path."""


@dataclass(frozen=True)
class GroundPoints:
    """Georeferencing without a transform: ground control points with their CRS, and RPC items."""

    gcps: tuple[GroundControlPoint, ...] = ()
    crs: CRS | None = None
    rpc: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.gcps or self.rpc)


@dataclass(frozen=True)
class InputBand:
    """Metadata of one band, known before pixels are read.

    `nodata` is the declared value, an exact int for 64-bit integers. `hidden_by` states what marks invalid pixels in
    addition to nodata: "mask" (a mask band), "alpha" (the alpha band), "mask and alpha" (a pixel is invalid if either
    marks it) or "" (nothing). `mask_band` is the number under which the mask is read: the band's own number if the band
    has a separate mask, the number of the first band that shares the dataset's mask, or 0 without a mask. `block` is
    the (rows, columns) of a block, `block_bytes` its decoded size. If `is_palette` is True, the values are indices into
    a colour table. `overview` is the overview level that is read, or -1 for the raster itself; `grid`, `block` and
    `block_bytes` belong to that level. `states` contains the states of `files` at the time the metadata was read.
    """

    path: str
    band: int
    grid: Grid
    dtype: str
    nodata: Nodata
    scale: float
    offset: float
    hidden_by: str
    mask_band: int
    alpha_band: int
    block: Shape
    block_bytes: int
    files: tuple[str, ...]
    is_palette: bool = False
    points: GroundPoints = field(default_factory=GroundPoints)
    overview: int = -1
    states: Mapping[str, FileState] = field(default_factory=dict, compare=False, repr=False)

    @property
    def source(self) -> str:
        """Key of the dataset from which the band is read: the path, followed by the level if it is an overview."""
        return self.path if self.overview < 0 else f"{self.path}{LEVEL_MARK}{self.overview}"

    @property
    def place(self) -> str:
        """Name of the dataset in messages: the path, followed by the level if it is an overview."""
        return self.path if self.overview < 0 else f"{self.path}, overview {self.overview}"

    @property
    def pixel_bytes(self) -> int:
        """Decoded bytes per pixel, including those of other bands stored in the same block."""
        return self.block_bytes // (self.block[0] * self.block[1])

    @property
    def hiders(self) -> tuple[str, ...]:
        """What hides pixels: "mask", "alpha", both or nothing."""
        return tuple(self.hidden_by.split(" and ")) if self.hidden_by else ()

    @property
    def name(self) -> str:
        """File name without folder and extension, followed by the subdataset's name if there is one."""
        return raster_stem(self.path)


def open_raster(path: str, overview: int = -1) -> Any:
    """Open a raster as a dataset for this thread, with the GDAL driver for its file extension.

    Parameters
    ----------
    path
        Path or subdataset name of the raster.
    overview
        Overview level to open, counted from 0; -1 for the raster itself.

    Raises
    ------
    InputError
        The file is missing, unreadable, not a raster, or unsafe to open (see `check_raster_path`).
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
            f"{path} requires the GDAL driver {driver}, which rasterio's GDAL does not include. Convert the file to a "
            "GeoTIFF with a GDAL installation that includes this driver.",
            parameter=error.parameter,
        ) from error
    try:
        check_readable(dataset, path)
    except InputError:
        dataset.close()
        raise
    return dataset


def _driver(path: str) -> str | None:
    """Return the only GDAL driver allowed to open a path, or None if GDAL detects the format from the content."""
    inside = split_subdataset(path)
    if inside is not None:
        return inside.driver
    if is_remote(path) or path.startswith("/vsi"):
        return "GTiff"  # the content cannot be checked before the file is opened
    return DRIVERS.get(os.path.splitext(path)[1].lower()) or store_driver(path)


def _has_driver(driver: str) -> bool:
    with rasterio.Env() as environment:
        return driver in environment.drivers()


def check_readable(dataset: Any, path: str) -> None:
    """Raise InputError if a dataset has no bands, or if its metadata redirects its overviews to another file.

    Raises
    ------
    InputError
        The dataset has no bands, or its metadata refers to a file with overviews: GDAL would open that file, even if it
        is on a server.
    """
    if not dataset.count:
        listed = dataset.tags(ns="SUBDATASETS")  # rasterio's `subdatasets` omits the quotes
        names = [value for key, value in listed.items() if key.endswith("_NAME")]
        if not names:
            raise InputError(f"{path} has no bands. Choose a different file.")
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise InputError(
            f"{path} is a container of subdatasets, {len(names)} in total. Use the name of a subdataset as the input: "
            f"{', '.join(names[:NAMED])}{more}."
        )
    if "OVERVIEW_FILE" in map(str.upper, dataset.tags(ns="OVERVIEWS")):
        raise InputError(
            f"{path} was rejected because its metadata item OVERVIEW_FILE refers to a different file for overviews. "
            "Remove this metadata item."
        )


def read_bands(path: str, bands: Sequence[int], parameters: Sequence[str] = ()) -> list[InputBand]:
    """Return the metadata of the given bands (counted from 1) of a raster; see `input_bands` for `parameters`.

    Raises
    ------
    InputError
        The raster cannot be opened, or a band does not exist or contains complex numbers.
    """
    state = opened_state(path)
    with open_raster(path) as dataset:
        return input_bands(dataset, path, bands, parameters, state=state)


def opened_state(path: str) -> dict[str, FileState]:
    """Return {file path: state (size, time, inode)} of a raster; {} for a GeoPackage. Call before opening the file."""
    file = input_file(path)
    # GDAL writes to a GeoPackage when it opens it, if the program that wrote it last did not close it.
    return {} if file.lower().endswith(".gpkg") else {file: _file_state(file)}


def input_bands(
    dataset: Any,
    path: str,
    bands: Sequence[int],
    parameters: Sequence[str] = (),
    *,
    real: bool = True,
    remote: bool = False,
    state: Mapping[str, FileState] | None = None,
) -> list[InputBand]:
    """Return the metadata of the given bands (counted from 1) of an open raster.

    `parameters` are the names of the parameters that specify the bands, one name per band or one for all bands;
    errors include the name. If `remote` is True, the metadata contains neither the raster's files nor its ground
    control points, because GDAL would look for them in other files. `state` is the result of `opened_state` from
    before the raster was opened, so that later changes to the file can be detected.

    Raises
    ------
    InputError
        A band does not exist, or `real` is True and its pixels are complex numbers.
    """
    for number, band in enumerate(bands):
        if not (isinstance(band, Integral) and 1 <= band <= dataset.count):
            given_by = parameters[min(number, len(parameters) - 1)] if parameters else ""
            count = dataset.count
            if count == 1:
                words = f"{path} has only one band; band {band} does not exist. Choose band 1."
            else:
                words = f"{path} has {count} bands; band {band} does not exist. Choose a band from 1 to {count}."
            raise InputError(words, parameter=given_by)
    return named(path, lambda: _input_bands(dataset, path, bands, real, remote, state or {}), "cannot be used")


def _input_bands(
    dataset: Any, path: str, bands: Sequence[int], real: bool, remote: bool, state: Mapping[str, FileState]
) -> list[InputBand]:
    """Return the metadata of the bands. Shared items are read once: each query is expensive for small files."""
    grid, bands_in_block = _grid(dataset, path), bands_per_block(dataset)
    colours, blocks = dataset.colorinterp, dataset.block_shapes
    # Only a GeoTIFF contains its mask. For other formats, GDAL would look for the mask in another file.
    masks = not remote or dataset.driver == "GTiff"
    flags = dataset.mask_flag_enums if masks else [[MaskFlags.all_valid]] * dataset.count
    # As in GDAL, an alpha band hides pixels of the other bands; the only band of a raster has ordinary values.
    alpha_band = colours.index(ColorInterp.alpha) + 1 if ColorInterp.alpha in colours and dataset.count > 1 else 0
    mask_bands = _mask_bands(flags, has_alpha=bool(alpha_band))
    scales, offsets, dtypes = dataset.scales, dataset.offsets, band_dtypes(dataset)
    files = () if remote else _files(dataset, path)
    states = {file: state[file] if file in state else _file_state(file) for file in files}
    points = GroundPoints() if remote else ground_points(dataset)
    found = []
    for band, nodata in zip(bands, exact_nodata(dataset, path, bands, dtypes)):
        dtype, block, mask_band = dtypes[band - 1], blocks[band - 1], mask_bands[band - 1]
        if real and "complex" in dtype:
            raise InputError(
                f"{path}, band {band} contains complex numbers ({dtype}). Choose a band with real numbers."
            )
        hiders = ["mask"] * bool(mask_band) + ["alpha"] * bool(alpha_band)
        found.append(
            InputBand(
                path=path,
                band=band,
                grid=grid,
                dtype=dtype,
                nodata=nodata,
                scale=scales[band - 1],
                offset=offsets[band - 1],
                hidden_by=" and ".join(hiders),
                mask_band=mask_band,
                alpha_band=alpha_band,
                block=block,
                block_bytes=block[0] * block[1] * array_dtype(dtype).itemsize * bands_in_block,
                files=files,
                is_palette=colours[band - 1] == ColorInterp.palette,
                points=points,
                states=states,
            )
        )
    return found


def _mask_bands(flags: Sequence[Sequence[MaskFlags]], *, has_alpha: bool) -> list[int]:
    """Return `InputBand.mask_band` for each band of a raster, from the mask flags of the bands."""
    found, shared = [], 0
    for number, flag in enumerate(flags, 1):
        # Without a mask, GDAL derives the mask of the other bands from the alpha band and sets both flags. Beside an
        # alpha band, the metadata item NODATA_VALUES, which sets the flag `nodata`, hides no pixels.
        is_shared = MaskFlags.per_dataset in flag and MaskFlags.alpha not in flag
        is_shared = is_shared and not (has_alpha and MaskFlags.nodata in flag)
        shared = shared or number * is_shared
        found.append(shared if is_shared else 0 if flag else number)
    return found


def bands_per_block(dataset: Any) -> int:
    """Return the number of bands that share one block of an open raster."""
    return int(dataset.count) if dataset.interleaving == Interleaving.pixel else 1


def ground_points(dataset: Any) -> GroundPoints:
    """Return the ground control points and RPC items of an open raster."""
    gcps, crs = dataset.gcps
    return GroundPoints(tuple(gcps), crs, dataset.tags(ns="RPC"))


def _files(dataset: Any, path: str) -> tuple[str, ...]:
    """Return all files that an open raster consists of."""
    if is_plain_tiff(dataset, path):
        return tuple(dict.fromkeys(dataset.files))
    found: list[str] = []
    for file in (*dataset.files, *check_raster_path(path)):  # includes the sources of a VRT with any extension
        found += store_files(file) if os.path.isdir(file) else [file]
    return tuple(dict.fromkeys(found))


def _grid(dataset: Any, path: str) -> Grid:
    try:
        return Grid(_shared_crs(dataset.crs), dataset.transform, dataset.width, dataset.height)
    except InputError as error:
        raise InputError(f"{path}: {error}", parameter=error.parameter) from error


MAX_SHARED_CRS = 64
"""Maximum number of CRS objects kept for sharing. At the limit, all are dropped, and later rasters share new ones."""

_crs_by_wkt: dict[str, CRS] = {}


def _shared_crs(crs: CRS | None) -> CRS | None:
    """Return an earlier raster's CRS object if the WKT is the same, so that thousands of rasters can share it."""
    if len(_crs_by_wkt) >= MAX_SHARED_CRS:
        _crs_by_wkt.clear()
    return _crs_by_wkt.setdefault(crs.wkt, crs) if crs else crs


class Readers(Handles):
    """The open inputs of a run: one dataset per thread and file, closed at the end of the `with` block.

    Each thread keeps at most `limit` datasets open. Up to `cached_bytes` of decoded blocks are cached for chunks that
    read the same blocks; 0 disables the cache.
    """

    def __init__(self, limit: int | None = None, cached_bytes: int = 0) -> None:
        super().__init__(_open_source, limit)
        self._cache = BlockCache(cached_bytes) if cached_bytes else None
        self._blocks: dict[str, BlockReader | None] = {}
        self._blocks_lock = threading.Lock()

    def __enter__(self) -> Readers:
        return self

    def read(self, bands: Sequence[InputBand], window: Window) -> list[np.ndarray[Any, Any]]:
        """Return the stored pixels of each band inside `window`: arrays (rows, columns) in the data type of the band.

        Raises
        ------
        InputError
            A block is damaged. The error names the file, band, row and column.
        """
        first = bands[0]
        if all((band.source, band.dtype) == (first.source, first.dtype) for band in bands):
            return list(self.read_stack(bands, window))
        return [self.read([band], window)[0] for band in bands]

    def read_stack(self, bands: Sequence[InputBand], window: Window) -> np.ndarray[Any, Any]:
        """Return the stored pixels (bands, rows, columns) inside `window`, for bands of one file and one data type.

        Raises
        ------
        InputError
            A block is damaged. The error names the file, band, row and column.
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
        """Return the pixels of a window, from the cache if it can hold the blocks, otherwise directly from `read`."""
        unit = self._unit(band)
        if self._cache is None or not self._cache.can_hold(unit[0] * unit[1] * pixel_bytes):
            return read(window)
        return self._cache.read(what, band.grid, unit, window, read)

    def _unit(self, band: InputBand) -> Shape:
        """Return the rows and columns of a cache unit: one block, or several small blocks."""
        return unit_of(band.block, band.grid)

    def _block_reader(self, band: InputBand) -> BlockReader | None:
        if band.overview >= 0:
            return None  # block readers only support full resolution
        with self._blocks_lock:
            if band.path not in self._blocks:
                self._blocks[band.path] = resolve_block_reader(band.path, band.dtype)
            return self._blocks[band.path]

    def _opened(self, band: InputBand, window: Window) -> Any:
        """Return this thread's dataset of a band, opened for reading a window."""
        return self.dataset(band.source, window.width * window.height * band.pixel_bytes, band.block_bytes)

    def read_visible(self, bands: Sequence[InputBand], window: Window) -> np.ndarray[Any, Any] | None:
        """Return a boolean array (rows, columns) that is True where no mask or alpha band hides a pixel.

        Return None if no band has a mask or an alpha band.
        """
        visible = None
        for source, kind, number in {each for band in bands for each in _mask_sources(band)}:
            band = next(each for each in bands if each.source == source)
            read = functools.partial(self._read_masks, band, number, kind)
            (shown,) = self._cached((kind, source, number), band, 1, window, read)
            visible = shown != 0 if visible is None else visible & (shown != 0)
        return visible

    def read_visible_bands(self, bands: Sequence[InputBand], window: Window) -> list[np.ndarray[Any, Any] | None]:
        """Return the result of `read_visible` for each band; bands that share a mask share the array."""
        unique = {_mask_sources(band): band for band in bands}
        found = {sources: self.read_visible([band], window) for sources, band in unique.items()}
        return [found[_mask_sources(band)] for band in bands]

    def _read_masks(self, band: InputBand, number: int, kind: str, window: Window) -> np.ndarray[Any, Any]:
        found = _read(self.dataset(band.source), band, [number], window, masks=kind == "mask")
        return cast("np.ndarray[Any, Any]", found)


def _open_source(source: str) -> Any:
    """Open the dataset for a key from `InputBand.source`."""
    path, _, level = source.partition(LEVEL_MARK)
    return open_raster(path, int(level or -1))


class InputSnapshot:
    """Size, modification time and inode of all input files, to detect changes during a run."""

    def __init__(self, files: Sequence[str], bands: Sequence[InputBand] = ()) -> None:
        """Record the states of `files`, and check that files of `bands` have not changed since their metadata was read.

        Raises
        ------
        InputError
            A file has changed since its metadata was read.
        """
        self._inputs = {file: band.path for band in bands for file in band.files}
        read = {(file, state) for band in bands for file, state in band.states.items()}
        known = {file for file, _ in read}
        self._known = sorted(read | {(file, _file_state(file)) for file in files if file not in known})
        self.check()

    def check(self) -> None:
        """Raise InputError if a file has changed since its state was recorded.

        Raises
        ------
        InputError
            A file was changed, replaced or removed. The error names the file and the input that it belongs to.
        """
        for path, known in self._known:
            if _file_state(path) != known:
                source = self._inputs.get(path, path)
                which = "" if source == path else f", which is part of the input {source},"
                raise InputError(
                    f"{path}{which} changed while it was being read. Run again when no other program is writing to it."
                )


def _file_state(path: str) -> FileState:
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a ValueError if the path contains a character that paths cannot contain
        return ()  # a URL, a file in an archive, or a removed file
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev


def _mask_sources(band: InputBand) -> tuple[tuple[str, str, int], ...]:
    """Return (dataset, "mask" or "alpha", band number) of everything that hides pixels of a band."""
    numbers = {"mask": band.mask_band, "alpha": band.alpha_band}
    return tuple((band.source, kind, numbers[kind]) for kind in band.hiders)


def named(path: str, call: Callable[[], Result], what: str) -> Result:
    """Call `call` and return its result; convert library errors to an InputError that begins with `path` and `what`.

    Raises
    ------
    InputError
        `call` failed with an error of rasterio, GDAL or Python.
    """
    try:
        return call()
    except InputError:
        raise
    except (RasterioError, ValueError, TypeError, LookupError, OSError, RuntimeError, ArithmeticError) as error:
        raise InputError(f"{path} {what}: {_one_line(error)}.") from error
    except Exception as error:
        # GDAL's exceptions (rasterio._err.CPLE_*) have no public base class.
        if type(error).__module__.startswith("rasterio"):
            raise InputError(f"{path} {what}: {_one_line(error)}.") from error
        raise


def _read(dataset: Any, band: InputBand, numbers: list[int], window: Window, *, masks: bool = False) -> Any:
    """Return the pixels or masks (bands, rows, columns) of a window; errors name the damaged block."""

    def read(part: Window) -> Any:
        return dataset.read_masks(numbers, window=part) if masks else read_pixels(dataset, band.dtype, part, numbers)

    try:
        return named(band.path, lambda: read(window), "cannot be read")
    except InputError as error:
        listed = ("band " if len(numbers) == 1 else "bands ") + ", ".join(map(str, numbers))
        for block in (each.intersection(window) for each in touched_blocks(window, band.block)):
            try:
                read(block)
            except Exception as damage:
                raise InputError(
                    f"{band.place}, {listed}: the block at row {block.row_off}, column "
                    f"{block.col_off} is damaged or missing. Download or create the file again. ({_one_line(damage)})"
                ) from damage
        raise error


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split()).rstrip(".")[:300] or type(error).__name__
