"""Estimate the CPU time that compiling the hot loops with numba would save, per block and as a share of each job.

build/bench/numba/bin/python benchmarks/compiled.py [--size 10980]

Each compiled loop must give results that are bit-identical to those of the core code that it would replace. The saving
is the sum over all blocks of the raster. The time and memory that importing numba takes are printed separately.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from contenders import EVI, expression
from measure import measured, scene
from run_core import load_checkout
from stages import command

HERE = Path(__file__).resolve().parent
EDGE, STRIP, REPEATS = 512, 32_000, 41
NODATA = np.float32(-9999)


class Loop(NamedTuple):
    """A hot loop of a job: the core's code and its compiled counterpart, each for one block."""

    name: str
    job: str
    ours: Callable[[], Any]
    compiled: Callable[[], Any]


def main() -> None:
    """Measure the loops and the jobs, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_980)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    given = parser.parse_args()
    blocks = (given.size // EDGE + 1) ** 2
    without, imported = (measured([sys.executable, "-c", f"import {name}"]) for name in ("numpy", "numba"))
    print(
        f"Importing numba takes {imported.cpu - without.cpu:.2f} s of CPU time and {imported.peak - without.peak:.0f} "
        "MB of memory.\n"
    )
    scene(given.folder, given.size)
    (given.folder / "out").mkdir(exist_ok=True)
    jobs = {job: measured(command(job, given.folder, given.size)).cpu for job in ("difference", "formula")}
    print("| loop | numpy, CPU ms per block | numba, CPU ms per block | job | CPU s saved | CPU s of the job | saved |")
    print("|---|---|---|---|---|---|---|")
    for loop in loops():
        assert loop.ours().tobytes() == loop.compiled().tobytes(), loop.name
        ours, compiled = milliseconds(loop.ours), milliseconds(loop.compiled)
        saved = (ours - compiled) * blocks / 1000
        print(
            f"| {loop.name} | {ours:.2f} | {compiled:.2f} | {loop.job} | {saved:.2f} | {jobs[loop.job]:.2f} | "
            f"{saved / jobs[loop.job]:.0%} |"
        )


def milliseconds(function: Callable[[], Any]) -> float:
    """Return the median CPU time of a call in milliseconds."""
    times = []
    for _ in range(REPEATS):
        begin = time.thread_time()
        function()
        times.append(time.thread_time() - begin)
    return float(np.median(times)) * 1000


def loops() -> list[Loop]:
    """Return the loops with their inputs: uint16 blocks with a few nodata pixels, and a block of float32 results."""
    import numba

    load_checkout()
    from parallel_raster.core.expression.evaluate import Values, evaluate
    from parallel_raster.core.expression.lines import parse_expression
    from parallel_raster.core.expression.rasters import Raster
    from parallel_raster.core.expression.tree import Band
    from parallel_raster.core.expression.tree import bands as bands_of
    from parallel_raster.core.jobs.difference.kernel import ENCODINGS, PixelRules, normalized_difference_pixels
    from parallel_raster.core.pixels.terms import Term
    from parallel_raster.core.tiff.pixel_codec import FLOATING_POINT, HORIZONTAL, PixelCoding

    red, near, blue = np.random.default_rng(1).integers(0, 9000, (3, EDGE, EDGE), dtype="uint16")
    term = Term("uint16", 0.0)
    rules = PixelRules(term, term, ENCODINGS["float32"])
    (formula,) = parse_expression(expression(EVI), [Raster("", ("",) * 4)])
    used: dict[int, Band] = {band.band: band for band in bands_of(formula.tree)}
    stored = {1: blue, 3: red, 4: near}
    floating, horizontal = (
        PixelCoding(np.dtype(kind), 1, each) for kind, each in (("f4", FLOATING_POINT), ("u2", HORIZONTAL))
    )
    result = np.where(near > 0, near / np.float32(9000), NODATA).astype("float32")
    integers = horizontal.to_bytes(near[np.newaxis])
    pixels = np.empty((1, EDGE, EDGE), "uint16")

    def strips() -> list[slice]:
        return [slice(start, start + STRIP) for start in range(0, EDGE * EDGE, STRIP)]

    def difference() -> Any:
        flat = [band.reshape(1, -1) for band in (near, red)]
        parts = [normalized_difference_pixels(*(band[:, at] for band in flat), None, rules).stored for at in strips()]
        return np.concatenate(parts, axis=1)

    def evi() -> Any:
        out = np.empty(EDGE * EDGE, "float32")
        for at in strips():
            inputs = {
                used[band]: Values(values.reshape(-1)[at].astype("float64"), values.reshape(-1)[at] != 0)
                for band, values in stored.items()
            }
            found = evaluate(formula.tree, inputs)
            out[at] = np.where(found.valid & np.isfinite(found.values), found.values, NODATA)
        return out

    def decode() -> Any:
        horizontal.to_pixels(integers, (EDGE, EDGE), [0], pixels)
        return pixels

    compiled = [
        numba.njit(loop, nogil=True, error_model="numpy")
        for loop in (difference_loop, evi_loop, decoding_loop, encoding_loop)
    ]
    out, bytes_out = np.empty((EDGE, EDGE), "float32"), np.empty((EDGE, 4 * EDGE), "uint8")
    return [
        Loop("normalized difference of two bands", "difference", difference, lambda: compiled[0](near, red, out)),
        Loop("EVI of three bands", "formula", evi, lambda: compiled[1](near, red, blue, out)),
        Loop("undo the uint16 predictor", "difference", decode,
             lambda: compiled[2](integers.view("uint16").reshape(EDGE, EDGE), pixels[0])),
        Loop("apply the float32 predictor", "difference", lambda: floating.to_bytes(result[np.newaxis]),
             lambda: compiled[3](result.view("uint32"), bytes_out)),
    ]  # fmt: skip


def difference_loop(a: Any, b: Any, out: Any) -> Any:
    """Fill `out` with the normalized difference."""
    for row in range(a.shape[0]):
        for col in range(a.shape[1]):
            x, y = np.float32(a[row, col]), np.float32(b[row, col])
            out[row, col] = (x - y) / (x + y) if x != 0 and y != 0 else NODATA
    return out


def evi_loop(near: Any, red: Any, blue: Any, out: Any) -> Any:
    """Fill `out` with the EVI."""
    for row in range(near.shape[0]):
        for col in range(near.shape[1]):
            n, r, b = np.float64(near[row, col]), np.float64(red[row, col]), np.float64(blue[row, col])
            value = 2.5 * (n - r) / (n + 6 * r - 7.5 * b + 10000)
            valid = n != 0 and r != 0 and b != 0 and np.isfinite(value)
            out[row, col] = np.float32(value) if valid else NODATA
    return out


def decoding_loop(steps: Any, out: Any) -> Any:
    """Fill `out` with the cumulative sums of the differences `steps` along each row."""
    for row in range(steps.shape[0]):
        value = np.uint16(0)
        for col in range(steps.shape[1]):
            value = np.uint16(value + steps[row, col])
            out[row, col] = value
    return out


def encoding_loop(values: Any, out: Any) -> Any:
    """Apply the floating-point predictor to float32 values, given as uint32, and write the bytes to `out`."""
    width = values.shape[1]
    for row in range(values.shape[0]):
        before = np.uint8(0)
        for byte in range(4):
            shift = np.uint32(24 - 8 * byte)
            for col in range(width):
                value = np.uint8((values[row, col] >> shift) & np.uint32(255))
                out[row, byte * width + col] = np.uint8(value - before)
                before = value
    return out


if __name__ == "__main__":
    main()
