"""Mask raster: hides pixels of a raster by the values of a mask layer."""
