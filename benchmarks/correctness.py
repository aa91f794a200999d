"""Compare results of several tools with exact values, for rasters with nodata, masks or offsets and for a damaged file.

/usr/bin/python3 benchmarks/correctness.py

Each tool runs the command that `bench.py` measures. Each cell of the tables contains the share of wrong pixels. A pixel
is wrong if its value differs from the exact value by more than 0.000001 plus a millionth of the exact value, if it
should be nodata but has a value, or if it is nodata but should have a value.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import contenders
import numpy as np
import rasterio
from contenders import Contender, Paths
from measure import qgis_process
from rasterio.transform import from_origin

FOLDER = Path(__file__).resolve().parents[1] / "build" / "bench"
SIZE, TOLERANCE = 200, 1e-6
AS_TYPED = "gdal_calc.py, (A-B)/(A+B)"
INDEXES = (
    "Parallel Raster, core", "gdal_calc.py", AS_TYPED, "QGIS raster calculator", "Orfeo ToolBox BandMath", "geowombat",
)  # fmt: skip
MEDIANS = ("Parallel Raster, core", "odc-stac", "StackComposed")
Expected = Any
"""The exact values as float64, with NaN for nodata; None if the tool must report an error."""


def main() -> None:
    """Print a table for the normalized difference and a table for the median."""
    qgis, environment = qgis_process(FOLDER)
    shutil.rmtree(FOLDER / "correctness", ignore_errors=True)
    print(*table(INDEX_CASES, lambda sources: index_tools(sources, qgis), INDEXES, environment), "", sep="\n")
    print(
        *table(MEDIAN_CASES, lambda scenes: contenders.composite(paths(scenes), qgis), MEDIANS, environment), sep="\n"
    )


def table(
    cases: Mapping[str, Callable[[Path], tuple[list[str], Expected]]],
    tools: Callable[[list[str]], list[Contender]],
    names: Sequence[str],
    environment: Mapping[str, str],
) -> list[str]:
    """Return a Markdown table with a row for each case and a column for each tool."""
    lines = [f"| case | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for number, (case, make) in enumerate(cases.items()):
        folder = FOLDER / "correctness" / f"{names[-1]}_{number}"
        folder.mkdir(parents=True)
        sources, expected = make(folder)
        found = {tool.name: tool for tool in tools(sources)}
        lines.append(f"| {case} | {' | '.join(outcome(found[name], expected, environment) for name in names)} |")
    return lines


def paths(sources: list[str]) -> Paths:
    """Return the file paths that the commands of the tools use."""
    return Paths(sources, FOLDER, "", "")


def index_tools(sources: list[str], qgis: list[str]) -> list[Contender]:
    """Return the tools for the normalized difference; gdal_calc.py also runs with the plain formula (A-B)/(A+B)."""
    found = contenders.difference(paths(sources), qgis)
    usual = next(tool for tool in found if tool.name == "gdal_calc.py")
    return [*found, Contender(AS_TYPED, [part.replace(contenders.NDVI, "(A-B)/(A+B)") for part in usual.command])]


def outcome(tool: Contender, expected: Expected, environment: Mapping[str, str]) -> str:
    """Run a tool and return the text of its cell in the table."""
    if tool.absent:
        return tool.absent
    out = FOLDER / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    done = subprocess.run(
        tool.command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        return "error"
    return "no error" if expected is None else share_of_wrong(read(out), expected)


def read(out: Path) -> Any:
    """Return the bands of all outputs, except counts of observations, as float64 with NaN for nodata."""
    bands = []
    written = [path for path in sorted(out.rglob("*.tif")) if not path.stem.endswith("_count")]
    for path in written:
        with rasterio.open(path) as dataset:
            bands.append(dataset.read(masked=True).astype("float64").filled(np.nan))
    return np.concatenate(bands)


def share_of_wrong(found: Any, expected: Any) -> str:
    """Return the share of wrong pixels as a string."""
    if found.shape != expected.shape:
        return f"different grid, {found.shape[-1]} x {found.shape[-2]} pixels"
    right = np.isclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True)
    return "exact" if right.all() else f"{100 * (1 - right.mean()):.3g} % wrong"


def scene(
    path: Path, seed: int, change: Callable[[Any, Any], None] | None = None, shift: float = 0, **profile: Any
) -> Any:
    """Write a scene with four bands and return its pixels; `change` can modify the pixels before they are written."""
    random = np.random.default_rng(seed)
    pixels = random.integers(1100, 9000, (4, SIZE, SIZE), dtype="uint16")
    if change is not None:
        change(pixels, random)
    scale, offset = profile.pop("scale", 1), profile.pop("offset", 0)
    grid = {
        "width": SIZE, "height": SIZE, "count": 4, "dtype": "uint16", "crs": "EPSG:32633", "compress": "deflate",
        "tiled": True, "blockxsize": 64, "blockysize": 64, "transform": from_origin(4e5 + 10 * shift, 5e6, 10, 10),
    }  # fmt: skip
    with rasterio.open(path, "w", driver="GTiff", **grid, **profile) as dataset:
        dataset.write(pixels)
        if (scale, offset) != (1, 0):
            dataset.scales, dataset.offsets = [scale] * 4, [offset] * 4
    return pixels


def index(pixels: Any, valid: Any = True, offset: float = 0) -> Any:
    """Return the exact normalized difference of bands 4 and 3, as an array (1, rows, columns)."""
    a, b = pixels[3] / 1e4 + offset, pixels[2] / 1e4 + offset
    with np.errstate(all="ignore"):
        found = np.where(valid & (a + b != 0), (a - b) / (a + b), np.nan)
    return found[np.newaxis]


def whole_numbers(folder: Path) -> tuple[list[str], Expected]:
    """Return a uint16 scene without nodata, and its normalized difference."""
    pixels = scene(folder / "scene.tif", 1)
    return [str(folder / "scene.tif")], index(pixels)


def nodata_in_a_band(folder: Path) -> tuple[list[str], Expected]:
    """Return a scene in which a tenth of the pixels of band 4 are nodata, and its normalized difference."""
    pixels = scene(folder / "scene.tif", 2, lambda pixels, random: gaps(pixels[3], random), nodata=0)
    return [str(folder / "scene.tif")], index(pixels, pixels[3] != 0)


def sums_of_zero(folder: Path) -> tuple[list[str], Expected]:
    """Return a nodata-free scene in which a tenth of the pixels are 0 in all bands, and its normalized difference."""
    pixels = scene(folder / "scene.tif", 3, lambda pixels, random: gaps(pixels, random))
    return [str(folder / "scene.tif")], index(pixels)


def declared_offset(folder: Path) -> tuple[list[str], Expected]:
    """Return a scene with a scale and an offset in its metadata, and the normalized difference of its reflectances."""
    pixels = scene(folder / "scene.tif", 4, scale=1e-4, offset=-0.1)
    return [str(folder / "scene.tif")], index(pixels, offset=-0.1)


def mask_inside(folder: Path) -> tuple[list[str], Expected]:
    """Return a scene in which an internal mask hides a tenth of the pixels, and its normalized difference."""
    pixels = scene(folder / "scene.tif", 5)
    visible = np.random.default_rng(6).random((SIZE, SIZE)) > 0.1
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(folder / "scene.tif", "r+") as dataset:
        dataset.write_mask(visible)
    return [str(folder / "scene.tif")], index(pixels, visible)


def damaged(folder: Path) -> tuple[list[str], Expected]:
    """Return a scene whose file is truncated to half its size, and None, because tools must report an error."""
    scene(folder / "scene.tif", 7)
    content = (folder / "scene.tif").read_bytes()
    (folder / "scene.tif").write_bytes(content[: len(content) // 2])
    return [str(folder / "scene.tif")], None


def gaps(pixels: Any, random: Any) -> None:
    """Set a tenth of the pixels to 0, in place."""
    pixels[..., random.random((SIZE, SIZE)) < 0.1] = 0


def median_of(folder: Path, shifts: Sequence[float], offsets: Sequence[float]) -> tuple[list[str], Expected]:
    """Return five scenes with nodata, and the exact median of their values on the grid that covers all scenes."""
    columns = SIZE + int(max(shifts))
    stack = np.full((5, 4, SIZE, columns), np.nan)
    scenes = []
    for number, (shift, offset) in enumerate(zip(shifts, offsets)):
        scenes.append(folder / f"scene_2024-0{number + 1}-15.tif")
        pixels = scene(scenes[-1], 10 + number, gaps, shift, nodata=0, offset=offset)
        stack[number, :, :, int(shift) : int(shift) + SIZE] = np.where(pixels == 0, np.nan, pixels + offset)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # pixels that are nodata in all scenes
        return list(map(str, scenes)), np.nanmedian(stack, axis=0)


INDEX_CASES = {
    "integers": whole_numbers,
    "nodata in one band": nodata_in_a_band,
    "both bands are 0": sums_of_zero,
    "scale and offset in the metadata": declared_offset,
    "internal mask": mask_inside,
    "half of the file is missing": damaged,
}
MEDIAN_CASES = {
    "scenes with nodata": lambda folder: median_of(folder, [0] * 5, [0] * 5),
    "scenes with different extents": lambda folder: median_of(folder, [0, 20, 40, 0, 20], [0] * 5),
    "offsets of scenes differ": lambda folder: median_of(folder, [0] * 5, [0, 0, 0, -1000.0, -1000.0]),
    "a scene is shifted by half a pixel": lambda folder: (median_of(folder, [0, 0.5, 0, 0, 0], [0] * 5)[0], None),
}

if __name__ == "__main__":
    main()
