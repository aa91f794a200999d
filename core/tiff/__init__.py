"""TIFF files at the level of bytes: directories, blocks, codecs and checksums."""
