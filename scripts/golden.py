"""Compare the outputs of two checkouts: `scripts/golden.py BASE [CHECKOUT]`, or `make golden BASE=...`.

The script creates the inputs, executes the runs in `RUNS` with each checkout in a separate process, and compares all
output files and return values:

- GeoTIFFs by their TIFF directories (image, overviews and masks): all tags except the offsets and byte counts of
  blocks, and the encoded bytes of each block. The files cannot be compared byte by byte, because blocks are stored in
  the order in which they were finished, and that order differs between runs.
- All other files (`.aux.xml`, `.vrt`, `tiles.json` ...) as text, without times, versions, the paths of the two folders,
  and values that depend on the order of blocks.
- Return values of the functions, without times.

Each difference is printed on one line. The exit code is 1 if there are differences.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import rasterio
import tifffile
from affine import Affine
from rasterio.enums import ColorInterp

ROOT = Path(__file__).resolve().parent.parent
PLACE = Affine(10, 0, 500_000, 0, -10, 5_400_000)
PLACES_OF_BLOCKS = (273, 279, 324, 325)
"""Tags of the offsets and byte counts of strips and tiles."""

IGNORED = {"seconds", "finished", "created", "modified", "version", "generator", "checksum", "crc32", "size", "bytes"}
"""Keys of JSON files and results that are not compared, because they depend on time, version or block order."""


# The inputs: one raster for each kind of input that a job treats differently.


def make_inputs(folder: Path) -> None:
    """Write the input rasters of all runs to a folder."""
    random = np.random.default_rng(17)
    slope = np.add.outer(np.arange(620), np.arange(700))
    bands = (random.integers(0, 400, (4, 620, 700)) + 1000 + slope).astype("uint16")
    bands[:, 40:90, 60:200] = 0
    tiled = {"tiled": True, "blockxsize": 128, "blockysize": 128}
    with _create(folder / "bands.tif", bands, nodata=0, compress="DEFLATE", predictor=2, **tiled) as dataset:
        dataset.write(bands)
        dataset.scales, dataset.offsets = [1e-4] * 4, [-0.1] * 4
        dataset.descriptions = ["blue", "green", "red", "nir"]
        dataset.update_tags(SCENE="golden", ns="")
        dataset.update_tags(4, WAVELENGTH="842")
    floats = random.normal(0.4, 0.2, (2, 620, 700)).astype("float32")
    floats[0, 300:310] = np.nan
    with _create(folder / "floats.tif", floats, compress="LZW", predictor=3) as dataset:
        dataset.write(floats)
    photo = random.integers(0, 256, (3, 620, 700)).astype("uint8") // 8
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), _create(folder / "masked.tif", photo, **tiled) as dataset:
        dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue]
        dataset.write(photo)
        dataset.write_mask(slope % 97 > 3)
    classes = random.integers(0, 12, (1, 310, 350)).astype("uint8")
    with _create(folder / "classes.tif", classes, transform=PLACE * Affine.scale(2)) as dataset:
        dataset.write(classes)
        dataset.write_colormap(1, {value: (value * 20, 0, 255 - value * 20, 255) for value in range(12)})
    coarse = bands[2:3, ::2, ::2]
    with _create(folder / "coarse.tif", coarse, nodata=0, transform=PLACE * Affine.scale(2)) as dataset:
        dataset.write(coarse)
    turned = PLACE * Affine.translation(-20, -20) * Affine.rotation(-3)
    with _create(folder / "turned.tif", bands[2:3], nodata=0, transform=turned) as dataset:
        dataset.write(bands[2:3])
    signed = (bands[:2].astype("int32") - 1500).astype("int16")
    (folder / "overlapping").mkdir()
    for number, (row, col) in enumerate([(0, 0), (0, 300), (250, 0), (250, 300)]):
        part = signed[:, row : row + 350, col : col + 380].copy()
        part[part % 7 == number] = -32768
        where = PLACE * Affine.translation(col, row)
        with _create(folder / "overlapping" / f"o{number}.tif", part, nodata=-32768, transform=where) as dataset:
            dataset.write(part)
    (folder / "finer").mkdir()
    for number, scale in enumerate((1, 0.5)):
        part = bands[:1, : 300 + 100 * number, :300]
        where = PLACE * Affine.translation(250 * number, 0) * Affine.scale(scale)
        with _create(folder / "finer" / f"f{number}.tif", part, nodata=0, transform=where) as dataset:
            dataset.write(part)


def _create(path: Path, pixels: np.ndarray[Any, Any], **options: Any) -> Any:
    count, height, width = pixels.shape
    return rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=count, dtype=pixels.dtype.name,
        **{"crs": "EPSG:32633", "transform": PLACE, **options},
    )  # fmt: skip


# The runs. Chunks are small, so that each run has several. Each run uses one thread, because the compression level of
# a block depends on the preceding blocks, whose order varies with several threads.

LIMITS = {"workers": 1, "chunk_size": 256}
SQUARE = [[500_400, 5_399_700], [504_100, 5_399_100], [503_000, 5_395_000], [500_900, 5_395_900], [500_400, 5_399_700]]
AREA = (500_333.0, 5_394_800.0, 506_001.0, 5_399_555.0)

Run = Callable[[Any, Path, Path], Any]
"""A run: a function that takes the module `parallel_raster.core`, the input folder and the run's output folder."""


