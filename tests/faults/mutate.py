"""Child process that computes the normalized difference of many damaged files ("mutants"), one after another.

Run it as `mutate.py FOLDER FIRST COUNT`. Mutant number `n` is the same file on every machine. A line is printed before
and after the run of each mutant, so that the parent process knows which mutant crashed this process.
"""

from __future__ import annotations

import faulthandler
import os
import resource
import sys
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import ColorInterp

import child_package  # noqa: F401 - registers the package
from fault_kit import write_raster
from parallel_raster.core import ParallelRasterError, normalized_difference

SECONDS = 60
"""Seconds after which the run of a mutant is considered to be hung."""

NODATA = np.float32(-9999)
KINDS = (
    {"compress": "none"},
    {"compress": "deflate", "nodata": 7},
    {"compress": "lzw", "predictor": 2, "interleave": "pixel"},
    {"compress": "zstd", "bigtiff": "yes", "dtype": "float32"},
    {"compress": "packbits", "dtype": "int16", "nodata": -1},
    {"compress": "deflate", "tiled": True, "blockxsize": 16, "blockysize": 16, "dtype": "uint8"},
)


def originals(folder: Path) -> list[bytes]:
    """Return the bytes of one small file for each profile in `KINDS`."""
    contents = []
    for number, kind in enumerate(KINDS):
        kind = dict(kind)
        values = np.random.default_rng(number).integers(0, 120, (3, 37, 41)).astype(kind.pop("dtype", "uint16"))
        contents.append(write_raster(folder / f"original{number}.tif", values, **kind).read_bytes())
    return contents


def mutant(originals: list[bytes], number: int) -> bytes:
    """Return the bytes of mutant `number`: an original file with some bytes changed and often with a part removed."""
    random = np.random.default_rng(number)
    data = bytearray(originals[number % len(originals)])
    header = random.random() < 0.6
    for _ in range(int(random.integers(1, 5))):
        tail = len(data) - 400 if random.random() < 0.5 else 0
        place = int(random.integers(0, 400)) + tail if header else int(random.integers(0, len(data)))
        data[min(place, len(data) - 1)] ^= int(random.integers(1, 256))
    cut = random.random()
    if cut < 0.15:
        del data[int(random.integers(0, len(data))) :]
    elif cut < 0.25:
        start = int(random.integers(8, len(data)))
        del data[start : start + int(random.integers(1, 200))]
    return bytes(data)


def reference(path: Path) -> np.ndarray:
    """Return the normalized difference of a damaged file, computed with rasterio and numpy alone."""
    with rasterio.open(path, driver="GTiff", sharing=False) as dataset:
        stored = dataset.read([2, 1])
        valid = np.isfinite(stored[0]) & np.isfinite(stored[1])
        for index, number in enumerate((2, 1)):
            nodata = dataset.nodatavals[number - 1]
            if nodata is not None:
                valid &= stored[index] != np.array(nodata).astype(stored.dtype)
        if ColorInterp.alpha in dataset.colorinterp:
            valid &= dataset.read(dataset.colorinterp.index(ColorInterp.alpha) + 1) != 0
        scales, offsets = dataset.scales, dataset.offsets
    a, b = stored.astype(np.float64)
    if not (scales[0] == scales[1] and offsets[0] == offsets[1] == 0):
        a, b = a * scales[1] + offsets[1], b * scales[0] + offsets[0]
    with np.errstate(all="ignore"):
        result = ((a - b) / (a + b)).astype(np.float32)
    result[~(valid & np.isfinite(result) & np.isfinite(a + b))] = NODATA
    return result


def outcome_of(source: Path, output: Path) -> str:
    """Compute the index of one mutant; return "correct", "rejected" or, for a failure, a description of the failure."""
    try:
        normalized_difference(source, output, band_a=2, band_b=1, workers=2)
    except ParallelRasterError as error:
        named = str(source) in str(error) or str(output) in str(error) or "Not enough space" in str(error)
        left = sorted(os.listdir(output.parent))
        return "rejected" if (named or "MEMORY" in str(error)) and not left else f"unnamed {error} {left}"
    except BaseException as error:
        return f"escaped {type(error).__name__}: {' '.join(str(error).split())}"
    try:
        wanted = reference(source)
    except Exception as error:
        return f"unreadable {error!r}"
    with rasterio.open(output) as dataset:
        same = np.array_equal(dataset.read(1), wanted)
    output.unlink()
    return "correct" if same and not os.listdir(output.parent) else "wrong"


def main() -> None:
    """Process the mutants that the command line selects."""
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
    (folder / "out").mkdir()
    files = originals(folder)
    for number in range(first, first + count):
        source = folder / f"mutant{number}.tif"
        source.write_bytes(mutant(files, number))
        print(f"BEGIN {number}", flush=True)
        faulthandler.dump_traceback_later(SECONDS, exit=True)
        print(f"END {number} {outcome_of(source, folder / 'out' / 'out.tif')}", flush=True)
        faulthandler.cancel_dump_traceback_later()
        for path in (folder / "out").iterdir():
            path.unlink()
        source.unlink()


if __name__ == "__main__":
    main()
