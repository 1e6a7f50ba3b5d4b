"""The human's side: what the chat page and the tests do in the place of a Discord client."""
