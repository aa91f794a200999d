"""Both raster calculators in QGIS: parameters, layers by name, errors, models, and `qgis_process`."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest
import rasterio

from harness import recording_feedback

CALCULATOR = "parallelraster:rastercalculator"
TILES = "parallelraster:rastercalculatortiles"


@pytest.fixture
def calculate(provider, tmp_path):
    """Function that runs a calculator with `processing.run`."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProject

    def run_algorithm(inputs, expression, feedback=None, algorithm=CALCULATOR, **parameters):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        given = {"INPUTS": inputs, "EXPRESSION": expression, "OUTPUT": str(tmp_path / "out.tif"), **parameters}
        return processing.run(algorithm, given, context=context, feedback=feedback or recording_feedback())

    return run_algorithm


def bands(path):
    """Return the pixels of a raster as float64."""
    with rasterio.open(path) as dataset:
        return dataset.read().astype("float64")


def test_it_equals_the_normalized_difference(calculate, run, scene, tmp_path):
    """For the NDVI formula, pixels and statistics equal those of Parallel normalized difference, bit for bit."""
    source = scene()
    own = run(INPUT=source, BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "nd.tif"))
    found = calculate([source], "(A@2-A@1)/(A@2+A@1)", SCALING=0)
    assert bands(found["OUTPUT"]).tobytes() == bands(own["OUTPUT"]).tobytes()
    for name in ("MINIMUM", "MAXIMUM", "MEAN", "STD_DEV", "VALID_PERCENT"):
        assert found[name] == own[name]
    assert (found["BAND_COUNT"], found["INVALID_COUNT"]) == (1, 0)


def test_layers_are_found_by_their_names(calculate, scene):
    from qgis.core import QgsProject, QgsRasterLayer

    first, second = scene(), scene(name="other.tif", seed=2)
    layer = QgsRasterLayer(second, "before: 2020@a")
    QgsProject.instance().addMapLayer(layer)
    try:
        found = calculate([first, layer.id()], '"before: 2020@a@1" - "scene@1"')
    finally:
        QgsProject.instance().removeMapLayer(layer)
    np.testing.assert_array_equal(bands(found["OUTPUT"])[0], bands(second)[0] - bands(first)[0])


def test_lines_become_bands(calculate, scene):
    source = scene()
    found = calculate([source], "sum: A@1 + A@2\nhigh: A@1 > 5000", DATA_TYPE=5)
    with rasterio.open(found["OUTPUT"]) as dataset:
        assert dataset.descriptions == ("sum: A@1 + A@2", "high: A@1 > 5000")
        assert set(dataset.dtypes) == {"uint32"}
    values = bands(source)
    np.testing.assert_array_equal(bands(found["OUTPUT"]), [values[0] + values[1], values[0] > 5000])


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("A@9", "EXPRESSION, column 3: input A has no band 9."),
        ("A@1 +", "the formula is incomplete"),
        ("-A@1^2", "ambiguous"),
        ("C@1", "there is no input `C`. The inputs are A (scene.tif, 2 bands)."),
    ],
)
def test_formulas_are_checked_before_the_run(provider, scene, tmp_path, expression, message):
    """An invalid formula is rejected by `checkParameterValues`, which the dialog calls when the user clicks Run."""
    from qgis.core import QgsProcessingContext

    algorithm = provider.algorithm("rastercalculator").create()
    given = {"INPUTS": [scene()], "EXPRESSION": expression, "OUTPUT": str(tmp_path / "out.tif")}
    ok, text = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not ok
    assert message in text
    assert not (tmp_path / "out.tif").exists()


def test_a_mask_is_applied(calculate, scene, tmp_path):
    source, mask = scene(), str(tmp_path / "SCL.tif")
    with rasterio.open(source) as dataset:
        profile = {**dataset.profile, "count": 1, "dtype": "uint8"}
    with rasterio.open(mask, "w", **profile) as dataset:
        dataset.write(np.tile(np.where(np.arange(600) < 100, 9, 4).astype("uint8"), (600, 1)), 1)
    found = bands(calculate([source], "A@1", MASK=mask)["OUTPUT"])[0]
    assert (found[:, :100] == -9999).all()
    np.testing.assert_array_equal(found[:, 100:], bands(source)[0][:, 100:])


def test_a_folder_of_tiles(calculate, scene, tmp_path):
    (tmp_path / "in").mkdir()
    paths = [scene(200, name=f"in/t{number}.tif", seed=number) for number in range(3)]
    found = calculate(
        None, "A@1 - A@2", algorithm=TILES, INPUT_FOLDER=str(tmp_path / "in"), OUTPUT=str(tmp_path / "out")
    )
    assert found["TILES"] == [f"{tmp_path}/out/calc_t{number}.tif" for number in range(3)]
    for path, source in zip(found["TILES"], paths):
        values = bands(source)
        np.testing.assert_array_equal(bands(path)[0], values[0] - values[1])


