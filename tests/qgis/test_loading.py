"""Loading the plugin imports neither large packages nor modules that are needed only during a run."""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {"dask", "xarray", "rioxarray", "rasterio", "distributed", "numpy", "configparser", "concurrent"}
FOR_RUNS = {
    f"algorithms.shared.{name}"
    for name in (
        "destinations", "gdal_file", "layers", "loading", "object_table", "polygon_features", "sinks", "styles",
        "task", "tile_features", "zone_features",
    )
}  # fmt: skip
CORE = {"core", "core.dependencies", "core.errors", "core.choices", "core.suggestions"}
CORE |= {"core.indexes", "core.indexes.catalogue"}
"""Modules of the core that are loaded before a run: choices, names of indexes, and the check for missing packages."""

LOAD = """
import json, sys
from harness import load_plugin, start_qgis
app = start_qgis()
before = set(sys.modules)
plugin = load_plugin()
provider = app.processingRegistry().providerById("parallelraster")
ids = [algorithm.id() for algorithm in provider.algorithms()]
print(json.dumps({"ids": ids, "new": sorted(set(sys.modules) - before)}))
"""


def load_once() -> dict:
    """Load the plugin in a new QGIS process; return the algorithm IDs and the imported modules."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=ROOT / "tests" / "qgis",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_loading_imports_only_what_is_needed(qgis_app):
    """Loading the plugin lists all algorithms, without importing large packages or modules needed only during a run."""
    load = load_once()
    names = (
        "Mask, then index", "NDVI by way of tiles", "NDVI median of a season", "NDVI per field", "Objects by threshold",
        "Search, stack, composite", "Stack to chips",
        "benchmark", "checkinstallation", "focalfilter", "focalfiltertiles", "labelobjects", "maskraster", "mergetiles",
        "normalizeddifference", "normalizeddifferencetiles", "rastercalculator", "rastercalculatortiles",
        "spectralindex", "stacsearch", "stacstack", "temporalcomposite", "tileraster", "trainingchips",
        "zonalstatistics",
    )  # fmt: skip
    assert load["ids"] == [f"parallelraster:{name}" for name in names]
    assert not {name.split(".")[0] for name in load["new"]} & HEAVY
    own = {name[len("parallel_raster.") :] for name in load["new"] if name.startswith("parallel_raster.")}
    assert all((ROOT / name.replace(".", "/")).with_suffix(".py").is_file() for name in FOR_RUNS)
    assert not own & FOR_RUNS
    assert {name for name in own if name.split(".")[0] == "core"} == CORE


def test_provider_name_icon_and_extensions(provider):
    """The provider has a name and an icon, and offers only extensions that the algorithms write."""
    assert provider.name() == "Parallel Raster"
    assert provider.supportedOutputRasterLayerExtensions() == ["tif", "tiff", "vrt"]
    assert not provider.icon().isNull()


def test_metadata_has_the_required_fields():
    """metadata.txt has the fields of the plugin site, the QGIS versions, and the flag that `qgis_process` needs."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "metadata.txt")
    metadata = parser["general"]
    for field in ("name", "description", "about", "version", "author", "email", "tracker", "repository", "homepage"):
        assert metadata[field].strip(), field
    assert (metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"]) == ("3.22", "4.99")
    assert metadata["hasProcessingProvider"] == "yes"
    assert metadata["author"] == "Parallel Raster developers"
    assert "%" not in (ROOT / "metadata.txt").read_text()
    assert (ROOT / metadata["icon"]).is_file()
    assert (ROOT / "LICENSE").is_file()


def test_import_of_the_package_needs_no_qgis():
    """Importing the core in plain Python does not import QGIS, GDAL's bindings or Qt."""
    code = (
        "import sys; from harness import register_package; register_package();"
        "from parallel_raster.core import normalized_difference;"
        "print([n for n in sys.modules if n.split('.')[0] in ('qgis', 'osgeo', 'PyQt5', 'PyQt6')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "tests" / "qgis", capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
