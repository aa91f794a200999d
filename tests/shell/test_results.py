"""A command writes the same files as its function, and prints the result or error of the function."""

from __future__ import annotations

import json
import re
import shlex
import shutil

import pytest

from parallel_raster import core
from parallel_raster.shell import main as shell
from parallel_raster.shell.jobs import jobs
from parallel_raster.shell.run import printable

SCENE = {"src": "scene.tif"}
FOLDER = {"sources": "tiles", "folder": "out"}

RUNS = [
    (
        "normalized-difference scene.tif out/x.tif --band-a 4 --data-type int16 --clamp --extent 400005 4999500 400400 "
        "4999900",
        {
            **SCENE, "dst": "out/x.tif", "band_a": 4, "data_type": "int16", "clamp": True,
            "extent": (400005, 4999500, 400400, 4999900),
        },
    ),
    (
        "raster-calculator scene.tif classes.tif out/x.tif --expression 'A@1/B@1;B@1' --creation-options COMPRESS=LZW "
        "--creation-options BLOCKXSIZE=16 --creation-options BLOCKYSIZE=16",
        {
            "sources": ["scene.tif", "classes.tif"], "dst": "out/x.tif", "expression": "A@1/B@1;B@1",
            "creation_options": "COMPRESS=LZW|BLOCKXSIZE=16|BLOCKYSIZE=16",
        },
    ),
    (
        "spectral-index scene.tif out/x.tif --index NDVI --index SAVI --bands N=4,R=3 --constants L=0.4 --scaling none",
        {
            "sources": "scene.tif", "dst": "out/x.tif", "index": ["NDVI", "SAVI"], "bands": {"N": 4, "R": 3},
            "constants": "L=0.4", "scaling": "none",
        },
    ),
    (
        "mask-raster scene.tif out/x.tif --mask classes.tif --mask-values 2-3 --bands 2 --bands 1 --output-nodata 0",
        {
            **SCENE, "dst": "out/x.tif", "mask": "classes.tif", "mask_values": "2-3", "bands": [2, 1],
            "output_nodata": 0,
        },
    ),
    (
        "focal-filter scene.tif out/x.tif --method median --shape circle --radius 2 --bands 3",
        {**SCENE, "dst": "out/x.tif", "method": "median", "shape": "circle", "radius": 2, "bands": [3]},
    ),
    (
        "label-objects classes.tif out/x.tif --expression 'A@1 = 2' --connectivity 8 --table",
        {"sources": "classes.tif", "dst": "out/x.tif", "expression": "A@1 = 2", "connectivity": 8, "table": True},
    ),
    (
        "zonal-statistics scene.tif --zones polygons --polygons polygons.json --field field --statistics mean",
        {**SCENE, "zones": "polygons", "polygons": "polygons.json", "field": "field", "statistics": ["mean"]},
    ),
    (
        "zonal-statistics scene.tif out/x.csv --cell-width 20 --cell-height 30",
        {**SCENE, "dst": "out/x.csv", "cell_width": 20, "cell_height": 30},
    ),
    (
        "training-chips scene.tif out --size 8 --labels polygons.json --class-field field --split 60,20,20 "
        "--format npz",
        {**SCENE, "folder": "out", "size": 8, "labels": "polygons.json", "class_field": "field", "split": "60,20,20",
         "format": "npz"},
    ),
    (
        "tile-raster scene.tif out --tiling polygons --polygons polygons.json --name-field field --overlap 1",
        {**SCENE, "folder": "out", "tiling": "polygons", "polygons": "polygons.json", "name_field": "field",
         "overlap": 1},
    ),
    ("merge-tiles tiles out/x.tif", {"sources": "tiles", "dst": "out/x.tif"}),
    ("normalized-difference-tiles tiles out --index ndwi", {**FOLDER, "index": "ndwi"}),
    ("raster-calculator-tiles tiles out --expression 'A@4 > A@1'", {**FOLDER, "expression": "A@4 > A@1"}),
    ("spectral-index-tiles tiles out --bands N=4,R=3", {**FOLDER, "bands": "N=4,R=3"}),
    ("focal-filter-tiles tiles out --no-verify", {**FOLDER, "verify": False}),
    (
        "mask-raster-tiles tiles out --mask classes.tif --mask-values 1 --keep",
        {**FOLDER, "mask": "classes.tif", "mask_values": "1", "keep": True},
    ),
    (
        "temporal-composite out --input-folder year --reducer mean --scaling none",
        {"sources": None, "folder": "out", "input_folder": "year", "reducer": "mean", "scaling": "none"},
    ),
]  # fmt: skip

