"""Search STAC catalogues, and write their scenes as aligned rasters."""
