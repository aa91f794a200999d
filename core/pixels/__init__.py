"""Pixelwise jobs: input bands, masks, kernels, plans and runs."""
