"""Focal filters: each pixel becomes the mean, median or another function of the pixels around it."""
