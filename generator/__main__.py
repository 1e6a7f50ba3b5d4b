"""`python -m generator`: a clip by hand, or the worker on stdin and stdout."""

import sys

from generator.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
