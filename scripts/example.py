"""Make a QGIS project with results of all algorithms, computed by `qgis_process` from small synthetic scenes.

The project, its data and all results are in one folder (by default, build/example), which can be moved. The QGIS
profile is in a separate folder next to it. The runs are listed in `EXAMPLES`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from example_catalogue import COLLECTION, EXTENT, catalogue
from example_data import make_data
from qgis_runs import BUILD, new_profile, plugins_of, program

PROJECT = "parallel_raster.qgz"
PROVIDER = "parallelraster"
INPUTS = "Input"

Style = Callable[[Any], None]
"""Function that sets the style of a layer."""


def as_opened(layer: Any) -> None:
    """Keep QGIS's default style."""


def stretched(low: float, high: float) -> Style:
    """Return a style that draws QGIS's default bands with a fixed range of values."""

    def apply(layer: Any) -> None:
        from parallel_raster.algorithms.shared.time_layers import apply_stretches

        apply_stretches(layer, [(low, high)])

    return apply


REFLECTANCE = stretched(0, 0.2)


def ndvi(layer: Any) -> None:
    """Draw the first band with the plugin's NDVI colours."""
    from parallel_raster.algorithms.shared.styles import Colours, apply_colours

    apply_colours(layer, Colours("ndvi"))


def objects(layer: Any) -> None:
    """Draw object ids in contrasting colours."""
    from qgis.core import QgsRasterBandStats

    from parallel_raster.algorithms.shared.styles import MixedColours, apply_colours

    largest = layer.dataProvider().bandStatistics(1, QgsRasterBandStats.Stats.Max).maximumValue
    apply_colours(layer, MixedColours(int(largest)))


def zones(field: str) -> Style:
    """Return a style that colours polygons by the values of a field."""

    def apply(layer: Any) -> None:
        from parallel_raster.algorithms.shared.styles import ZoneColours, apply_zone_colours

        apply_zone_colours(layer, ZoneColours(field))

    return apply


def outlines(layer: Any) -> None:
    """Draw the outlines of polygons."""
    from qgis.core import QgsFillSymbol, QgsSingleSymbolRenderer

    symbol = QgsFillSymbol.createSimple({"style": "no", "outline_color": "#c0392b", "outline_width": "0.5"})
    layer.setRenderer(QgsSingleSymbolRenderer(symbol))


def month(layer: Any) -> None:
    """Style a layer as reflectances, and set its temporal range to the month in its name."""
    from parallel_raster.algorithms.shared.time_layers import apply_range, time_range

    begin = datetime.strptime(layer.name()[-7:], "%Y-%m")
    REFLECTANCE(layer)
    apply_range(layer, time_range(begin, begin.replace(month=begin.month + 1)))


@dataclass(frozen=True)
class Example:
    """A run of an algorithm, and the layers of the project that show its results.

    All paths are relative to the folder of the project.

    Attributes
    ----------
    parameters : mapping of str to object
        The values of the parameters.
    layers : mapping of str to Style
        Patterns of the result files to load, with the function that draws each layer.
    reports : tuple of str
        The HTML pages that the run writes.
    outputs : tuple of str
        Output files in the order of the algorithm's outputs. Only for models, whose output names differ between
        versions of QGIS.
    needs : str
        Algorithm whose results are inputs of this run; the algorithm's example comes earlier in `EXAMPLES`.
    """

    parameters: Mapping[str, object]
    layers: Mapping[str, Style] = field(default_factory=dict)
    reports: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    needs: str = ""


NDVI = {"BAND_A": 4, "BAND_B": 1}
MASKED = {"MASK": "scl.tif", "MASK_VALUES": "9"}

CATALOGUE = "{catalogue}"
"""Placeholder in `parameters` for the URL of the STAC catalogue."""

SEARCH = {"COLLECTIONS": COLLECTION, "EXTENT": EXTENT, "START": "2024-05-01", "END": "2024-07-31"}
STACKED = {"ASSETS": "B04,B03,B02", "MASK_ASSET": "SCL"}

