"""Search STAC catalogues, and write the items found as aligned rasters."""
