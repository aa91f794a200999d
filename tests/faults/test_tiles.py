"""Tile raster with damaged files, full disks, unusual names and killed runs (F01-F08, F16-F20, F38, F40-F44)."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

import hostile
from cancels import Cancel
from cases import mostly_long
from craft import deflate_bomb, empty_tiff
from fault_kit import (
    LONG,
    PEAK,
    assert_child_failed_cleanly,
    fails_cleanly,
    listing,
    needs_root,
    peak_megabytes,
    read,
    run_child,
    small_disk,
    write_raster,
)
from parallel_raster.core import tile_raster
from parallel_raster.core.jobs.tiling import task as tile_task
from parallel_raster.core.tileset.manifest import STAGING_NAME
from qgis_kit import PROGRAM, Qgis, error_text, wait_for_mark

TILE = "parallelraster:tileraster"
SMALL = {"tile_width": 128, "tile_height": 128, "workers": 2}
RUN = "print_outcome(lambda: run_tiles(arguments))"

BESIDE_ANOTHER = """
import time
from parallel_raster.core.jobs.tiling.task import OpenTile
ended, real, end = arguments.pop("ended"), OpenTile.find_blocks, time.monotonic() + 60
def wait_for_the_other(*arguments):
    while not os.listdir(ended) and time.monotonic() < end:
        time.sleep(0.01)
    return real(*arguments)
OpenTile.find_blocks = wait_for_the_other
try:
    print_outcome(lambda: run_tiles(arguments))
finally:
    open(os.path.join(ended, str(os.getpid())), "w").close()
"""
"""Code of a run that waits at its first tile until another run has ended."""

LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print_outcome(lambda: run_tiles(arguments))
"""


def options_for(source: Path | str, folder: Path | str, **options: Any) -> dict[str, Any]:
    """Return the keyword arguments of a run with small tiles, in a form that `run_child` can send to the child."""
    return {"src": str(source), "folder": str(folder), **SMALL, **options}


def assert_complete(folder: Path, source: Path) -> None:
    """Assert that the folder contains a complete tile set with the pixels of `source`, and no other files."""
    assert np.array_equal(read(folder / f"{source.stem}.vrt"), read(source))
    others = {f"{source.stem}.vrt", "tiles.json"}
    assert all(name in others or name.endswith(".tif") for name in listing(folder)), listing(folder)


def start(qgis: Qgis, parameters: list[str]) -> subprocess.Popen[bytes]:
    """Start Tile raster in `qgis_process`; return the running process, with its standard output as a pipe."""
    command = [PROGRAM, "run", TILE, *parameters]
    return subprocess.Popen(command, env=qgis.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)


