"""A local Discord: REST, gateway, files, the human's side and a chat page; for demo and tests."""
