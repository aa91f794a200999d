"""Compute indexes of the Awesome Spectral Indices catalogue, as one output or as one output per raster."""
