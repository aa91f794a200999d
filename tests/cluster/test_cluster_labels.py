"""Label objects on a cluster: ids and table are the same as with local threads."""

from __future__ import annotations

import numpy as np
import pytest

import kit
from parallel_raster.core import ResourceError, label_objects

pytest.importorskip("scipy", reason="Label objects requires scipy")

BLOCKS = "BLOCKXSIZE=256|BLOCKYSIZE=256"


@pytest.mark.parametrize("connectivity", [4, pytest.param(8, marks=pytest.mark.long)])
def test_ids_and_table(cluster, scene, folder, read_file, connectivity):
    """Workers find and write the objects; the client joins objects across chunks."""
    options = {
        "expression": f"A@1 > {4800 / connectivity + 600}", "connectivity": connectivity, "min_size": 2, "table": True,
        "creation_options": BLOCKS,
    }  # fmt: skip
    here = label_objects(scene, folder / "here.tif", **options)
    there = label_objects(scene, folder / "there.tif", cluster=cluster.address, chunk_size=256, **options)
    assert read_file(folder / "here.tif") == read_file(folder / "there.tif")
    assert here.object_count == there.object_count > 100
    for name, column in here.table.items():
        np.testing.assert_array_equal(column, there.table[name])
    assert kit.listing(folder) == ["here.tif", "there.tif"]


def test_too_many_objects(cluster, scene, folder, monkeypatch):
    """With too many objects, the first pass ends early, and no files are left in the folder."""
    monkeypatch.setattr("parallel_raster.core.jobs.labelling.plan.MOST_OBJECTS", 50)
    with pytest.raises(ResourceError, match="more than 50 objects"):
        label_objects(
            scene, folder / "out.tif", "A@1 > 500", cluster=cluster.address, chunk_size=256, creation_options=BLOCKS
        )
    assert kit.listing(folder) == []
