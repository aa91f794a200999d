"""Scenes that run inside QGIS Desktop. They operate it and return observations, without pytest or asserts."""
