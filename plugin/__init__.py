"""The QGIS plugin: its provider, menu, models and settings."""
