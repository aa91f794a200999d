"""Writing files that appear under their name complete and verified, or not at all."""
