"""The bot's process is light: no torch, and up in under a second."""

import subprocess
import sys

HEAVY = ("torch", "diffusers", "transformers", "accelerate", "numpy", "matplotlib", "av")


def test_importing_the_bot_loads_nothing_heavy() -> None:
    code = f"import bot.app, sys; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
