"""How quickly and how small ISA-L and libdeflate compress blocks of five kinds of data, at each of their levels.

/usr/bin/python3 benchmarks/levels.py [--repeats 5]

Processor time of one thread, the median of the repeats; blocks of 512 x 512 pixels as the encoder gets them, the
predictor that fits the type applied. The data are made here: a satellite's band and its index, heights, classes, noise.
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
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    load_checkout()
    from parallel_raster.core.tiff import deflate, isal

    def by_isal(level: int) -> Callable[[Any], Any]:
        def compress(content: Any) -> Any:
            isal.LEVEL = level
            stream = isal.compressed(content)
            return content if stream is None else stream  # level 0 gives up on noise

        return compress

    ways = {f"ISA-L {level}": by_isal(level) for level in range(4)}
    for level in (1, 6):
        ways[f"libdeflate {level}"] = lambda content, level=level: deflate.compressed(content, level)
    print("| data | " + " | ".join(f"{name}: MB/s, size" for name in ways) + " |")
    print("|---" * (len(ways) + 1) + "|")
    for name, blocks in kinds().items():
        whole = sum(block.nbytes for block in blocks)
        cells = []
        for compress in ways.values():
            taken = []
            for _ in range(given.repeats):
                start = time.process_time()
                size = sum(len(compress(block)) for block in blocks)
                taken.append(time.process_time() - start)
            cells.append(f"{whole / 1e6 / statistics.median(taken):.0f}, {size / whole:.4f}")
        print(f"| {name} | " + " | ".join(cells) + " |")


def kinds() -> dict[str, list[Any]]:
    """Return the blocks (bytes before compression) of each kind."""
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
    made = {
        "band, uint16": (red, 2), "index, float32": (index, 3), "heights, float32": (heights, 3),
        "classes, uint8": (classes, 1), "noise, uint16": (random.integers(0, 2**12, red.shape, "uint16"), 2),
    }  # fmt: skip
    return {
        name: [
            PixelCoding(pixels.dtype, 1, predictor).to_bytes(pixels[np.newaxis, :, col : col + EDGE])
            for col in range(0, size, EDGE)
        ]
        for name, (pixels, predictor) in made.items()
    }


if __name__ == "__main__":
    main()
