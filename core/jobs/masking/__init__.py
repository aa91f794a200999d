"""Mask raster: masks out pixels of a raster according to the values of a mask layer."""
