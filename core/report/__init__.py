"""Record of a run, and its presentation as an HTML report with charts."""
