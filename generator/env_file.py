"""What `.env` sets for programs started by hand and for the libraries below them.

The Hugging Face Hub's library reads the environment alone, when it is imported.
"""

import os
from pathlib import Path

from dotenv import dotenv_values

_MODELS_FILE = "MODELS_FILE"


def apply_env_file(path: Path = Path(".env")) -> None:
    """Put the file's HF_... and MODELS_FILE into the environment, which wins where it has them.

    One that is empty counts as unset: as HF_HOME it would be the current folder. Raises `OSError`
    and `UnicodeDecodeError` for a file that cannot be read.
    """
    in_file = dotenv_values(path)
    for name in [*in_file, *os.environ]:
        if name.startswith("HF_") or name == _MODELS_FILE:
            if value := os.environ.get(name) or in_file.get(name):
                os.environ[name] = value
            else:
                os.environ.pop(name, None)


def usual_models_file() -> Path | None:
    """Return the operator's models file, where the environment names one."""
    name = os.environ.get(_MODELS_FILE)
    return Path(name).expanduser() if name else None
