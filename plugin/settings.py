"""The provider's page in QGIS's Processing options: defaults for the parameters that all algorithms share."""

from __future__ import annotations

from qgis.PyQt.QtGui import QIcon

from ..algorithms.shared.defaults import ALL_DEFAULTS
from ..algorithms.shared.translation import translate


def register_settings(group: str, icon: QIcon) -> None:
    """Add the settings to Settings > Options > Processing > Providers, and read what the user chose before."""
    # The Processing plugin is there before any provider, but not when this module is only imported.
    from processing.core.ProcessingConfig import ProcessingConfig, Setting

    ProcessingConfig.settingIcons[group] = icon
    for default in ALL_DEFAULTS:
        kind = Setting.INT if isinstance(default.value, int) else Setting.STRING
        text = translate("ParallelRaster", default.description)
        ProcessingConfig.addSetting(Setting(group, default.key, text, default.value, valuetype=kind))
    ProcessingConfig.readSettings()


def unregister_settings() -> None:
    """Remove the settings from the options; what the user chose stays stored."""
    from processing.core.ProcessingConfig import ProcessingConfig

    for default in ALL_DEFAULTS:
        ProcessingConfig.removeSetting(default.key)
