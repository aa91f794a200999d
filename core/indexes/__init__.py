"""Catalogue of spectral indexes: formulas, constants, and the bands of sensors."""
