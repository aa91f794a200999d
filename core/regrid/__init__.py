"""Bringing pixels onto another grid: placement, reprojection and resampling kernels."""
