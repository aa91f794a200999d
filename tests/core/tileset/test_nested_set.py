"""A nested set replaces an older set completely or not at all, even if the process is killed during the exchange."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from forks import Forks
from nested_sets import LAYOUT, Lines, write_set
from parallel_raster.core.errors import OutputError
from parallel_raster.core.tileset.nested_set import NestedSet

TESTS = Path(__file__).resolve().parents[2]
PRELUDE = f"""
import signal
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS / "core")!r}]
import conftest
import nested_sets
"""
KILLED = """
arguments = json.loads(sys.argv[1])
real, calls = os.replace, [0]
def replace(one, other):
    if "/.set/" in one + other and "/work/" not in one:
        if calls[0] == arguments["at"]:
            os.kill(os.getpid(), signal.SIGKILL)
        calls[0] += 1
    real(one, other)
os.replace = replace
nested_sets.write_set(arguments["folder"], arguments["names"], resume=arguments["resume"])
"""
FORKS = Forks(PRELUDE)


OLD = ["images/a/1.txt", "images/a/2.txt", "labels/a/1.txt"]
NEW = ["images/b/1.txt", "images/b/3.txt"]


def content(folder):
    """Return the contents of all files that are not in hidden folders, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in Path(folder).rglob("*")
        if path.is_file() and ".set" not in path.parts
    }


def expected(names):
    documents = {"numbers.txt": str(len(names)), "list.json": json.dumps({"files": names})}
    return {**{name: name for name in names}, **documents}


def test_a_set_replaces_an_older_one(tmp_path):
    write_set(tmp_path, OLD)
    assert content(tmp_path) == expected(OLD)
    write_set(tmp_path, NEW)
    assert content(tmp_path) == expected(NEW)
    assert sorted(os.listdir(tmp_path)) == ["images", "list.json", "numbers.txt"]


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("at", range(8))
def test_a_kill_during_the_exchange(tmp_path, at, resume):
    """After a kill, a run that fails restores the older set, and a run that succeeds writes the new set."""
    write_set(tmp_path, OLD)
    arguments = {"folder": str(tmp_path), "names": NEW, "at": at, "resume": resume}
    run = FORKS.run(KILLED, json.dumps(arguments), environment={}, timeout=120)
    assert run.returncode == (-signal.SIGKILL if at < 7 else 0), run.stderr[-2000:]
    if at < 7:
        with pytest.raises(KeyboardInterrupt):
            write_set(tmp_path, ["images/c/1.txt"], resume=resume, identity="y", fail=True)
        assert content(tmp_path) == expected(OLD)
    write_set(tmp_path, NEW, resume=resume)
    assert content(tmp_path) == expected(NEW)


def test_files_of_an_unfinished_run_are_kept(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        write_set(tmp_path / "out", OLD, resume=True, fail=True)
    assert os.listdir(tmp_path / "out") == [".set"]
    log = Lines()
    write_set(tmp_path / "out", OLD, resume=True, log=log)
    assert content(tmp_path / "out") == expected(OLD)
    assert log[0].startswith("Resumed with files left by an unfinished run: 3.")


@pytest.mark.parametrize("exists", [False, True])
def test_a_failed_run_leaves_the_folder_unchanged(tmp_path, exists):
    if exists:
        write_set(tmp_path / "out", OLD)
    with pytest.raises(KeyboardInterrupt):
        write_set(tmp_path / "out", NEW, fail=True)
    assert (tmp_path / "out").exists() == exists
    assert content(tmp_path / "out") == (expected(OLD) if exists else {})


def test_other_files_are_not_replaced(tmp_path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"mine\.txt does not belong to a set of pictures") as caught:
        write_set(tmp_path, NEW)
    assert caught.value.parameter == "folder" and content(tmp_path) == {"labels/mine.txt": "mine"}
    (tmp_path / "labels" / "mine.txt").rename(tmp_path / "list.json")
    with pytest.raises(OutputError, match=r"list\.json is damaged\. To write a new set to .*, first remove list\.json"):
        write_set(tmp_path, NEW)


def test_two_runs_in_one_folder(tmp_path):
    running = NestedSet(str(tmp_path), LAYOUT, {}, resume=False, log=Lines())
    with running, pytest.raises(OutputError, match="Another run is writing pictures to"):
        write_set(tmp_path, NEW)
