"""Training chips in QGIS: layers as labels and centres, the index, aligned chips and labels, and errors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize

from chip_scenes import TRANSFORM, polygon
from harness import cancelled, recording_feedback

CHIPS = "parallelraster:trainingchips"


@pytest.fixture
def chips(provider):
    """Function that runs Training chips with `processing.run` and adds the log lines and the context to the results."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(feedback=None, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        feedback = feedback or recording_feedback()
        results = processing.run(CHIPS, parameters, context=context, feedback=feedback)
        return {**results, "context": context, "lines": feedback.lines}

    return run_algorithm


@pytest.fixture
def raster(tmp_path):
    """Path of a raster of 70 x 60 pixels in three bands."""
    path = tmp_path / "in.tif"
    values = np.random.default_rng(4).integers(1, 900, (3, 60, 70)).astype("uint16")
    with rasterio.open(
        path, "w", driver="GTiff", width=70, height=60, count=3, dtype="uint16", nodata=0, crs="EPSG:32633",
        transform=TRANSFORM,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    return str(path)


def layer_of(features, crs="EPSG:32633", kind="Polygon"):
    """Return a memory layer with the given GeoJSON features and their property `kind` as a field."""
    from qgis.core import QgsFeature, QgsJsonUtils, QgsVectorLayer

    layer = QgsVectorLayer(f"{kind}?crs={crs}&field=kind:string", "fields", "memory")
    for each in features:
        (feature,) = QgsJsonUtils.stringToFeatureList(json.dumps(each), layer.fields())
        new = QgsFeature(layer.fields())
        new.setGeometry(feature.geometry())
        new.setAttribute("kind", each["properties"].get("kind"))
        layer.dataProvider().addFeature(new)
    return layer


FIELDS = [
    polygon([(0, 0), (40, 0), (40, 40), (0, 40)], kind="wheat"),
    polygon([(20, 20), (60, 20), (60, 50), (20, 50)], kind="maize"),
]


def test_labels_and_index(chips, raster, tmp_path):
    from qgis.core import QgsRasterLayer, QgsVectorLayer

    index = str(tmp_path / "index.gpkg")
    results = chips(
        INPUT=raster, LABELS=layer_of(FIELDS), CLASS_FIELD="kind", SIZE=20, SPLIT="100,0,0", INDEX_LAYER=index,
        OUTPUT=str(tmp_path / "out"),
    )  # fmt: skip
    assert results["CHIP_COUNT"] == 12 and results["MANIFEST"] == str(tmp_path / "out" / "chips.json")
    drawn = rasterize(
        [(each["geometry"], code) for each, code in zip(FIELDS, (2, 1))], (60, 70), transform=TRANSFORM, dtype="uint8"
    )
    layer = QgsVectorLayer(results["INDEX_LAYER"].split("|")[0], "", "ogr")
    features = {each["id"]: each for each in layer.getFeatures()}
    assert len(features) == 12
    for each in json.loads(Path(results["MANIFEST"]).read_text())["chips"]:
        col, row, *_ = each["window"]
        feature = features[each["id"]]
        assert (feature["split"], feature["col"], feature["row"], feature["size"]) == ("train", col, row, 20)
        image, label = (QgsRasterLayer(feature[name]) for name in ("image", "label"))
        assert image.isValid() and label.isValid() and image.extent() == label.extent()
        assert feature.geometry().boundingBox() == image.extent() and image.crs() == label.crs() == layer.crs()
        with rasterio.open(feature["label"]) as dataset:
            found = dataset.read(1)
        wanted = drawn[row : row + 20, col : col + 20]
        assert np.array_equal(found[: wanted.shape[0], : wanted.shape[1]], wanted)
    assert features["r000000_c000060"]["nan"] == 50
    assert any(line.startswith("Splits: train 100 %") for line in results["lines"])


def test_points_in_another_crs(chips, raster, tmp_path):
    from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsGeometry, QgsPointXY, QgsProject

    to_degrees = QgsCoordinateTransform(
        *(QgsCoordinateReferenceSystem(name) for name in ("EPSG:32633", "EPSG:4326")), QgsProject.instance()
    )
    features = []
    for place in ((30.5, 20.5), (12.5, 40.5)):
        geometry = QgsGeometry.fromPointXY(QgsPointXY(*(TRANSFORM * place)))
        geometry.transform(to_degrees)
        point = geometry.asPoint()
        place = {"type": "Point", "coordinates": [point.x(), point.y()]}
        features.append({"type": "Feature", "properties": {}, "geometry": place})
    results = chips(
        INPUT=raster, MODE=1, CENTRES=layer_of(features, "EPSG:4326", "Point"), SIZE=10, SPLIT="100,0,0",
        OUTPUT=str(tmp_path / "out"),
    )  # fmt: skip
    found = json.loads(Path(results["MANIFEST"]).read_text())["chips"]
    assert [each["window"] for each in found] == [[25, 15, 10, 10], [7, 35, 10, 10]]


def test_errors_name_the_parameter(chips, raster, tmp_path):
    from qgis.core import QgsProcessingException

    for parameters, words in (
        ({}, "Specify either INPUT or SCENES"),
        ({"INPUT": raster, "SPLIT": "70,15"}, "add up to 100"),
        ({"INPUT": raster, "MODE": 1}, "CENTRES is not set"),
        ({"INPUT": raster, "LABELS": layer_of(FIELDS), "CLASS_FIELD": "crop"}, "has no such field"),
    ):
        with pytest.raises(QgsProcessingException, match=words):
            chips(**parameters, OUTPUT=str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_cancelled_run_leaves_no_files(chips, raster, tmp_path):
    from parallel_raster.core.jobs.chips.task import ChipWork

    feedback = recording_feedback()
    with cancelled(feedback.cancel, (ChipWork, "_process"), at=5):
        chips(feedback, INPUT=raster, SIZE=10, WORKERS=2, CHUNK_SIZE=10, OUTPUT=str(tmp_path / "out"))
    assert not os.path.exists(tmp_path / "out")


def test_the_model_cuts_the_stack_of_a_composite(provider, tmp_path):
    """With two scenes of May and one scene of July, the chips have three months, and June is nodata."""
    import processing
    from qgis.core import QgsApplication

    model = QgsApplication.processingRegistry().algorithmById("parallelraster:Stack to chips")
    assert all(model.validateChildAlgorithm(step)[0] for step in model.childAlgorithms())
    (tmp_path / "scenes").mkdir()
    for day in ("2024-05-03", "2024-05-13", "2024-07-02"):
        with rasterio.open(
            tmp_path / "scenes" / f"x_{day}.tif", "w", driver="GTiff", width=70, height=60, count=1, dtype="uint16",
            nodata=0, crs="EPSG:32633", transform=TRANSFORM,
        ) as dataset:  # fmt: skip
            dataset.write(np.full((1, 60, 70), int(day[-2:]), "uint16"))
    stack, chips = sorted(each.name() for each in model.destinationParameterDefinitions())[::-1]
    given = {
        "INPUT_FOLDER": str(tmp_path / "scenes"), "LABELS": layer_of(FIELDS), "CLASS_FIELD": "kind", "SIZE": 30,
        stack: str(tmp_path / "stack"), chips: str(tmp_path / "chips"),
    }  # fmt: skip
    processing.run(model, given, feedback=recording_feedback())
    listed = json.loads((tmp_path / "chips" / "chips.json").read_text())
    assert listed["bands"] == [f"2024-0{month} band 1 median" for month in (5, 6, 7)] and listed["chips"]
    with rasterio.open(tmp_path / "chips" / listed["chips"][0]["image"]) as dataset:
        assert dataset.read()[:, 0, 0].tolist() == [8, -9999, 2]


def test_qgis_process(qgis_process, raster, tmp_path):
    done = qgis_process("run", CHIPS, "--json", f"--INPUT={raster}", "--SIZE=20", f"--OUTPUT={tmp_path}/out")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert int(results["CHIP_COUNT"]) == len(json.loads((tmp_path / "out" / "chips.json").read_text())["chips"])


@pytest.mark.parametrize("chosen", [(2, 3), (1, 2, 3, 4, 5), tuple(range(4, 10)), tuple(range(1, 13))])
def test_the_later_of_two_selected_polygons_wins(chips, raster, tmp_path, chosen):
    """QGIS returns the selected features of a temporary layer in arbitrary order, which changes between processes."""
    from qgis.core import (
        QgsFeature,
        QgsGeometry,
        QgsProcessingFeatureSourceDefinition,
        QgsProject,
        QgsRectangle,
        QgsVectorLayer,
    )  # fmt: skip

    with rasterio.open(raster) as dataset:
        layer = QgsVectorLayer(f"Polygon?crs={dataset.crs}&field=class:integer", "polygons", "memory")
        whole = QgsGeometry.fromRect(QgsRectangle(*dataset.bounds))
    for code in range(1, 13):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(whole)
        feature.setAttributes([code])
        layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds(list(chosen))
    labels = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    chips(INPUT=raster, SIZE=60, LABELS=labels, CLASS_FIELD="class", SPLIT="100,0,0", OUTPUT=str(tmp_path / "chips"))
    for label in (tmp_path / "chips/labels/train").glob("*.tif"):
        with rasterio.open(label) as dataset:
            assert dataset.read(1)[0, 0] == max(chosen)
