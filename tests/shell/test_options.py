"""Every option of every command passes its value to the function, with the type that the function expects."""

from __future__ import annotations

import json

import click
import pytest

from parallel_raster.shell import main as shell
from parallel_raster.shell.jobs import jobs
from parallel_raster.shell.option_types import option_type

POLYGON = {"type": "Polygon", "coordinates": [[[0, 0], [9, 0], [9, 9], [0, 0]]]}


@pytest.fixture
def received(command, monkeypatch):
    """Function that runs a command and returns the values that the job would receive, or the error message."""

    def run(*words):
        calls = []
        monkeypatch.setattr(shell, "run", lambda job, values, *, verbose: calls.append({**values, "verbose": verbose}))
        done = command(*words)
        return calls[0] if calls else (done.code, done.err)

    return run


def example(parameter, folder):
    """Return an example value of a parameter as typed words and as the value that the function receives."""
    name = parameter.type.type.name
    if name == "geojson_file":
        path = folder / "polygon.json"
        path.write_text(json.dumps(POLYGON), encoding="utf-8")
        return [str(path)], POLYGON
    if name == "choice":
        word = list(parameter.type.type.choices)[-1]
        return [word.upper()], parameter.type.value(word)
    word, value = {"integer": ("7", 7), "float": ("-0.25", -0.25), "number_or_name": ("2", 2)}.get(name, ("7", "7"))
    if parameter.type.count > 1:
        return [word] * parameter.type.count, (value,) * parameter.type.count
    return [word], value


def required(job, folder):
    """Return (words, values): the arguments and required options of a job."""
    words, values = [], {}
    for each in (*job.arguments, *job.options):
        if each.required:
            typed, values[each.name] = example(each, folder)
            words += typed if each in job.arguments else [job.shown[each.name], *typed]
            if each.type.repeated and not isinstance(each.type.value(["x"]), str):
                values[each.name] = [values[each.name]]
    return words, values


@pytest.mark.parametrize("job", jobs().values(), ids=lambda job: job.command)
def test_every_option(job, received, tmp_path):
    """Each option alone sets one keyword; all other keywords keep their defaults."""
    words, values = required(job, tmp_path)
    values["verbose"] = False
    assert received(job.command, *words) == values
    for each in job.options:
        typed = job.shown[each.name]
        if each.required:
            continue
        if each.type.flag:
            assert received(job.command, typed, *words) == {**values, each.name: True}
            assert received(job.command, f"--no-{each.dashed}", *words) == {**values, each.name: False}
            continue
        texts, value = example(each, tmp_path)
        as_list = each.type.repeated and isinstance(each.type.value(["x"]), list)
        assert received(job.command, typed, *texts, *words) == {**values, each.name: [value] if as_list else value}
        if each.type.repeated and each.type.metavar is None:
            twice = received(job.command, *[typed, *texts] * 2, *words)
            assert twice == {**values, each.name: each.type.value([value, value])}


def test_inputs(received):
    """A single input is passed as typed, several inputs as a list; with `--input-folder`, the value is None."""
    assert received("merge-tiles", "tiles", "out.tif")["sources"] == "tiles"
    assert received("merge-tiles", "a.tif", "b.tif", "out.tif")["sources"] == ["a.tif", "b.tif"]
    assert received("merge-tiles", "--input-folder", "tiles", "out.tif")["sources"] is None
    assert received("raster-calculator", "out.tif", "--expression", "A")[0] == 2
    assert "dst" not in received("zonal-statistics", "a.tif")


@pytest.mark.parametrize(
    "stated, typed, value",
    [
        ("str or sequence of float", ["70,15,15"], "70,15,15"),
        ("str or sequence of float", ["70", "30"], [70.0, 30.0]),
        ("str, os.PathLike, or sequence of them", ["a", "b"], ["a", "b"]),
        ("str, os.PathLike or None", ["a"], "a"),
        ("str, os.PathLike or None", [], None),
        ("str, os.PathLike, sequence of them, or None", [], None),
    ],
)
def test_alternatives(stated, typed, value):
    assert option_type(stated, "").value(typed) == value


def test_types_that_cannot_be_typed():
    for stated in ("core.progress.Log", "callable", "xarray.DataArray", "tuple of float", ""):
        assert option_type(stated, "") is None


def test_one_raster_or_none():
    """An optional first argument can be left out although another argument follows."""
    kind = option_type("str, os.PathLike or None", "")
    assert kind.optional and kind.count == -1
    with pytest.raises(click.BadParameter, match="only one value is allowed, but 2 were given"):
        kind.value(["a", "b"])
    with pytest.raises(click.BadParameter):
        option_type("str or sequence of float", "").value(["1", "x"])


def test_pairs(received):
    """A single string can contain several pairs; if several strings are given, each of them is one pair."""
    words = ["normalized-difference", "a.tif", "b.tif", "--creation-options"]
    assert received(*words, "COMPRESS=LZW|PREDICTOR=2")["creation_options"] == "COMPRESS=LZW|PREDICTOR=2"
    several = received(*words, "COMPRESS=LZW", "--creation-options", "COMMENT=a=b")
    assert several["creation_options"] == {"COMPRESS": "LZW", "COMMENT": "a=b"}
    code, text = received(*words, "COMPRESS=LZW", "--creation-options", "TILED")
    assert code == 2 and "Invalid value for '--creation-options': 'TILED' is not of the form KEY=VALUE." in text


def test_numbers_and_names_of_bands(received):
    words = ["temporal-composite", "a.tif", "out", "--mask-band"]
    assert received(*words, "SCL", "--bands", "2", "--bands", "B04")["bands"] == [2, "B04"]
    assert received(*words, "3")["mask_band"] == 3 and received(*words, "SCL")["mask_band"] == "SCL"


def test_a_choice_keeps_its_type(received):
    words = ["label-objects", "a.tif", "b.tif", "--connectivity"]
    assert received(*words, "8")["connectivity"] == 8
    assert received(*words, "6")[0] == 2


@pytest.mark.parametrize("content", [b"SQLite format 3\x00", b"\xff\xfe\x00", b"{"])
def test_polygons_that_are_not_geojson(received, tmp_path, content):
    path = tmp_path / "fields.gpkg"
    path.write_bytes(content)
    code, text = received("tile-raster", "a.tif", "out", "--polygons", str(path))
    assert code == 2 and f"'--polygons': {path} is not GeoJSON (" in text
    assert text.endswith(f"ogr2ogr features.geojson {path}\n")


def test_polygons_in_a_file_that_does_not_exist(received):
    code, text = received("tile-raster", "a.tif", "out", "--polygons", "nowhere.geojson")
    assert code == 2 and "nowhere.geojson cannot be read (No such file or directory). Check the path." in text
