"""A user's own function on blocks of rasters."""
