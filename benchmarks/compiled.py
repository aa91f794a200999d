"""Measure what compiling the hot loops with numba would save, per block and in complete runs of two jobs.

build/bench/numba/bin/python benchmarks/compiled.py [--size 10980] [--repeats 5]

The first table compares the CPU time of single loops. Each compiled loop must give results that are bit-identical to
those of the core code that it would replace. The second table compares complete processes: the core as it is, and the
core with compiled loops, which are compiled beforehand and cached. The pixels and statistics of their outputs must be
equal.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import run_core
from contenders import EVI, expression
from measure import Run, interleaved, measured, median, print_table, scene
from stages import command

HERE = Path(__file__).resolve().parent
EDGE, STRIP, REPEATS = 512, 32_000, 41
NODATA = np.float32(-9999)
JOBS = ("difference", "formula")


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
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "build" / "bench")
    parser.add_argument("--run", choices=JOBS, help="only run this job, with compiled loops")
    given = parser.parse_args()
    if given.run:
        use_compiled_loops()
        sys.argv = command(given.run, given.folder, given.size)[1:]
        run_core.main()
        return
    blocks = (given.size // EDGE + 1) ** 2
    without, imported = (measured([sys.executable, "-c", f"import {name}"]) for name in ("numpy", "numba"))
    print(
        f"Importing numba takes {imported.cpu - without.cpu:.2f} s of CPU time and {imported.peak - without.peak:.0f} "
        "MB of memory.\n"
    )
    scene(given.folder, given.size)
    (given.folder / "out").mkdir(exist_ok=True)
    runs = complete_runs(given.folder, given.size, given.repeats)
    jobs = {job: median(runs[f"{job}, core"], "cpu") for job in JOBS}
    print("| loop | numpy, CPU ms per block | numba, CPU ms per block | job | CPU s saved | CPU s of the job | share |")
    print("|---|---|---|---|---|---|---|")
    for loop in loops():
        assert loop.ours().tobytes() == loop.compiled().tobytes(), loop.name
        ours, compiled = milliseconds(loop.ours), milliseconds(loop.compiled)
        saved = (ours - compiled) * blocks / 1000
        print(
            f"| {loop.name} | {ours:.2f} | {compiled:.2f} | {loop.job} | {saved:.2f} | {jobs[loop.job]:.2f} | "
            f"{saved / jobs[loop.job]:.0%} |"
        )
    for job in JOBS:
        print()
        print_table({name: each for name, each in runs.items() if name.startswith(job)}, f"{job}, core")


def complete_runs(folder: Path, size: int, repeats: int) -> dict[str, list[Run]]:
    """Return the runs of each job, with the core as it is and with compiled loops.

    Raises
    ------
    SystemExit
        The outputs with and without compiled loops differ.
    """
    script = [sys.executable, str(Path(__file__).resolve()), "--size", str(size), "--folder", str(folder), "--run"]
    output, commands = folder / "out" / "result.tif", {}
    for job in JOBS:
        commands |= {f"{job}, core": command(job, folder, size), f"{job}, compiled loops": [*script, job]}
        digests = set()
        for each in (commands[f"{job}, core"], commands[f"{job}, compiled loops"]):
            measured(each)  # the first run with compiled loops also compiles and caches them
            digests.add(contents(output))
        if len(digests) > 1:
            sys.exit(f"{job}: the outputs with and without compiled loops differ.")
    return interleaved(commands, repeats, {}, [output])


def contents(path: Path) -> str:
    """Return a digest of the first band's pixels and metadata items, whatever the order of the blocks in the file."""
    import rasterio  # not before the import of numba is measured: a child's peak includes the memory of its parent

    with rasterio.Env(GDAL_CACHEMAX=16), rasterio.open(path) as dataset:
        digest = hashlib.sha256(repr(dataset.tags(1)).encode())
        for _, window in dataset.block_windows(1):
            digest.update(dataset.read(1, window=window))
    return digest.hexdigest()


