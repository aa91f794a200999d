"""Resampling to a different grid: pixel positions, reprojection and resampling kernels."""
