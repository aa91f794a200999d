"""The provider's page in the Processing options, with default values for shared parameters."""

from __future__ import annotations

from qgis.PyQt.QtGui import QIcon

from ..algorithms.shared.defaults import ALL_DEFAULTS
from ..algorithms.shared.translation import translate


def register_settings(group: str, icon: QIcon) -> None:
    """Add the settings to Settings > Options > Processing > Providers and load their stored values."""
    # The Processing plugin is loaded before any provider, but may not be loaded yet when this module is imported.
    from processing.core.ProcessingConfig import ProcessingConfig, Setting

    ProcessingConfig.settingIcons[group] = icon
    for default in ALL_DEFAULTS:
        kind = Setting.INT if isinstance(default.value, int) else Setting.STRING
        text = translate("ParallelRaster", default.description)
        ProcessingConfig.addSetting(Setting(group, default.key, text, default.value, valuetype=kind))
    ProcessingConfig.readSettings()


def unregister_settings() -> None:
    """Remove the settings from the options page; stored values are kept."""
    from processing.core.ProcessingConfig import ProcessingConfig

    for default in ALL_DEFAULTS:
        ProcessingConfig.removeSetting(default.key)
