"""Layers that a run in the dialog loads: names, colours, statistics and groups of tile sets."""

from __future__ import annotations

import os

import pytest
import rasterio

from harness import pump, recording_feedback


@pytest.fixture
def project(qgis_app, provider):
    """The current project, empty before and after the test."""
    from qgis.core import QgsProject, QgsSettings

    QgsProject.instance().clear()
    yield QgsProject.instance()
    QgsProject.instance().clear()
    for key in ("PARALLELRASTER_LOADED_TILES", "RESULTS_GROUP_NAME"):
        QgsSettings().remove(f"Processing/Configuration/{key}")


@pytest.fixture
def run_in_dialog(project, monkeypatch):
    """Function that runs an algorithm as the dialog does: in another thread, with results loaded in this thread."""
    from processing.gui import Postprocessing
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext

    # Later versions pass the layer tree of `iface` to C++, which does not accept a substitute.
    monkeypatch.setattr(Postprocessing, "iface", None, raising=False)

    def run(name, **parameters):
        context, feedback, outcome = QgsProcessingContext(), recording_feedback(), []
        context.setProject(project)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{name}")
        task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
        task.executed.connect(lambda ok, results: outcome.append((ok, results)))
        QgsApplication.taskManager().addTask(task)
        pump(lambda: outcome)
        assert outcome[0][0], feedback.lines
        assert Postprocessing.handleAlgorithmResults(algorithm, context, feedback)
        return outcome[0][1], feedback.lines

    return run


def destination(path, project):
    """Return an output definition with "open output file after running algorithm" enabled."""
    from qgis.core import QgsProcessingOutputLayerDefinition

    return QgsProcessingOutputLayerDefinition(str(path), project)


def groups(project):
    """Return the groups of the layer tree, each with the names of its layers in order."""
    from qgis.core import QgsLayerTreeGroup

    return {
        node.name(): [each.name() for each in node.findLayers()]
        for node in project.layerTreeRoot().children()
        if isinstance(node, QgsLayerTreeGroup)
    }


def test_an_index_has_its_name_colours_and_statistics(run_in_dialog, project, scene, tmp_path):
    """The layer has the name and colours of its index, and QGIS uses the statistics stored in the file."""
    from qgis.core import QgsRasterBandStats

    output = tmp_path / "out.tif"
    run_in_dialog(
        "normalizeddifference", INPUT=scene(200, "field.tif"), BAND_A=2, BAND_B=1, INDEX=2,
        OUTPUT=destination(output, project),
    )  # fmt: skip
    (layer,) = project.mapLayers().values()
    assert layer.name() == "NDWI field"
    renderer = layer.renderer()
    assert (renderer.type(), renderer.classificationMin(), renderer.classificationMax()) == (
        "singlebandpseudocolor", -1, 1,
    )  # fmt: skip
    known = layer.dataProvider().bandStatistics(1, QgsRasterBandStats.Stats.Mean).mean
    with rasterio.open(output) as dataset:
        assert known == pytest.approx(float(dataset.tags(1)["STATISTICS_MEAN"]), rel=1e-6)
    assert sorted(os.listdir(tmp_path)) == ["field.tif", "out.tif"], "QGIS computed statistics itself"


@pytest.mark.parametrize(("expression", "kind"), [("A@1 > 500", "paletted"), ("A@1 * 2", "singlebandgray")])
def test_a_mask_has_two_colours(run_in_dialog, project, scene, tmp_path, expression, kind):
    """A result that is true or false has a class for each; other results keep the style that QGIS gives them."""
    output = destination(tmp_path / "out.tif", project)
    run_in_dialog("rastercalculator", INPUTS=[scene(200)], EXPRESSION=expression, OUTPUT=output)
    (layer,) = project.mapLayers().values()
    assert layer.renderer().type() == kind
    if kind == "paletted":
        classes = layer.renderer().classes()
        assert [each.value for each in classes] == [0, 1] and classes[0].color != classes[1].color


@pytest.mark.parametrize(
    ("expression", "data_type", "kind"),
    [("A@1 > 500", 0, "paletted"), ("A@1 * 2", 0, "singlebandgray"), ("A@1 / 100", 1, "singlebandgray")],
)
def test_masks_of_tiles_have_two_colours(run_in_dialog, project, scene, tmp_path, expression, data_type, kind):
    values = {"EXPRESSION": expression, "DATA_TYPE": data_type, "OUTPUT": str(tmp_path / "masks")}
    run_in_dialog("rastercalculatortiles", INPUTS=[scene(200), scene(200, "other.tif")], **values)
    assert [layer.renderer().type() for layer in project.mapLayers().values()] == [kind, kind]


def test_a_chosen_byte_result_is_not_a_mask(run_in_dialog, project, scene, tmp_path):
    output = destination(tmp_path / "out.tif", project)
    run_in_dialog("rastercalculator", INPUTS=[scene(200)], EXPRESSION="A@1 / 100", DATA_TYPE=1, OUTPUT=output)
    (layer,) = project.mapLayers().values()
    assert layer.renderer().type() == "singlebandgray"


