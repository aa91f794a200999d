"""What runs inside the QGIS desktop: no pytest, no asserts; scenes act, watch and tell what they saw."""
