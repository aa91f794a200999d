"""Run only one step of a job, as a reference for benchmarks: copy the files, or decode and encode blocks on all CPUs.

/usr/bin/python3 benchmarks/limits.py copy DESTINATION SOURCE...
/usr/bin/python3 benchmarks/limits.py copy_in_parallel DESTINATION SOURCE...
/usr/bin/python3 benchmarks/limits.py streams BLOCKS.npy SOURCE...
/usr/bin/python3 benchmarks/limits.py codec DESTINATION PIXELS.npy SOURCE...
/usr/bin/python3 benchmarks/limits.py decode BAND SOURCE...
"""

from __future__ import annotations

import collections
import itertools
import os
import shutil
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from run_core import load_checkout

OPTIONS = ["TILED=YES", "BLOCKXSIZE=512", "BLOCKYSIZE=512", "COMPRESS=DEFLATE", "BIGTIFF=IF_SAFER"]
WINDOW = 2048
PART = 2**22


def copy(destination: str, sources: list[str]) -> None:
    """Copy the bytes of all sources into one file and wait until they are on disk."""
    with open(destination, "wb") as target:
        for source in sources:
            with open(source, "rb") as file:
                shutil.copyfileobj(file, target, 2**22)
        os.fsync(target.fileno())


def copy_in_parallel(destination: str, sources: list[str]) -> None:
    """Copy the bytes of all sources into one file with two threads, in parts of 4 MiB; wait until they are on disk."""
    starts = itertools.accumulate((os.path.getsize(source) for source in sources), initial=0)
    parts = [
        (source, offset, start + offset)
        for source, start in zip(sources, starts)
        for offset in range(0, os.path.getsize(source), PART)
    ]
    with open(destination, "wb") as target, ThreadPoolExecutor(2) as pool:

        def copy_part(part: tuple[str, int, int]) -> None:
            source, offset, target_offset = part
            with open(source, "rb") as file:
                length = min(PART, os.fstat(file.fileno()).st_size - offset)
                done = 0
                while done < length:
                    done += os.copy_file_range(
                        file.fileno(), target.fileno(), length - done, offset + done, target_offset + done
                    )

        list(pool.map(copy_part, parts))
        os.fsync(target.fileno())


def streams(blocks: str, sources: list[str]) -> None:
    """Inflate the blocks of the sources with libdeflate; compress the job's result, read from `blocks`, with ISA-L."""
    load_checkout()
    from parallel_raster.core.tiff import deflate, isal
    from parallel_raster.core.tiff.layout import read_encoded, read_layout
    from parallel_raster.core.tiff.pixel_codec import resolve_coding

    if deflate.library() is None or isal.library() is None:
        sys.exit("libdeflate or ISA-L is missing. Install both.")
    own = threading.local()

    def inflate(place: tuple[Any, int]) -> None:
        layout, number = place
        shape = layout.block if layout.tiled else (min(layout.block[0], layout.height), layout.width)
        size = resolve_coding(layout, "uint16").block_bytes(shape)
        content = own.__dict__.setdefault("content", np.empty(size, np.uint8))
        deflate.inflate(read_encoded([layout.encoded(number)]), content[:size])

    layouts = [read_layout(source) for source in sources]
    result = np.load(blocks, mmap_mode="r")
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        places = [(layout, number) for layout in layouts for number in range(len(layout.offsets))]
        collections.deque(pool.map(inflate, places), maxlen=0)
        collections.deque(pool.map(isal.compressed, result), maxlen=0)


def decode(band: int | None, sources: list[str]) -> None:
    """Decode one band of the sources with GDAL, or all bands if `band` is None."""
    from osgeo import gdal

    gdal.UseExceptions()
    own = threading.local()

    def read(place: tuple[str, int, int]) -> None:
        path, row, col = place
        handles = own.__dict__.setdefault("handles", {})
        dataset = handles.setdefault(path, None) or gdal.Open(path)
        handles[path] = dataset
        width, height = min(WINDOW, dataset.RasterXSize - col), min(512, dataset.RasterYSize - row)
        (dataset if band is None else dataset.GetRasterBand(band)).ReadAsArray(col, row, width, height)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(read, [place for source in sources for place in _places(gdal.Open(source), source)]))


def codec(destination: str, pixels: str, sources: list[str]) -> None:
    """Decode the sources with GDAL, and encode the job's result: the array (bands, rows, columns) in `pixels`."""
    from osgeo import gdal

    decode(None, sources)
    threads = len(os.sched_getaffinity(0))
    result = np.load(pixels, mmap_mode="r")
    bands, rows, cols = result.shape
    kind = gdal.GDT_Float32 if result.dtype == np.float32 else gdal.GDT_UInt16
    options = [*OPTIONS, f"PREDICTOR={3 if result.dtype == np.float32 else 2}", f"NUM_THREADS={threads}"]
    dataset = gdal.GetDriverByName("GTiff").Create(destination, cols, rows, bands, kind, options=options)
    for row in range(0, rows, 512):
        dataset.WriteArray(np.ascontiguousarray(result[:, row : row + 512]), 0, row)
        dataset.FlushCache()


def _places(dataset: Any, path: str) -> list[tuple[str, int, int]]:
    return [
        (path, row, col) for row in range(0, dataset.RasterYSize, 512) for col in range(0, dataset.RasterXSize, WINDOW)
    ]


if __name__ == "__main__":
    if sys.argv[1] == "codec":
        codec(sys.argv[2], sys.argv[3], sys.argv[4:])
    elif sys.argv[1] == "decode":
        decode(int(sys.argv[2]), sys.argv[3:])
    else:
        {"copy": copy, "copy_in_parallel": copy_in_parallel, "streams": streams}[sys.argv[1]](sys.argv[2], sys.argv[3:])
