"""Sets of files in a folder: list, journal, names, and the inputs of a job."""
