"""Resampling to another grid: pixel positions, reprojection and resampling kernels."""
