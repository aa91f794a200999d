"""Invalid values are rejected before the run, with a message that names the parameter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rasterio.transform import from_origin

INDEX = "normalizeddifference"
TILES = "normalizeddifferencetiles"
TILE = "tileraster"
MERGE = "mergetiles"
BENCHMARK = "benchmark"

INVALID = [
    (INDEX, {"INPUT": None}, "INPUT"),
    (INDEX, {"INPUT": "/nowhere/a.tif"}, "INPUT"),
    (INDEX, {"BAND_A": 9}, "BAND_A"),
    (INDEX, {"BAND_B": 0}, "BAND_B"),
    (INDEX, {"INPUT_B": "/nowhere/b.tif"}, "INPUT_B"),
    (INDEX, {"INPUT_B": "INPUT", "INPUT_B_BAND": 7}, "INPUT_B_BAND"),
    (INDEX, {"INDEX": 10}, "INDEX"),
    (INDEX, {"SCALING": 3}, "SCALING"),
    (INDEX, {"SCALING": 2, "SCALE": 0}, "SCALE"),
    (INDEX, {"NODATA": "x"}, "NODATA"),
    (INDEX, {"ZERO_SUM": 2}, "ZERO_SUM"),
    (INDEX, {"MASK": "/nowhere/m.tif"}, "MASK"),
    (INDEX, {"MASK": "INPUT", "MASK_BAND": 5}, "MASK_BAND"),
    (INDEX, {"MASK": "INPUT", "MASK_VALUES": "3-x"}, "MASK_VALUES"),
    (INDEX, {"MASK": "INPUT", "MASK_BITS": "99"}, "MASK_BITS"),
    (INDEX, {"RESAMPLING": 5}, "RESAMPLING"),
    (INDEX, {"EXTENT": "0,1,0,1"}, "EXTENT"),
    (INDEX, {"EXTENT": "there"}, "EXTENT"),
    (INDEX, {"DATA_TYPE": 3}, "DATA_TYPE"),
    (INDEX, {"OUTPUT_NODATA": 0}, "OUTPUT_NODATA"),
    (INDEX, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
    (INDEX, {"OUTPUT": "out.png"}, "OUTPUT"),
    (INDEX, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (INDEX, {"CREATION_OPTIONS": "COMPRESS"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "SPEED=HIGH"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "COMPRESS=ZIP"}, "CREATION_OPTIONS"),
    (INDEX, {"CREATION_OPTIONS": "TILED=YES", "COG": True}, "CREATION_OPTIONS"),
    (INDEX, {"WORKERS": -1}, "WORKERS"),
    (INDEX, {"MEMORY": -1}, "MEMORY"),
    (INDEX, {"MEMORY": 1, "CREATION_OPTIONS": "BLOCKXSIZE=4096|BLOCKYSIZE=4096"}, "MEMORY"),
    (INDEX, {"WORKERS": 2.7}, "WORKERS"),
    (INDEX, {"MEMORY": 1e30}, "MEMORY"),
    (INDEX, {"CHUNK_SIZE": -1}, "CHUNK_SIZE"),
    (INDEX, {"OVERVIEW": 3_000_000_000}, "OVERVIEW"),
    (INDEX, {"CLUSTER": "http://here"}, "CLUSTER"),
    (INDEX, {"REPORT": "report.txt"}, "REPORT"),
    (TILES, {"INPUTS": None}, "INPUTS"),
    (TILES, {"INPUTS": None, "INPUT_FOLDER": "/nowhere"}, "INPUT_FOLDER"),
    (TILES, {"BAND_A": 0}, "BAND_A"),
    (TILES, {"BAND_B": 9}, "BAND_B"),
    (TILES, {"OUTPUT_NODATA": 0}, "OUTPUT_NODATA"),
    (TILES, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (TILE, {"INPUT": "/nowhere/a.tif"}, "INPUT"),
    (TILE, {"TILING": 4}, "TILING"),
    (TILE, {"TILING": 0, "COLUMNS": 0}, "COLUMNS"),
    (TILE, {"TILING": 0, "ROWS": 999}, "ROWS"),
    (TILE, {"TILE_WIDTH": 0}, "TILE_WIDTH"),
    (TILE, {"TILE_HEIGHT": -1}, "TILE_HEIGHT"),
    (TILE, {"TILING": 3}, "POLYGONS"),
    (TILE, {"OVERLAP": -1}, "OVERLAP"),
    (TILE, {"REMAINDER": 4}, "REMAINDER"),
    (TILE, {"ALIGNMENT": 2}, "ALIGNMENT"),
    (TILE, {"EXTENT": "0,1,0,1"}, "EXTENT"),
    (TILE, {"BANDS": [9]}, "BANDS"),
    (TILE, {"BANDS": [1, 1]}, "BANDS"),
    (TILE, {"MIN_VALID": 101}, "MIN_VALID"),
    (TILE, {"NAME_TEMPLATE": "same", "TILE_WIDTH": 50}, "NAME_TEMPLATE"),
    (TILE, {"TILE_WIDTH": 1, "TILE_HEIGHT": 1, "MAX_TILES": 10}, "MAX_TILES"),
    (TILE, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (MERGE, {"INPUTS": None}, "INPUTS"),
    (MERGE, {"INPUTS": None, "INPUT_FOLDER": "/nowhere"}, "INPUT_FOLDER"),
    (MERGE, {"METHOD": 9}, "METHOD"),
    (MERGE, {"METHOD": 8, "FEATHER": 0}, "FEATHER"),
    (MERGE, {"RESOLUTION": 5}, "RESOLUTION"),
    (MERGE, {"RESAMPLING": 5}, "RESAMPLING"),
    (MERGE, {"DATA_TYPE": 8}, "DATA_TYPE"),
    (MERGE, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
]


UNNAMED = [
    (INDEX, {"INPUT": "/nowhere/a.tif"}, "INPUT"),
    (INDEX, {"INPUT": "broken.tif"}, "INPUT"),
    (INDEX, {"BAND_A": 9}, "BAND_A"),
    (INDEX, {"BAND_B": 0}, "BAND_B"),
    (INDEX, {"BAND_A": 9, "BAND_B": 8}, "BAND_A"),
    (INDEX, {"INPUT_B": "broken.tif"}, "INPUT_B"),
    (INDEX, {"INPUT_B": "far.tif", "RESAMPLING": 1}, "INPUT_B"),
    (INDEX, {"INPUT_B": "INPUT", "INPUT_B_BAND": 7}, "INPUT_B_BAND"),
    (INDEX, {"MASK": "broken.tif"}, "MASK"),
    (INDEX, {"MASK": "elsewhere.tif"}, "MASK"),
    (INDEX, {"MASK": "INPUT", "MASK_BAND": 7}, "MASK_BAND"),
    (INDEX, {"EXTENT": "/nowhere/a.tif"}, "EXTENT"),
    (INDEX, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
    (INDEX, {"OUTPUT": "INPUT"}, "OUTPUT"),
    (INDEX, {"REPORT": "report.txt"}, "REPORT"),
    (TILES, {"INPUTS": ["/nowhere/a.tif"]}, "INPUTS"),
    (TILES, {"INPUTS": ["broken.tif"]}, "INPUTS"),
    (TILES, {"INPUTS": None, "INPUT_FOLDER": "empty"}, "INPUT_FOLDER"),
    (TILES, {"INPUTS": None, "INPUT_FOLDER": "bad"}, "INPUT_FOLDER"),
    (TILES, {"BAND_A": 9}, "BAND_A"),
    (TILES, {"OUTPUT": "broken.tif"}, "OUTPUT"),
    (TILE, {"INPUT": "broken.tif"}, "INPUT"),
    (TILE, {"BANDS": [9]}, "BANDS"),
    (TILE, {"TILE_WIDTH": 2.5}, "TILE_WIDTH"),
    (TILE, {"TILE_HEIGHT": 2.5}, "TILE_HEIGHT"),
    (TILE, {"OUTPUT": "broken.tif"}, "OUTPUT"),
    (TILE, {"TILE_INDEX": "/nowhere/index.gpkg"}, "TILE_INDEX"),
    (MERGE, {"INPUTS": None, "INPUT_FOLDER": "empty"}, "INPUT_FOLDER"),
    (MERGE, {"INPUTS": ["broken.tif"], "EXTENT": "1,2,1,2"}, "INPUTS"),
    (MERGE, {"INPUTS": None, "INPUT_FOLDER": "bad", "EXTENT": "1,2,1,2"}, "INPUT_FOLDER"),
    (MERGE, {"OUTPUT": "/nowhere/out.tif"}, "OUTPUT"),
    (BENCHMARK, {"INPUT": "broken.tif"}, "INPUT"),
    (BENCHMARK, {"BAND_B": 9}, "BAND_B"),
    (BENCHMARK, {"REPORT": "report.txt"}, "REPORT"),
    (BENCHMARK, {"TABLE": "table.txt"}, "TABLE"),
]
"""Invalid values whose error message does not name the parameter; only the error's `parameter` field does."""

