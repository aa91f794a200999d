"""Reads the files of assets, over HTTP or from disk, and retries requests after temporary errors."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
import rasterio
from rasterio.enums import ColorInterp
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ..errors import InputError
from ..progress import Stop
from ..raster.dtypes import array_dtype
from ..raster.grid import Grid
from ..raster.windows import Shape
from ..reading.block_cache import BlockCache
from ..reading.datasets import open_dataset
from ..reading.gdal_quirks import read_pixels
from ..reading.overviews import level_grid, mask_has_level
from ..reading.readers import InputBand, Readers, check_readable, input_bands, named, open_raster
from .addresses import JP2_DRIVERS, Address, gdal_path, sends_head
from .fetch import (
    TIMEOUT_SECONDS,
    Answer,
    Fetch,
    Request,
    fetch_patiently,
    host_of,
    repeated,
    repeats,
    urllib_fetch,
    wait_before,
)

Result = TypeVar("Result")

CONNECT_SECONDS = 20.0
"""Seconds after which an attempt to connect to a server fails."""

OPEN_DATASETS = 16
"""Maximum number of datasets that a thread keeps open."""

SMALLEST_UNIT = 64 * 64
"""Minimum number of pixels of a block that forms a cache unit by itself; smaller blocks are cached in groups."""

MOST_DIRECTORIES = 32
"""TIFF directories from this number on, counted from 1, are not fetched in advance."""

_runs = itertools.count(1)


@dataclass(frozen=True)
class Network:
    """How requests are sent: number of retries, timeouts in seconds, and the function that sends them."""

    retries: int = 4
    timeout: float = TIMEOUT_SECONDS
    connect_timeout: float = CONNECT_SECONDS
    fetch: Fetch = urllib_fetch


class Identity(NamedTuple):
    """Size and version of a file, compared to detect changes; "" if unknown.

    The version is the ETag (server) or the modification time (disk).
    """

    size: str
    version: str


def new_mark() -> str:
    """Return a unique string for a run's URLs, so that GDAL's cache of earlier runs is not used (see `gdal_path`)."""
    return f"parallel-raster-{next(_runs)}"


class AssetFiles:
    """The open files of the assets, with one dataset per thread and file. Thread-safe.

    Parameters
    ----------
    network
        How requests are sent.
    sign
        Function that returns the signed URL of a file on a server; None if URLs are used unchanged.
    mark
        String that is added to the URLs (see `gdal_path`). By default, a new unique string.
    """

    def __init__(
        self, network: Network, sign: Callable[[Address, Stop], str] | None = None, mark: str | None = None
    ) -> None:
        self._network, self._sign = network, sign
        self._mark = mark or new_mark()
        self._attempts: dict[str, int] = {}
        self._headless: set[str] = set()
        self._noted: dict[Address, Identity] = {}
        self._own = threading.local()

    def note(self, address: Address, stop: Stop) -> None:
        """Record the size and version of a file on the first call for this file.

        Raises
        ------
        InputError
            The server does not respond, or returns an error. The message names item, asset, host and status.
        """
        if address not in self._noted:
            self._noted[address] = self._identity(address, stop)

    def check_unchanged(self, address: Address, stop: Stop) -> None:
        """Raise InputError if the size or version of a file differs from those that `note` recorded.

        Raises
        ------
        InputError
            The file changed, or its server does not respond.
        """
        if self._identity(address, stop) != self._noted[address]:
            raise InputError(
                f"{address.shown}: the file changed while it was being read. Run again.", parameter="items"
            )

    def _identity(self, address: Address, stop: Stop) -> Identity:
        if not address.is_http:
            return local_identity(address.href)
        answer, attempt = fetch_patiently(lambda: self._send(address, stop), self._network.retries, stop)
        if answer is None or answer.status not in (200, 206) or _is_page(answer):
            raise _failure(address, answer, attempt)
        return _identity_in(answer)

    def call(self, address: Address, level: int, work: Callable[[Any], Result], stop: Stop) -> Result:
        """Return `work(dataset)` for the dataset of a file, opened at overview `level` (-1 for full resolution).

        After a failure, a test request checks the status of the server. The work is retried if the test request
        succeeds, or if its status indicates a temporary error. If the server rejects HEAD requests, GDAL opens the file
        without them.

        Raises
        ------
        InputError
            The file cannot be read. The error names item, asset, host and status.
        Cancelled
            The run was stopped.
        """
        attempt = 0
        while True:
            stop.check()
            try:
                return named(address.place, lambda: work(self._dataset(address, level, stop)), "cannot be read")
            except InputError as error:
                if not address.is_http or error.__cause__ is None:  # no cause: `work` rejects the file
                    raise
                is_open = self._close(address, level)
                answer, _ = fetch_patiently(lambda: self._send(address, stop), 0, stop)
                is_served = answer is not None and answer.status in (200, 206)
                passes = is_served or answer is not None and repeats(answer.status)
                if not passes or answer and _is_page(answer):
                    raise _failure(address, answer, attempt) from error
                without_head = is_served and not is_open and self._head_failed(address, stop)
                if attempt >= self._network.retries and not without_head:
                    raise _failure(address, answer, attempt) from error
                self._attempts[address.stable] = self._attempts.get(address.stable, 0) + 1
            if not without_head:
                attempt += 1
                wait_before(attempt, stop)

    def close_own(self) -> None:
        """Close the datasets of this thread."""
        handles = self._handles()
        while handles:
            handles.popitem()[1].close()

    def _handles(self) -> OrderedDict[tuple[str, int], Any]:
        return self._own.__dict__.setdefault("handles", OrderedDict())  # type: ignore[no-any-return]

    def _close(self, address: Address, level: int) -> bool:
        """Close the dataset of a file; return False if it is not open."""
        dataset = self._handles().pop((address.place, level), None)
        if dataset is not None:
            dataset.close()
        return dataset is not None

    def _head_failed(self, address: Address, stop: Stop) -> bool:
        """Return True if this thread's last attempt to open a file used HEAD, and the server rejects HEAD."""
        if not getattr(self._own, "used_head", False):  # not set if the URL could not be signed
            return False
        url = self._signed(address, stop)
        host = host_of(url)
        if host not in self._headless:
            try:
                answer = self._network.fetch(Request(url, most=1, timeout=self._network.timeout, is_head=True))
            except OSError:
                return False
            if answer.status < 400:
                return False
            self._headless.add(host)
        return True

    def _dataset(self, address: Address, level: int, stop: Stop) -> Any:
        handles, key = self._handles(), (address.place, level)
        if key not in handles:
            while len(handles) >= OPEN_DATASETS:
                handles.popitem(last=False)[1].close()
            handles[key] = self._open(address, level, stop)
        handles.move_to_end(key)
        return handles[key]

    def _open(self, address: Address, level: int, stop: Stop) -> Any:
        if not address.is_http:
            return open_raster(address.href, level)
        options: dict[str, Any] = {} if level < 0 else {"OVERVIEW_LEVEL": level}
        mark = f"{self._mark}-{self._attempts.get(address.stable, 0)}"
        url = self._signed(address, stop)
        self._own.used_head = sends_head(url) and host_of(url) not in self._headless
        path = gdal_path(url, mark, self._network.timeout, self._network.connect_timeout, use_head=self._own.used_head)
        if address.is_jp2:
            return open_dataset(path, driver=_jp2_driver(address), sharing=False, **options)
        if level < 0:
            _fetch_directories(path, self._network.timeout)
        dataset = open_dataset(path, driver="GTiff", sharing=False, **options)
        try:
            check_readable(dataset, address.shown)
        except InputError:
            dataset.close()
            raise
        return dataset

    def _signed(self, address: Address, stop: Stop) -> str:
        return self._sign(address, stop) if self._sign else address.href

    def _send(self, address: Address, stop: Stop) -> Answer:
        """Return the response to a request for the first byte of a file."""
        url = self._signed(address, stop)
        return self._network.fetch(Request(url, headers={"Range": "bytes=0-0"}, most=1, timeout=self._network.timeout))


