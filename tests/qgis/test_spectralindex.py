"""Spectral index in QGIS: how indexes are chosen, errors, the dialog's widget, models, `qgis_process`, and colours."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

SPECTRAL = "parallelraster:spectralindex"


@pytest.fixture
def stack(tmp_path, scene):
    """Path of a stack of two uint16 bands, red and near infrared, with a scale."""
    path = scene(60)
    with rasterio.open(path, "r+") as dataset:
        dataset.descriptions, dataset.scales = ("red", "nir"), (1e-4, 1e-4)
    return path


@pytest.fixture
def compute(provider, stack, tmp_path):
    """Function that runs the algorithm with `processing.run` and returns its outputs."""
    import processing

    def run_algorithm(index, feedback=None, **parameters):
        given = {"INPUTS": [stack], "INDEX": index, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        return processing.run(SPECTRAL, given, feedback=feedback or recording_feedback())

    return run_algorithm


def names(path):
    with rasterio.open(path) as dataset:
        return list(dataset.descriptions)


def pixels(path):
    with rasterio.open(path) as dataset:
        return dataset.read()


@pytest.mark.parametrize("index", ["SAVI,NDVI", " SAVI , NDVI ", ["SAVI", "NDVI"], ["SAVI, NDVI"]])
def test_several_indexes(compute, index):
    found = compute(index)
    assert names(found["OUTPUT"]) == ["SAVI", "NDVI"]
    assert (found["BAND_COUNT"], found["INVALID_COUNT"]) == (2, 0)


def test_the_default_is_ndvi_and_equals_the_normalized_difference(compute, run, stack, tmp_path):
    found = compute(None)
    own = run(INPUT=stack, BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "nd.tif"))
    assert names(found["OUTPUT"]) == ["NDVI"]
    assert pixels(found["OUTPUT"]).tobytes() == pixels(own["OUTPUT"]).tobytes()
    for name in ("MINIMUM", "MAXIMUM", "MEAN", "STD_DEV", "VALID_PERCENT"):
        assert found[name] == own[name]


def test_an_expression_gives_the_indexes(compute):
    from qgis.core import QgsProperty

    assert names(compute(QgsProperty.fromExpression("'EVI' || '2, SAVI'"))["OUTPUT"]) == ["EVI2", "SAVI"]


@pytest.mark.parametrize("bands", ["N=1,R=2", ["N=1", "R=2"]])
def test_constants_bands_and_sensor(compute, stack, bands):
    found = compute("SAVI", CONSTANTS="L=0.5", BANDS=bands, SENSOR="Landsat 8-9")
    infrared, red = pixels(stack).astype("float64") * 1e-4
    wanted = 1.5 * (infrared - red) / (infrared + red + 0.5)
    np.testing.assert_allclose(pixels(found["OUTPUT"])[0], wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"INDEX": "ndvi"}, "Did you mean `NDVI`?"),
        ({"INDEX": "NDVI, EVI3"}, "INDEX contains 'EVI3'"),
        ({"INDEX": ""}, "INDEX is empty"),
        ({"INDEX": "EVI"}, "No band was found for B (blue, 450 to 530 nm)"),
        ({"INDEX": "FAI", "BANDS": "S1=1"}, "The constant lambdaN of FAI"),
        ({"SENSOR": "landsat"}, "SENSOR is 'landsat'; it must be one of auto, Sentinel-2"),
        ({"BANDS": "N=9"}, "raster A has 2 bands"),
        ({"CONSTANTS": "L"}, "Write pairs such as L=0.5"),
    ],
)
def test_what_is_rejected(check_refused, stack, parameters, message):
    check_refused(SPECTRAL, {"INPUTS": stack, "OUTPUT": "{tmp}/out.tif", **parameters}, message)


@pytest.mark.parametrize("value", [3, [3], {"a": 1}])
def test_values_that_are_no_names(provider, stack, value):
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("spectralindex").create()
    given = {"INPUTS": [stack], "INDEX": value, "OUTPUT": "out.tif"}
    ok, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not ok and "INDEX" in text and "not a valid value" in text


def test_the_dialog_offers_all_indexes(provider, qgis_app):
    """The dialog's widget shows the default, accepts several names, and returns a value that the algorithm accepts."""
    from qgis.core import QgsProcessingContext
    from qgis.gui import QgsGui, QgsProcessingGui

    algorithm = provider.algorithm("spectralindex").create()
    definition = algorithm.parameterDefinition("INDEX")
    assert len(definition.options()) == 262 and definition.usesStaticStrings() and definition.allowMultiple()
    registry = QgsGui.processingGuiRegistry()
    wrapper = registry.createParameterWidgetWrapper(definition, QgsProcessingGui.WidgetType.Standard)
    context = QgsProcessingContext()
    widget = wrapper.createWrappedWidget(context)  # keep a reference: the wrapper does not
    for given, shown in ((definition.defaultValue(), ["NDVI"]), (["SAVI", "EVI"], ["SAVI", "EVI"])):
        wrapper.setWidgetValue(given, context)
        found = wrapper.widgetValue()
        assert ([found] if isinstance(found, str) else list(found)) == shown
        assert definition.checkValueIsAcceptable(found, context)
    assert widget is not None


