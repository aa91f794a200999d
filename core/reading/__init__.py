"""Reading rasters: safe paths, open datasets, pixels and metadata."""
