"""Fixtures for the fault tests. This module also makes their helpers and `parallel_raster` importable.

Fault numbers such as F01 are explained in docs/reliability.md.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

import child_package  # noqa: F401 - registers the package before the tests import it
import fault_kit
import qgis_kit


@pytest.fixture(scope="session")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a raster with two bands of noise, 768 x 768 pixels in 36 blocks. Tests must not change the file."""
    return fault_kit.make_raster(tmp_path_factory.mktemp("inputs") / "noise.tif", 768)


@pytest.fixture(scope="session")
def big_noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Path of a raster with two bands that takes about a second to process, long enough to send a signal to the run."""
    return fault_kit.make_raster(tmp_path_factory.mktemp("inputs") / "big.tif", 2048)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Folder that every user may enter and write to, unlike `tmp_path`, which is inside a private folder."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    os.chmod(folder, 0o777)  # noqa: S103 - another user must write here
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> qgis_kit.Qgis:
    """QGIS profile in which the plugin is enabled. The test is skipped if QGIS is not installed."""
    return qgis_kit.make_qgis(tmp_path_factory.mktemp("qgis"))
