"""Defaults of the shared parameters, as the user set them in the Processing options."""

from __future__ import annotations

from typing import Any, NamedTuple

from qgis.core import QgsSettings


class Default(NamedTuple):
    """A setting: where QGIS stores it, what people read, and its value when nobody changed it."""

    key: str
    description: str
    value: Any

    def current(self) -> Any:
        """Return the user's value."""
        return QgsSettings().value(f"Processing/Configuration/{self.key}", self.value, type=type(self.value))

    def choose(self, value: Any) -> None:
        """Make a value the user's, also in the Processing options that QGIS has read already."""
        from processing.core.ProcessingConfig import ProcessingConfig

        ProcessingConfig.setSettingValue(self.key, value)


WORKERS = Default("PARALLELRASTER_WORKERS", "Workers (threads; 0 = as many as QGIS may use)", 0)
MEMORY = Default("PARALLELRASTER_MEMORY", "Working memory (MB; 0 = a quarter of what is available)", 0)
CHUNK_SIZE = Default("PARALLELRASTER_CHUNK_SIZE", "Chunk size (pixels; 0 = chosen)", 0)
CREATION_OPTIONS = Default("PARALLELRASTER_CREATION_OPTIONS", "Creation options (KEY=VALUE|KEY=VALUE)", "")

DEFAULTS = (WORKERS, MEMORY, CHUNK_SIZE, CREATION_OPTIONS)
