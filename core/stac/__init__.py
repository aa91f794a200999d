"""STAC items: what a catalogue says about scenes and their files, and reading these files over HTTP."""
