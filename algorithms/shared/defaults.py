"""Default values of shared parameters, which users can change in the Processing options."""

from __future__ import annotations

from typing import Any, NamedTuple

from qgis.core import QgsSettings

from .translation import QT_TRANSLATE_NOOP


class Default(NamedTuple):
    """A default value that users can change: its key in the QGIS settings, its label, and its built-in value."""

    key: str
    description: str
    value: Any

    def current(self) -> Any:
        """Return the value that the user has set, or the built-in value."""
        return QgsSettings().value(f"Processing/Configuration/{self.key}", self.value, type=type(self.value))

    def choose(self, value: Any) -> None:
        """Store a value as the user's choice and update the Processing options that QGIS has loaded."""
        from processing.core.ProcessingConfig import ProcessingConfig

        ProcessingConfig.setSettingValue(self.key, value)


WORKERS = Default(
    "PARALLELRASTER_WORKERS", QT_TRANSLATE_NOOP("ParallelRaster", "Workers (threads; 0 = maximum set in QGIS)"), 0
)
MEMORY = Default(
    "PARALLELRASTER_MEMORY",
    QT_TRANSLATE_NOOP("ParallelRaster", "Memory limit (MB; 0 = a quarter of the available memory)"),
    0,
)
CHUNK_SIZE = Default(
    "PARALLELRASTER_CHUNK_SIZE", QT_TRANSLATE_NOOP("ParallelRaster", "Chunk size (pixels; 0 = automatic)"), 0
)
CREATION_OPTIONS = Default(
    "PARALLELRASTER_CREATION_OPTIONS",
    QT_TRANSLATE_NOOP("ParallelRaster", "Creation options (KEY=VALUE|KEY=VALUE)"),
    "",
)
LOADED_TILES = Default(
    "PARALLELRASTER_LOADED_TILES",
    QT_TRANSLATE_NOOP("ParallelRaster", "Maximum number of tiles to load after a run (0 = never load)"),
    50,
)
ALL_DEFAULTS = (WORKERS, MEMORY, CHUNK_SIZE, CREATION_OPTIONS, LOADED_TILES)
"""All defaults, in the order of the Processing options page."""
