"""Workers of pytest-xdist share the machine: each keeps to one core."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # before torch and numpy are imported, here and in the generators that tests start
    os.environ["OMP_NUM_THREADS"] = "1"
