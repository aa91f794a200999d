"""The record of a run, and the HTML page and charts made from it."""
