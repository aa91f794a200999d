"""Code that algorithms share: base classes, parameters, help, layer loading, and conversion between QGIS and core."""
