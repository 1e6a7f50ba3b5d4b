"""What our engine costs and saves, as ratios of one run: `make bench` and `make bench-gpu`."""
