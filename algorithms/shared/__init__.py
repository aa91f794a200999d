"""Code shared by the algorithms: base classes, parameters, texts, layer loading, and conversions for the core."""
