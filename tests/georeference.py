"""Coordinate reference systems of test rasters."""

METRES = 'LOCAL_CS["grid in metres",UNIT["metre",1]]'
"""A coordinate system outside PROJ's database, for tests that work with any system.

Reading the definition of a UTM zone takes GDAL 10 ms of processor time in each new thread, and a run starts several
threads. With a UTM zone, this was up to 40 % of the processor time of the tests.
"""

UTM = "EPSG:32633"
"""A coordinate system for tests that reproject, compare systems or need geographic coordinates."""
