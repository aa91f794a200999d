"""One package per job; jobs do not import each other."""
