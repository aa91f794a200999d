"""Scenes that run inside the QGIS desktop. They use the desktop and return observations, without pytest or asserts."""