@pytest.mark.parametrize(
    ("method", "kind"),
    [("count", "singlebandpseudocolor"), ("std", "singlebandpseudocolor"), ("mean", "singlebandgray")],
)
def test_counts_and_deviations_have_a_ramp_from_zero(run_in_dialog, project, scene, tmp_path, method, kind):
    from parallel_raster.core.choices import FOCAL_METHODS

    output = destination(tmp_path / "out.tif", project)
    values = {"METHOD": list(FOCAL_METHODS).index(method), "BANDS": "1"}
    results, _ = run_in_dialog("focalfilter", INPUT=scene(200), OUTPUT=output, **values)
    (layer,) = project.mapLayers().values()
    assert layer.renderer().type() == kind
    if kind == "singlebandpseudocolor":
        assert layer.renderer().classificationMin() == 0
        assert 0 < layer.renderer().classificationMax() <= results["MAXIMUM"]


def test_a_layer_name_chosen_by_the_user_is_kept(run_in_dialog, project, scene, tmp_path):
    output = destination(tmp_path / "out.tif", project)
    output.destinationName = "My index"
    run_in_dialog("normalizeddifference", INPUT=scene(200), BAND_A=2, BAND_B=1, OUTPUT=output)
    assert [layer.name() for layer in project.mapLayers().values()] == ["My index"]


def test_tiles_are_loaded_as_one_group(run_in_dialog, project, scene, tmp_path):
    run_in_dialog("tileraster", INPUT=scene(200), TILING=0, COLUMNS=2, ROWS=2, OUTPUT=str(tmp_path / "tiles"))
    tiles = ["scene_0_0", "scene_0_1", "scene_1_0", "scene_1_1"]
    assert groups(project) == {"Tiles of scene": tiles}
    assert len(project.mapLayers()) == 4


def test_indexes_of_tiles_are_loaded_as_one_group_on_top(run_in_dialog, project, scene, tmp_path):
    values = {"INPUT": scene(200), "TILING": 0, "COLUMNS": 2, "ROWS": 1, "OUTPUT": str(tmp_path / "tiles")}
    run_in_dialog("tileraster", **values)
    folders = {"INPUT_FOLDER": str(tmp_path / "tiles"), "OUTPUT": str(tmp_path / "indexes")}
    run_in_dialog("normalizeddifferencetiles", BAND_A=2, BAND_B=1, **folders)
    assert list(groups(project).items()) == [
        ("NDVI of tiles", ["NDVI_scene_0_0", "NDVI_scene_0_1"]),
        ("Tiles of scene", ["scene_0_0", "scene_0_1"]),
    ]
    (layer,) = project.mapLayersByName("NDVI_scene_0_1")
    assert layer.renderer().type() == "singlebandpseudocolor"


def test_a_repeated_run_keeps_its_group(run_in_dialog, project, scene, tmp_path):
    values = {"INPUT": scene(200), "TILING": 0, "COLUMNS": 2, "ROWS": 1, "OUTPUT": str(tmp_path / "tiles")}
    for _ in range(2):
        run_in_dialog("tileraster", **values)
    assert [node.name() for node in project.layerTreeRoot().children()] == ["Tiles of scene"]
    assert groups(project) == {"Tiles of scene": ["scene_0_0", "scene_0_1"]}


def test_the_set_is_added_to_the_results_group(run_in_dialog, project, scene, tmp_path):
    from processing.core.ProcessingConfig import ProcessingConfig

    ProcessingConfig.setSettingValue(ProcessingConfig.RESULTS_GROUP_NAME, "Results")
    try:
        run_in_dialog("tileraster", INPUT=scene(200), OUTPUT=str(tmp_path / "tiles"))
    finally:
        ProcessingConfig.setSettingValue(ProcessingConfig.RESULTS_GROUP_NAME, "")
    (results,) = project.layerTreeRoot().children()
    assert results.name() == "Results"
    assert [(each.name(), len(each.findLayers())) for each in results.children()] == [("Tiles of scene", 1)]


@pytest.mark.parametrize(("limit", "loaded"), [(0, []), (3, ["scene"]), (4, ["scene_0_0", "scene_0_1"])])
def test_the_virtual_mosaic_is_loaded_for_large_sets(run_in_dialog, project, scene, tmp_path, limit, loaded):
    """A tile set with more tiles than the limit is loaded as its virtual mosaic only; limit 0 loads nothing."""
    from qgis.core import QgsSettings

    QgsSettings().setValue("Processing/Configuration/PARALLELRASTER_LOADED_TILES", limit)
    values = {"TILING": 0, "COLUMNS": 2, "ROWS": 2, "OUTPUT": str(tmp_path / "tiles")}
    _, lines = run_in_dialog("tileraster", INPUT=scene(200), **values)
    names = sorted(layer.name() for layer in project.mapLayers().values())
    assert names[:2] == loaded
    assert (
        "The 4 tiles were not loaded: the maximum number of tiles to load, set in the Processing options, is 3."
        in lines
    ) == (limit == 3)


def test_only_the_dialog_loads_a_set(project, scene, tmp_path):
    """Only runs from the dialog load tiles: `processing.run` from a script does not load the tiles that it writes."""
    import processing
    from qgis.core import QgsProcessingContext

    context = QgsProcessingContext()
    context.setProject(project)
    values = {"INPUT": scene(200), "OUTPUT": str(tmp_path / "tiles")}
    processing.run("parallelraster:tileraster", values, context=context, feedback=recording_feedback())
    assert context.layersToLoadOnCompletion() == {}
