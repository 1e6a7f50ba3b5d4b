"""The database's tables by subject; `bot/jobs/store.py` is all of them."""
