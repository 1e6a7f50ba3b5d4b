"""REST v10: what bots ask over HTTP."""
