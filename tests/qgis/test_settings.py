"""The provider's page in the Processing options sets the default values for shared parameters."""

from __future__ import annotations

import pytest

from harness import ALGORITHM

KEYS = {
    "WORKERS": ("PARALLELRASTER_WORKERS", 3),
    "MEMORY": ("PARALLELRASTER_MEMORY", 256),
    "CHUNK_SIZE": ("PARALLELRASTER_CHUNK_SIZE", 300),
    "CREATION_OPTIONS": ("PARALLELRASTER_CREATION_OPTIONS", "COMPRESS=LZW"),
}
WITHOUT_PARAMETER = "PARALLELRASTER_LOADED_TILES"


def defaults():
    """Return the parameter defaults of a newly created algorithm, as in a new dialog."""
    from qgis.core import QgsApplication

    algorithm = QgsApplication.processingRegistry().createAlgorithmById(ALGORITHM)
    return {name: algorithm.parameterDefinition(name).defaultValue() for name in KEYS}


@pytest.fixture
def chosen(provider):
    """QGIS's Processing configuration with changed settings, which are reset after the test."""
    from processing.core.ProcessingConfig import ProcessingConfig

    for key, value in KEYS.values():
        ProcessingConfig.setSettingValue(key, value)
    yield ProcessingConfig
    for key, _ in KEYS.values():
        ProcessingConfig.setSettingValue(key, ProcessingConfig.settings[key].default)


def test_the_page_lists_the_settings(provider):
    from processing.core.ProcessingConfig import ProcessingConfig

    listed = {setting.name for setting in ProcessingConfig.settings.values() if setting.group == "Parallel Raster"}
    assert listed == {key for key, _ in KEYS.values()} | {WITHOUT_PARAMETER}


def test_unchanged_settings_give_automatic_defaults(provider):
    assert defaults() == {"WORKERS": 0, "MEMORY": 0, "CHUNK_SIZE": 0, "CREATION_OPTIONS": ""}


def test_changed_settings_are_the_defaults(chosen):
    assert defaults() == {name: value for name, (_, value) in KEYS.items()}


def test_changed_settings_are_used_by_a_run(chosen, run, scene, tmp_path):
    """A run that does not set these parameters uses the values from the settings."""
    import rasterio

    from harness import recording_feedback

    feedback = recording_feedback()
    run(feedback=feedback, INPUT=scene(), BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "out.tif"))
    assert any("chunks of 512 x 512 pixels" in line and "3 workers" in line for line in feedback.lines)
    with rasterio.open(tmp_path / "out.tif") as dataset:
        assert dataset.compression.name == "lzw"


def test_default_number_of_workers(run, scene, tmp_path):
    """WORKERS=0 uses the number of threads set in QGIS, up to the number of CPU cores available to the process."""
    import os

    from qgis.core import QgsApplication, QgsProcessingContext, QgsProject

    from harness import recording_feedback

    for limit, expected in ((1, 1), (1000, len(os.sched_getaffinity(0)))):
        QgsApplication.setMaxThreads(limit)
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        if hasattr(context, "setMaximumThreads"):
            context.setMaximumThreads(limit)
        feedback = recording_feedback()
        try:
            run(feedback=feedback, context=context, INPUT=scene(), BAND_A=2, BAND_B=1, OUTPUT=str(tmp_path / "out.tif"))
        finally:
            QgsApplication.setMaxThreads(-1)
        assert any(f"; {expected} worker" in line for line in feedback.lines)
