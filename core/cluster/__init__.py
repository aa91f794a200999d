"""Dask clusters: connecting, sending work to the workers, and the code that runs on them."""
