"""Room on the disk: checked before a clip is promised, not when it is lost."""

import shutil
from pathlib import Path

MIN_FREE_BYTES = 200 * 2**20


def has_room(folder: Path) -> bool:
    """Tell whether an existing folder's disk has room for the clips to come."""
    return shutil.disk_usage(folder).free >= MIN_FREE_BYTES