AT_RUN = [
    (MERGE, {"INPUTS": ["broken.tif"]}, "INPUTS"),
    (MERGE, {"INPUTS": None, "INPUT_FOLDER": "bad"}, "INPUT_FOLDER"),
    (INDEX, {"BAND_A": 9}, "BAND_A"),
    (TILES, {"INPUTS": ["INPUT", "broken.tif"]}, "INPUTS"),
    (TILE, {"INPUT": "broken.tif"}, "INPUT"),
    (BENCHMARK, {"BAND_A": 9}, "BAND_A"),
    ("checkinstallation", {"REPORT": "report.txt"}, "REPORT"),
]
"""Invalid values that are rejected during a run, as in models and scripts, which skip the check before a run."""


@pytest.fixture
def values_of(scene, tmp_path, monkeypatch):
    """Function that returns parameter values for an algorithm; `INPUT` stands for a valid raster.

    Invalid files such as `broken.tif` are in the working directory.
    """
    monkeypatch.chdir(tmp_path)
    source = scene(100)
    scene(100, "far.tif", transform=from_origin(9e5, 9e6, 10, 10))
    scene(100, "elsewhere.tif", crs="EPSG:32634")
    for folder in ("empty", "bad"):
        (tmp_path / folder).mkdir()
    for name in ("broken.tif", "bad/broken.tif"):
        (tmp_path / name).write_text("no raster")
    defaults = {
        INDEX: {"INPUT": source, "BAND_A": 2, "BAND_B": 1, "OUTPUT": "new.tif"},
        TILES: {"INPUTS": [source], "BAND_A": 2, "BAND_B": 1, "OUTPUT": "new"},
        TILE: {"INPUT": source, "OUTPUT": "new"},
        MERGE: {"INPUTS": [source], "OUTPUT": "new.tif"},
        BENCHMARK: {"INPUT": source, "BAND_A": 2, "BAND_B": 1},
    }

    def replaced(value):
        return [replaced(each) for each in value] if isinstance(value, list) else source if value == "INPUT" else value

    return lambda name, given: {**defaults.get(name, {}), **{key: replaced(value) for key, value in given.items()}}


