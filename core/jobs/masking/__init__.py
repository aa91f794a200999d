"""Mask raster: hides pixels of a raster according to the values of a mask layer."""
