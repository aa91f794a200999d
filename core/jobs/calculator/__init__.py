"""The raster calculator: computes formulas from the bands of rasters, either together or for each raster separately."""
