"""Pure functions and value types: grids, windows, alignment, nodata, data types, statistics."""
