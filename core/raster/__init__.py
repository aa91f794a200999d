"""Values and pure functions: grids, windows, alignment, nodata, types and statistics."""
