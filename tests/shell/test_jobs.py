"""The commands and options match the public functions: none is missing, and none is listed twice."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
import typing

import click
import pytest

from installed import install_commands
from parallel_raster import core
from parallel_raster.shell.docstrings import parse
from parallel_raster.shell.jobs import jobs
from parallel_raster.shell.main import JobCommand, main

FUNCTIONS = {name: getattr(core, name) for name in core.__all__ if inspect.isfunction(getattr(core, name))}
JOBS = list(jobs().values())

each_job = pytest.mark.parametrize("job", JOBS, ids=lambda job: job.command)


def described(function):
    return parse(inspect.getdoc(function)).parameters


def test_every_public_function_is_a_command_unless_it_takes_a_function_or_an_array():
    others = set(FUNCTIONS) - {job.function for job in JOBS}
    assert {"map_blocks", "normalized_difference_array", "temporal_composite_array"} <= others
    for name in others:
        required = next(iter(described(FUNCTIONS[name]).values()))
        assert required.type in ("callable", "xarray.DataArray"), name
    assert {"tile_raster", "merge_tiles", "zonal_statistics"} <= {job.function for job in JOBS}


@each_job
def test_every_parameter_is_an_option_unless_it_takes_an_object_of_the_core(job):
    signature = inspect.signature(FUNCTIONS[job.function]).parameters
    typed = [*job.arguments, *job.options]
    assert [each.name for each in typed] == [name for name in signature if name in job.shown]
    types = described(FUNCTIONS[job.function])
    left_out = set(signature) - set(job.shown)
    assert {"progress", "log"} <= left_out
    assert [name for name in left_out if not types[name].type.startswith("core.")] == []
    assert {each.name: each.required for each in typed} == {
        name: signature[name].default is inspect.Parameter.empty for name in job.shown
    }


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the annotations need Python 3.10")
@each_job
def test_types_of_options_are_those_of_the_annotations(job):
    """The option types (flags, numbers and tuples) match the annotations of the parameters."""
    function = FUNCTIONS[job.function]
    for each in (*job.arguments, *job.options):
        annotation = function.__annotations__[each.name]
        hint = typing.get_type_hints(_only(each.name, annotation), vars(inspect.getmodule(function)))[each.name]
        inside = {kind for kind in (hint, *typing.get_args(hint)) if kind is not type(None)}
        assert each.type.flag == (bool in inside), each.name
        assert (each.type.type is click.FLOAT and each.type.count == 1) == (float in inside), each.name
        lengths = [len(typing.get_args(kind)) for kind in inside if typing.get_origin(kind) is tuple]
        assert each.type.count in (lengths or [1, -1]), each.name


def _only(name, annotation):
    class Annotated:
        __annotations__ = {name: annotation}

    return Annotated


@each_job
def test_the_help_describes_every_argument_and_option(job, command):
    text = " ".join(command(job.command, "--help").out.split())
    assert all(f"{job.shown[each.name]} " in text for each in job.arguments)
    for each in job.options:
        assert f"--{each.dashed}" in text
        assert each.text, each.name
    assert "`dst`" not in text and "return" not in JobCommand(job).get_short_help_str()


def test_defaults_are_those_of_the_functions(command):
    text = " ".join(command("tile-raster", "--help").out.split())
    assert "--tile-width FLOAT" in text and "[default: 2048]" in text
    assert "[default: --verify]" in text and "[default: --no-cog]" in text and "[default: trim]" in text


def test_docstrings_are_parsed_as_by_numpydoc():
    docscrape = pytest.importorskip("numpydoc.docscrape")
    for name, function in FUNCTIONS.items():
        expected, found = docscrape.FunctionDoc(function), parse(inspect.getdoc(function))
        assert found.summary == " ".join(expected["Summary"]), name
        texts = {each.name: " ".join(" ".join(each.desc).split()) for each in expected["Parameters"]}
        assert {key: found.parameters[key.split(",")[0]].text for key in texts} == texts, name
        assert list(found.parameters) == list(inspect.signature(function).parameters), name
        notes = " ".join(" ".join(expected["Notes"]).split())
        assert " ".join(found.paragraphs).endswith(notes), name


def test_the_help_imports_no_job(tmp_path):
    """The commands and their options are found without importing the jobs, which import dask and rasterio."""
    environment = {**os.environ, **install_commands(tmp_path), "PYTHONPROFILEIMPORTTIME": "1"}
    for words in (["--help"], ["focal-filter", "--help"]):
        done = subprocess.run(["parallel-raster", *words], env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0 and "Usage: parallel-raster" in done.stdout
        loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
        assert {"click", "parallel_raster.core", "parallel_raster.shell.main"} <= loaded
        assert {"dask", "numpy", "rasterio", "xarray", "parallel_raster.core.jobs.focal.job"} & loaded == set()


def test_unknown_commands_are_errors(command):
    done = command("no-such-job")
    assert done.code == 2 and "No such command 'no-such-job'" in done.err
    assert main.list_commands(click.Context(main)) == sorted(job.command for job in JOBS)
