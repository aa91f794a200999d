"""When scenes were acquired: dates in file names and lists, and the periods to which they belong."""