ERRORS = [
    (
        "normalized-difference scene.tif out/x.tif --band-a 9",
        "--band-a: scene.tif has 4 bands; band 9 does not exist. Choose a band from 1 to 4.",
    ),
    ("mask-raster nowhere.tif out/x.tif --mask classes.tif", "SRC: nowhere.tif does not exist. Check the path."),
    (
        "normalized-difference scene.tif out/x.tif --data-type int16 --output-nodata 5",
        "--output-nodata 5 is in the range of results, -10000 to 10000. Choose a value outside it.",
    ),
    (
        "merge-tiles tiles out/x.tif --input-folder tiles",
        "Specify either SOURCES or --input-folder, but not both.",
    ),
    (
        "zonal-statistics scene.tif --zones raster",
        "--zones is 'raster', but --zone-raster is not set. Set --zone-raster, or choose another value for --zones.",
    ),
    ("tile-raster scene.tif out --workers -1", "--workers is -1; it must be 1 or more, or 0 for automatic."),
    (
        "tile-raster scene.tif out --memory -1",
        "--memory is -1; it must be a positive number of MB, or 0 for automatic.",
    ),
    (
        "focal-filter scene.tif out/x.tif --method mode",
        "--method is 'mode'; it must be one of mean, gaussian, median,",
    ),
    ("tile-raster scene.tif out --cluster ftp://x", "--cluster is 'ftp://x'; it must be tcp://"),
]


@pytest.mark.parametrize("text, arguments", RUNS, ids=lambda value: value.split()[0] if isinstance(value, str) else "")
def test_the_result_is_that_of_the_function(text, arguments, desk, command):
    words = [*shlex.split(text), "--workers", "1"]
    for name in {"polygons", "labels"} & set(arguments):
        arguments = {**arguments, name: json.loads((desk / arguments[name]).read_text())}
    result = getattr(core, jobs()[words[0]].function)(**arguments, workers=1)
    files = taken_away(desk / "out")
    done = command(*words)
    assert done.code == 0, done.err
    if isinstance(result, list) and files:
        assert done.out == ""
    else:
        assert json.loads(done.out) == json.loads(json.dumps(printable(result)))
    assert taken_away(desk / "out") == files
    assert files or isinstance(result, list)


def taken_away(folder):
    """Return the contents of the files in a folder, and remove the files."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    folder.mkdir()
    return files


@pytest.mark.parametrize("text, message", ERRORS, ids=[text for text, _ in ERRORS])
def test_errors_are_those_of_the_function(text, message, desk, command, monkeypatch):
    """The error is one line: the message of the core, in which options replace the parameter names."""
    done = command(*shlex.split(text))
    assert done.code == 1 and done.out == ""
    assert done.err.startswith(f"Error: {message}") and done.err.count("\n") == 1
    assert list((desk / "out").iterdir()) == []

    monkeypatch.setattr(shell, "run", lambda job, values, verbose: getattr(core, job.function)(**values))
    with pytest.raises(core.ParallelRasterError) as raised:
        shell.main(shlex.split(text), standalone_mode=False)
    names = re.sub(r"--([a-z-]+)", lambda option: option[1].upper().replace("-", "_"), done.err)
    assert names.rstrip("\n").replace("SOURCES or", "INPUTS or").endswith(str(raised.value))
