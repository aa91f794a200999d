"""Compute indexes of the catalogue by name, for one set of inputs, or for many rasters alike."""
