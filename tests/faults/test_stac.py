"""Scenes from a server: killed runs, secrets in URLs, ports and processes (F03, F48, F64)."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import catalogues
import numpy as np
import pytest
import server as range_server
from catalogues import LEFT, TOP

from fault_kit import LONG, assert_child_failed_cleanly, listing, read, run_child
from parallel_raster.core import stac_stack
from parallel_raster.core.tileset.scene_list import read_scene_list

OPTIONS: dict[str, Any] = {"assets": "red", "extent": (LEFT, TOP - 640, LEFT + 640, TOP), "connections": 1}

KILLED_MIDWAY = """
from parallel_raster.core import stac_stack
stac_stack(arguments.pop("items"), arguments.pop("folder"), progress=KilledHalfway(), **arguments)
"""

KILLED_AT_THE_LIST = """
import signal
from parallel_raster.core import stac_stack
rename = os.replace
when, list_name = arguments.pop("when"), os.path.join(arguments["folder"], "scenes.json")
def killed(source, destination):
    if when == "before" and destination == list_name:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(source, destination)
    if when == "after" and destination == list_name or when == "between" and source == list_name:
        os.kill(os.getpid(), signal.SIGKILL)
os.replace = killed
stac_stack(arguments.pop("items"), arguments.pop("folder"), **arguments)
"""

STACK = """
from parallel_raster.core import stac_stack
print_outcome(lambda: stac_stack(arguments.pop("items"), arguments.pop("folder"), **arguments))
"""

COMPOSITE = """
from parallel_raster.core import temporal_composite
print_outcome(lambda: temporal_composite(None, arguments.pop("folder"), scenes=arguments.pop("items"), **arguments))
"""

INSPECTED = """
from test_isolation import open_ports, child_processes
from parallel_raster.core import stac_search, stac_stack, temporal_composite
class Inspector:
    def report(self, done, total):
        assert open_ports(os.getpid()) == [] and child_processes(os.getpid()) == [], "a port or a process"
    def is_cancelled(self):
        self.report(0, 0)
        return False
def run():
    folder, common = arguments.pop("folder"), {"progress": Inspector(), "extent": arguments.pop("extent")}
    stac_search(arguments.pop("url"), folder + "/items.json", collections="x", progress=Inspector())
    stac_stack(folder + "/items.json", folder + "/stack", assets="red", **common)
    temporal_composite(None, folder + "/out", scenes=folder + "/items.json", bands=["red"], network=True, **common)
    assert not [thread.name for thread in threading.enumerate() if "http" in thread.name], "a thread"