def test_from_a_shell(qgis_process, stack, tmp_path):
    """`qgis_process` accepts repeated arguments and names with spaces after commas; the log names each band."""
    out = tmp_path / "out.tif"
    done = qgis_process("run", SPECTRAL, f"--INPUTS={stack}", "--INDEX=SAVI, NDVI", "--INDEX=EVI2", f"--OUTPUT={out}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert names(out) == ["SAVI", "NDVI", "EVI2"]
    assert "N (A@2, by name): band 2 of" in done.stdout + done.stderr


def test_a_misspelled_index_in_a_shell(check_refused_by_qgis_process, stack):
    given = {"INPUTS": stack, "INDEX": "NDVI,evi2", "OUTPUT": "{tmp}/out.tif"}
    check_refused_by_qgis_process(SPECTRAL, given, "Did you mean `EVI2`?")


def test_the_help_lists_the_catalogue(provider, monkeypatch):
    import qgis.utils

    monkeypatch.setattr(qgis.utils, "iface", None)
    text = provider.algorithm("spectralindex").shortHelpString()
    for line in (
        "\nVegetation:\n",
        "\n- EVI: Enhanced Vegetation Index = g * (N - R) / (N + C1 * R - C2 * B + L)\n",
        "\nSnow and ice:\n",
        "\n- NDSI: Normalized Difference Snow Index = (G - S1) / (G + S1)\n",
        "\n- N: nir, 760 - 900 nm\n",
        "\n- L = 1: Canopy background adjustment\n",
    ):
        assert line in text
    monkeypatch.setattr(qgis.utils, "iface", object())
    text = provider.algorithm("spectralindex").shortHelpString()
    assert text.count("<tr>") == 17 + 25 + 262
    assert "<td><b>NDSI</b> Normalized Difference Snow Index = (G - S1) / (G + S1)</td>" in text


@pytest.mark.parametrize("value", ["EVI2, SAVI", ["EVI2", "SAVI"]])
def test_in_a_model(provider, stack, tmp_path, value):
    """In a model, the names can be stored as a string or as a list."""
    import processing
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterRasterLayer,
    )

    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("indexes")
    model.addModelParameter(QgsProcessingParameterRasterLayer("image", "image"), QgsProcessingModelParameter("image"))
    step = QgsProcessingModelChildAlgorithm(SPECTRAL)
    step.setChildId("indexes")
    step.addParameterSources("INPUTS", [source.fromModelParameter("image")])
    step.addParameterSources("INDEX", [source.fromStaticValue(value)])
    output = QgsProcessingModelOutput("result", "result")
    output.setChildOutputName("OUTPUT")
    output.setChildId("indexes")
    step.setModelOutputs({"result": output})
    model.addChildAlgorithm(step)
    saved = QgsProcessingModelAlgorithm()
    assert model.toFile(str(tmp_path / "indexes.model3")) and saved.fromFile(str(tmp_path / "indexes.model3"))
    (name,) = [each.name() for each in saved.destinationParameterDefinitions()]
    processing.run(saved, {"image": stack, name: str(tmp_path / "out.tif")}, feedback=recording_feedback())
    assert names(tmp_path / "out.tif") == ["EVI2", "SAVI"]


