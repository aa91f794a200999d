"""Fixtures for the core tests: small rasters, and log and progress objects that record how they are called."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import HealthCheck, settings
from rasterio.enums import ColorInterp

from georeference import METRES

# Use the same examples on every machine and in every run, with no deadline and no example database in the checkout.
settings.register_profile(
    "core", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("core")
ROUND_TRIPS = int(os.environ.get("ROUND_TRIPS", "8"))
# Each example tiles and merges complete rasters, so there are only a few; `make test-long` runs more examples.
settings.register_profile("round trips", settings.get_profile("core"), max_examples=ROUND_TRIPS)
settings.register_profile("few", settings.get_profile("round trips"), max_examples=ROUND_TRIPS // 2)
# Each example computes a mosaic or a complete grid of positions in memory.
settings.register_profile("mosaics", settings.get_profile("core"), max_examples=int(os.environ.get("MOSAICS", "20")))

TRANSFORM = Affine(30, 0, 400_000, 0, -30, 5_000_000)


@pytest.fixture(autouse=True)
def empty_caches():
    """Clear module caches before each test, so that no test depends on files that earlier tests wrote."""
    from parallel_raster.core.tiff import compression_choice
    from parallel_raster.core.writing import header_template

    header_template._templates.clear()
    header_template._headers.clear()
    compression_choice.choice_of.cache_clear()
    compression_choice.samples_of.cache_clear()


@pytest.fixture
def make_raster(tmp_path):
    """Return a function that writes a small GeoTIFF to `tmp_path` and returns its path.

    `bands` is a list of 2-D arrays of one data type. `mask` is True for valid pixels. If `alpha` is True, the last
    band is an alpha band. `blocks` is the edge length of square blocks, the (rows, columns) of a block, or "strips".
    """

    def make(
        bands, name="in.tif", *, nodata=None, scales=None, offsets=None, crs=METRES, transform=TRANSFORM,
        mask=None, internal_mask=True, alpha=False, blocks="strips", **options,
    ):  # fmt: skip
        values = np.stack(bands)
        count, height, width = values.shape
        if blocks != "strips":
            rows, cols = (blocks, blocks) if isinstance(blocks, int) else blocks
            options = {"tiled": True, "blockxsize": cols, "blockysize": rows, **options}
        path = tmp_path / name
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal_mask), rasterio.open(
            path, "w", driver="GTiff", width=width, height=height, count=count, nodata=nodata, crs=crs,
            transform=transform, **{"dtype": values.dtype, **options},
        ) as dataset:  # fmt: skip
            if alpha:  # set before pixels are written; otherwise GDAL stores it in a sidecar
                dataset.colorinterp = [ColorInterp.gray] + [ColorInterp.undefined] * (count - 2) + [ColorInterp.alpha]
            dataset.write(values)
            if scales is not None:
                dataset.scales = scales
            if offsets is not None:
                dataset.offsets = offsets
            if mask is not None:
                dataset.write_mask(mask)
        return path

    return make


@pytest.fixture
def random_bands():
    """Return a function that creates two random bands: integers over the type's whole range, or positive floats."""

    def make(dtype="uint16", shape=(60, 70), seed=1):
        random = np.random.default_rng(seed)
        if np.dtype(dtype).kind == "f":
            return list(random.uniform(0.01, 1, (2, *shape)).astype(dtype))
        limits = np.iinfo(dtype)
        return list(random.integers(limits.min, limits.max, (2, *shape), dtype=dtype, endpoint=True))

    return make


class RecordingLog:
    """A `Log` that stores its lines in the lists `infos` and `warnings`."""

    def __init__(self):
        self.infos, self.warnings = [], []

    def info(self, msg):
        self.infos.append(msg)

    def warning(self, msg):
        self.warnings.append(msg)

    def line(self, start):
        """Return the only log line that begins with `start`."""
        (found,) = [line for line in self.infos + self.warnings if line.startswith(start)]
        return found


@pytest.fixture
def log():
    """Return a `Log` that stores its lines."""
    return RecordingLog()


class RecordingProgress:
    """A `Progress` that stores its reports and the IDs of the threads that call it.

    It cancels the run when `cancel_at` chunks are done, or raises `error` when `raise_at` chunks are done. In both
    cases, it sets the event `ended`.
    """

    def __init__(self, cancel_at=None, raise_at=None, error=None):
        self.reports, self.threads, self.ended = [], set(), threading.Event()
        self._cancel_at, self._raise_at, self._error = cancel_at, raise_at, error

    def report(self, done, total):
        self.reports.append((done, total))
        self.threads.add(threading.get_ident())
        if self._raise_at is not None and done >= self._raise_at:
            self.ended.set()
            raise self._error

    def is_cancelled(self):
        self.threads.add(threading.get_ident())
        cancelled = self._cancel_at is not None and bool(self.reports) and self.reports[-1][0] >= self._cancel_at
        if cancelled:
            self.ended.set()
        return cancelled


@pytest.fixture
def make_progress():
    """Return the class `RecordingProgress`, whose objects store the progress reports of a run."""
    return RecordingProgress


@pytest.fixture
def state():
    """Return a function that maps each file in a folder to its SHA-256 and each subfolder to "folder"."""

    def look(folder):
        return {
            str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
            for path in Path(folder).rglob("*")
        }

    return look


@pytest.fixture
def read():
    """Return a function that reads the first band and the metadata of a result."""

    def read_result(path):
        with rasterio.open(path) as dataset:
            return SimpleNamespace(
                values=dataset.read(1),
                nodata=dataset.nodata,
                dtype=dataset.dtypes[0],
                scale=dataset.scales[0],
                offset=dataset.offsets[0],
                description=dataset.descriptions[0],
                tags=dataset.tags(1),
                transform=dataset.transform,
                crs=dataset.crs,
                block=dataset.block_shapes[0],
                profile=dataset.profile,
                structure=dataset.tags(ns="IMAGE_STRUCTURE"),
            )

    return read_result


@pytest.fixture
def server(monkeypatch):
    """Yield a running server on 127.0.0.1, which is also the proxy for all other hosts, so no other host is reached."""
    import server as range_server

    from parallel_raster.core.stac import fetch

    with range_server.running() as state:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, state.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, "127.0.0.1")
        monkeypatch.setattr(fetch, "FIRST_DELAY", 0.01)
        yield state
        others = [each for each in state.requests if "//" in each.path or each.method == "CONNECT"]
        assert others == []
