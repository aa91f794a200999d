"""Merge rasters into one raster or a virtual mosaic."""
