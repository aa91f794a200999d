"""Cutting a raster into tiles."""