def difference(source: str, **options: Any) -> Run:
    """Return a run of `normalized_difference`; option values that end in `.tif` are names of inputs."""

    def run(core: Any, inputs: Path, out: Path) -> Any:
        values = {key: inputs / value if str(value).endswith(".tif") else value for key, value in options.items()}
        return core.normalized_difference(inputs / source, out / "index.tif", **LIMITS, **values)

    return run


def tiles(source: str, **options: Any) -> Run:
    """Return a run of `tile_raster` on an input with the given options."""
    return lambda core, inputs, out: core.tile_raster(inputs / source, out / "tiles", **LIMITS, **options)


def merge(folder: str, name: str = "mosaic.tif", **options: Any) -> Run:
    """Return a run of `merge_tiles`; `folder` is the name of an input folder, or of an earlier run that made tiles."""

    def run(core: Any, inputs: Path, out: Path) -> Any:
        sources = inputs / folder if (inputs / folder).is_dir() else out.parent / folder / "tiles"
        return core.merge_tiles(sources, out / name, **LIMITS, **options)

    return run


def difference_tiles(folder: str, **options: Any) -> Run:
    """Return a run of `normalized_difference_tiles`; `folder` is the name of the earlier run that made the tiles."""

    def run(core: Any, inputs: Path, out: Path) -> Any:
        return core.normalized_difference_tiles(out.parent / folder / "tiles", out / "indexes", **LIMITS, **options)

    return run


RUNS: dict[str, Run] = {
    "difference-float32": difference("bands.tif"),
    "difference-int16": difference("bands.tif", data_type="int16", scaling="none", zero_sum="zero", clamp=True),
    "difference-byte": difference("bands.tif", data_type="uint8", output_nodata=250, extent=AREA),
    "difference-given": difference(
        "bands.tif", scaling="given", scale=2e-4, offset=-0.05, creation_options="COMPRESS=ZSTD"
    ),
    "difference-floats": difference("floats.tif", band_a=1, band_b=2, creation_options="COMPRESS=LZW|PREDICTOR=3"),
    "difference-hidden": difference("masked.tif", band_a=3, band_b=1, creation_options="TILED=NO"),
    "difference-mask": difference("bands.tif", mask="classes.tif", mask_values="3,8-10"),
    "difference-bits": difference("bands.tif", mask="classes.tif", mask_values="", mask_bits="1"),
    "difference-bilinear": difference("bands.tif", input_b="coarse.tif", resampling="bilinear"),
    "difference-warped": difference("bands.tif", input_b="turned.tif", resampling="cubic"),
    "difference-average": difference("coarse.tif", band_a=1, input_b="bands.tif", input_b_band=3, resampling="average"),
    "difference-cog": difference("bands.tif", cog=True),
    "tile-blocks": tiles("bands.tif", tile_width=256, tile_height=256),
    "tile-overlap": tiles("bands.tif", tile_width=200, tile_height=150, overlap=16, remainder="shift"),
    "tile-grid": tiles("masked.tif", tiling="grid", columns=3, rows=2, creation_options="COMPRESS=DEFLATE"),
    "tile-padded": tiles(
        "floats.tif", tiling="map_units", tile_width=2500, tile_height=2500, remainder="pad", bands=[2]
    ),
    "tile-polygons": tiles(
        "bands.tif", tiling="polygons", polygons=[{"type": "Polygon", "coordinates": [SQUARE]}], extent=AREA
    ),
    "tile-colours": tiles("classes.tif", tile_width=128, tile_height=128, alignment="crs", min_valid=1),
    "tile-cog": tiles("masked.tif", tiling="grid", columns=2, rows=1, cog=True),
    "merge-copied": merge("tile-blocks"),
    "merge-masked": merge("tile-grid", creation_options="COMPRESS=DEFLATE"),
    **{
        f"merge-{method}": merge("overlapping", method=method)
        for method in ("first", "last", "min", "max", "mean", "sum", "count", "median", "feather")
    },
    "merge-resampled": merge("finer", resolution="highest", resampling="bilinear", data_type="float32"),
    "merge-cog": merge("tile-blocks", cog=True),
    "merge-vrt": merge("tile-blocks", "mosaic.vrt"),
    "merge-overlapping-vrt": merge("overlapping", "mosaic.vrt", method="last"),
    "set-float32": difference_tiles("tile-blocks"),
    "set-int16": difference_tiles("tile-overlap", data_type="int16", index="ndwi", band_a=2, band_b=4),
}


