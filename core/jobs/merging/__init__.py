"""Merging rasters into one, or into a virtual mosaic."""
