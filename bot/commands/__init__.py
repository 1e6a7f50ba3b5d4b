"""Slash commands, one module a family. Buttons call the same functions."""
