"""The catalogue of spectral indexes: names, formulas and constants, and which band of a sensor is which letter."""
