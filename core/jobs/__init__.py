"""One package per job; no job imports another."""
