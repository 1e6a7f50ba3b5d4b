"""The bot's words in other languages: a gettext catalogue for each language and domain."""
