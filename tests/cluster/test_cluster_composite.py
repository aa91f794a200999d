"""Temporal composites on a cluster: all outputs, counts, days and the table are the same as with local threads."""

from __future__ import annotations

import pytest

import kit
from parallel_raster.core import InputError, temporal_composite


@pytest.fixture
def scenes(tmp_path):
    """Folder with five scenes of two months."""
    folder = tmp_path / "scenes"
    folder.mkdir()
    for number, day in enumerate(("2024-05-01", "2024-05-11", "2024-05-21", "2024-06-01", "2024-06-11")):
        kit.write_scene(folder / f"x_{day}.tif", 700, seed=number)
    return folder


@pytest.mark.parametrize(
    "options",
    [
        {"reducer": "medoid", "dates": True, "layout": "stack", "period": "season"},
        pytest.param({}, marks=pytest.mark.long),
        pytest.param({"reducer": "std"}, marks=pytest.mark.long),
    ],
)
def test_the_same_files_as_with_local_threads(cluster, scenes, folder, read_file, options):
    temporal_composite(scenes, folder / "here", chunk_size=256, **options)
    temporal_composite(scenes, folder / "there", chunk_size=256, cluster=cluster.address, **options)
    names = kit.listing(folder / "here")
    assert kit.listing(folder / "there") == names
    for name in names:
        if name.endswith(".tif"):
            assert read_file(folder / "here" / name) == read_file(folder / "there" / name), name
        else:
            assert (folder / "here" / name).read_bytes() == (folder / "there" / name).read_bytes()


def test_a_damaged_scene(cluster, scenes, folder):
    """If a worker cannot read a damaged scene, the error names the scene, and no files are left behind."""
    path = scenes / "x_2024-06-01.tif"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match=r"x_2024-06-01\.tif"):
        temporal_composite(scenes, folder / "out", chunk_size=256, cluster=cluster.address)
    assert kit.listing(folder) == []
