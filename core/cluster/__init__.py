"""Dask clusters: the connection, sending work to the workers, and the code that runs on the workers."""
