"""Job that cuts rasters and scenes into training chips with labels, and splits them into train, val and test."""
