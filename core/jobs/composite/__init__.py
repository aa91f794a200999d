"""Combines the scenes of each period of a time series into one raster."""
