"""Translations are complete, compiled, and used for the language of QGIS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import shipped
from cases import long
from harness import ROOT
from test_translation import all_marked

script = shipped.script("translations")

NAMES = {
    "Byte", "Int16", "UInt16", "Int32", "UInt32", "Float32", "Float64", "Int16 x 10000", "Byte 0-200",
    "Cloud Optimized GeoTIFF", "Bilinear", "Laplace", "Median", "Minimum", "Maximum", "Sensor", "Vegetation",
    "Chips", "Format", "GeoTIFF",
}  # fmt: skip
"""Texts that may be identical in English and in a translation."""

KEPT = re.compile(r"\d+|\{\w*\}|\*\.\w+|\w+\.json|[A-Z]+=[A-Z0-9]+|[a-z-]+:/\S+")
"""Parts that a translation must keep unchanged: numbers, placeholders, file patterns, options, URLs."""

TS = sorted((ROOT / "resources" / "i18n").glob("*.ts"))


def kept(text):
    """Return the parts of a text that a translation must keep, sorted."""
    return sorted(KEPT.findall(text))


def check_translated(text, translation):
    assert translation != text or text in NAMES
    assert kept(translation) == kept(text), text


@pytest.fixture
def german(qgis_app):
    """Function that sets the language of QGIS to German and installs the translation."""
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication

    from parallel_raster.plugin import language

    installed = []

    def install():
        QgsSettings().setValue("locale/overrideFlag", True)
        QgsSettings().setValue("locale/userLocale", "de")
        installed.append(language.install_translator())

    yield install
    for key in ("locale/overrideFlag", "locale/userLocale"):
        QgsSettings().remove(key)
    for translator in installed:
        QCoreApplication.removeTranslator(translator)


def test_a_german_translation_exists():
    assert "parallel_raster_de.ts" in [path.name for path in TS]


@pytest.mark.parametrize("path", TS, ids=lambda path: path.stem)
def test_every_text_is_translated(path):
    messages = list(ElementTree.parse(path).iter("message"))  # noqa: S314
    sources = [message.findtext("source") for message in messages]
    assert sorted(sources) == sorted(all_marked()), "make translations"
    assert {name.text for name in ElementTree.parse(path).iter("name")} == {"ParallelRaster"}  # noqa: S314
    for message in messages:
        assert script.is_translated(message), message.findtext("source")
        check_translated(message.findtext("source"), message.findtext("translation"))


@pytest.mark.parametrize("path", TS, ids=lambda path: path.stem)
def test_compiled_translations_match_their_source(path, qgis_app):
    from qgis.PyQt.QtCore import QTranslator

    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm")))
    messages = list(ElementTree.parse(path).iter("message"))  # noqa: S314
    for message in messages:
        compiled = translator.translate("ParallelRaster", message.findtext("source"))
        assert compiled == message.findtext("translation"), "make translations"
    assert compiled_messages(path.with_suffix(".qm").read_bytes()) == len(messages), "make translations"


def compiled_messages(data):
    """Return the number of messages in a `.qm` file, whose section 0x42 has eight bytes per message."""
    offset = 16
    while data[offset] != 0x42:
        offset += 5 + int.from_bytes(data[offset + 1 : offset + 5], "big")
    return int.from_bytes(data[offset + 1 : offset + 5], "big") // 8


def test_updating_keeps_existing_translations(tmp_path):
    """Existing translations are kept, even unfinished ones; new texts are untranslated; obsolete texts are removed."""
    path = tmp_path / "parallel_raster_de.ts"
    assert script.write(path, ["Tiles", "Draft", "Gone"]) == ["Tiles", "Draft", "Gone"]
    text = path.read_text(encoding="utf-8").replace(' type="unfinished"></', ">Kacheln</", 1)
    path.write_text(text.replace('"unfinished"></', '"unfinished">Entwurf</', 1), encoding="utf-8")
    assert script.write(path, ["New & <new>", "Tiles", "Draft"]) == ["New & <new>", "Draft"]
    written = {each.findtext("source"): each.findtext("translation") for each in script.read(path).values()}
    assert written == {"New & <new>": "", "Tiles": "Kacheln", "Draft": "Entwurf"}


def shown_texts():
    """Yield all texts that QGIS shows for the algorithms, in a fixed order."""
    from parallel_raster.algorithms import ALGORITHMS

    for kind in ALGORITHMS:
        algorithm = kind()
        algorithm.initAlgorithm()
        yield from (algorithm.displayName(), algorithm.group(), algorithm.shortDescription())
        yield algorithm.shortHelpString()
        for definition in algorithm.parameterDefinitions():
            yield from (definition.description(), definition.help())
            labelled = definition.type() == "enum" and not definition.usesStaticStrings()
            yield from definition.options() if labelled else ()
        yield from (each.description() for each in algorithm.outputDefinitions())


def test_every_algorithm_is_translated(provider, german):
    english = list(shown_texts())
    german()
    translated = list(shown_texts())
    assert len(translated) == len(english) > 300
    for text, translation in zip(english, translated):
        check_translated(text, translation)
    assert {"Raster kacheln", "Kacheln", "Überlappung auf jeder Seite (Pixel)"} <= set(translated)


def model_texts(model):
    """Return the texts that QGIS shows for a model, except its name, which is its ID."""
    inputs = [each.description() for each in model.parameterDefinitions() if not each.isDestination()]
    return [model.group(), model.helpContent()["ALG_DESC"], *inputs]


def test_models_are_translated(provider, german):
    """The texts in the model files are those in `plugin.models.TEXTS` and are translated when a model is loaded."""
    from parallel_raster.plugin.models import TEXTS, read_models

    before = list(read_models())
    german()
    after = list(read_models())
    names = [
        "Mask, then index", "NDVI by way of tiles", "NDVI median of a season", "NDVI per field", "Objects by threshold",
        "Search, stack, composite",
        "Stack to chips",
    ]  # fmt: skip
    assert [each.name() for each in before] == [each.name() for each in after] == names
    english = [text for model in before for text in model_texts(model)]
    assert sorted(TEXTS) == sorted(set(english))
    for text, translation in zip(english, [text for model in after for text in model_texts(model)]):
        check_translated(text, translation)
    for one, other in zip(before, after):
        shown = [[each.name() for each in model.parameterDefinitions()] for model in (one, other)]
        assert shown[0] == shown[1] and one.outputDefinitions()[0].name() == other.outputDefinitions()[0].name()


def test_search_words_are_german_and_english(provider, german):
    from parallel_raster.algorithms.mergetiles import MergeTilesAlgorithm

    german()
    assert {"zusammenführen", "merge"} <= set(MergeTilesAlgorithm().tags())


def environment_in(language, environment):
    return {**environment, "LC_ALL": f"{language}.UTF-8"}


LIFE = """
from harness import load_plugin, start_qgis
app = start_qgis()
plugin = load_plugin()
from parallel_raster.algorithms.tileraster import TileRasterAlgorithm
print(app.processingRegistry().algorithmById("parallelraster:tileraster").displayName())
plugin.unload()
print(TileRasterAlgorithm().displayName())
"""


@pytest.mark.parametrize(
    "language, name", [("de_DE", "Raster kacheln"), *long(("de_AT", "Raster kacheln"), ("fr_FR", "Tile raster"))]
)
def test_the_plugin_installs_and_removes_its_translation(language, name, tmp_path):
    """Names are translated as long as the plugin is loaded, or are in English if the language has no translation."""
    environment = environment_in(language, {**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"})
    done = subprocess.run(
        [sys.executable, "-c", LIFE], cwd=ROOT / "tests" / "qgis", env=environment, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [name, "Tile raster"], done.stderr


@pytest.mark.parametrize(("override", "system"), [("", "de_DE"), *long(("de", "en_US"), ("en", "de_DE"))])
def test_qgis_process_uses_the_language_of_the_user(qgis_process, override, system, tmp_path):
    """`qgis_process` uses the language of the system unless the QGIS settings override it."""
    profile = tmp_path / "profile"
    shutil.copytree(qgis_process.environment["QGIS_CUSTOM_CONFIG_PATH"], profile)
    if override:
        settings = next(Path(profile).rglob("QGIS3.ini"))
        with settings.open("a", encoding="utf-8") as file:
            file.write(f"\n[locale]\noverrideFlag=true\nuserLocale={override}\n")
    environment = environment_in(system, {**qgis_process.environment, "QGIS_CUSTOM_CONFIG_PATH": str(profile)})
    output = qgis_process("help", "parallelraster:tileraster", env=environment).stdout
    summaries = ("Teilt ein Raster", "Splits a raster")
    assert [text in output for text in summaries] == ([False, True] if override == "en" else [True, False])
