"""The raster calculator: computes formulas from the bands of several rasters together, or of each raster separately."""
