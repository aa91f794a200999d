"""What QGIS loads: the plugin, its provider and its settings."""
