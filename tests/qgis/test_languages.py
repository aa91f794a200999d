"""The plugin speaks the user's language: every translation is whole, compiled, and looked up."""

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
from harness import ROOT
from test_translation import all_marked

script = shipped.script("translations")

NAMES = {
    "Byte", "Int16", "UInt16", "Int32", "UInt32", "Float32", "Float64", "Int16 x 10000", "Byte 0-200",
    "Cloud Optimized GeoTIFF", "Bilinear", "Median", "Minimum", "Maximum",
}  # fmt: skip
"""What may read the same in another language as in English."""

KEPT = re.compile(r"\d+|\{\w*\}|\*\.\w+|\w+\.json|[A-Z]+=[A-Z0-9]+|[a-z-]+:/\S+")
"""What a translation keeps as it is: numbers, placeholders, kinds of files, options, addresses."""

TS = sorted((ROOT / "resources" / "i18n").glob("*.ts"))


def kept(text):
    return sorted(KEPT.findall(text))


def check_translated(text, translation):
    assert translation != text or text in NAMES
    assert kept(translation) == kept(text), text


@pytest.fixture
def german(qgis_app):
    """Called, it has the plugin speak German, as the settings of QGIS may ask for."""
    from qgis.core import QgsSettings
    from qgis.PyQt.QtCore import QCoreApplication

    from parallel_raster.plugin import language

    installed = []

    def speak():
        QgsSettings().setValue("locale/overrideFlag", True)
        QgsSettings().setValue("locale/userLocale", "de")
        installed.append(language.install_translator())

    yield speak
    for key in ("locale/overrideFlag", "locale/userLocale"):
        QgsSettings().remove(key)
    for translator in installed:
        QCoreApplication.removeTranslator(translator)


def test_there_is_german():
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
def test_what_is_compiled_is_what_is_written(path, qgis_app):
    from qgis.PyQt.QtCore import QTranslator

    translator = QTranslator()
    assert translator.load(str(path.with_suffix(".qm")))
    messages = list(ElementTree.parse(path).iter("message"))  # noqa: S314
    for message in messages:
        compiled = translator.translate("ParallelRaster", message.findtext("source"))
        assert compiled == message.findtext("translation"), "make translations"
    assert compiled_messages(path.with_suffix(".qm").read_bytes()) == len(messages), "make translations"


def compiled_messages(data):
    """How many messages a `.qm` holds: behind 16 bytes it has sections, of which 0x42 has eight bytes per message."""
    place = 16
    while data[place] != 0x42:
        place += 5 + int.from_bytes(data[place + 1 : place + 5], "big")
    return int.from_bytes(data[place + 1 : place + 5], "big") // 8


def test_new_texts_are_left_to_the_translator(tmp_path):
    """What has a translation keeps it, also an unfinished one, what is new has none, what has gone goes."""
    path = tmp_path / "parallel_raster_de.ts"
    assert script.write(path, ["Tiles", "Draft", "Gone"]) == ["Tiles", "Draft", "Gone"]
    text = path.read_text(encoding="utf-8").replace(' type="unfinished"></', ">Kacheln</", 1)
    path.write_text(text.replace('"unfinished"></', '"unfinished">Entwurf</', 1), encoding="utf-8")
    assert script.write(path, ["New & <new>", "Tiles", "Draft"]) == ["New & <new>", "Draft"]
    written = {each.findtext("source"): each.findtext("translation") for each in script.read(path).values()}
    assert written == {"New & <new>": "", "Tiles": "Kacheln", "Draft": "Entwurf"}


def shown_texts():
    """What QGIS shows of every algorithm, in a fixed order."""
    from parallel_raster.algorithms import ALGORITHMS

    for kind in ALGORITHMS:
        algorithm = kind()
        algorithm.initAlgorithm()
        yield from (algorithm.displayName(), algorithm.group(), algorithm.shortDescription())
        yield algorithm.shortHelpString()
        for definition in algorithm.parameterDefinitions():
            yield from (definition.description(), definition.help())
            yield from definition.options() if definition.type() == "enum" else ()
        yield from (each.description() for each in algorithm.outputDefinitions())


def test_every_algorithm_speaks_german(provider, german):
    english = list(shown_texts())
    german()
    translated = list(shown_texts())
    assert len(translated) == len(english) > 300
    for text, translation in zip(english, translated):
        check_translated(text, translation)
    assert {"Raster kacheln", "Kacheln", "Überlappung auf jeder Seite (Pixel)"} <= set(translated)


def model_texts(model):
    """What QGIS shows of a model, but its name, which is its id."""
    inputs = [each.description() for each in model.parameterDefinitions() if not each.isDestination()]
    return [model.group(), model.helpContent()["ALG_DESC"], *inputs]


def test_models_speak_german(provider, german):
    """Their texts stand in files that the tools do not read, and in a table that they do."""
    from parallel_raster.plugin.models import TEXTS, read_models

    before = list(read_models())
    german()
    after = list(read_models())
    assert [each.name() for each in before] == [each.name() for each in after] == ["NDVI by way of tiles"]
    english = [text for model in before for text in model_texts(model)]
    assert sorted(TEXTS) == sorted(english)
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
    "language, name", [("de_DE", "Raster kacheln"), ("de_AT", "Raster kacheln"), ("fr_FR", "Tile raster")]
)
def test_the_plugin_comes_and_goes_with_its_language(language, name, tmp_path):
    """Of a language without a translation it speaks English."""
    environment = environment_in(language, {**os.environ, "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"})
    done = subprocess.run(
        [sys.executable, "-c", LIFE], cwd=ROOT / "tests" / "qgis", env=environment, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == [name, "Tile raster"], done.stderr


@pytest.mark.parametrize(
    ("override", "system"),
    [("", "de_DE"), pytest.param("de", "en_US", marks=pytest.mark.long), ("en", "de_DE")],
)
def test_qgis_process_speaks_the_users_language(qgis_process, override, system, tmp_path):
    """That of the system, unless the settings name another."""
    profile = tmp_path / "profile"
    shutil.copytree(qgis_process.environment["QGIS_CUSTOM_CONFIG_PATH"], profile)
    if override:
        settings = next(Path(profile).rglob("QGIS3.ini"))
        with settings.open("a", encoding="utf-8") as file:
            file.write(f"\n[locale]\noverrideFlag=true\nuserLocale={override}\n")
    environment = environment_in(system, {**qgis_process.environment, "QGIS_CUSTOM_CONFIG_PATH": str(profile)})
    told = qgis_process("help", "parallelraster:tileraster", env=environment).stdout
    spoken = ("Teilt ein Raster", "Splits a raster")
    assert [words in told for words in spoken] == ([False, True] if override == "en" else [True, False])
