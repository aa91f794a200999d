"""Normalized difference of many files on a cluster, with one task per small file and several tasks per large file."""

from __future__ import annotations

import os
import socket

import pytest

import kit
from cases import long
from parallel_raster.core import Cancelled, InputError, normalized_difference_tiles
from parallel_raster.core.cluster.workers import ClusterWorkers
from parallel_raster.core.pixels import tiles_plan

OPTIONS = {"band_a": 1, "band_b": 2, "creation_options": "BLOCKXSIZE=256|BLOCKYSIZE=256"}


@pytest.fixture
def tiles(tmp_path):
    """Path of a folder with six rasters."""
    folder = tmp_path / "tiles"
    folder.mkdir()
    for number in range(6):
        kit.write_scene(folder / f"tile_{number}.tif", 300 + 100 * number, seed=number)
    return folder


@pytest.fixture
def same(tiles, folder, read_file):
    """Return a function that runs on a cluster and with local threads and checks that the output files are equal."""

    def check(address, sources=None, **options):
        values = {**OPTIONS, **options}
        normalized_difference_tiles(sources or tiles, folder / "here", **values)
        result = normalized_difference_tiles(sources or tiles, folder / "there", cluster=address, **values)
        names = kit.listing(folder / "here")
        assert kit.listing(folder / "there") == names and result.tile_count == 6
        for name in names:
            assert read_file(folder / "here" / name) == read_file(folder / "there" / name)

    return check


@pytest.mark.parametrize(
    "options", [{}, *long({"data_type": "int16", "cog": True, "creation_options": "BLOCKSIZE=256"})]
)
def test_small_files(cluster, same, options):
    same(cluster.address, **options)


def test_the_report_names_the_workers(cluster, tiles, folder):
    normalized_difference_tiles(
        tiles, folder / "out", cluster=cluster.address, report=folder / "report.html", **OPTIONS
    )
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "6 of 6 files done" in page and socket.gethostname() in page


@pytest.mark.long
def test_large_files(cluster, same, monkeypatch):
    monkeypatch.setattr(tiles_plan, "SMALL_PIXELS", 300_000)
    same(cluster.address)


@pytest.mark.long
def test_a_list_of_relative_paths(cluster, same, tiles, monkeypatch):
    monkeypatch.chdir(tiles)
    same(cluster.address, sources=sorted(path.name for path in tiles.iterdir()))


@pytest.mark.long
def test_an_unreadable_file(cluster, tiles, folder):
    """If a file is unreadable, the error names the file, and the other files are computed."""
    path = tiles / "tile_5.tif"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="Files not computed: 1 of 6 .*tile_5.tif"):
        normalized_difference_tiles(tiles, folder, cluster=cluster.address, **OPTIONS)
    assert kit.listing(folder) == [f"NDVI_tile_{number}.tif" for number in range(5)]


@pytest.mark.long
def test_an_input_that_changes_during_the_run(cluster, tiles, folder, monkeypatch):
    """If an input changes during the run, the error names the file, and the other files are computed."""
    run = ClusterWorkers.run

    def run_after_change(*arguments, **keywords):
        os.utime(tiles / "tile_3.tif", ns=(1, 1))
        return run(*arguments, **keywords)

    monkeypatch.setattr(ClusterWorkers, "run", run_after_change)
    with pytest.raises(InputError, match="Files not computed: 1 of 6 .*tile_3.tif.*changed while it was being read"):
        normalized_difference_tiles(tiles, folder, cluster=cluster.address, **OPTIONS)
    assert kit.listing(folder) == [f"NDVI_tile_{number}.tif" for number in (0, 1, 2, 4, 5)]


@pytest.mark.long
def test_a_worker_is_killed(slow, same, tiles, folder, read_file, watch):
    normalized_difference_tiles(tiles, folder / "here", **OPTIONS)
    progress = watch(at=0.3, action=lambda: slow.kill("worker-1"))
    normalized_difference_tiles(tiles, folder / "there", cluster=slow.address, progress=progress, **OPTIONS)
    assert progress._hit
    for name in kit.listing(folder / "here"):
        assert read_file(folder / "here" / name) == read_file(folder / "there" / name)
    assert kit.listing(folder / "there") == kit.listing(folder / "here")


@pytest.mark.long
def test_a_cancel(slow, tiles, folder, watch):
    with pytest.raises(Cancelled):
        normalized_difference_tiles(tiles, folder, cluster=slow.address, progress=watch(at=0.3, cancel=True), **OPTIONS)
    assert kit.listing(folder) == []
