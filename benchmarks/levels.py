"""Measure the speed and compression ratio of ISA-L and libdeflate at each level, for blocks of five kinds of data.

/usr/bin/python3 benchmarks/levels.py [--repeats 5]

The speed is in MB per second of CPU time in one thread, the median of all repeats. The blocks have 512 x 512 pixels and
the predictor that fits their data type. The data are synthetic: a satellite band, a spectral index, elevations,
classes, and noise.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from run_core import load_checkout

EDGE, BLOCKS = 512, 24


def main() -> None:
    """Measure all encoders on all kinds of data and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    load_checkout()
    from parallel_raster.core.tiff import deflate, isal

    def by_isal(level: int) -> Callable[[Any], Any]:
        def compress(content: Any) -> Any:
            isal.LEVEL = level
            stream = isal.compressed(content)
            return content if stream is None else stream  # level 0 cannot compress noise

        return compress

    encoders = {f"ISA-L {level}": by_isal(level) for level in range(4)}
    for level in (1, 6):
        encoders[f"libdeflate {level}"] = lambda content, level=level: deflate.compressed(content, level)
    print("| data | " + " | ".join(f"{name}: MB/s, size" for name in encoders) + " |")
    print("|---" * (len(encoders) + 1) + "|")
    for name, blocks in kinds().items():
        total = sum(block.nbytes for block in blocks)
        cells = []
        for compress in encoders.values():
            seconds = []
            for _ in range(given.repeats):
                start = time.process_time()
                size = sum(len(compress(block)) for block in blocks)
                seconds.append(time.process_time() - start)
            cells.append(f"{total / 1e6 / statistics.median(seconds):.0f}, {size / total:.4f}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def kinds() -> dict[str, list[Any]]:
    """Return the uncompressed blocks of each kind of data, by name."""
    from parallel_raster.core.tiff.pixel_codec import PixelCoding

    random = np.random.default_rng(11)
    size = EDGE * BLOCKS
    rows, cols = np.mgrid[0:EDGE, 0:size].astype("float32")
    smooth = np.sin(rows / 90) * np.cos(cols / 140) + 0.4 * np.sin((rows + cols) / 37)
    noise = random.normal(0, 40, smooth.shape)
    red = (900 + 400 * smooth + noise).clip(1).astype("uint16")
    near = (2500 + 900 * smooth + random.normal(0, 40, smooth.shape)).clip(1).astype("uint16")
    index = (near.astype("float32") - red) / (near.astype("float32") + red)
    heights = (800 + 300 * smooth + random.normal(0, 0.2, smooth.shape)).astype("float32")
    classes = (np.floor(3 * smooth + 5) + (random.random(smooth.shape) < 0.01)).astype("uint8")
    data = {
        "band, uint16": (red, 2), "index, float32": (index, 3), "heights, float32": (heights, 3),
        "classes, uint8": (classes, 1), "noise, uint16": (random.integers(0, 2**12, red.shape, "uint16"), 2),
    }  # fmt: skip
    return {
        name: [
            PixelCoding(pixels.dtype, 1, predictor).to_bytes(pixels[np.newaxis, :, col : col + EDGE])
            for col in range(0, size, EDGE)
        ]
        for name, (pixels, predictor) in data.items()
    }


if __name__ == "__main__":
    main()
