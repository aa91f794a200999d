"""Acquisition dates of scenes, from file names and lists, and the periods to which scenes belong."""
