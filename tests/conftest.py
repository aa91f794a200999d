"""Makes the checkout importable as the `parallel_raster` package, regardless of the name of its folder."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LANDSAT = "L7_ETMs.tif"

# Tests expect English texts, regardless of the language set on the machine.
os.environ["LC_ALL"] = "C.UTF-8"


def _register_checkout() -> None:
    if os.environ.get("PARALLEL_RASTER_INSTALLED") == "1" and importlib.util.find_spec("parallel_raster"):
        return  # the tests use the installed package
    spec = importlib.util.spec_from_file_location(
        "parallel_raster", ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["parallel_raster"] = module
    spec.loader.exec_module(module)


_register_checkout()


@pytest.fixture(scope="session")
def landsat() -> Path:
    """Path of a real Landsat 7 scene: 349 x 352 pixels, 6 uint8 bands (band 3 red, band 4 near infrared), no nodata."""
    path = ROOT / "build" / "data" / LANDSAT
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch_landsat(path)
    return path


def _fetch_landsat(path: Path) -> None:
    """Extract the Landsat scene from the Debian package r-cran-stars to `path`; if that fails, skip the test."""
    missing = [program for program in ("apt-get", "dpkg-deb") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{path} is missing, and {missing[0]}, which is needed to fetch it, is not installed")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        try:
            # If apt runs as root, it downloads as another user, who must be able to enter the folder.
            os.chmod(folder, 0o777)  # noqa: S103
            fetch = ["apt-get", "download", "r-cran-stars"]
            subprocess.run(fetch, cwd=folder, check=True, capture_output=True, text=True, timeout=120)
            package = next(Path(folder).glob("r-cran-stars_*.deb"))
            subprocess.run(["dpkg-deb", "-x", str(package), folder], check=True, capture_output=True, timeout=120)
            os.replace(Path(folder) / "usr/lib/R/site-library/stars/tif" / LANDSAT, path)
        except subprocess.CalledProcessError as error:
            words = error.stderr if isinstance(error.stderr, str) else error.stderr.decode(errors="replace")
            pytest.skip(f"{path} is missing and could not be fetched: {' '.join(words.split())[-200:]}")
        except (OSError, StopIteration, subprocess.TimeoutExpired) as error:
            pytest.skip(f"{path} is missing and could not be fetched: {error!r}")