print_outcome(run)
"""


@pytest.fixture
def server() -> Iterator[range_server.RangeServer]:
    """Yield a running server."""
    with range_server.running() as state:
        yield state


def three_scenes(server: range_server.RangeServer, folder: Path, query: str = "") -> str:
    """Put three scenes of different days on the server, and return the path of their items."""
    items = []
    for number in range(3):
        item = catalogues.earth_search(f"{server.url}/data", number, datetime=f"2024-05-0{number + 1}T10:00:00Z")
        asset = item["assets"]["red"]
        server.files[asset["href"].removeprefix(server.url)] = catalogues.geotiff(catalogues.pixels(number))
        asset["href"] += query
        items.append(item)
    return catalogues.write(folder / "items.json", *items)


def assert_complete(output: Path) -> None:
    """Assert that a folder contains the three scenes, their list and nothing else."""
    listed = read_scene_list(str(output / "scenes.json"))
    assert [scene.file for scene in listed.scenes] == [f"2024-05-0{number + 1}.tif" for number in range(3)]
    for number, scene in enumerate(listed.scenes):
        assert np.array_equal(read(output / scene.file), catalogues.pixels(number))
    assert set(listing(output)) == {*(scene.file for scene in listed.scenes), "scenes.csv", "scenes.json", "stack.vrt"}


def test_a_killed_run_is_resumed_with_what_is_missing(server: range_server.RangeServer, tmp_path: Path) -> None:
    """F03: after a kill, there is no list of scenes; the next run reads only the scenes that were not finished."""
    items, output = three_scenes(server, tmp_path), tmp_path / "out"
    run = run_child(KILLED_MIDWAY, {"items": items, "folder": output, "resume": True, **OPTIONS})
    assert run.returncode == -signal.SIGKILL
    finished = [path for path in output.glob("*.tif") if not path.name.startswith(".")]
    assert not (output / "scenes.json").exists() and 0 < len(finished) < 3
    before = {path: len(server.asked(path)) for path in server.files}
    stac_stack(items, output, resume=True, **OPTIONS)
    asked = [path for path, count in before.items() if len(server.asked(path)) > count]
    assert len(asked) == 3 - len(finished)
    assert_complete(output)


@pytest.mark.parametrize("resume", [pytest.param(False, marks=LONG), True])
@pytest.mark.parametrize("when", ["between", "before", "after"])
def test_a_run_killed_while_it_replaces_a_set(
    server: range_server.RangeServer, tmp_path: Path, when: str, resume: bool
) -> None:
    """F03: after a kill, the list of scenes is missing or matches the files; the next run completes the scenes."""
    items, output = three_scenes(server, tmp_path), tmp_path / "out"
    stac_stack(items, output, **{**OPTIONS, "assets": "red@1", "step": "item"})
    run = run_child(KILLED_AT_THE_LIST, {"items": items, "folder": output, "when": when, "resume": resume, **OPTIONS})
    assert run.returncode == -signal.SIGKILL
    assert (output / "scenes.json").exists() == (when == "after")
    if when == "after":
        assert len(read_scene_list(str(output / "scenes.json")).scenes) == 3
    stac_stack(items, output, resume=resume, **OPTIONS)
    assert_complete(output)


@pytest.mark.parametrize("fails_at", [pytest.param(0, marks=LONG), pytest.param(1, marks=LONG), 2, 3])
def test_no_secret_of_an_address_is_written_anywhere(
    server: range_server.RangeServer, tmp_path: Path, fails_at: int
) -> None:
    """F64: the output of the process, errors, tables, lists, reports, journals and rasters contain no secrets."""
    items, output = three_scenes(server, tmp_path, "?sig=verysecret"), tmp_path / "out"
    paths = sorted(server.files)
    for path in paths[: 1 if fails_at == 3 else 3]:
        server.faults[path] = [range_server.Fault(403, times=1000, after=fails_at)]
    arguments = {
        "items": items, "folder": output, "resume": True, "report": tmp_path / "report.html", **OPTIONS,
        "on_error": "skip" if fails_at == 3 else "fail",
    }  # fmt: skip
    run = run_child(STACK, arguments, fresh=True, env={"CPL_LOG_ERRORS": "ON"})
    if fails_at == 3:
        assert run.ok, run.message
    else:
        assert_child_failed_cleanly(run, "status 403", "127.0.0.1", "asset red")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != Path(items)]
    assert written or fails_at < 3
    assert [path for path in written if b"verysecret" in path.read_bytes()] == []
    assert "verysecret" not in run.stdout + run.stderr
    assert os.path.exists(output / "scenes.json") == (fails_at == 3)


def test_no_secret_is_written_by_a_composite(server: range_server.RangeServer, tmp_path: Path) -> None:
    """F64: a composite writes no secrets either, and ends with an error if the server denies access to a file."""
    items, output = three_scenes(server, tmp_path, "?sig=verysecret"), tmp_path / "out"
    for path in server.files:
        server.faults[path] = [range_server.Fault(403, times=1000, after=3)]
    report = tmp_path / "report.html"
    arguments = {"items": items, "folder": output, "bands": ["red"], "network": True, "report": report}
    run = run_child(COMPOSITE, arguments)
    assert_child_failed_cleanly(run, "status 403", "127.0.0.1", "asset red")
    assert [path.name for path in tmp_path.iterdir()] == ["items.json"]
    assert "verysecret" not in run.stdout + run.stderr


def test_no_port_and_no_process(server: range_server.RangeServer, tmp_path: Path) -> None:
    """F48: searches, stacks and composites open no ports, start no processes and leave no threads."""
    path = three_scenes(server, tmp_path)
    server.routes["/search"] = lambda *_: (200, Path(path).read_bytes())
    arguments = {"url": server.url, "folder": tmp_path, "extent": OPTIONS["extent"]}
    run = run_child("import threading\n" + INSPECTED, arguments)
    assert run.ok, f"{run.kind} {run.message}"
    assert (tmp_path / "out" / "median_2024-05.tif").exists()
