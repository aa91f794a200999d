"""Writes the scenes of a STAC catalogue as aligned rasters, and searches a catalogue."""