@pytest.mark.parametrize(("codec", "workers"), mostly_long(["NONE", "DEFLATE"], [1, 2, 4], every=2))
def test_disk_full_while_writing(noise: Path, tmp_path: Path, codec: str, workers: int) -> None:
    """F01: if the disk is full, the error states the space needed; older tiles are kept, and no new ones are left."""
    complete = tile_raster(noise, tmp_path / "complete", creation_options=f"COMPRESS={codec}", **SMALL)
    size = sum(os.path.getsize(path) for path in complete.tiles)
    with small_disk(tmp_path / "disk", size * 5 // 4 // 4096 * 4096) as disk:
        corner = (500_000, 4_998_000, 501_000, 4_999_000)
        tile_raster(noise, disk / "out", tiling="grid", columns=1, rows=1, extent=corner)
        (disk / "filling").write_bytes(os.urandom(size // 2))
        with fails_cleanly(disk, f"Not enough space on {disk}", "needed", "free"):
            tile_raster(noise, disk / "out", creation_options=f"COMPRESS={codec}", **{**SMALL, "workers": workers})


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE is a limit of POSIX systems")
def test_write_refused_by_the_system(noise: Path, tmp_path: Path) -> None:
    """F01: if a file size limit prevents writing, the run fails, even if the library does not report the error."""
    before = listing(tmp_path)
    options = options_for(noise, tmp_path / "out", creation_options="COMPRESS=NONE", limit=40_000)
    assert_child_failed_cleanly(run_child(LIMITED, options), tmp_path / "out")
    assert listing(tmp_path) == before


def test_disk_clearly_too_small(noise: Path, tmp_path: Path) -> None:
    """F02: if the disk is clearly too small, the run fails before it creates the output folder."""
    with small_disk(tmp_path / "disk", 2**19) as disk, fails_cleanly(disk, f"Not enough space on {disk}", "needed"):
        tile_raster(noise, disk / "out", creation_options="COMPRESS=NONE", **SMALL)


@pytest.mark.long
@pytest.mark.parametrize("mark", [10, 50, 90])
def test_killed(qgis: Qgis, big_noise: Path, tmp_path: Path, mark: int) -> None:
    """F03: after SIGKILL, the folder has no `tiles.json`; with RESUME, the next run adds the missing tiles."""
    out = tmp_path / "out"
    parameters = [f"--INPUT={big_noise}", f"--OUTPUT={out}", "--TILE_WIDTH=128", "--TILE_HEIGHT=128", "--RESUME=true"]
    process = start(qgis, parameters)
    wait_for_mark(process, mark)
    process.kill()
    process.communicate()
    assert not (out / "tiles.json").exists() and (out / STAGING_NAME).is_dir()
    stamps = {path: path.stat().st_mtime_ns for path in out.glob("*.tif")}
    assert stamps
    done = qgis.call("run", TILE, *parameters)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert_complete(out, big_noise)


@LONG
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_signalled(qgis: Qgis, big_noise: Path, tmp_path: Path, number: signal.Signals) -> None:
    """F04: SIGINT and SIGTERM end the run with an error; the next run removes the files that are left behind."""
    out = tmp_path / "out"
    parameters = [f"--INPUT={big_noise}", f"--OUTPUT={out}", "--TILE_WIDTH=128", "--TILE_HEIGHT=128"]
    process = start(qgis, parameters)
    wait_for_mark(process, 30)
    process.send_signal(number)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode != 0 and not (out / "tiles.json").exists()
    assert b"100" not in rest
    if number == signal.SIGINT:
        assert not out.exists()
    tile_raster(big_noise, out, tile_width=1000, tile_height=1000, name_template="other_{id}")
    assert_complete(out, big_noise)
    assert len(list(out.glob("*.tif"))) == 9


def test_two_runs_into_one_folder(noise: Path, tmp_path: Path) -> None:
    """F16: if two runs write to one folder at the same time, one fails and the other writes a complete tile set."""
    ended = tmp_path / "ended"
    ended.mkdir()
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        options = options_for(noise, tmp_path / "out", ended=ended)
        runs = list(pool.map(lambda _: run_child(BESIDE_ANOTHER, options, fresh=True), range(2)))
    assert sorted(run.ok for run in runs) == [False, True]
    failed = next(run for run in runs if not run.ok)
    assert_child_failed_cleanly(failed, "Another run is writing tiles", tmp_path / "out")
    assert_complete(tmp_path / "out", noise)


def test_input_in_the_folder_of_the_tiles(noise: Path, tmp_path: Path) -> None:
    """F08: an output folder that contains the input is rejected for any spelling of the folder's path."""
    folder = tmp_path / "tiles"
    folder.mkdir()
    source = folder / "noise.tif"
    source.write_bytes(noise.read_bytes())
    (tmp_path / "link").symlink_to(folder)
    for spelling in (folder, tmp_path / "link", f"{folder}/../tiles/."):
        with fails_cleanly(tmp_path, source, "contains the input"):
            tile_raster(source, spelling, **SMALL)


@needs_root("runs as another user")
def test_folder_without_write_permission(noise: Path, open_folder: Path) -> None:
    """F11: an output folder without write permission is rejected with an error that names the folder."""
    (open_folder / "out").mkdir(mode=0o755)
    code = "os.setuid(65534)\n" + RUN
    source = open_folder / "noise.tif"
    source.write_bytes(noise.read_bytes())
    before = listing(open_folder)
    run = run_child(code, options_for(source, open_folder / "out"))
    assert_child_failed_cleanly(run, open_folder / "out", "is not writable")
    assert listing(open_folder) == before


def test_folder_on_another_file_system(noise: Path, tmp_path: Path) -> None:
    """F14: a run that writes to another file system succeeds even if the folder TMPDIR does not exist."""
    with small_disk(tmp_path / "disk", 8 * 2**20) as disk:
        run = run_child(RUN, options_for(noise, disk / "out"), env={"TMPDIR": str(tmp_path / "missing")})
        assert run.ok, run.message
        assert_complete(disk / "out", noise)


def test_damaged_block(noise: Path, tmp_path: Path) -> None:
    """F19, F20: a damaged block raises an error that states the row and column; a truncated file is rejected."""
    source = tmp_path / "in.tif"
    data = bytearray(noise.read_bytes())
    with rasterio.open(noise) as dataset:
        offset = int(dataset.get_tag_item("BLOCK_OFFSET_2_1", "TIFF", bidx=1))
    data[offset : offset + 400] = b"\xff" * 400
    source.write_bytes(data)
    with fails_cleanly(tmp_path, source, "row 128, column 256"):
        tile_raster(source, tmp_path / "out", **SMALL)
    source.write_bytes(noise.read_bytes()[: len(data) // 2])
    with fails_cleanly(tmp_path, source):
        tile_raster(source, tmp_path / "out", **SMALL)


def test_huge_declared_size(tmp_path: Path) -> None:
    """F24, F41: for a small file that declares 10^14 pixels, the error states the tile count or the space needed."""
    source = empty_tiff(tmp_path / "huge.tif", 10_000_000, 10_000_000)
    with fails_cleanly(tmp_path, "23,843,689 tiles", "MAX_TILES"):
        tile_raster(source, tmp_path / "out")
    with fails_cleanly(tmp_path, "Not enough space", "needed"):
        tile_raster(source, tmp_path / "out", tiling="grid", columns=10, rows=10)


@LONG
@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_AS is a limit of POSIX systems")
def test_bomb(tmp_path: Path) -> None:
    """F25: a strip with gigabytes of pixels is read within 1.5 GB of address space, or an error names MEMORY."""
    source = deflate_bomb(tmp_path / "bomb.tif")
    code = "import resource\nresource.setrlimit(resource.RLIMIT_AS, (3 * 2**29,) * 2)\n" + RUN
    options = options_for(source, tmp_path / "out", tile_width=20_000, tile_height=600, extent=(1000, 0, 39_000, 600))
    run = run_child(code, options)
    if run.ok:
        assert not read(tmp_path / "out" / "bomb.vrt").any()
        return
    assert_child_failed_cleanly(run, "MEMORY")
    assert list(listing(tmp_path)) == ["bomb.tif"]


def test_memory_limit(tmp_path: Path) -> None:
    """F26: a tile as large as the raster is processed in chunks, within the memory limit."""
    source = tmp_path / "in.tif"
    profile = {"driver": "GTiff", "width": 12_000, "height": 12_000, "count": 2, "dtype": "uint16", "tiled": True,
               "blockxsize": 512, "blockysize": 512, "compress": "deflate", "sparse_ok": True}  # fmt: skip
    with rasterio.open(source, "w", **profile) as dataset:
        dataset.write(np.ones((2, 512, 512), "uint16"), window=rasterio.windows.Window(3000, 3000, 512, 512))
    peaks = {}
    for memory in (32, 256):
        options = options_for(source, tmp_path / f"out{memory}", tile_width=12_000, tile_height=12_000, memory=memory)
        run = run_child(RUN + PEAK, options, timeout=200, env={"GDAL_CACHEMAX": "16"})
        assert run.ok, run.message
        peaks[memory] = peak_megabytes(run)
    assert peaks[32] < 32 + 250, peaks


@pytest.mark.parametrize(
    ("name", "values", "profile"),
    [
        ("complex", np.arange(40_000).reshape(1, 200, 200) * (1 + 2j), {}),
        ("palette", np.arange(40_000).reshape(1, 200, 200) % 7, {"dtype": "uint8"}),
        ("one bit", np.arange(40_000).reshape(1, 200, 200) % 2, {"dtype": "uint8", "nbits": 1}),
        ("beyond 2^53", np.arange(40_000).reshape(1, 200, 200) + 2**53, {"dtype": "int64"}),
        ("floats", np.linspace(-1, 1, 40_000).reshape(1, 200, 200), {"dtype": "float32", "nodata": np.nan}),
    ],
)
def test_unusual_pixels(tmp_path: Path, name: str, values: np.ndarray, profile: dict[str, Any]) -> None:
    """F38: for rasters with unusual data types, the tiles have exactly the same pixels as the raster."""
    dtype = profile.pop("dtype", "complex128")
    source = write_raster(tmp_path / "in.tif", values.astype(dtype), **profile)
    if name == "palette":
        with rasterio.open(source, "r+") as dataset:
            dataset.write_colormap(1, {number: (number, 2, 3, 255) for number in range(7)})
    result = tile_raster(source, tmp_path / "out", **SMALL)
    pixels, first = read(source), read(result.tiles[0])
    assert first.dtype == pixels.dtype and np.array_equal(first, pixels[:128, :128])
    if name != "beyond 2^53":  # GDAL's VRT driver converts int64 to float64
        assert np.array_equal(read(result.vrt), pixels)
    with rasterio.open(result.tiles[3]) as dataset:
        assert np.array_equal(dataset.read(1), pixels[128:, 128:])
        assert name != "palette" or dataset.colormap(1)[5] == (5, 2, 3, 255)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tile_width": 0}, "TILE_WIDTH is 0"),
        ({"tile_height": -128}, "TILE_HEIGHT is -128"),
        ({"tile_width": 1, "tile_height": 1}, "589,824 tiles; MAX_TILES is 100,000"),
        ({"overlap": -1}, "OVERLAP is -1"),
        ({"tiling": "grid", "columns": 769}, "into 769 columns"),
    ],
)
def test_sizes(noise: Path, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    """F40, F41: invalid tile sizes, overlaps and tile counts are rejected with an error that states the value."""
    with fails_cleanly(tmp_path, message):
        tile_raster(noise, tmp_path / "out", **{**SMALL, **options})


def test_large_sizes(noise: Path, tmp_path: Path) -> None:
    """F40: a tile larger than the raster contains the whole raster; a large overlap ends at the edge of the raster."""
    one = tile_raster(noise, tmp_path / "one", tile_width=100_000, tile_height=100_000)
    assert one.tile_count == 1 and np.array_equal(read(one.tiles[0]), read(noise))
    wide = tile_raster(noise, tmp_path / "wide", tile_width=200, tile_height=200, overlap=1000)
    assert all(np.array_equal(read(path), read(noise)) for path in wide.tiles)
    assert np.array_equal(read(wide.vrt), read(noise))


HOSTILE_NAMES = [
    "../../x", "/etc/x", "..\\x", "C:x", "a\0b", "CON", "a\nb", "x" * 300, "", ".", "..", ".hidden", "é" * 200, " ",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names(noise: Path, tmp_path: Path, name: str) -> None:
    """F42: tile names from a template or field are made safe, so no tile is written outside the output folder."""
    (tmp_path / "deep" / "down").mkdir(parents=True)
    before = listing(tmp_path)
    out = tmp_path / "deep" / "down" / "out"
    box = [[[500_000, 5_000_000], [501_000, 5_000_000], [501_000, 4_999_000], [500_000, 5_000_000]]]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": box}, "properties": {"name": name}}
    by_field = tile_raster(
        noise, out / "a", tiling="polygons", polygons=[feature], name_field="name", name_template="{id}"
    )
    by_template = tile_raster(noise, out / "b", tile_width=9999, tile_height=9999, name_template=name)
    for result in (by_field, by_template):
        (path,) = result.tiles
        assert os.path.dirname(path) == result.output and os.path.isfile(path)
        assert len(os.path.basename(path).encode()) < 255 and os.path.basename(path).isprintable()
    after = {name for name in listing(tmp_path) if not name.startswith(os.path.join("deep", "down", "out"))}
    assert after == set(before)


def test_two_tiles_of_one_name(noise: Path, tmp_path: Path) -> None:
    """F42: tiles whose names are identical or differ only in case are rejected with an error that names both tiles."""
    with fails_cleanly(tmp_path, "row 0, column 0", "row 0, column 1", "noise.tif"):
        tile_raster(noise, tmp_path / "out", name_template="{name}", **SMALL)
    box = [[[500_000, 5_000_000], [501_000, 5_000_000], [501_000, 4_999_000], [500_000, 5_000_000]]]
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": box}, "properties": {"name": name}}
        for name in ("Plot", "plot")
    ]
    with fails_cleanly(tmp_path, "polygon Plot", "polygon plot"):
        tile_raster(noise, tmp_path / "out", tiling="polygons", polygons=features, name_field="name")


ODD_NAMES = ["with space", "naïve été", "日本語", 'it\'s "quoted"', "#1", "100%", "a&b;c$d"]


@pytest.mark.long
@pytest.mark.parametrize("name", [" ".join(ODD_NAMES), *ODD_NAMES])
def test_odd_folders(qgis: Qgis, noise: Path, tmp_path: Path, name: str) -> None:
    """F43: Tile raster succeeds in `qgis_process` if the input and the output folder have unusual names."""
    source = tmp_path / f"{name}.tif"
    source.write_bytes(noise.read_bytes())
    out = tmp_path / name / name
    done = qgis.call("run", TILE, f"--INPUT={source}", f"--OUTPUT={out}", "--TILING=0")
    assert done.returncode == 0, done.stderr
    (mosaic,) = out.glob("*.vrt")
    assert np.array_equal(read(mosaic), read(noise)) and len(list(out.glob("*.tif"))) == 16


def test_code_in_a_vrt(qgis: Qgis, noise: Path, tmp_path: Path) -> None:
    """F44: Tile raster rejects a VRT that contains Python code and does not run it."""
    source, marker = tmp_path / "source.vrt", tmp_path / "marker"
    source.write_text(hostile.python_vrts(noise, marker)["plain"])
    before = listing(tmp_path)
    done = qgis.call("run", TILE, f"--INPUT={source}", f"--OUTPUT={tmp_path / 'out'}", GDAL_VRT_ENABLE_PYTHON="YES")
    assert done.returncode == 1 and str(source) in error_text(done) + done.stdout
    assert listing(tmp_path) == before


@pytest.mark.parametrize("at", [1, 500])
def test_cancel_skips_the_rest(tmp_path: Path, at: int) -> None:
    """F05: a cancelled run skips the remaining tiles and does not leave any files behind."""
    source = write_raster(tmp_path / "in.tif", np.ones((1, 640, 640), "uint8"))
    with Cancel((tile_task, "read_piece"), at=at) as cancel, fails_cleanly(tmp_path, "cancelled"):
        tile_raster(source, tmp_path / "out", tile_width=16, tile_height=16, workers=2, progress=cancel)
    assert at < cancel.begun <= at + 4 and cancel.begun_later <= 2
