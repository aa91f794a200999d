"""The raster calculator: formulas on the bands of one or several rasters, or of many files alike."""
