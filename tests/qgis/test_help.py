"""What people see of an algorithm: icon, group, words that find it, help in both its forms, tooltips, address."""

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
    "mergetiles",
    "benchmark",
    "checkinstallation",
)
WIDEST = 224
"""Pixels: the panel of the help is hardly wider in a new dialog."""

TAG = re.compile(r"</?[a-z][^>]*>")


@pytest.fixture(params=NAMES)
def algorithm(request, provider):
    """Each algorithm."""
    return provider.algorithm(request.param)


@pytest.fixture
def help_in(monkeypatch, algorithm):
    """The help where QGIS has a desktop, or none."""
    import qgis.utils

    def shown(desktop):
        monkeypatch.setattr(qgis.utils, "iface", desktop)
        return algorithm.shortHelpString()

    return shown


def test_all_algorithms_are_looked_at(provider):
    from parallel_raster.algorithms import ALGORITHMS

    assert set(NAMES) == {kind().name() for kind in ALGORITHMS}


def colours(path):
    """The colours of a picture of 16 x 16 pixels that fill more than a pixel or two."""
    from qgis.PyQt.QtGui import QIcon

    image = QIcon(str(path)).pixmap(16, 16).toImage()
    pixels = [image.pixelColor(x, y) for x in range(16) for y in range(16)]
    return [colour for colour in pixels if colour.alpha() > 200]


@pytest.mark.parametrize("name", NAMES)
def test_icons_are_seen_on_light_and_dark(name, qgis_app):
    """Of the pixels that are painted most differ from a light window and from a dark one."""
    painted = colours(ROOT / "resources" / "icons" / f"{name}.svg")
    assert len(painted) > 50
    for window in (240, 45):
        seen = [colour for colour in painted if abs(colour.lightness() - window) > 40 or colour.saturation() > 80]
        assert len(seen) > 0.6 * len(painted)


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
        "benchmark": "tools",
        "checkinstallation": "tools",
    }
    assert {provider.algorithm(name).group() for name in NAMES} == {
        "Tiles", "Spectral indexes", "Installation and speed",
    }  # fmt: skip


def test_tags_are_single_words_of_their_own(algorithm):
    tags = algorithm.tags()
    assert len(tags) >= 8 and len(set(tags)) == len(tags)
    assert not any("," in tag or tag != tag.strip() for tag in tags)


def test_address_is_below_the_homepage(algorithm):
    facts = configparser.ConfigParser(interpolation=None)
    facts.read(ROOT / "metadata.txt")
    assert algorithm.helpUrl() == f"{facts['general']['homepage']}/docs/#{algorithm.name()}"


def test_help_of_the_dialog(help_in, algorithm):
    from qgis.PyQt.QtCore import QUrl
    from qgis.PyQt.QtGui import QImage

    text = help_in(object())
    picture = re.fullmatch(r'<img src="(file:[^"]+)">', text.splitlines()[0])
    image = QImage(QUrl(picture[1]).toLocalFile())
    assert 0 < image.width() <= WIDEST and image.height() < image.width()
    assert text.splitlines()[1] == algorithm.shortDescription()
    assert "<b>Example</b>" in text and text.count("<li>") >= 2


def test_help_of_a_terminal(help_in, algorithm):
    text = help_in(None)
    assert not TAG.search(text) and "&" not in text
    assert max(map(len, text.splitlines())) <= 100
    assert "\nExample:\n" in text and text.count("\n- ") >= 2


def test_every_parameter_says_more_than_its_label(algorithm):
    for definition in algorithm.parameterDefinitions():
        said = definition.help()
        assert said.endswith(".") and said != definition.description(), definition.name()
        assert not TAG.search(said) and "&" not in definition.description(), definition.name()
        assert said in definition.toolTip()


def test_texts_lie_beside_their_algorithm(algorithm):
    """In a file that is called like the algorithm's own."""
    import sys

    kind = type(algorithm)
    beside = sys.modules[f"{kind.__module__}_help"]
    assert kind.__module__.endswith(f".{algorithm.name()}")
    assert kind.HELP in vars(beside).values()


def test_no_help_is_of_no_parameter(algorithm):
    """A parameter that is renamed would leave its help behind, unseen."""
    known = {each.name() for each in algorithm.parameterDefinitions()}
    assert set(type(algorithm).HELP.parameters) - known == set()


