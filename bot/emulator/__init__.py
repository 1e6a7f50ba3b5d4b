"""A local Discord: REST v10, gateway, CDN, the human's side and a chat page, for the demo and the tests."""
