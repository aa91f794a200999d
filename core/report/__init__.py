"""Record of a run, and the HTML report with charts created from it."""