EXAMPLES = {
    "tileraster": Example(
        {"INPUT": "scene.tif", "TILING": 0, "COLUMNS": 3, "ROWS": 2, "OVERLAP": 8, "OUTPUT": "tiles",
         "TILE_INDEX": "tile_index.gpkg"},
        {"tile_index.gpkg": outlines, "tiles/*.tif": REFLECTANCE},
    ),
    "normalizeddifferencetiles": Example(
        {"INPUT_FOLDER": "tiles", **NDVI, "OUTPUT": "ndvi_tiles"}, {"ndvi_tiles/*.tif": ndvi}, needs="tileraster"
    ),
    "rastercalculatortiles": Example(
        {"INPUT_FOLDER": "tiles", "EXPRESSION": "A@4 / A@1", "OUTPUT": "ratio_tiles"},
        {"ratio_tiles/*.tif": stretched(0, 10)}, needs="tileraster",
    ),
    "focalfiltertiles": Example(
        {"INPUT_FOLDER": "tiles", "METHOD": 2, "RADIUS": 2, "OUTPUT": "median_tiles"},
        {"median_tiles/*.tif": REFLECTANCE}, needs="tileraster",
    ),
    "mergetiles": Example(
        {"INPUT_FOLDER": "ndvi_tiles", "OUTPUT": "ndvi_merged.tif"}, {"ndvi_merged.tif": ndvi},
        needs="normalizeddifferencetiles",
    ),
    "normalizeddifference": Example(
        {"INPUT": "scene.tif", **NDVI, **MASKED, "REPORT": "ndvi.html", "OUTPUT": "ndvi.tif"},
        {"ndvi.tif": ndvi}, ("ndvi.html",),
    ),
    "spectralindex": Example(
        {"INPUTS": "scene.tif", "INDEX": "EVI", "SENSOR": "Sentinel-2", **MASKED, "OUTPUT": "evi.tif"},
        {"evi.tif": ndvi},
    ),
    "rastercalculator": Example(
        {"INPUTS": "scene.tif", "EXPRESSION": "(A@1 + A@2 + A@3) / 3", **MASKED, "OUTPUT": "brightness.tif"},
        {"brightness.tif": stretched(0, 2000)},
    ),
    "focalfilter": Example(
        {"INPUT": "scene.tif", "METHOD": 1, "SIGMA": 3, "OUTPUT": "smooth.tif"}, {"smooth.tif": REFLECTANCE}
    ),
    "maskraster": Example({"INPUT": "scene.tif", **MASKED, "OUTPUT": "clear.tif"}, {"clear.tif": REFLECTANCE}),
    "labelobjects": Example(
        {"INPUTS": "scene.tif", "EXPRESSION": "A@4 > A@1 * 5", "MIN_SIZE": 50, **MASKED,
         "OUTPUT": "plants.tif", "TABLE": "plants.csv"},
        {"plants.csv": as_opened, "plants.tif": objects},
    ),
    "zonalstatistics": Example(
        {"INPUT": "scene.tif", "ZONES": 1, "POLYGONS": "fields.geojson", "FIELD": "field", "BANDS": 4, **MASKED,
         "TABLE": "fields_b4.gpkg"},
        {"fields_b4.gpkg": zones("b4_mean")},
    ),
    "temporalcomposite": Example(
        {"INPUT_FOLDER": "scenes", "BANDS": "B04,B03,B02", "MASK_BAND": "SCL", "OUTPUT": "months"},
        {"months/median_????-??.tif": month},
    ),
    "stacsearch": Example({"URL": CATALOGUE, **SEARCH, "OUTPUT": "items.geojson"}, {"items.geojson": outlines}),
    "stacstack": Example(
        {"ITEMS": "items.geojson", **STACKED, "EXTENT": EXTENT, "OUTPUT": "stack"},
        {"stack/????-??-??.tif": REFLECTANCE}, needs="stacsearch",
    ),
    "trainingchips": Example(
        {"INPUT": "scene.tif", "SIZE": 64, "LABELS": "fields.geojson", "CLASS_FIELD": "crop", "SPLIT_BLOCK": 1280,
         "OUTPUT": "chips", "INDEX_LAYER": "chips.gpkg", "REPORT": "chips.html"},
        {"chips.gpkg": outlines, "chips/images/train/*.tif": REFLECTANCE}, ("chips.html",),
    ),
    "checkinstallation": Example({"REPORT": "installation.html"}, reports=("installation.html",)),
    "benchmark": Example(
        {"INPUT": "scene.tif", **NDVI, "WORKERS": 2, "REPEATS": 1, "CHUNK_SIZES": "128,256",
         "TABLE": "benchmark.csv", "REPORT": "benchmark.html"},
        {"benchmark.csv": as_opened}, ("benchmark.html",),
    ),
    "NDVI by way of tiles": Example(
        {"INPUT": "scene.tif", **NDVI, "TILE_SIZE": 128, "OVERLAP": 0},
        {"ndvi_by_tiles.tif": ndvi}, outputs=("ndvi_by_tiles.tif",),
    ),
    "Mask, then index": Example(
        {"INPUT": "scene.tif", **NDVI, **MASKED}, {"ndvi_masked.tif": ndvi}, outputs=("ndvi_masked.tif",)
    ),
    "NDVI per field": Example(
        {"INPUT": "scene.tif", **NDVI, "POLYGONS": "fields.geojson"},
        {"fields_ndvi.gpkg": zones("b1_mean")}, outputs=("fields_ndvi.gpkg",),
    ),
    "NDVI median of a season": Example(
        {"INPUT_FOLDER": "scenes", "PATTERN": "*.tif", "START": "2024-05-01", "END": "2024-07-31",
         "EXPRESSION": 'ndvi: (A["B08"] - A["B04"]) / (A["B08"] + A["B04"])', "MASK_BAND": "SCL", "MASK_VALUES": "9"},
        {"season/median_all.tif": ndvi}, outputs=("season",),
    ),
    "Search, stack, composite": Example(
        {"URL": CATALOGUE, **SEARCH, **STACKED}, {"catalogue_months/median_????-??.tif": month},
        outputs=("catalogue_months", "catalogue_scenes"),
    ),
    "Stack to chips": Example(
        {"INPUT_FOLDER": "scenes", "BANDS": "B04,B03,B02", "MASK_BAND": "SCL", "LABELS": "fields.geojson",
         "CLASS_FIELD": "crop", "SIZE": 64},
        {"stack_chips/images/train/*.tif": REFLECTANCE}, outputs=("stack_chips", "stack_months"),
    ),
    "Objects by threshold": Example(
        {"INPUT": "scene.tif", "EXPRESSION": "A@4", "SIGMA": 2, "THRESHOLD": 3700, "MIN_SIZE": 50},
        {"bright.gpkg": outlines, "bright.tif": objects}, outputs=("bright.tif", "bright.gpkg"),
    ),
}  # fmt: skip
"""The example of each algorithm, by the algorithm's ID without the provider."""

