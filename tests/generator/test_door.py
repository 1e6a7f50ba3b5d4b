"""The package as its users see it."""

import subprocess
import sys

import generator

PROBE = """
import sys, generator, generator.cli, generator.worker, generator.engine
heavy = {"torch", "diffusers", "transformers", "discord", "bot"} & set(sys.modules)
sys.exit(f"loaded {heavy}" if heavy else 0)
"""


def test_importing_it_loads_no_torch() -> None:
    subprocess.run([sys.executable, "-c", PROBE], check=True)


def test_everything_it_offers_is_there() -> None:
    assert all(hasattr(generator, name) for name in generator.__all__)
