"""`scripts/setup.sh` lists the packages that a target needs before it installs them."""

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
    """Function that runs the script in a temporary folder and returns its result and its calls to other programs.

    Programs that would change the system are replaced by stubs that record their arguments.
    """
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in STUBS.items():
        (programs / name).write_text(f"#!/bin/bash\n{text}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "scripts").mkdir()
    shutil.copy(shipped.ROOT / "scripts" / "setup.sh", tmp_path / "scripts")
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"

    def run(purpose, **environment):
        result = subprocess.run(
            [tmp_path / "scripts" / "setup.sh", purpose], env={**os.environ, "PATH": path, **environment},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        calls = tmp_path / "calls"
        return result, calls.read_text().splitlines() if calls.exists() else []

    return run


def test_demo_installs_no_test_tools(setup, tmp_path):
    result, calls = setup("demo")
    assert result.returncode == 0, result.stderr
    update, _, install = calls
    assert " update" in update and {"qgis", "python3-rasterio"} <= set(install.split())
    assert not ONLY_FOR_TESTS & set(install.split())
    assert not (tmp_path / ".venv").exists()


def test_packages_and_size_are_listed_before_installation(setup):
    result, _ = setup("demo")
    _, packages, size = result.stdout.splitlines()
    assert "qgis" in packages.split() and "libisal2" in packages.split()
    assert "300 MB" in size and "1,234 MB" in size and "minutes" in size


def test_develop_installs_test_tools(setup, tmp_path):
    for name in ("pyproject.toml", "requirements-dev.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / ".venv").mkdir()
    stamp = subprocess.run(["/usr/bin/python3", "--version"], capture_output=True, text=True, check=True).stdout
    (tmp_path / ".venv" / "stamp").write_text(stamp)
    result, calls = setup("develop")
    assert result.returncode == 0, result.stderr
    assert set(calls[-1].split()) >= ONLY_FOR_TESTS


def test_nothing_is_done_if_nothing_is_missing(setup):
    result, calls = setup("demo", STUB_INSTALLED="1")
    assert (result.returncode, result.stdout, calls) == (0, "", [])


def test_sudo_is_used_without_root(setup):
    result, calls = setup("demo", STUB_ID="1000")
    assert result.returncode == 0, result.stderr
    assert [call for call in calls if call.startswith("sudo")] == ["sudo apt-get", "sudo env", "sudo env"]


@pytest.mark.parametrize("purpose", ["", "everything"])
def test_unknown_purpose(setup, purpose):
    result, calls = setup(purpose)
    assert result.returncode == 2 and "setup.sh demo" in result.stderr and calls == []
