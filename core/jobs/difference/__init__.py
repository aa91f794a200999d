"""Normalized differences of a raster, of many rasters, and of arrays."""
