"""Tile raster on a cluster: tiles identical to those from local threads, and resuming an interrupted run."""

from __future__ import annotations

import json
import re

import pytest

import kit
from cases import long
from parallel_raster.core import Cancelled, ResourceError, tile_raster

SMALL = {"tile_width": 400, "tile_height": 300, "creation_options": "BLOCKXSIZE=128|BLOCKYSIZE=128"}


@pytest.fixture
def same(scene, folder, read_file):
    """Return a function that tiles a raster on a cluster and with local threads and checks that all files are equal."""

    def check(address, src=scene, **options):
        here = tile_raster(src, folder / "here", **options)
        there = tile_raster(src, folder / "there", cluster=address, **options)
        names = kit.listing(folder / "here")
        assert kit.listing(folder / "there") == names and here.tile_count == there.tile_count > 0
        for name in names:
            one, other = folder / "here" / name, folder / "there" / name
            if name.endswith(".tif"):
                assert read_file(one) == read_file(other)
            else:
                assert re.sub("here|there", "", one.read_text()) == re.sub("here|there", "", other.read_text())

    return check


@pytest.mark.parametrize(
    "options",
    [
        {**SMALL, "overlap": 20, "remainder": "pad"},
        {"tile_width": 512, "tile_height": 512},
        *long(
            {"tiling": "grid", "columns": 2, "rows": 1, "chunk_size": 256},
            SMALL,
            {**SMALL, "min_valid": 99.97, "skip_empty": True},
            {"tile_width": 512, "tile_height": 512, "cog": True, "creation_options": "BLOCKSIZE=128"},
            {**SMALL, "verify": False},
        ),
    ],
    ids=lambda options: "-".join(map(str, options.values()))[:50],
)
def test_the_same_tiles(cluster, same, options):
    same(cluster.address, **options)


@pytest.mark.long
def test_a_relative_path(cluster, same, scene, monkeypatch):
    monkeypatch.chdir(scene.parent)
    same(cluster.address, scene.name, **SMALL)


@pytest.mark.long
def test_a_worker_is_killed(dask, same, scene, folder, watch):
    for name in ("worker-1", "worker-2"):
        dask.start_worker(name)
    dask.wait_for_workers("worker-1", "worker-2")
    tile_raster(scene, folder / "here", **SMALL)
    progress = watch(at=0.3, action=lambda: dask.kill("worker-1"))
    tile_raster(scene, folder / "there", cluster=dask.address, progress=progress, **SMALL)
    lists = [json.loads((folder / name / "tiles.json").read_text())["tiles"] for name in ("here", "there")]
    assert progress._hit and lists[0] == lists[1]
    assert kit.listing(folder / "here") == kit.listing(folder / "there")


@pytest.mark.long
def test_resuming_a_cancelled_run(cluster, scene, folder, read_file, watch, tmp_path):
    """With RESUME, a cancelled run keeps its finished tiles, and the next run creates only the missing tiles."""
    values = {"tile_width": 100, "tile_height": 100, "creation_options": "BLOCKXSIZE=64|BLOCKYSIZE=64", "resume": True}
    with pytest.raises(Cancelled):
        tile_raster(scene, folder, cluster=cluster.address, progress=watch(at=0.3, cancel=True), **values)
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("*.tif")}
    assert kept and not (folder / "tiles.json").exists()
    result = tile_raster(scene, folder, cluster=cluster.address, **values)
    assert result.tile_count == 225
    assert all(path.stat().st_mtime_ns == time for path, time in kept.items())
    tile_raster(scene, tmp_path / "here", **values)
    for name in kit.listing(tmp_path / "here"):
        if name.endswith(".tif"):
            assert read_file(tmp_path / "here" / name) == read_file(folder / name)


@pytest.mark.long
def test_a_cancelled_run_leaves_no_files(cluster, scene, folder, watch):
    with pytest.raises(Cancelled):
        tile_raster(scene, folder, cluster=cluster.address, progress=watch(at=0.3, cancel=True), **SMALL)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_no_workers(dask, scene, folder):
    with pytest.raises(ResourceError, match="No workers joined"):
        tile_raster(scene, folder, cluster=f"{dask.address}?timeout=15", **SMALL)
    assert kit.listing(folder) == []


@pytest.mark.long
def test_large_tiles_in_small_chunks(cluster, same, tmp_path):
    """Large tiles, which a worker processes in many chunks, are identical to tiles written by local threads."""
    big = kit.write_scene(tmp_path / "big.tif", 2100)
    same(cluster.address, big, tile_width=2000, tile_height=2000, chunk_size=512)
