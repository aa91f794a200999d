"""Write output files that appear under their final name only when complete and verified."""