INPUT_LAYERS = {"fields.geojson": outlines, "scene.tif": REFLECTANCE, "scl.tif": as_opened}


def main() -> int:
    """Make the project and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=BUILD / "example", help="project folder, replaced if it exists")
    folder = parser.parse_args().folder.resolve()
    profile = folder.with_name(f"{folder.name}-profile")
    environment = new_profile(profile)
    command = [program(), "plugins", "enable", "parallel_raster"]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    os.environ.update(environment)
    app, plugin = start_qgis(profile)
    algorithms = provided_algorithms()
    missing = sorted(set(algorithms) - set(EXAMPLES))
    if missing:
        sys.exit(f"EXAMPLES has no example for: {', '.join(missing)}.")
    shutil.rmtree(folder, ignore_errors=True)
    make_data(folder)
    with catalogue(folder) as address:
        compute(algorithms, folder, environment, address)
    write_project(algorithms, folder)
    plugin.unload()
    app.exitQgis()
    return 0


def start_qgis(profile: Path) -> tuple[Any, Any]:
    """Start QGIS headless and load the plugin from the profile; return the application and the plugin.

    Keep a reference to the plugin: the algorithms are deleted together with it.
    """
    from qgis.core import QgsApplication

    app = QgsApplication([], False)
    app.initQgis()
    sys.path += [str(Path(app.pkgDataPath()) / "python" / "plugins"), str(plugins_of(profile))]
    from processing.core.Processing import Processing

    Processing.initialize()
    import parallel_raster

    plugin = parallel_raster.classFactory(None)
    plugin.initProcessing()
    return app, plugin


def provided_algorithms() -> dict[str, Any]:
    """Return the algorithms and models of the plugin by their names, in the order of their groups in the toolbox."""
    from qgis.core import QgsApplication

    found = QgsApplication.processingRegistry().providerById(PROVIDER).algorithms()
    return {
        each.id().partition(":")[2]: each for each in sorted(found, key=lambda each: (each.group(), each.displayName()))
    }


def compute(algorithms: Mapping[str, Any], folder: Path, environment: Mapping[str, str], address: str) -> None:
    """Run all examples in `folder`, with the STAC catalogue at URL `address`; exit after the first run that fails."""

    def run(name: str) -> None:
        needs = EXAMPLES[name].needs
        if needs:
            runs[needs].result()
        command = command_of(algorithms[name], EXAMPLES[name])
        _run([each.replace(CATALOGUE, address) for each in command], folder, environment)

    # The pool starts the runs in the order of EXAMPLES, so a run waits only for runs that have started.
    runs: dict[str, Future[None]] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name in EXAMPLES:
            if name in algorithms:
                runs[name] = pool.submit(run, name)
        try:
            for each in runs.values():
                each.result()
        finally:
            pool.shutdown(cancel_futures=True)


def command_of(algorithm: Any, example: Example) -> list[str]:
    """Return the `qgis_process` command of an example."""
    values = values_of(algorithm, example).items()
    return ["qgis_process", "run", algorithm.id(), "--", *(f"{name}={value}" for name, value in values)]


def values_of(algorithm: Any, example: Example) -> dict[str, object]:
    """Return an example's parameter values, including its outputs."""
    destinations = (each.name() for each in algorithm.destinationParameterDefinitions())
    return {**example.parameters, **dict(zip(destinations, example.outputs))}