def test_a_model_that_asks_for_the_index(provider, stack, tmp_path):
    """A model parameter with the same choices passes the chosen names to the algorithm."""
    import processing
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingModelOutput,
        QgsProcessingModelParameter,
        QgsProcessingParameterEnum,
    )

    source = QgsProcessingModelChildParameterSource
    model = QgsProcessingModelAlgorithm("ask")
    choice = QgsProcessingParameterEnum("index", "index", ["NDVI", "SAVI", "EVI2"], True, "NDVI", False, True)
    model.addModelParameter(choice, QgsProcessingModelParameter("index"))
    step = QgsProcessingModelChildAlgorithm(SPECTRAL)
    step.setChildId("indexes")
    step.addParameterSources("INPUTS", [source.fromStaticValue(stack)])
    step.addParameterSources("INDEX", [source.fromModelParameter("index")])
    output = QgsProcessingModelOutput("result", "result")
    output.setChildOutputName("OUTPUT")
    output.setChildId("indexes")
    step.setModelOutputs({"result": output})
    model.addChildAlgorithm(step)
    (name,) = [each.name() for each in model.destinationParameterDefinitions()]
    given = {"index": ["EVI2", "SAVI"], name: str(tmp_path / "out.tif")}
    processing.run(model, given, feedback=recording_feedback())
    assert names(tmp_path / "out.tif") == ["EVI2", "SAVI"]


def test_warnings_reach_the_log(compute, scene):
    plain = scene(60, name="plain.tif")
    feedback = recording_feedback()
    compute("SAVI", feedback, INPUTS=[plain], BANDS="R=1,N=2")
    assert any("SAVI: defined for reflectance from 0 to 1" in line for line in feedback.lines)
    assert any("Catalogue: Awesome Spectral Indices, spyndex" in line for line in feedback.lines)


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        ((-0.2, 0.9, 0.4, 0.1), (0.2, 0.6)),
        ((-0.2, 0.9, 0.4, 0.5), (-0.9, 0.9)),
        ((-3.0, 1.0, 0.0, 0.4), (-0.8, 0.8)),
        ((700.0, 740.0, 720.0, 5.0), (710.0, 730.0)),
        ((0.5, 0.5, 0.5, 0.0), (-1.0, 1.0)),
        ((np.nan,) * 4, (-1.0, 1.0)),
    ],
)
def test_the_diverging_ramp_fits_the_values(provider, numbers, ends):
    from parallel_raster.algorithms.shared.styles import diverging_colours

    found = diverging_colours(*numbers)
    assert found.index == "normalized_difference"
    assert found.ends == pytest.approx(ends)


@pytest.mark.parametrize(
    ("index", "name", "ramp"),
    [
        (["NDVI"], "NDVI scene", "ndvi"),
        (["NDREI", "SAVI"], "NDREI, SAVI scene", "ndre"),
        (["SAVI"], "SAVI scene", ""),
        (["SAVI", "NDVI", "EVI2", "DVI"], "4 indexes scene", ""),
    ],
)
def test_loaded_layers(provider, stack, tmp_path, index, name, ramp):
    """The layer is named after the indexes; its colour ramp is that of the first index, or one that fits the values."""
    from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject, QgsRasterLayer

    from parallel_raster.algorithms.shared.styles import read_ramp

    algorithm = provider.algorithm("spectralindex").create()
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    out = str(tmp_path / "out.tif")
    hint = QgsProcessingUtils.LayerHint.Raster
    details = QgsProcessingContext.LayerDetails("Spectral index", context.project(), "OUTPUT", hint)
    context.addLayerToLoadOnCompletion(out, details)
    given = {"INPUTS": [stack], "INDEX": index, "BANDS": "RE1=1", "OUTPUT": out}
    feedback = recording_feedback()
    result, ok = algorithm.run(given, context, feedback)
    assert ok and result["BAND_COUNT"] == len(index)
    details = context.layerToLoadOnCompletionDetails(out)
    assert details.name == name
    layer = QgsRasterLayer(out)
    details.postProcessor().postProcessLayer(layer, context, feedback)
    shader = layer.renderer().shader().rasterShaderFunction()
    items = [(each.value, each.color.getRgb()[:3]) for each in shader.colorRampItemList()]
    if ramp:
        assert items == read_ramp(ramp)
    else:
        assert [colour for _, colour in items] == [colour for _, colour in read_ramp("normalized_difference")]
        assert items[0][0] == -items[-1][0] and 0 < items[-1][0] < 1.5
