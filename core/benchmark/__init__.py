"""The benchmark: the normalized difference computed in several ways, timed and compared."""
