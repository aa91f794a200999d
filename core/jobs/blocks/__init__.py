"""Apply a user's own function to blocks of rasters."""