def compiled_loops(*loops: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Return the loops compiled by numba, which caches them for later runs."""
    import numba

    return [numba.njit(loop, nogil=True, error_model="numpy", cache=True) for loop in loops]


def use_compiled_loops() -> None:
    """Replace the core's code for the normalized difference, EVI and the uint16 predictor with compiled loops."""
    run_core.load_checkout()
    from parallel_raster.core.expression.kernel import FormulaKernel
    from parallel_raster.core.jobs.difference import kernel as difference
    from parallel_raster.core.pixels import job
    from parallel_raster.core.pixels.stack import Pixels
    from parallel_raster.core.tiff.pixel_codec import HORIZONTAL, PixelCoding

    fill_difference, fill_evi, decode_band = compiled_loops(difference_loop, evi_loop, decoding_loop)
    to_pixels = PixelCoding.to_pixels

    def index_pixels(a: Any, b: Any, valid: Any, rules: Any) -> Any:
        stored = np.empty(a.shape, "float32")
        outside = fill_difference(a.reshape(-1), b.reshape(-1), valid.reshape(-1), stored.reshape(-1))
        return difference.IndexPixels(stored, valid, outside, 0)

    def formula_pixels(_: Any, stack: Any) -> Any:
        stored, valid = np.empty(stack.values[0].shape, "float32"), np.empty(stack.values[0].shape, bool)
        inputs = [array.reshape(-1) for array in (*stack.values, *stack.valid)]
        lost = fill_evi(*inputs, stored.reshape(-1), valid.reshape(-1))
        return Pixels(stored[np.newaxis], valid[np.newaxis], {"not_finite": lost})

    def pixels_of(coding: Any, content: Any, shape: Any, bands: Any, pixels: Any) -> None:
        if (coding.predictor, coding.dtype) != (HORIZONTAL, np.dtype("uint16")):
            to_pixels(coding, content, shape, bands, pixels)
            return
        samples = content.view("uint16").reshape(*shape, coding.samples)
        for band, out in zip(bands, pixels):
            decode_band(samples, band, out)

    job.STRIP_PIXELS = 2**40  # compiled loops need no strips
    difference.index_pixels = index_pixels
    FormulaKernel.__call__ = formula_pixels
    PixelCoding.to_pixels = pixels_of


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
    run_core.load_checkout()
    from parallel_raster.core.expression.evaluate import Values, evaluate
    from parallel_raster.core.expression.lines import parse_expression
    from parallel_raster.core.expression.rasters import Raster
    from parallel_raster.core.expression.tree import Band
    from parallel_raster.core.expression.tree import bands as bands_of
    from parallel_raster.core.jobs.difference.kernel import ENCODINGS, PixelRules, normalized_difference_pixels
    from parallel_raster.core.parallel.machine import keep_freed_memory
    from parallel_raster.core.pixels.terms import Term
    from parallel_raster.core.tiff.pixel_codec import FLOATING_POINT, HORIZONTAL, PixelCoding

    keep_freed_memory()  # as in every run
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

    out, bytes_out = np.empty((EDGE, EDGE), "float32"), np.empty((EDGE, 4 * EDGE), "uint8")
    fill_difference, fill_evi, decode_band, encode = compiled_loops(
        difference_loop, evi_loop, decoding_loop, encoding_loop
    )

    def compiled_difference() -> Any:
        valid = (near != 0) & (red != 0)
        fill_difference(*(array.reshape(-1) for array in (near, red, valid, out)))
        return out

    def compiled_evi() -> Any:
        inputs = (blue, red, near)
        arrays = (*inputs, *(band != 0 for band in inputs), out, np.empty(out.shape, bool))
        fill_evi(*(array.reshape(-1) for array in arrays))
        return out

    def compiled_decode() -> Any:
        decode_band(integers.view("uint16").reshape(EDGE, EDGE, 1), 0, pixels[0])
        return pixels

    return [
        Loop("normalized difference of two bands", "difference", difference, compiled_difference),
        Loop("EVI of three bands", "formula", evi, compiled_evi),
        Loop("undo the uint16 predictor", "difference", decode, compiled_decode),
        Loop("apply the float32 predictor", "difference", lambda: floating.to_bytes(result[np.newaxis]),
             lambda: encode(result.view("uint32"), bytes_out)),
    ]  # fmt: skip


def difference_loop(a: Any, b: Any, valid: Any, out: Any) -> Any:
    """Fill `out` with the normalized difference, update `valid`, and return the number of results outside [-1, 1]."""
    outside = 0
    for place in range(a.size):
        x, y = np.float32(a[place]), np.float32(b[place])
        total = x + y
        if not (valid[place] and total != 0):
            valid[place], out[place] = False, NODATA
            continue
        out[place] = (x - y) / total
        outside += abs(out[place]) > 1
    return outside


def evi_loop(
    blue: Any, red: Any, near: Any, valid_blue: Any, valid_red: Any, valid_near: Any, out: Any, valid: Any
) -> Any:
    """Fill `out` with the EVI and `valid` with its mask, and return the number of results that are not finite."""
    lost = 0
    for place in range(near.size):
        n, r, b = np.float64(near[place]), np.float64(red[place]), np.float64(blue[place])
        value = np.float32(2.5 * (n - r) / (n + 6 * r - 7.5 * b + 10000))
        known = valid_near[place] and valid_red[place] and valid_blue[place]
        valid[place] = known and np.isfinite(value)
        lost += known and not valid[place]
        out[place] = value if valid[place] else NODATA
    return lost


def decoding_loop(steps: Any, band: int, out: Any) -> Any:
    """Undo the horizontal predictor: fill `out` with the cumulative sums of one band of `steps` along each row."""
    for row in range(out.shape[0]):
        value = np.uint16(0)
        for col in range(out.shape[1]):
            value = np.uint16(value + steps[row, col, band])
            out[row, col] = value


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
