"""The small text-to-video model that ships with the project, and the code that made it."""
