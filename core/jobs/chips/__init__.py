"""Job that cuts rasters or scenes into training chips with labels, and splits the chips into train, val and test."""
