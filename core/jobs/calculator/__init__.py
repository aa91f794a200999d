"""The raster calculator: computes formulas from the bands of one or several rasters, or the same formulas for many."""
