"""Full disks, kills and signals while a Cloud Optimized GeoTIFF (COG) is being written; memory use (F01-F05, F26)."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from cases import long
from fault_kit import (
    LONG,
    PEAK,
    assert_child_failed_cleanly,
    compute,
    fails_cleanly,
    index_of,
    listing,
    make_raster,
    options_for,
    partials,
    peak_megabytes,
    read,
    run_child,
    small_disk,
)
from qgis_kit import Qgis, error_text, wait_for_mark

COG = {"cog": True, "creation_options": "BLOCKSIZE=128"}
OLD = b"old result" * 100
SIZE = 1536

LIMITED = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = arguments.pop("limit")
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
print_outcome(lambda: run_index(arguments))
"""

KILLED_IN_THE_COPY = """
import signal
from parallel_raster.core.writing import cog
share = arguments.pop("share")
copy = cog.copy_with_rasterio
def killed(source, target, options, stop, report):
    def kill_at_share(done):
        if done >= share:
            os.kill(os.getpid(), signal.SIGKILL)
    copy(source, target, options, stop, kill_at_share)
    os.kill(os.getpid(), signal.SIGKILL)
print_outcome(lambda: run_index(arguments, copy=killed))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a raster of noise whose normalized difference takes up several megabytes."""
    return make_raster(tmp_path_factory.mktemp("inputs") / "source.tif", SIZE)


@pytest.fixture(scope="module")
def needed(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Sizes in bytes of the plain GeoTIFF, which is written first ("plain"), and of the COG copied from it ("cog")."""
    folder, sizes = tmp_path_factory.mktemp("complete"), {}

    def copy(plain: str, target: str, *arguments: object) -> None:
        from parallel_raster.core.writing.cog import copy_with_rasterio

        sizes["plain"] = os.path.getsize(plain)
        copy_with_rasterio(plain, target, *arguments)
        sizes["cog"] = os.path.getsize(target)

    compute(source, folder / "cog.tif", **COG, copy=copy)
    return sizes


@pytest.mark.parametrize(
    ("share", "workers"), [(0.2, 1), (0.5, 2), (0.7, 1), (0.9, 2), *long((0.2, 2), (0.5, 1), (0.7, 2), (0.9, 1))]
)
def test_disk_full(source: Path, tmp_path: Path, needed: dict[str, int], share: float, workers: int) -> None:
    """F01: if the disk fills up while the GeoTIFF, overviews or COG are being written, the old output is kept."""
    space = int(sum(needed.values()) * share) // 4096 * 4096
    with small_disk(tmp_path / "disk", space) as disk:
        (disk / "out.tif").write_bytes(OLD)
        with fails_cleanly(disk, f"Not enough space on {disk}", "needed", "free"):
            compute(source, disk / "out.tif", **COG, workers=workers)


@pytest.mark.parametrize("share", [0.5, 0.8])
def test_disk_full_in_qgis(qgis: Qgis, source: Path, tmp_path: Path, needed: dict[str, int], share: float) -> None:
    """F01: if the disk fills up while `osgeo.gdal` writes the COG, the error reports a full disk."""
    space = int(sum(needed.values()) * share) // 4096 * 4096
    with small_disk(tmp_path / "disk", space) as disk:
        parameters = {"COG": "true", "CREATION_OPTIONS": "BLOCKSIZE=128"}
        run = qgis.call(*qgis.command(source, disk / "out.tif", **parameters))
        assert run.returncode != 0 and error_text(run).splitlines()[-1].startswith(f"Not enough space on {disk}: about")
        assert not listing(disk)


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE is a limit of POSIX systems")
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_write_refused_by_the_system(source: Path, tmp_path: Path, needed: dict[str, int], share: float) -> None:
    """F01: if the GeoTIFF or only the larger COG exceeds a file size limit, the run fails and keeps the old output."""
    limit = int(needed["cog"] * share) if share < 0.5 else (needed["plain"] + needed["cog"]) // 2
    assert needed["plain"] < needed["cog"]
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    before = listing(tmp_path)
    run = run_child(LIMITED, options_for(source, output, **COG, limit=limit))
    assert_child_failed_cleanly(run, output)
    assert listing(tmp_path) == before


def test_disk_clearly_too_small(source: Path, tmp_path: Path) -> None:
    """F02: if the free space is less than 2.5 times the size of the COG, the run fails before it reads a pixel."""
    raw, seen = SIZE * SIZE * 4, []
    options = {"cog": True, "creation_options": "COMPRESS=NONE"}
    with (
        small_disk(tmp_path / "disk", int(raw * 2.4)) as disk,
        fails_cleanly(disk, f"Not enough space on {disk}", "22.5 MB"),
    ):
        progress = type("Progress", (), {"report": lambda *a: seen.append(a), "is_cancelled": lambda _: False})()
        compute(source, disk / "out.tif", **options, progress=progress)
    assert seen == []


@pytest.mark.parametrize("share", [0.3, 2, *long(0.05, 0.49)])
def test_killed_in_the_copy(source: Path, tmp_path: Path, share: float) -> None:
    """F03: if a run is killed while writing the COG, the old output is kept; the next run removes the hidden files."""
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    run = run_child(KILLED_IN_THE_COPY, options_for(source, output, **COG, share=share))
    assert run.returncode == -signal.SIGKILL
    assert output.read_bytes() == OLD
    assert len([path for path in partials(tmp_path) if path.suffix == ".tif"]) == 2
    compute(source, output, **COG)
    assert list(listing(tmp_path)) == ["out.tif"]
    assert np.array_equal(read(output), index_of(source))


@LONG
@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
@pytest.mark.parametrize("mark", [30, 50, 70])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped_in_qgis(qgis: Qgis, big_noise: Path, tmp_path: Path, mark: int, number: signal.Signals) -> None:
    """F03, F04: if a signal ends QGIS while GDAL is writing the COG (progress 25 to 75 %), the old output is kept."""
    output = tmp_path / "out.tif"
    output.write_bytes(OLD)
    process = qgis.start(big_noise, output, COG="true", CREATION_OPTIONS="BLOCKSIZE=128")
    wait_for_mark(process, mark)
    process.send_signal(number)
    rest, _ = process.communicate(timeout=120)
    assert process.returncode != 0 and b"100" not in rest
    assert output.read_bytes() == OLD
    if number == signal.SIGINT:
        assert set(listing(tmp_path)) == {"out.tif"}
    compute(big_noise, output, **COG)
    assert list(listing(tmp_path)) == ["out.tif"]


@LONG
def test_memory(tmp_path: Path) -> None:
    """F26: writing a COG needs less than 300 MB of memory, and hardly more for a raster with four times the pixels."""
    peaks = []
    for size in (3072, 6144):
        source = make_raster(tmp_path / f"{size}.tif", size)
        options = {"cog": True, "creation_options": "", "chunk_size": 512, "memory": 64}
        run = run_child(
            "print_outcome(lambda: run_index(arguments))\n" + PEAK,
            options_for(source, tmp_path / "out.tif", **options),
            env={"GDAL_CACHEMAX": "16"},
        )
        assert run.ok, run.message
        peaks.append(peak_megabytes(run))
    assert peaks[1] < peaks[0] * 1.25, peaks
    assert peaks[1] < 300, peaks
