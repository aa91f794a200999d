"""Low-level TIFF access: directories, blocks, codecs and checksums."""
