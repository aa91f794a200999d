"""Check a zip of this checkout against the rules of the QGIS plugin site.

The script prints all problems, including findings of Bandit and detect-secrets, and exits with code 1 if there are any.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "parallel_raster"
LARGEST = 25 * 10**6

NEEDED = {"__init__.py", "metadata.txt", "LICENSE"}
ALLOWED = NEEDED | {"README.md", "CHANGELOG.md", "requirements.txt", "algorithms", "core", "plugin", "resources"}
SUFFIXES = {".py", ".json", ".txt", ".md", ".svg", ".png", ".qml", ".model3", ".html", ".css", ".ts", ".qm"}
"""Allowed file name extensions; others indicate binaries or leftover files."""

FIELDS = (
    "name", "description", "about", "version", "qgisMinimumVersion", "qgisMaximumVersion", "author", "email",
    "homepage", "tracker", "repository", "tags", "category", "changelog", "icon", "hasProcessingProvider",
)  # fmt: skip


def pack(target: Path, checkout: Path = ROOT) -> Path:
    """Write the zip that `make zip` would create if all files were committed; return its path."""
    with tempfile.TemporaryDirectory() as folder:
        objects = _git(checkout, "rev-parse", "--path-format=absolute", "--git-path", "objects")
        # A separate index and object store are used, so that the repository does not change.
        separate = {
            **os.environ,
            "GIT_INDEX_FILE": f"{folder}/index",
            "GIT_OBJECT_DIRECTORY": folder,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects,
        }
        _git(checkout, "add", "--all", environment=separate)
        tree = _git(checkout, "write-tree", environment=separate)
        options = ["--format=zip", f"--prefix={PACKAGE}/", f"--output={target}"]
        _git(checkout, "archive", *options, tree, environment=separate)
    return target


def _git(checkout: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    command = ["git", "-c", "core.safecrlf=false", "-C", str(checkout), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"git {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def faults_of_zip(path: Path) -> list[str]:
    """Return the problems with the zip's size and with the names of the files in it."""
    with zipfile.ZipFile(path) as archive:
        names = [PurePosixPath(name) for name in archive.namelist() if not name.endswith("/")]
    faults = (
        []
        if path.stat().st_size < LARGEST
        else [f"the zip has a size of {path.stat().st_size} bytes, but must be smaller than {LARGEST} bytes"]
    )
    faults += [f"{name} is outside the folder {PACKAGE}" for name in names if name.parts[0] != PACKAGE]
    inside = [PurePosixPath(*name.parts[1:]) for name in names if name.parts[0] == PACKAGE]
    faults += [f"{name} is missing" for name in sorted(NEEDED - {str(name) for name in inside})]
    for name in inside:
        if name.parts[0] not in ALLOWED:
            faults.append(f"{name} does not belong in the plugin")
        elif any(part.startswith((".", "__pycache__")) for part in name.parts):
            faults.append(f"{name} is a hidden or leftover file")
        elif any(part in ("test", "tests") for part in name.parts):
            faults.append(f"{name} is a test")
        elif name.suffix not in SUFFIXES and name.name != "LICENSE":
            faults.append(f"{name} has an extension that is not allowed in a plugin")
    return faults


def faults_of_metadata(plugin: Path, project: str) -> list[str]:
    """Return the problems in `metadata.txt` of the unpacked plugin; `project` is the text of pyproject.toml."""
    text = (plugin / "metadata.txt").read_text(encoding="utf-8")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    metadata = parser["general"]
    faults = [f"metadata.txt has no {field}" for field in FIELDS if not metadata.get(field, "").strip()]
    faults += ["metadata.txt contains a % character"] if "%" in text else []
    faults += [
        f"{field} is not an https URL with a path: {metadata[field]}"
        for field in ("homepage", "tracker", "repository")
        if not re.fullmatch(r"https://[^\s/]+/\S+", metadata.get(field, ""))
    ]
    if not (plugin / metadata.get("icon", "none")).is_file():
        faults.append("the icon named in metadata.txt is not in the zip")
    if f'\nversion = "{metadata.get("version")}"' not in project:
        faults.append("the versions in pyproject.toml and metadata.txt differ")
    return faults


def findings(plugin: Path) -> list[str]:
    """Return the findings of Bandit and detect-secrets in the unpacked plugin."""
    bandit = _json_of("bandit", "--quiet", "--format", "json", "--recursive", str(plugin))
    found = [
        f"{Path(each['filename']).relative_to(plugin)}:{each['line_number']} {each['test_id']} {each['issue_text']}"
        for each in bandit["results"] + bandit["errors"]
    ]
    secrets = _json_of("detect_secrets", "-C", str(plugin), "scan", "--all-files", ".")
    found += [
        f"{name}:{each['line_number']} {each['type']}" for name, found in secrets["results"].items() for each in found
    ]
    return found


def _json_of(module: str, *arguments: str) -> dict:
    done = subprocess.run([sys.executable, "-m", module, *arguments], capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise RuntimeError(f"{module} failed: {done.stderr.strip()[-500:]}")
    return json.loads(done.stdout)


def main() -> int:
    """Print all problems with the plugin's zip; return the exit code."""
    if not shutil.which("git") or not (ROOT / ".git").exists():
        print("The zip was not checked: this folder is not a git checkout, or git is not installed.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        archive = pack(Path(folder) / "plugin.zip")
        size = archive.stat().st_size
        faults = faults_of_zip(archive)
        with zipfile.ZipFile(archive) as packed:
            packed.extractall(folder)
        plugin = Path(folder) / PACKAGE
        faults += faults_of_metadata(plugin, (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
        faults += findings(plugin)
    print(*faults or [f"The plugin's zip complies with the plugin site's rules ({size / 1e6:.2f} MB)."], sep="\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
