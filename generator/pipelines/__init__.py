"""Everything that needs torch and diffusers; import this package before torch."""

import os

# Torch's threads otherwise spin while they wait for each other. Beside other busy processes that
# made a clip twenty times slower; alone it gains nothing.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