def _jp2_driver(address: Address) -> str:
    """Return the name of the first available GDAL driver that reads JPEG 2000.

    Raises
    ------
    InputError
        The GDAL library of rasterio has no such driver.
    """
    with rasterio.Env() as environment:
        known = environment.drivers()
    for driver in JP2_DRIVERS:
        if driver in known:
            return driver
    raise InputError(
        f"{address.place} is JPEG 2000, for which rasterio's GDAL has no driver. Use assets that are GeoTIFFs, or a "
        "GDAL with the JP2OpenJPEG driver.",
        parameter="assets",
    )


def _fetch_directories(path: str, timeout: float) -> None:
    """Fetch the directories of overviews and masks of a TIFF into GDAL's cache.

    rasterio holds the GIL while it reads these directories, so a slow server would block all threads. It does not hold
    the GIL while it opens a dataset. Each directory is therefore opened as a dataset here.
    """
    begin = time.monotonic()
    try:
        for number in range(2, MOST_DIRECTORIES):
            open_dataset(f"GTIFF_DIR:{number}:{path}", driver="GTiff", sharing=False).close()
    except (RasterioError, OSError):  # there is no such directory
        if time.monotonic() - begin >= timeout:
            raise  # every further request would also wait for the server


def local_identity(path: str) -> Identity:
    """Return the size and the modification time of a local file; "" for both if the path is not a file on disk."""
    try:
        found = os.stat(path)
    except OSError:
        return Identity("", "")
    return Identity(str(found.st_size), str(found.st_mtime_ns))


