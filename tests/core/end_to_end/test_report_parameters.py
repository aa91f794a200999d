"""Reports list exactly the parameters of the public function, with the values that were passed to it."""

from __future__ import annotations

import inspect

import pytest

from parallel_raster import core
from parallel_raster.core.engine.options import RunOptions

WATCHERS = {"progress", "log", "create", "copy", "verify", "fetch"}
"""Keywords that are not listed: objects of the calling program, and the switch for the verification."""

SHARED = {"workers", "memory", "chunk_size", "cluster", "report"}
"""Parameters that `RunOptions.recorded` adds for all jobs."""

PATHS = {"src", "dst", "sources", "folder", "items", "input", "inputs", "output"}
"""Names of the paths of input and output, which differ between functions and reports."""

SQUARE = {"type": "Polygon", "coordinates": [[(0, 0), (1, 0), (1, 1), (0, 0)]]}

RUNS = {
    "focal_filter": {"src": "", "dst": "out.tif", "method": "mean"},
    "focal_filter_tiles": {"sources": [""], "folder": "out", "method": "mean"},
    "label_objects": {"sources": [""], "dst": "out.tif", "expression": "A > 0"},
    "mask_raster": {"src": "", "dst": "out.tif", "mask": "mask.tif"},
    "mask_raster_tiles": {"sources": [""], "folder": "out", "mask": "mask.tif"},
    "merge_tiles": {"sources": [""], "dst": "out.tif"},
    "normalized_difference": {"src": "", "dst": "out.tif"},
    "normalized_difference_tiles": {"sources": [""], "folder": "out"},
    "raster_calculator": {"sources": [""], "dst": "out.tif", "expression": "A"},
    "raster_calculator_tiles": {"sources": [""], "folder": "out", "expression": "A"},
    "spectral_index": {"sources": [""], "dst": "out.tif", "index": "NDVI"},
    "spectral_index_tiles": {"sources": [""], "folder": "out", "index": "NDVI"},
    "stac_stack": {"items": "items.json", "folder": "out", "assets": ["red"], "extent": (0, 0, 1, 1)},
    "temporal_composite": {"sources": [""], "folder": "out"},
    "tile_raster": {"src": "", "folder": "out", "tiling": "polygons", "polygons": [SQUARE]},
    "training_chips": {"src": "", "folder": "out", "labels": [SQUARE], "resume": True},
    "zonal_statistics": {"src": "", "dst": "out.csv", "zones": "polygons", "polygons": [SQUARE]},
}
"""Arguments of each public function that writes a report, except `map_blocks` and the benchmark."""


class Recorded(Exception):
    pass


@pytest.mark.parametrize("name", RUNS)
def test_the_report_lists_the_parameters_of_the_function(name, monkeypatch):
    def recorded(run, parameters):
        raise Recorded(dict(parameters), run)

    monkeypatch.setattr(RunOptions, "recorded", recorded)
    function, given = getattr(core, name), RUNS[name]
    with pytest.raises(Recorded) as caught:
        function(**given, report="report.html", workers=0, memory=0)
    parameters, run = caught.value.args
    assert (run.workers, run.memory) == (0, 0)
    wanted = set(inspect.signature(function).parameters) - WATCHERS - SHARED
    assert set(parameters) - PATHS - SHARED == wanted - PATHS
    for key in {"polygons", "labels"} & set(given):
        assert parameters[key] == "1 feature"
