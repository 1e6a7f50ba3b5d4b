"""Every class of the catalogue with a few thousand random weights."""