def test_from_a_shell(qgis_process, scene, tmp_path):
    """In a shell, semicolons separate formulas, and raster names in quotes reach the algorithm unchanged."""
    first, second = scene(), scene(name="other.tif", seed=2)
    done = qgis_process(
        "run", CALCULATOR, f"--INPUTS={first}", f"--INPUTS={second}",
        '--EXPRESSION=difference: "other@1" - A@1; A@2 > B@2', f"--OUTPUT={tmp_path / 'out.tif'}",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    a, b = bands(first), bands(second)
    np.testing.assert_array_equal(bands(tmp_path / "out.tif"), [b[0] - a[0], a[1] > b[1]])


def test_a_list_of_subdatasets_as_text(calculate, scene, tmp_path):
    """Semicolons separate subdataset names, too, unless they are in quotes or in the name of an existing file."""
    for name in ("first.gpkg", "a;b.gpkg"):
        for table in ("low", "high"):
            first = table == "low"
            options = ["-q", "-ot", "Byte", "-b", "1", "-of", "GPKG", "-co", f"RASTER_TABLE={table}"]
            subprocess.run(
                ["gdal_translate", *options, *([] if first else ["-co", "APPEND_SUBDATASET=YES"])]
                + [scene(64, seed=1 + first), tmp_path / name],
                check=True,
                timeout=300,
            )
        low, high = (f'GPKG:"{tmp_path / name}":{table}' for table in ("low", "high"))
        expected = bands(calculate([low, high], "A@1 - B@1")["OUTPUT"])
        np.testing.assert_array_equal(bands(calculate(f"{low};{high}", "A@1 - B@1")["OUTPUT"]), expected)
    plain = scene(64, name="c;d.tif")
    np.testing.assert_array_equal(bands(calculate(plain, "A@1")["OUTPUT"])[0], bands(plain)[0])


FORMULAS = (
    '("A@2" - "A@1") / ("A@2" + "A@1")',
    '2.5 * ("A@2" - "A@1") / ("A@2" + 6 * "A@1" + 1)',
    '"A@1" - "A@2" - 3 * "A@1" / 7 / 2',
    '"A@1" > 5000 AND "A@2" <= 3000',
    '"A@1" != "A@2" OR "A@2" >= 9000',
    '("A@1" > 5000) * "A@2" + ("A@1" <= 5000) * 17',
    'sqrt("A@1") + ln("A@2") + log10("A@1")',
    'sin("A@1" / 1000) + cos("A@2") + tan("A@1") + atan("A@2")',
    'abs("A@1" - "A@2") + ("A@1" / 1000) ^ 2',
    '-"A@1" + 2 ^ 3',
)
"""Formulas that have the same meaning in QGIS's raster calculator and in the plugin."""


@pytest.mark.parametrize("formula", FORMULAS)
def test_qgis_gives_the_same(calculate, scene, tmp_path, formula):
    """Results equal those of QGIS's raster calculator, except for rounding: the plugin rounds to Float32 only once."""
    from qgis.analysis import QgsRasterCalculator, QgsRasterCalculatorEntry
    from qgis.core import QgsProject, QgsRasterLayer

    source = scene(100)
    layer = QgsRasterLayer(source, "A")
    entries = []
    for band in (1, 2):
        entry = QgsRasterCalculatorEntry()
        entry.raster, entry.bandNumber, entry.ref = layer, band, f"A@{band}"
        entries.append(entry)
    other = str(tmp_path / "qgis.tif")
    calculator = QgsRasterCalculator(
        formula, other, "GTiff", layer.extent(), layer.crs(), 100, 100, entries,
        QgsProject.instance().transformContext(),
    )  # fmt: skip
    assert calculator.processCalculation() == QgsRasterCalculator.Result.Success
    found = bands(calculate([source], formula, DATA_TYPE=6)["OUTPUT"])
    np.testing.assert_allclose(found, bands(other), rtol=1e-6)


@pytest.mark.parametrize("formula", ["(A-B)/(A+B)", "(A>5000)*B", "2*A-B/3", "abs(A-B)**2", "(A!=B)*1"])
def test_gdal_calc_gives_the_same(calculate, scene, tmp_path, formula):
    """Results equal those of gdal_calc.py, which is given floats because it does not convert integers to floats."""
    gdal_calc = pytest.importorskip("osgeo_utils.gdal_calc")
    source = scene(100)
    floats = formula.replace("A", "A.astype(float)").replace("B", "B.astype(float)").replace("abs", "absolute")
    gdal_calc.Calc(
        calc=floats, A=source, A_band=1, B=source, B_band=2, outfile=str(tmp_path / "calc.tif"), type="Float64",
        quiet=True,
    )  # fmt: skip
    found = calculate([source], formula.replace("A", "A@1").replace("B", "A@2"), DATA_TYPE=7)
    np.testing.assert_array_equal(bands(found["OUTPUT"]), bands(tmp_path / "calc.tif"))


def test_in_a_model(provider, scene, tmp_path):
    """A model can pass several raster parameters as INPUTS; the letters follow the order of the parameters."""
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
    model = QgsProcessingModelAlgorithm("difference")
    for name in ("before", "after"):
        model.addModelParameter(QgsProcessingParameterRasterLayer(name, name), QgsProcessingModelParameter(name))
    step = QgsProcessingModelChildAlgorithm(CALCULATOR)
    step.setChildId("calculate")
    step.addParameterSources("INPUTS", [source.fromModelParameter("before"), source.fromModelParameter("after")])
    step.addParameterSources("EXPRESSION", [source.fromStaticValue("B@1 - A@1")])
    output = QgsProcessingModelOutput("result", "result")
    output.setChildOutputName("OUTPUT")
    output.setChildId("calculate")
    step.setModelOutputs({"result": output})
    model.addChildAlgorithm(step)
    first, second = scene(), scene(name="other.tif", seed=2)
    (name,) = [each.name() for each in model.destinationParameterDefinitions()]
    given = {"before": first, "after": second, name: str(tmp_path / "out.tif")}
    processing.run(model, given, feedback=recording_feedback())
    np.testing.assert_array_equal(bands(tmp_path / "out.tif")[0], bands(second)[0] - bands(first)[0])
