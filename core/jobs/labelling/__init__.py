"""Label objects: numbers and measures groups of connected pixels that a formula selects."""