@pytest.fixture
def checked(provider):
    """Function that checks parameter values; returns the algorithm, whether they are valid, and the message."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProject

    def check(name, values):
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{name}")
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        return algorithm, *algorithm.checkParameterValues(values, context)

    return check


@pytest.mark.parametrize(("name", "given", "parameter"), INVALID, ids=lambda value: str(value)[:60])
def test_the_message_names_the_parameter(name, given, parameter, checked, values_of):
    assert checked(name, values_of(name, {}))[1:] == (True, "")
    _, ok, message = checked(name, values_of(name, given))
    assert not ok
    assert re.search(rf"\b{parameter}\b", message), message


@pytest.mark.parametrize(("name", "given", "parameter"), UNNAMED, ids=lambda value: str(value)[:60])
def test_the_parameter_comes_from_the_field_of_the_error(name, given, parameter, checked, values_of):
    algorithm, ok, message = checked(name, values_of(name, given))
    assert not ok
    assert message.startswith(f"{algorithm.parameterDefinition(parameter).description()} ({parameter}): "), message
    assert len(re.findall(rf"\b{parameter}\b", message)) == 1, message


@pytest.mark.parametrize(("name", "given", "parameter"), AT_RUN, ids=lambda value: str(value)[:60])
def test_an_error_during_a_run_names_the_parameter(name, given, parameter, provider, values_of):
    from qgis.core import (
        QgsApplication,
        QgsProcessingContext,
        QgsProcessingException,
        QgsProcessingFeedback,
        QgsProject,
    )

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{name}")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    values, feedback = values_of(name, given), QgsProcessingFeedback(False)
    with pytest.raises(QgsProcessingException) as error:
        assert algorithm.prepareAlgorithm(values, context, feedback)
        algorithm.processAlgorithm(values, context, feedback)
    description = algorithm.parameterDefinition(parameter).description()
    assert str(error.value).startswith(f"{description} ({parameter}): "), error.value


def test_keywords_of_the_core_are_mapped_to_parameters(provider):
    """The message names the first matching parameter that has a value, or no parameter if none matches."""
    from qgis.core import QgsApplication

    from parallel_raster.algorithms.shared.messages import name_parameter
    from parallel_raster.core.errors import InputError

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{MERGE}")

    def message_for(keyword, text="text", **given):
        return name_parameter(InputError(text, parameter=keyword), algorithm.parameterDefinitions(), given)

    assert message_for("sources") == "Input rasters (INPUTS): text"
    assert message_for("sources", INPUTS=[], INPUT_FOLDER="a") == "Input folder (INPUT_FOLDER): text"
    assert message_for("src", INPUTS=["a"]) == "Input rasters (INPUTS): text"
    assert message_for("dst") == message_for("folder") == "Merged (OUTPUT): text"
    assert message_for("output_nodata", "OUTPUT_NODATA is wrong") == "OUTPUT_NODATA is wrong"
    assert message_for("nodata", "OUTPUT_NODATA is wrong").endswith("(NODATA): OUTPUT_NODATA is wrong")
    assert message_for("band_a") == message_for("") == "text"


def test_every_keyword_of_a_job_has_a_parameter(provider):
    """Every keyword argument of a job, except those for internal use, maps to a parameter of its algorithm."""
    import inspect

    from qgis.core import QgsApplication

    from parallel_raster import core
    from parallel_raster.algorithms.shared.messages import PARAMETERS
    from parallel_raster.core.benchmark.job import benchmark_normalized_difference

    jobs = {
        INDEX: core.normalized_difference,
        TILES: core.normalized_difference_tiles,
        TILE: core.tile_raster,
        MERGE: core.merge_tiles,
        BENCHMARK: benchmark_normalized_difference,
    }
    internal = {"verify", "progress", "log", "create", "copy", "count_valid"}
    for name, job in jobs.items():
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{name}")
        parameters = {each.name() for each in algorithm.parameterDefinitions()}
        unmapped = {
            keyword
            for keyword in set(inspect.signature(job).parameters) - internal
            if not parameters & set(PARAMETERS.get(keyword, (keyword.upper(),)))
        }
        assert unmapped == ({"folder"} if name == BENCHMARK else set()), name


def test_a_layer_that_is_not_a_file(provider, tmp_path):
    """The message for a memory layer as raster input names the parameter and the layer."""
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProject, QgsVectorLayer

    layer = QgsVectorLayer("Point?crs=EPSG:4326", "places", "memory")
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{INDEX}")
    values = {"INPUT": layer, "OUTPUT": str(tmp_path / "out.tif")}
    ok, message = algorithm.checkParameterValues(values, context)
    assert not ok
    assert message.startswith("Input raster (INPUT): The layer places is not a raster file")


def test_an_output_definition_of_the_dialog(provider, scene, tmp_path):
    from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingOutputLayerDefinition, QgsProject

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(f"parallelraster:{INDEX}")
    output = QgsProcessingOutputLayerDefinition(str(tmp_path / "no" / "out.tif"), QgsProject.instance())
    ok, message = algorithm.checkParameterValues(
        {"INPUT": scene(100), "BAND_A": 2, "BAND_B": 1, "OUTPUT": output}, context
    )
    assert not ok and message.startswith("Normalized difference (OUTPUT): The output folder")


def parameters_of(provider, kind):
    """Yield each parameter of a type with its algorithm, if the algorithm reads its values itself."""
    for algorithm in (each for each in provider.algorithms() if hasattr(each, "number")):
        yield from ((algorithm, each) for each in algorithm.parameterDefinitions() if each.type() == kind)


def test_every_integer_parameter_takes_whole_numbers_only(provider):
    """Numbers of more than 32 bits are not changed, and fractions are not rounded."""
    from qgis.core import QgsProcessingContext, QgsProcessingParameterNumber, QgsProperty
    from qgis.PyQt.QtCore import QVariant

    from parallel_raster.core.errors import OptionError

    context, found = QgsProcessingContext(), 0
    integer = QgsProcessingParameterNumber.Type.Integer
    for algorithm, definition in parameters_of(provider, "number"):
        name = definition.name()
        if definition.dataType() != integer:
            continue
        found += 1
        for given, expected in (
            (3_000_000_000, 3_000_000_000), ("-3e9", -3_000_000_000), (str(2**62 + 1), 2**62 + 1), (5.0, 5),
            (QgsProperty.fromExpression("4 / 2"), 2), (None, definition.defaultValue()), (QVariant(7), 7),
            (QgsProperty.fromExpression("to_int('x')", False), definition.defaultValue()),
        ):  # fmt: skip
            assert algorithm.whole({name: given}, name, context) == expected
        for given in (2.7, "2.7", "two", 1e300, float("nan"), QgsProperty.fromExpression("5 / 2")):
            with pytest.raises(OptionError, match=f"{name} is .*Enter a whole number") as caught:
                algorithm.whole({name: given}, name, context)
            assert caught.value.parameter == name.lower()
    assert found > 50


def test_every_number_parameter_takes_numbers_only(provider):
    """QGIS would replace an invalid number with the default, without a message."""
    from qgis.core import QgsProcessingContext, QgsProperty
    from qgis.PyQt.QtCore import QVariant

    from parallel_raster.core.errors import OptionError

    context, found = QgsProcessingContext(), 0
    for algorithm, definition in parameters_of(provider, "number"):
        name = definition.name()
        found += 1
        for given, expected in (
            (2, 2.0), ("2.5e3", 2500.0), (QgsProperty.fromExpression("5 / 2"), 2.5),
            (None, definition.defaultValue()), (QgsProperty.fromExpression("NULL"), definition.defaultValue()),
            (QVariant(2.5), 2.5), (QVariant(), definition.defaultValue()),
        ):  # fmt: skip
            assert algorithm.number({name: given}, name, context) == expected
        for given in ("two", [2], QgsProperty.fromExpression("'two'")):
            with pytest.raises(OptionError, match=f"{name} is .*Enter a number") as caught:
                algorithm.number({name: given}, name, context)
            assert caught.value.parameter == name.lower()
    assert found > 50


def test_every_enum_parameter_takes_its_options_only(provider):
    """QGIS would round fractions, take -1 as the last option and replace other invalid values with the default."""
    from qgis.core import QgsProcessingContext, QgsProperty

    from parallel_raster.core.errors import OptionError

    context, found = QgsProcessingContext(), 0
    for algorithm, definition in parameters_of(provider, "enum"):
        name = definition.name()
        if definition.usesStaticStrings() or definition.allowMultiple():
            continue
        found += 1
        table = {str(place): text for place, text in enumerate(definition.options())}
        for given in (1, 1.0, "1", QgsProperty.fromExpression("3 - 2"), QgsProperty.fromValue("1")):
            assert algorithm.option({name: given}, name, table, context) == "1"
        for given in (None, QgsProperty.fromExpression("NULL")):
            assert algorithm.option({name: given}, name, table, context) == str(definition.defaultValue())
        for given in (-1, len(table), 0.7, "x", [1], QgsProperty.fromExpression("array(1)")):
            with pytest.raises(OptionError, match=f"{name} is .*, from 0 to {len(table) - 1}") as caught:
                algorithm.option({name: given}, name, table, context)
            assert caught.value.parameter == name.lower()
    assert found > 20


def test_a_list_of_options(provider):
    from qgis.core import QgsProcessingContext, QgsProperty

    from parallel_raster.core.choices import ZONAL_STATISTICS
    from parallel_raster.core.errors import OptionError

    def chosen(value):
        return algorithm.options({"STATISTICS": value}, "STATISTICS", ZONAL_STATISTICS, QgsProcessingContext())

    algorithm = provider.algorithm("zonalstatistics")
    for value in ([0, 4], "0,4", ["0", 4.0], QgsProperty.fromExpression("array(0, 4)"), QgsProperty.fromValue([0, 4])):
        assert chosen(value) == ("count", "mean")
    assert chosen(4) == chosen("4") == ("mean",)
    assert chosen(None) == ("count", "min", "max", "mean")
    for value in ([0, 99], [-1], [1.5], "0,x", QgsProperty.fromExpression("array(0, 'x')")):
        with pytest.raises(OptionError, match="STATISTICS is .*, from 0 to 8"):
            chosen(value)


@pytest.mark.parametrize("expression", ["1 +", "no_such_field"])
def test_an_invalid_expression_is_rejected_for_every_parameter(provider, expression):
    """QGIS would use the default of the parameter; an invalid EXTENT would mean the whole raster."""
    from qgis.core import QgsProcessingContext, QgsProperty

    found = 0
    for algorithm in (each for each in provider.algorithms() if hasattr(each, "option")):
        for name in (each.name() for each in algorithm.parameterDefinitions()):
            found += 1
            values = {name: QgsProperty.fromExpression(expression)}
            ok, message = algorithm.checkParameterValues(values, QgsProcessingContext())
            assert not ok and f"The expression for {name} is invalid" in message
    assert found > 200


def test_numbers_and_options_are_not_converted_by_qgis():
    """QGIS's conversions round fractions, and replace invalid values with the default."""
    root = Path(__file__).parents[2] / "algorithms"
    called = re.compile(r"\w+As(Double|Int|Enum)s?\(")
    assert [path.name for path in root.rglob("*.py") if called.search(path.read_text(encoding="utf-8"))] == []
