"""Training chips on a cluster: chips, lists and statistics equal those of local threads; an error leaves no files."""

from __future__ import annotations

import pytest

import kit
from chip_scenes import polygon
from parallel_raster.core import InputError, training_chips


@pytest.fixture
def source(tmp_path):
    """Path of a raster of 700 x 700 pixels."""
    path = tmp_path / "in.tif"
    kit.write_scene(path, 700, seed=1)
    return path


@pytest.mark.parametrize("options", [{"normalize": "std"}, pytest.param({"format": "npz"}, marks=pytest.mark.long)])
def test_the_same_chips_as_with_local_threads(cluster, source, folder, read_file, options):
    given = {"size": 100, "labels": [polygon([(10, 10), (600, 40), (300, 500)])], "chunk_size": 200, **options}
    here = training_chips(source, folder / "here", **given)
    there = training_chips(source, folder / "there", cluster=cluster.address, **given)
    assert here.chips == there.chips and here.statistics == there.statistics and here.chip_count > 20
    for name in ("chips.json", "statistics.json"):
        assert (folder / "here" / name).read_bytes() == (folder / "there" / name).read_bytes()
    for chip in here.chips:
        for name in (chip.image, chip.label):
            one, other = (folder / each / name for each in ("here", "there"))
            if name.endswith(".tif"):
                assert read_file(one) == read_file(other), name
            else:
                assert one.read_bytes() == other.read_bytes(), name


def test_a_damaged_raster(cluster, source, folder):
    """The error from a worker names the raster, and no files are left."""
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(InputError, match=r"in\.tif"):
        training_chips(source, folder / "out", size=100, cluster=cluster.address)
    assert kit.listing(folder) == []
