"""`make test` runs all suites even if one fails, and ends with a summary of all suites."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

import pytest

import shipped

SCRIPT = shipped.ROOT / "scripts" / "test.py"

MAKEFILE = f"""
setup:
\tfalse  # was done before

test-%: setup
\t{sys.executable} -m pytest -p no:cacheprovider tests/$*

test-hanging:
\t(echo begun; sleep 600) >alive
"""

TESTS = {
    "good": "def test_one(): pass\nclass TestTwo:\n    def test_three(self): pass\n",
    "bad": """
import pytest

@pytest.fixture
def broken():
    yield 1 / 0

@pytest.fixture
def left_broken():
    yield
    1 / 0

class TestIt:
    @pytest.mark.parametrize("a", ["x.y"])
    def test_fails(self, a): assert False

def test_cannot_begin(broken): pass
def test_fails_twice(left_broken): assert False
def test_fails_at_its_end(left_broken): pass
def test_passes(): pass
@pytest.mark.xfail
def test_known(): assert False
""",
    "absent": """
import pytest
for name in ("one", "two"):
    exec(f"def test_{name}(): pytest.skip('there is no screen here')")
""",
    "crashing": "def test_first(): pass\ndef test_crash():\n    import os\n    os.abort()\n",
    "unreadable": "import no_such_module\n",
    "empty": "",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Folder with a Makefile and suites that pass, fail, skip, crash, cannot be imported or are empty."""
    (tmp_path / "Makefile").write_text(MAKEFILE)
    for name, text in TESTS.items():
        folder = tmp_path / "tests" / name
        folder.mkdir(parents=True)
        (folder / f"test_{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in [each for each in os.environ if each.startswith(("PYTEST_ADDOPTS", "PYTEST_XDIST", "MAKE"))]:
        monkeypatch.delenv(name)
    return tmp_path


def summary_of(*suites):
    """Run suites and return the exit code and the lines of the summary, with runs of spaces reduced to one."""
    done = subprocess.run([sys.executable, SCRIPT, *suites], capture_output=True, text=True, timeout=300)
    lines = done.stdout.split("== summary ==\n")[1].splitlines()
    return done.returncode, [" ".join(line.split()) for line in lines]


def without_seconds(line):
    """Return a line of test counts without the duration at its end."""
    words = line.split()
    assert words[-1] == "s" and words[-2].isdigit()
    return " ".join(words[:-2])


def test_summary_of_all_kinds_of_suites(tree):
    code, lines = summary_of("bad", "crashing+unreadable", "empty", "absent", "good")
    assert code == 1
    assert lines[:8] == [
        "skipped absent: 2 x there is no screen here",
        "FAILED tests/bad/test_bad.py::TestIt::test_fails[x.y]",
        "FAILED tests/bad/test_bad.py::test_cannot_begin",
        "FAILED tests/bad/test_bad.py::test_fails_twice",
        "FAILED tests/bad/test_bad.py::test_fails_at_its_end",
        "FAILED crashing: make test-crashing exited with code 2",
        "FAILED tests/unreadable/test_unreadable.py",
        "FAILED empty: no test was run",
    ]
    assert [without_seconds(line) for line in lines[8:]] == [
        "bad FAILED 1 passed, 4 failed, 0 skipped, 1 expected to fail",
        "crashing FAILED 0 passed, 1 failed, 0 skipped",
        "unreadable FAILED 0 passed, 1 failed, 0 skipped",
        "empty FAILED 0 passed, 1 failed, 0 skipped",
        "absent skipped 0 passed, 0 failed, 2 skipped",
        "good passed 2 passed, 0 failed, 0 skipped",
        "3 passed, 7 failed, 2 skipped, 1 expected to fail in",
    ]


def test_skipped_tests_are_not_failures(tree):
    code, lines = summary_of("good", "absent")
    assert code == 0
    assert without_seconds(lines[-1]) == "2 passed, 0 failed, 2 skipped in"


def test_old_report_is_ignored(tree):
    (tree / "build" / "test").mkdir(parents=True)
    (tree / "build" / "test" / "crashing.xml").write_text('<testsuite><testcase name="old"/></testsuite>')
    code, lines = summary_of("crashing")
    assert code == 1
    assert without_seconds(lines[-1]) == "0 passed, 1 failed, 0 skipped in"


@pytest.fixture
def alive(tree):
    """Pipe that reaches its end as soon as all processes of the suite `hanging` have ended."""
    os.mkfifo(tree / "alive")
    alive = os.open(tree / "alive", os.O_RDONLY | os.O_NONBLOCK)
    yield alive
    os.close(alive)


def assert_ended(alive):
    text = b"begun"
    while text:
        ready, _, _ = select.select([alive], [], [], 60)
        assert ready, "a process of the suite is still running"
        text = os.read(alive, 100)


def test_hanging_suite_is_ended(alive, monkeypatch, capsys):
    script = shipped.script("test")
    monkeypatch.setattr(script, "LIMIT", 2)
    assert script.main(["hanging"]) == 1
    assert "FAILED     hanging: the suite was killed after 2 s" in capsys.readouterr().out
    assert_ended(alive)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("suites", ["hanging", "hanging+good"])
def test_signal_ends_all_suites(alive, suites, number):
    child = subprocess.Popen([sys.executable, SCRIPT, suites], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun, _, _ = select.select([alive], [], [], 60)
    assert begun and os.read(alive, 6) == b"begun\n"
    child.send_signal(number)
    assert child.wait(60) == 130
    assert_ended(alive)
