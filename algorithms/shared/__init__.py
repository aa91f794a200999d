"""Code shared by the algorithms: base class, parameters, texts, layer loading, and the bridge to the core."""
