"""Cut a raster into tiles."""
