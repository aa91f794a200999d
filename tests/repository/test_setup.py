"""`make demo` and `make test` install what each needs, and say so first."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

import shipped

pytestmark = pytest.mark.skipif(
    not os.path.exists("/etc/debian_version") or shutil.which("apt-get") is None, reason="not Debian or Ubuntu"
)

STUBS = {
    "id": "echo ${STUB_ID-0}",
    "dpkg-query": '[ -z "$STUB_INSTALLED" ] || for name in "${@:4}"; do echo "$name installed"; done',
    "sudo": 'echo "sudo $1" >>calls; exec "$@"',
    "apt-get": """
echo "apt-get $*" >>calls
case "$*" in *--assume-no*)
    echo "Need to get 300 MB of archives."
    echo "After this operation, 1,234 MB of additional disk space will be used."
    exit 1 ;;
esac""",
}
ONLY_FOR_TESTS = {"xvfb", "python3-venv", "git", "make"}


@pytest.fixture
def setup(tmp_path):
    """Run the script in a folder of its own, where programs that would change the system only write what they got."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in STUBS.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "scripts").mkdir()
    shutil.copy(shipped.ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def run(purpose, **environment):
        done = subprocess.run(
            [tmp_path / "scripts" / "setup.sh", purpose], env={**os.environ, "PATH": path, **environment},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        calls = tmp_path / "calls"
        return done, calls.read_text().splitlines() if calls.exists() else []

    return run


def test_the_demo_needs_no_tools_for_tests(setup, tmp_path):
    done, calls = setup("demo")
    assert done.returncode == 0, done.stderr
    update, _, install = calls
    assert " update" in update and {"qgis", "python3-rasterio"} <= set(install.split())
    assert not ONLY_FOR_TESTS & set(install.split())
    assert not (tmp_path / ".venv").exists()


def test_it_says_first_what_is_installed(setup):
    done, _ = setup("demo")
    asking, what, size = done.stdout.splitlines()
    assert "qgis" in what.split() and "libisal2" in what.split()
    assert "300 MB" in size and "1,234 MB" in size and "minutes" in size


def test_tests_need_more(setup, tmp_path):
    for name in ("pyproject.toml", "requirements-dev.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / ".venv").mkdir()
    stamp = subprocess.run(["/usr/bin/python3", "--version"], capture_output=True, text=True, check=True).stdout
    (tmp_path / ".venv" / "stamp").write_text(stamp)
    done, calls = setup("develop")
    assert done.returncode == 0, done.stderr
    assert set(calls[-1].split()) >= ONLY_FOR_TESTS


def test_nothing_is_done_where_nothing_is_missing(setup):
    done, calls = setup("demo", STUB_INSTALLED="1")
    assert (done.returncode, done.stdout, calls) == (0, "", [])


def test_a_user_needs_sudo(setup):
    done, calls = setup("demo", STUB_ID="1000")
    assert done.returncode == 0, done.stderr
    assert [call for call in calls if call.startswith("sudo")] == ["sudo apt-get", "sudo env", "sudo env"]


@pytest.mark.parametrize("purpose", ["", "everything"])
def test_a_purpose_that_there_is_not(setup, purpose):
    done, calls = setup(purpose)
    assert done.returncode == 2 and "setup.sh demo" in done.stderr and calls == []
