"""Scenes that run inside the QGIS desktop: they act, watch and return observations, without pytest and asserts."""
