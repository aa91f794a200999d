"""The jobs, a folder each; no job imports another."""
