"""Label objects: assigns ids to groups of connected pixels that a formula selects, and measures the groups."""
