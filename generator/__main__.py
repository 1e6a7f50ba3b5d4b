"""`python -m generator`: a clip by hand, or the worker on stdin and stdout."""

import sys

from generator.cli import main
from generator.env_file import apply_env_file

if __name__ == "__main__":
    try:
        apply_env_file()
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f".env cannot be read: {error}")
    sys.exit(main(sys.argv[1:]))
