"""Dask clusters: connecting, sending work to the workers, and what runs there."""
