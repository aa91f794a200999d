"""Scenes that operate QGIS Desktop from inside and return observations; they use neither pytest nor asserts."""