def _identity_in(answer: Answer) -> Identity:
    whole = answer.headers.get("content-range", "").rpartition("/")[2]
    size = whole if answer.status == 206 else answer.headers.get("content-length", "")
    return Identity(size, answer.headers.get("etag", ""))


def _is_page(answer: Answer) -> bool:
    """Return True if a response is a web page, such as a login page, instead of a file."""
    return answer.status == 200 and answer.headers.get("content-type", "").startswith("text/html")


def _failure(address: Address, answer: Answer | None, attempt: int) -> InputError:
    """Return the error for a file that cannot be read after `attempt` retries."""
    tries = repeated(attempt)
    if answer is None:
        words = f"the server does not respond{tries}. Check the connection, and try again later"
    elif answer.status in (401, 403):
        words = (
            f"the server denies access (status {answer.status}). The signature of the URL may have expired: search "
            "again, or run 'STAC items to aligned rasters' with SIGNING set to 'service'"
        )
    elif answer.status in (404, 410):
        words = f"the file does not exist (status {answer.status}). Search again, or remove the item"
    elif _is_page(answer):
        words = (
            "the server sends a web page instead of the file, probably because it requires a login. Use a catalogue "
            "whose files can be read without a login, or run 'STAC items to aligned rasters' with SIGNING set to "
            "'service'"
        )
    elif answer.status in (200, 206):
        words = f"the server returns the file, but it cannot be decoded{tries}. It may be damaged; remove the item"
    else:
        words = f"the server returns status {answer.status}{tries}. Try again later"
    return InputError(f"{address.shown}: {words}.", parameter="items")


@dataclass(frozen=True)
class OpenAsset:
    """A band of an asset: the address of its file, and the metadata and overview factors read from the file."""

    address: Address
    band: InputBand
    factors: tuple[int, ...]


