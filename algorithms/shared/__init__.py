"""What the algorithms share: base class, parameters, texts, loading, and the bridge to the core."""
