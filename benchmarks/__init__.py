"""What our engine costs and saves, as ratios of one run: `make bench` and `make bench-gpu`."""

import os

# As our worker has it, and before torch is imported: else the bare script's threads would spin
# while they wait for each other, which makes it several times slower beside busy processes.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
