"""The formula language: parsing, band references and evaluation on arrays."""