def execute(checkout: Path, inputs: Path, out: Path) -> None:
    """Execute all runs with the core of a checkout; each run writes to a separate folder in `out`."""
    core = load_core(checkout)
    for name, run in RUNS.items():
        (out / name).mkdir(parents=True)
        result = run(core, inputs, out / name)
        (out / name / "returned.json").write_text(json.dumps(plain(result), indent=1, sort_keys=True))


def load_core(checkout: Path) -> ModuleType:
    """Import and return the core of a checkout, whatever the name of its folder."""
    if not (checkout / "__init__.py").is_file():
        raise SystemExit(f"{checkout} is not a checkout of Parallel Raster.")
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", checkout / "__init__.py", submodule_search_locations=[str(checkout)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = package
    spec.loader.exec_module(package)
    return importlib.import_module("parallel_raster.core")


def plain(value: Any) -> Any:
    """Convert the return value of a core function to values that JSON can store."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, (bool, int, str)) else repr(value)


# The comparison.


def differences(first: Path, second: Path) -> Iterator[str]:
    """Yield one line for each difference between the files in two folders."""
    names = [{path.relative_to(folder) for path in folder.rglob("*") if path.is_file()} for folder in (first, second)]
    for name in sorted(names[0] ^ names[1]):
        yield f"{name}: written only by the {'first' if name in names[0] else 'second'} checkout"
    for name in sorted(names[0] & names[1]):
        contents = tiff_contents if name.suffix in (".tif", ".msk", ".ovr") else text_contents
        before, after = contents(first / name, first), contents(second / name, second)
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                yield f"{name}: {key}: {shortened(before.get(key))} -> {shortened(after.get(key))}"


def shortened(value: object) -> str:
    """Return the representation of a value, truncated to 100 characters."""
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}..."


def tiff_contents(path: Path, folder: Path) -> dict[str, object]:
    """Return the tags and block checksums in all directories of a TIFF, keyed by readable names. `folder` is unused."""
    contents: dict[str, object] = {}
    with tifffile.TiffFile(path) as tiff:
        contents["kind"] = (tiff.is_bigtiff, tiff.byteorder, len(tiff.pages))
        for number, page in enumerate(tiff.pages):
            for tag in page.tags:
                if tag.code not in PLACES_OF_BLOCKS:
                    contents[f"directory {number}, tag {tag.code} {tag.name}"] = (tag.dtype, tag.count, repr(tag.value))
            contents[f"directory {number}, blocks"] = len(page.dataoffsets)
            for block, (offset, length) in enumerate(zip(page.dataoffsets, page.databytecounts)):
                tiff.filehandle.seek(offset)
                digest = hashlib.sha256(tiff.filehandle.read(length)).hexdigest()
                contents[f"directory {number}, block {block}"] = (length, digest)
    return contents


def text_contents(path: Path, folder: Path) -> dict[str, object]:
    """Return the values in a JSON file by their position in it, or the lines of any other text file by line number.

    The path of `folder` is replaced by a placeholder.
    """
    text = path.read_text(encoding="utf-8").replace(str(folder), "FOLDER").replace(os.path.basename(folder), "FOLDER")
    if path.suffix == ".json":
        return dict(leaves(json.loads(text)))
    return {f"line {number}": line for number, line in enumerate(text.splitlines(), 1)}


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield (path, value) for all values in a JSON structure, except those under the keys in `IGNORED`."""
    if isinstance(value, dict):
        yield f"{place}.", sorted(value)
        for key, each in value.items():
            if key not in IGNORED:
                yield from leaves(each, f"{place}.{key}")
    elif isinstance(value, list):
        yield f"{place}[]", len(value)
        for number, each in enumerate(value):
            yield from leaves(each, f"{place}[{number}]")
    else:
        yield place, re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*", "TIME", value) if isinstance(value, str) else value


def main() -> int:
    """Execute the runs with both checkouts and print the differences; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="the checkout to compare with")
    parser.add_argument(
        "checkout", type=Path, nargs="?", default=ROOT, help="the checkout to check (default: this one)"
    )
    parser.add_argument("--keep", type=Path, help="keep inputs and outputs in this folder, which must not exist yet")
    parser.add_argument("--execute", nargs=2, type=Path, metavar=("INPUTS", "OUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.execute:
        execute(given.base.resolve(), *given.execute)
        return 0
    with tempfile.TemporaryDirectory(prefix="golden_") as temporary:
        folder = given.keep.resolve() if given.keep else Path(temporary)
        folder.mkdir(parents=True, exist_ok=given.keep is None)
        (folder / "inputs").mkdir()
        make_inputs(folder / "inputs")
        for name, checkout in (("before", given.base), ("after", given.checkout)):
            command = [sys.executable, __file__, str(checkout.resolve()), "--execute", folder / "inputs", folder / name]
            if subprocess.run(command, check=False, cwd=folder).returncode:
                print(f"The runs with {checkout} failed.", file=sys.stderr)
                return 1
        files = sum(path.is_file() for path in (folder / "before").rglob("*"))
        found = list(differences(folder / "before", folder / "after"))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"{len(RUNS)} runs, {files} files, {len(found)} differences.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
