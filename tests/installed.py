"""Installs the commands of the checkout for tests, with scripts and entry points as pip does, and starts them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

SCRIPT = """#!{python}
import sys
from {module} import {name}
sys.exit({name}())
"""


def entry_points() -> dict[str, dict[str, str]]:
    """Return the entry points that pyproject.toml declares: group -> name -> object."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    sections = re.findall(r'^\[project\.(?:scripts|entry-points\."([\w.]+)")\]\n((?:.+\n)+)', text, re.MULTILINE)
    return {
        group or "console_scripts": dict(re.findall(r'^([\w-]+) = "([\w.:]+)"$', lines, re.MULTILINE))
        for group, lines in sections
    }


def install_commands(folder: Path) -> dict[str, str]:
    """Install the commands `parallel-raster` and `rio` in a folder; return the environment variables to use them."""
    package = folder / "packages"
    metadata = package / "parallel_raster-0.dist-info"
    metadata.mkdir(parents=True)
    (package / "parallel_raster").symlink_to(ROOT)
    declared = entry_points()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: parallel-raster\nVersion: 0\n", encoding="utf-8")
    (metadata / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in entries.items())
            for group, entries in declared.items()
        ),
        encoding="utf-8",
    )
    for name, target in {**declared["console_scripts"], "rio": "rasterio.rio.main:main_group"}.items():
        module, _, function = target.partition(":")
        path = folder / name
        path.write_text(SCRIPT.format(python=sys.executable, module=module, name=function), encoding="utf-8")
        path.chmod(0o755)
    return {
        "PATH": os.pathsep.join((str(folder), os.environ["PATH"])),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH", "")))),
    }


def start(words: list[str], folder: Path) -> subprocess.Popen[str]:
    """Install the commands in a folder and start `parallel-raster`, with Ctrl+C as in a terminal."""
    return subprocess.Popen(
        ["parallel-raster", *words],
        env={**os.environ, **install_commands(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
