"""Compute spectral indexes of the catalogue by name, into one output or separately for each of many rasters."""
