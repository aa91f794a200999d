"""The raster calculator: computes formulas from the bands of rasters, or the same formulas for each of many rasters."""
