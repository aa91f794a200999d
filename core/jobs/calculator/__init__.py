"""The raster calculator: computes formulas from the bands of one or several rasters, or for each of many rasters."""
