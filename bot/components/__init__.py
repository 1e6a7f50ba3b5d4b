"""Buttons and forms. Each is a thin adapter to a function that commands use as well."""
