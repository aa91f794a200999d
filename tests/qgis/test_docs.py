"""Every command in the README and the guide works on a small raster and prints the output shown on the page.

Blocks marked `bash` or `python` are run: first all `bash` blocks of a page in one shell, then all `python` blocks in
one interpreter. A `text` block that follows one of them contains lines of its expected output.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from harness import ROOT
from installed import install_commands
from pages_of_the_guide import PAGES, blocks, name

MARK = "== block"
PROJ_DATA = "/usr/share/proj"
WITH_COMMANDS = [page for page in PAGES if blocks(page, "bash", "python")]
QGIS_FIRST = "import harness; app = harness.start_qgis(); plugin = harness.load_plugin()\n"


def test_the_pages_have_commands():
    """The pages with commands are found; otherwise `test_commands` would pass without running anything."""
    assert {"README.md", "docs/batch.md", "docs/tiles.md"} <= {name(page) for page in WITH_COMMANDS}


@pytest.fixture
def desk(tmp_path, landsat, monkeypatch):
    """Working folder of the commands, with a raster, and with Sentinel-2 and Landsat bands under their usual names."""
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.copyfile(landsat, folder / "scene.tif")
    random = np.random.default_rng(2)
    for band, size in (("B04", 480), ("B08", 480), ("B05", 240)):  # large enough for overviews
        write_band(folder / f"{band}.jp2", random.integers(1001, 9000, (size, size), dtype="uint16"))
    write_band(folder / "SCL.jp2", random.integers(3, 12, (60, 60), dtype="uint8"))
    for band in ("SR_B4", "SR_B5", "QA_PIXEL"):
        write_band(
            folder / f"{band}.TIF", random.integers(0, 30000, (40, 40), dtype="uint16"), driver="GTiff", nodata=0
        )
    write_visual(folder / "visual.tif", np.random.default_rng(3).integers(0, 255, (3, 240, 240), dtype="uint8"))
    (folder / "year").mkdir()
    for month in range(1, 13):
        for band, size, low, high in (("B04_10m", 40, 1, 5000), ("B08_10m", 40, 1, 5000), ("SCL_20m", 20, 3, 12)):
            pixels = random.integers(low, high, (size, size), dtype="uint8" if "SCL" in band else "uint16")
            path = folder / "year" / f"T33UUP_2024{month:02d}15T101559_{band}.tif"
            write_band(path, pixels, driver="GTiff", nodata=0)
    (folder / "items.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": list(map(item, (1, 2, 3)))})
    )
    monkeypatch.chdir(folder)
    return folder


def item(month):
    """Return a STAC item with the files of a month in the folder `year`."""
    assets = {}
    for key, band, size in (("red", "B04_10m", 40), ("nir", "B08_10m", 40), ("scl", "SCL_20m", 20)):
        grid = {"proj:shape": [size, size], "proj:transform": [1200 / size, 0, 4e5, 0, -1200 / size, 5e6]}
        about = {"nodata": 0, "data_type": "uint8" if key == "scl" else "uint16"}
        scale = {} if key == "scl" else {"scale": 0.0001, "offset": 0}
        href = f"./year/T33UUP_2024{month:02d}15T101559_{band}.tif"
        assets[key] = {"href": href, "raster:bands": [{**about, **scale}], **grid}
    properties = {"datetime": f"2024-{month:02d}-15T10:15:59Z", "proj:epsg": 32633, "platform": "sentinel-2a"}
    identifier = f"S2A_33UUP_2024{month:02d}15_0_L2A"
    return {
        "type": "Feature", "stac_version": "1.0.0", "id": identifier, "collection": "sentinel-2-l2a", "geometry": None,
        "links": [], "properties": properties, "assets": assets,
    }  # fmt: skip


JPEG_2000 = {"driver": "JP2OpenJPEG", "QUALITY": 100, "REVERSIBLE": "YES"}


def write_band(path, pixels, **profile):
    """Write a square one-band raster with a side of 1200 m."""
    side = 1200 / len(pixels)
    grid = {"count": 1, "dtype": pixels.dtype, "crs": "EPSG:32633", "transform": from_origin(4e5, 5e6, side, side)}
    height, width = pixels.shape
    with rasterio.open(path, "w", width=width, height=height, **grid, **(profile or JPEG_2000)) as dataset:
        dataset.write(pixels, 1)


def write_visual(path, pixels):
    """Write a true-colour image on the grid of the bands, with one overview."""
    grid = {"dtype": "uint8", "crs": "EPSG:32633", "transform": from_origin(4e5, 5e6, 5, 5)}
    with rasterio.open(path, "w", driver="GTiff", count=3, width=240, height=240, **grid) as dataset:
        dataset.write(pixels)
        dataset.build_overviews([2])


@pytest.fixture
def environment(tmp_path):
    """Environment variables for a new QGIS profile with this checkout as the plugin and the Python package."""
    tools, plugins, profile = (tmp_path / each for each in ("tools", "plugins", "profile"))
    for each in (tools, plugins, profile):
        each.mkdir()
    program = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
    if program is None:
        pytest.skip("qgis_process is not installed")
    (tools / "qgis_process").symlink_to(program)
    (plugins / "parallel_raster").symlink_to(ROOT)
    commands = install_commands(tools)
    return {
        **os.environ,
        **commands,
        "PYTHONPATH": os.pathsep.join((str(plugins), str(ROOT / "tests" / "qgis"), commands["PYTHONPATH"])),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "XDG_RUNTIME_DIR": str(profile),
        # In a virtual environment, Debian's pyproj does not find the data of Debian's PROJ.
        **({"PROJ_DATA": PROJ_DATA} if os.path.exists(f"{PROJ_DATA}/proj.db") else {}),
    }


@pytest.mark.parametrize(
    "page",
    [page if name(page) == "README.md" else pytest.param(page, marks=pytest.mark.long) for page in WITH_COMMANDS],
    ids=[name(page) for page in WITH_COMMANDS],
)
def test_commands(page, desk, environment):
    shell, python = blocks(page, "bash"), blocks(page, "python")
    if shell:
        script = "".join(f"echo '{MARK}'\n{block.code}" for block in shell)
        if "qgis_process" in script and "plugins enable" not in script:
            script = f"qgis_process plugins enable parallel_raster >/dev/null 2>&1\n{script}"
        check(shell, ["bash", "-euo", "pipefail", "-c", script], environment)
    if python:
        inside = any("import processing" in block.code for block in python)
        script = "".join(f"print('{MARK}', flush=True)\n{textwrap.dedent(block.code)}" for block in python)
        # Exit at once: on a normal exit, QGIS would call Python objects that no longer exist.
        leave = "import os, sys; sys.stdout.flush(); os._exit(0)\n"
        check(python, [sys.executable, "-c", (QGIS_FIRST if inside else "") + script + leave], environment)


def check(run, command, environment):
    """Run the command and assert that the output of each block contains the lines shown on the page."""
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False
    )
    printed = done.stdout.split(MARK)[1:]
    assert done.returncode == 0, f"block {len(printed)}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert len(printed) == len(run)
    for block, output in zip(run, printed):
        missing = [line for line in block.shown if line.strip() not in output]
        assert not missing, f"{block.code}\nprinted\n{output}"
