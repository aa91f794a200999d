"""CPUs and memory of this machine, chunk sizes, and worker threads."""
