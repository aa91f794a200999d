"""Sets of files in a folder: their list, journal, names, and use as inputs."""
