"""Benchmark of the normalized difference: serial and parallel runs, timed and compared."""
