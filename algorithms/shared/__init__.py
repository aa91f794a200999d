"""Code shared by the algorithms: base classes, parameters, help texts, layer loading, and conversions for the core."""