def _run(command: list[str], folder: Path, environment: Mapping[str, str]) -> None:
    print("$", shlex.join(command), flush=True)
    done = subprocess.run([program(), *command[1:]], cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{shlex.join(command)}\n{done.stdout}{done.stderr}")


def write_project(algorithms: Mapping[str, Any], folder: Path) -> None:
    """Write the project, with a layer group for each toolbox group and, inside it, a group for each algorithm."""
    from qgis.core import QgsProject, QgsReferencedRectangle

    project = QgsProject.instance()
    project.setTitle("Parallel Raster")
    root = project.layerTreeRoot()
    for name, algorithm in algorithms.items():
        title = algorithm.group()
        group = (root.findGroup(title) or root.addGroup(title)).addGroup(algorithm.displayName())
        add_layers(project, group, folder, EXAMPLES[name].layers)
        group.setExpanded(False)
        group.setItemVisibilityChecked(name == "normalizeddifference")
        if not group.children():
            group.parent().removeChildNode(group)
    inputs = add_layers(project, root.addGroup(INPUTS), folder, INPUT_LAYERS)
    project.setCrs(inputs[-1].crs())
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(inputs[-1].extent(), inputs[-1].crs()))
    path = folder / PROJECT
    if not project.write(str(path)):
        sys.exit(f"{path} cannot be written: {project.error()}")
    print(f"\n{len(project.mapLayers())} layers: {path}")
    for name in algorithms:
        for report in EXAMPLES[name].reports:
            print(f"{algorithms[name].displayName()}: {folder / report}")


def add_layers(project: Any, group: Any, folder: Path, layers: Mapping[str, Style]) -> list[Any]:
    """Add the files that match the patterns in `layers` to a group of the project, and return the new layers."""
    added = []
    for pattern, style in layers.items():
        paths = sorted(folder.glob(pattern))
        if not paths:
            sys.exit(f"{folder / pattern} was not written.")
        for path in paths:
            layer = open_layer(path)
            style(layer)
            project.addMapLayer(layer, False)
            group.addLayer(layer).setExpanded(False)
            added.append(layer)
    return added


def open_layer(path: Path) -> Any:
    """Open a file as a layer with the name of the file."""
    from qgis.core import QgsRasterLayer, QgsVectorLayer

    if path.suffix == ".tif":
        layer = QgsRasterLayer(str(path), path.stem)
    else:
        layer = QgsVectorLayer(str(path), path.stem, "ogr")
    if not layer.isValid():
        sys.exit(f"QGIS cannot open {path}.")
    return layer


if __name__ == "__main__":
    sys.exit(main())
