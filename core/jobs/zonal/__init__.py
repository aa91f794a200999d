"""Statistics of the pixels in cells, in polygons or in the zones of a raster."""
