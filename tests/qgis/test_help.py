"""Icon, toolbox group, search keywords, help in the dialog and terminal, tooltips and help URL."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from harness import ROOT

NAMES = (
    "tileraster",
    "normalizeddifference",
    "normalizeddifferencetiles",
    "spectralindex",
    "rastercalculator",
    "rastercalculatortiles",
    "focalfilter",
    "focalfiltertiles",
    "labelobjects",
    "maskraster",
    "stacsearch",
    "stacstack",
    "zonalstatistics",
    "temporalcomposite",
    "trainingchips",
    "mergetiles",
    "benchmark",
    "checkinstallation",
)
WIDEST = 224
"""Width in pixels of the help panel in a new dialog, which a picture must not exceed."""

TAG = re.compile(r"</?[a-z][^>]*>")


@pytest.fixture(params=NAMES)
def algorithm(request, provider):
    """Each algorithm of the provider."""
    return provider.algorithm(request.param)


@pytest.fixture
def help_in(monkeypatch, algorithm):
    """Function that returns the help text for a given `iface`; in `qgis_process`, `iface` is None."""
    import qgis.utils

    def help_text(desktop):
        monkeypatch.setattr(qgis.utils, "iface", desktop)
        return algorithm.shortHelpString()

    return help_text


def test_all_algorithms_are_tested(provider):
    from parallel_raster.algorithms import ALGORITHMS

    assert set(NAMES) == {kind().name() for kind in ALGORITHMS}


def colours(path):
    """Return the colours of the opaque pixels of an icon drawn at 16 x 16 pixels."""
    from qgis.PyQt.QtGui import QIcon

    image = QIcon(str(path)).pixmap(16, 16).toImage()
    pixels = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
    return [colour for colour in pixels if colour.alpha() > 200]


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_visible_on_light_and_dark_backgrounds(name, qgis_app):
    """Most opaque pixels of an icon differ clearly from a light and from a dark background."""
    painted = colours(ROOT / "resources" / "icons" / f"{name}.svg")
    assert len(painted) > 50
    for window in (240, 45):
        visible = [colour for colour in painted if abs(colour.lightness() - window) > 40 or colour.saturation() > 80]
        assert len(visible) > 0.6 * len(painted)


def test_icons_differ(provider):
    paths = {provider.algorithm(name).svgIconPath() for name in NAMES}
    assert len(paths) == len(NAMES)
    assert len({Path(path).read_bytes() for path in paths}) == len(NAMES)
    assert not any(provider.algorithm(name).icon().isNull() for name in NAMES)


def test_groups(provider):
    groups = {name: provider.algorithm(name).groupId() for name in NAMES}
    assert groups == {
        "tileraster": "tiles",
        "mergetiles": "tiles",
        "normalizeddifference": "indexes",
        "normalizeddifferencetiles": "indexes",
        "spectralindex": "indexes",
        "rastercalculator": "analysis",
        "rastercalculatortiles": "analysis",
        "focalfilter": "analysis",
        "focalfiltertiles": "analysis",
        "labelobjects": "analysis",
        "maskraster": "analysis",
        "stacsearch": "analysis",
        "stacstack": "analysis",
        "zonalstatistics": "analysis",
        "temporalcomposite": "analysis",
        "trainingchips": "tiles",
        "benchmark": "tools",
        "checkinstallation": "tools",
    }
    assert {provider.algorithm(name).group() for name in NAMES} == {
        "Tiles", "Spectral indexes", "Raster analysis", "Installation and speed",
    }  # fmt: skip


def test_tags_are_unique_and_contain_no_commas(algorithm):
    tags = algorithm.tags()
    assert len(tags) >= 8 and len(set(tags)) == len(tags)
    assert not any("," in tag or tag != tag.strip() for tag in tags)


def test_help_address_starts_with_the_homepage(algorithm):
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read(ROOT / "metadata.txt")
    assert algorithm.helpUrl() == f"{metadata['general']['homepage']}/docs/#{algorithm.name()}"


def test_help_in_the_dialog(help_in, algorithm):
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtGui import QImage

    text = help_in(object())
    picture = re.fullmatch(r'<img src="(file:[^"]+)">', text.splitlines()[0])
    image = QImage(QUrl(picture[1]).toLocalFile())
    assert 0 < image.width() <= WIDEST and image.height() < image.width()
    assert text.splitlines()[1] == algorithm.shortDescription()
    assert "<b>Example</b>" in text and text.count("<li>") >= 2


def test_help_in_a_terminal(help_in, algorithm):
    text = help_in(None)
    assert not TAG.search(text) and "&" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\nExample:\n" in text and text.count("\n- ") >= 2


def test_every_parameter_has_a_help_text(algorithm):
    for definition in algorithm.parameterDefinitions():
        text = definition.help()
        assert text.endswith(".") and text != definition.description(), definition.name()
        assert not TAG.search(text) and "&" not in definition.description(), definition.name()
        assert text in definition.toolTip()


def test_help_texts_are_in_the_module_next_to_the_algorithm(algorithm):
    """The help of an algorithm `name` is defined in the module `name_help`."""
    import sys

    kind = type(algorithm)
    help_module = sys.modules[f"{kind.__module__}_help"]
    assert kind.__module__.endswith(f".{algorithm.name()}")
    assert kind.HELP in vars(help_module).values()


def test_every_help_text_belongs_to_a_parameter(algorithm):
    """HELP contains no text for a parameter that the algorithm lacks, for example because the parameter was renamed."""
    known = {each.name() for each in algorithm.parameterDefinitions()}
    assert set(type(algorithm).HELP.parameters) - known == set()


def test_shared_help_is_used_by_several_algorithms(provider):
    """Every text in SHARED_PARAMETERS is used by at least two algorithms."""
    from parallel_raster.algorithms.shared.help_texts import SHARED_PARAMETERS

    algorithms = [provider.algorithm(name) for name in NAMES]
    users = {
        name: [
            each.name() for each in algorithms if name not in each.HELP.parameters and each.parameterDefinition(name)
        ]
        for name in SHARED_PARAMETERS
    }
    assert {name: found for name, found in users.items() if len(found) < 2} == {}


def test_advanced_parameters(provider):
    from qgis.core import QgsProcessingParameterDefinition

    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    shared = {"CREATION_OPTIONS", "COG", "WORKERS", "MEMORY", "CHUNK_SIZE", "CLUSTER", "REPORT"}
    pixels = {"SCALE", "OFFSET", "NODATA", "DATA_TYPE", "OUTPUT_NODATA", "ZERO_SUM", "CLAMP"}
    values = {"SCALING", "SCALE", "OFFSET", "NODATA", "OUTPUT_NODATA", "OVERVIEW"}
    mask = {"MASK_BAND", "MASK_BITS", "MASK_GROW"}
    filters = {"DATA_TYPE", "OUTPUT_NODATA", "OVERVIEW"}
    tiles = {"ALIGNMENT", "BANDS", "SKIP_EMPTY", "MIN_VALID", "NAME_TEMPLATE", "RESUME", "MAX_TILES"}
    scenes = {
        "NETWORK",
        "NAME_REGEX",
        "DATES_FILE",
        "CLIMATOLOGY",
        "EMPTY",
        "FUSE",
        "MASK_PATTERN",
        "MASK_BITS",
        "MASK_GROW",
    }
    composites = {"VALUE", "EXPRESSION", "PERCENTILE", "MIN_COUNT", "LAYOUT", "COUNTS", "DATES", "DATA_TYPE"}
    chips = {
        "REMAINDER", "BANDS", "START", "END", "DAYS", "MASK_VALUES", "MASK_BITS", "ALL_TOUCHED", "LABEL_BAND",
        "BACKGROUND", "IGNORE", "MIN_VALID", "MAX_CLOUD", "MIN_LABEL", "SPLIT_BLOCK", "SEED", "NORMALIZE", "FORMAT",
        "OUTPUT_NODATA", "RESUME",
    }  # fmt: skip
    grid = {"RESOLUTION", "PIXEL_SIZE", "RESAMPLING"}
    expected = {
        "tileraster": shared | tiles | {"EXTENT"},
        "normalizeddifference": shared | pixels | mask | {"EXTENT", "OVERVIEW", "RESAMPLING"},
        "normalizeddifferencetiles": shared | pixels,
        "spectralindex": shared | (values - {"SCALING"}) | mask | {"EXTENT", "RESAMPLING"},
        "rastercalculator": shared | values | mask | {"EXTENT", "RESAMPLING"},
        "rastercalculatortiles": shared | values,
        "focalfilter": shared | filters | mask | {"MASK", "MASK_VALUES", "EXTENT"},
        "focalfiltertiles": shared | filters | {"BANDS"},
        "labelobjects": shared | (values - {"OUTPUT_NODATA"}) | mask | {"MASK", "MASK_VALUES", "EXTENT", "RESAMPLING"},
        "maskraster": shared | {"EXTENT", "OUTPUT_NODATA"},
        "zonalstatistics": (shared - {"CREATION_OPTIONS", "COG"})
        | (values - {"OUTPUT_NODATA"})
        | mask
        | {"MASK", "MASK_VALUES", "EXTENT"},
        "temporalcomposite": shared | values | scenes | composites | grid,
        "stacsearch": {"FILTER", "MAX_ITEMS", "AUTHCFG"},
        "stacstack": (shared - {"CLUSTER"})
        | {"DUPLICATES", "SCALING", "SCALE", "OFFSET", "NODATA", "OVERVIEWS", "ON_ERROR", "RESUME"}
        | {"SIGNING", "SIGN_URL", "AUTHCFG", "RETRIES", "CONNECTIONS"},
        "trainingchips": (shared - {"COG"}) | chips,
        "mergetiles": shared | {"EXTENT", "NODATA", "OUTPUT_NODATA", "PIXEL_RULE"},
        "benchmark": {"CHUNK_SIZES", "EXTENT", "CREATION_OPTIONS", "MEMORY", "SET_CHUNK_SIZE"},
        "checkinstallation": {"CLUSTER", "URL"},
    }
    for name in NAMES:
        definitions = provider.algorithm(name).parameterDefinitions()
        assert {each.name() for each in definitions if each.flags() & advanced} == expected[name], name
        assert len([each for each in definitions if not each.flags() & advanced]) <= 13, name


def test_bands_are_mandatory_if_qgis_uses_their_default(provider):
    """Bands are optional in QGIS before 3.40, which ignores the default of a mandatory band."""
    from qgis.core import Qgis, QgsProcessingParameterDefinition

    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    for name in ("normalizeddifference", "benchmark"):
        for band in ("BAND_A", "BAND_B"):
            flags = provider.algorithm(name).parameterDefinition(band).flags()
            assert bool(flags & optional) == (Qgis.QGIS_VERSION_INT < 34000), (name, band)
    for band in ("INPUT_B_BAND", "MASK_BAND"):
        assert provider.algorithm("normalizeddifference").parameterDefinition(band).flags() & optional


def test_the_order_of_parameters_is_fixed(provider):
    """The parameters of some algorithms are in the published order."""
    orders = {
        "focalfilter": (
            "INPUT BANDS METHOD RADIUS SHAPE SIGMA TRUNCATE EDGE NODATA_RULE MASK MASK_BAND MASK_VALUES MASK_BITS "
            "MASK_GROW EXTENT OVERVIEW DATA_TYPE OUTPUT_NODATA CREATION_OPTIONS COG WORKERS MEMORY CHUNK_SIZE CLUSTER "
            "OUTPUT REPORT"
        ),
        "normalizeddifference": (
            "INPUT BAND_A BAND_B INPUT_B INPUT_B_BAND RESAMPLING INDEX SCALING SCALE OFFSET NODATA ZERO_SUM CLAMP MASK "
            "MASK_BAND MASK_VALUES MASK_BITS MASK_GROW EXTENT OVERVIEW DATA_TYPE OUTPUT_NODATA CREATION_OPTIONS COG "
            "WORKERS MEMORY CHUNK_SIZE CLUSTER OUTPUT REPORT"
        ),
        "spectralindex": (
            "INPUTS INDEX SENSOR BANDS CONSTANTS SCALING SCALE OFFSET NODATA MASK MASK_BAND MASK_VALUES MASK_BITS "
            "MASK_GROW OUTPUT_NODATA OVERVIEW RESAMPLING EXTENT CREATION_OPTIONS COG WORKERS MEMORY CHUNK_SIZE CLUSTER "
            "OUTPUT REPORT"
        ),
        "labelobjects": (
            "INPUTS EXPRESSION CONNECTIVITY MIN_SIZE MAX_SIZE MASK MASK_BAND MASK_VALUES MASK_BITS MASK_GROW SCALING "
            "SCALE OFFSET NODATA OVERVIEW RESAMPLING EXTENT CREATION_OPTIONS COG WORKERS MEMORY CHUNK_SIZE CLUSTER "
            "TABLE OUTPUT REPORT"
        ),
        "mergetiles": (
            "INPUTS INPUT_FOLDER PATTERN METHOD FEATHER TRIM_OVERLAP PIXEL_RULE RESOLUTION PIXEL_SIZE RESAMPLING "
            "EXTENT NODATA OUTPUT_NODATA DATA_TYPE CREATION_OPTIONS COG WORKERS MEMORY CHUNK_SIZE CLUSTER REPORT OUTPUT"
        ),
    }
    for name, order in orders.items():
        assert [each.name() for each in provider.algorithm(name).parameterDefinitions()] == order.split()


def test_copies_keep_the_help(algorithm):
    """Copies of parameters, which models and dialogs use, have the same help."""
    for definition in algorithm.parameterDefinitions():
        assert definition.clone().help() == definition.help()


def test_qgis_process_prints_the_help_as_plain_text(qgis_process):
    done = qgis_process("help", "parallelraster:normalizeddifference")
    assert done.returncode == 0
    before, _, outputs = done.stdout.partition("\nOutputs\n")
    assert "for the NDVI, A is near infrared" in before and "\nExample:\nFor the NDVI of a Landsat 7" in before
    # Later QGIS versions print the default between label and help.
    line = r"\nWORKERS: Workers \(threads; 0 = maximum set in QGIS\)\n(\t.*\n)?\tNumber of threads\."
    assert re.search(line, before)
    assert not TAG.search(before) and "VALID_PERCENT" in outputs
