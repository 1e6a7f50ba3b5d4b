"""Draws the lesson's pictures, in a process of its own: matplotlib is heavy. No words are here."""