def open_asset(files: AssetFiles, address: Address, number: int, stop: Stop) -> OpenAsset:
    """Return band `number` of an asset (counted from 1; 0 for the only band), with its metadata and overview factors.

    Raises
    ------
    InputError
        The file cannot be read, has no such band, no CRS or no transform, or has several bands and none is chosen.
    """
    files.note(address, stop)

    def read(dataset: Any) -> OpenAsset:
        alpha = dataset.colorinterp.count(ColorInterp.alpha)
        if dataset.count - alpha > 1 and not number:
            raise InputError(
                f"{address.place}: the file has {dataset.count - alpha} bands. Choose one of them, for example by "
                "adding @1 to the key of the asset.",
                parameter="assets",
            )
        if dataset.crs is None or dataset.transform.is_identity:
            raise InputError(f"{address.shown}: the file has no CRS or no transform.", parameter="items")
        (band,) = input_bands(dataset, address.place, [number or 1], ["assets"], remote=True)
        # Overviews of JPEG 2000 are not read: GDAL would request another file while rasterio holds Python's global
        # lock.
        return OpenAsset(address, band, () if address.is_jp2 else tuple(dataset.overviews(band.band)))

    return files.call(address, -1, read, stop)


def open_level(files: AssetFiles, asset: OpenAsset, level: int, stop: Stop) -> InputBand | None:
    """Return the metadata of the band of `asset` in the overview `level`, counted from 0.

    None is returned if the file has a mask without such an overview: the valid pixels of the overview are then unknown.
    """

    def read(dataset: Any) -> InputBand | None:
        if "mask" in asset.band.hiders and not mask_has_level(dataset, asset.band, level):
            return None
        grid: Grid = level_grid(asset.band.grid, dataset)
        block = dataset.block_shapes[asset.band.band - 1]
        pixel_bytes = asset.band.pixel_bytes
        return replace(
            asset.band, grid=grid, block=block, block_bytes=block[0] * block[1] * pixel_bytes, overview=level
        )

    return files.call(asset.address, level, read, stop)


class AssetReaders(Readers):
    """Reads the bands of assets through `AssetFiles`. The `path` of each `InputBand` is a key of `addresses`.

    `cache` keeps blocks that two chunks need, so that each block is fetched only once; it is None if there is not
    enough memory for a cache.
    """

    def __init__(
        self, files: AssetFiles, addresses: Mapping[str, Address], cache: BlockCache | None, stop: Stop
    ) -> None:
        super().__init__()
        self._files, self._addresses, self._stop = files, addresses, stop
        self._cache = cache

    def read_stack(self, bands: Sequence[InputBand], window: Window) -> np.ndarray[Any, Any]:
        """Return the stored pixels (bands, rows, columns) inside `window`, for bands of one file and one data type.

        Raises
        ------
        InputError
            The file cannot be read.
        """
        first, numbers = bands[0], [band.band for band in bands]

        def read(window: Window) -> np.ndarray[Any, Any]:
            def work(dataset: Any) -> np.ndarray[Any, Any]:
                return read_pixels(dataset, first.dtype, window, numbers)

            return self._files.call(self._addresses[first.path], first.overview, work, self._stop)

        pixel_bytes = len(numbers) * array_dtype(first.dtype).itemsize
        return self._cached(("pixels", first.source, *numbers), first, pixel_bytes, window, read)

    def _unit(self, band: InputBand) -> Shape:
        """Return the number of rows and columns of a cache unit: one block, or several if blocks are tiny."""
        return band.block if band.block[0] * band.block[1] >= SMALLEST_UNIT else super()._unit(band)

    def _read_masks(self, band: InputBand, number: int, kind: str, window: Window) -> np.ndarray[Any, Any]:
        def read(dataset: Any) -> np.ndarray[Any, Any]:
            found = (
                dataset.read_masks([number], window=window) if kind == "mask" else dataset.read([number], window=window)
            )
            return cast("np.ndarray[Any, Any]", found)

        return self._files.call(self._addresses[band.path], band.overview, read, self._stop)
