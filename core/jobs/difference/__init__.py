"""Compute normalized differences of a raster, of many rasters, or of arrays."""