def test_shared_help_is_of_several_algorithms(provider):
    """What one algorithm alone says of a parameter lies beside it."""
    from parallel_raster.algorithms.shared.help_texts import SHARED_PARAMETERS

    algorithms = [provider.algorithm(name) for name in NAMES]
    takers = {
        name: [
            each.name() for each in algorithms if name not in each.HELP.parameters and each.parameterDefinition(name)
        ]
        for name in SHARED_PARAMETERS
    }
    assert {name: found for name, found in takers.items() if len(found) < 2} == {}


def test_advanced_parameters_are_those_of_the_contract(provider):
    from qgis.core import QgsProcessingParameterDefinition

    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    shared = {"CREATION_OPTIONS", "COG", "WORKERS", "MEMORY", "CHUNK_SIZE", "CLUSTER", "REPORT"}
    pixels = {"SCALE", "OFFSET", "NODATA", "OUTPUT_NODATA", "ZERO_SUM", "CLAMP"}
    mask = {"MASK_BAND", "MASK_BITS", "MASK_GROW"}
    tiles = {"ALIGNMENT", "BANDS", "SKIP_EMPTY", "MIN_VALID", "NAME_TEMPLATE", "RESUME", "MAX_TILES"}
    expected = {
        "tileraster": shared | tiles | {"EXTENT"},
        "normalizeddifference": shared | pixels | mask | {"EXTENT", "OVERVIEW", "RESAMPLING"},
        "normalizeddifferencetiles": shared | pixels,
        "mergetiles": shared | {"EXTENT", "NODATA", "OUTPUT_NODATA", "PIXEL_RULE"},
        "benchmark": {"CHUNK_SIZES", "EXTENT", "CREATION_OPTIONS", "MEMORY", "SET_CHUNK_SIZE"},
        "checkinstallation": {"CLUSTER"},
    }
    for name in NAMES:
        definitions = provider.algorithm(name).parameterDefinitions()
        assert {each.name() for each in definitions if each.flags() & advanced} == expected[name], name
        assert len([each for each in definitions if not each.flags() & advanced]) <= 12, name


def test_bands_are_mandatory_where_their_default_counts(provider):
    """QGIS 3.22 asks for a mandatory band although it has a default."""
    from qgis.core import Qgis, QgsProcessingParameterDefinition

    optional = QgsProcessingParameterDefinition.Flag.FlagOptional
    for name in ("normalizeddifference", "benchmark"):
        for band in ("BAND_A", "BAND_B"):
            flags = provider.algorithm(name).parameterDefinition(band).flags()
            assert bool(flags & optional) == (Qgis.QGIS_VERSION_INT < 34000), (name, band)
    for band in ("INPUT_B_BAND", "MASK_BAND"):
        assert provider.algorithm("normalizeddifference").parameterDefinition(band).flags() & optional


def test_the_order_of_what_stands_is_kept(provider):
    """Scripts and models name parameters, people find them: new ones come in between."""
    orders = {
        "normalizeddifference": (
            "INPUT BAND_A BAND_B INPUT_B INPUT_B_BAND RESAMPLING INDEX SCALING SCALE OFFSET NODATA ZERO_SUM CLAMP MASK "
            "MASK_BAND MASK_VALUES MASK_BITS MASK_GROW EXTENT OVERVIEW DATA_TYPE OUTPUT_NODATA CREATION_OPTIONS COG "
            "WORKERS MEMORY CHUNK_SIZE CLUSTER OUTPUT REPORT"
        ),
        "mergetiles": (
            "INPUTS INPUT_FOLDER PATTERN METHOD FEATHER TRIM_OVERLAP PIXEL_RULE RESOLUTION PIXEL_SIZE RESAMPLING "
            "EXTENT NODATA OUTPUT_NODATA DATA_TYPE CREATION_OPTIONS COG WORKERS MEMORY CHUNK_SIZE CLUSTER REPORT OUTPUT"
        ),
    }
    for name, order in orders.items():
        assert [each.name() for each in provider.algorithm(name).parameterDefinitions()] == order.split()


def test_copies_keep_the_help(algorithm):
    """Models and dialogs work on copies of the parameters."""
    for definition in algorithm.parameterDefinitions():
        assert definition.clone().help() == definition.help()


def test_qgis_process_prints_it_as_text(qgis_process):
    done = qgis_process("help", "parallelraster:normalizeddifference")
    assert done.returncode == 0
    before, _, outputs = done.stdout.partition("\nOutputs\n")
    assert "NDVI with A = near infrared" in before and "\nExample:\nBands 4 and 3" in before
    # Later versions print the default in between.
    line = r"\nWORKERS: Workers \(threads; 0 = maximum set in QGIS\)\n(\t.*\n)?\tNumber of threads\."
    assert re.search(line, before)
    assert not TAG.search(before) and "VALID_PERCENT" in outputs
