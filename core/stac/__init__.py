"""STAC catalogues: searches, the metadata of items, and reading the files of items over HTTP."""
