"""The database's file before the bot works with it: looked at, backed up, brought up to date."""

import contextlib
import filecmp
import itertools
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from importlib import resources
from pathlib import Path

from bot.errors import StartupError

_APPLICATION_ID = int.from_bytes(b"Zoet")
"""Stored in the file's header, so that no other program's file is taken for ours."""
_OUR_TABLES = {"jobs", "guild_rules", "facts"}
_KEPT_BACKUPS = 3
_CHECK_SECONDS = 5.0
"""A check that takes longer is given up: half a million jobs must not keep a bot from starting."""


def shipped_migrations() -> list[str]:
    """Return the scripts in their order; the n-th makes schema version n."""
    folder = resources.files("bot.jobs") / "migrations"
    return [entry.read_text() for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)]


def prepare_database(
    path: Path, migrations: Sequence[str] | None = None, *, busy_timeout: float
) -> None:
    """Create the file, or bring it up to date after a backup; blocks.

    `busy_timeout`, in seconds, is how long another program's lock is waited for. Raises
    `StartupError` and leaves the file as it was when it is locked, damaged, of a newer version or
    not ours, and when a script fails.
    """
    scripts = shipped_migrations() if migrations is None else migrations
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        used = path.exists() and path.stat().st_size > 0
        version = _inspect(path, len(scripts), busy_timeout) if used else 0
        with closing(sqlite3.connect(path, busy_timeout)) as db:
            db.execute("PRAGMA journal_mode = WAL")
            if 0 < version < len(scripts):
                _back_up(db, path, version)
            _migrate(db, version, scripts)
    except (OSError, sqlite3.Error) as error:
        raise StartupError(_explain(path, error)) from error


def backups_of(path: Path) -> list[Path]:
    """Return the backups made before updates, newest first."""
    found = path.parent.glob(f"{path.name}.v*.bak")
    return sorted(found, key=lambda backup: backup.stat().st_mtime, reverse=True)


def _inspect(path: Path, newest: int, busy_timeout: float) -> int:
    """Return the file's schema version; opened for reading alone, whatever is in it stays."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, busy_timeout, uri=True)) as db:
        version: int = db.execute("PRAGMA user_version").fetchone()[0]
        if not _is_ours(db, version):
            raise StartupError(
                f"{path} is another program's database, and was left alone: "
                "move it away, or use another DATA_DIR"
            )
        if version > newest:
            raise StartupError(
                f"The database was made by a newer version of the bot (schema {version}, "
                f"this one knows {newest}): update the bot, or use another DATA_DIR"
            )
        if not _is_whole(db):
            raise sqlite3.DatabaseError("the check found damage")
        return version


def _is_ours(db: sqlite3.Connection, version: int) -> bool:
    application_id = db.execute("PRAGMA application_id").fetchone()[0]
    tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    # the first versions did not write an application id
    unmarked = application_id == 0 and (not tables or (version > 0 and tables >= _OUR_TABLES))
    return application_id == _APPLICATION_ID or unmarked


def _is_whole(db: sqlite3.Connection) -> bool:
    deadline = time.monotonic() + _CHECK_SECONDS
    db.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    try:
        return db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            return True  # no damage in what was looked at
        raise
    finally:
        db.set_progress_handler(None, 0)


def _migrate(db: sqlite3.Connection, version: int, scripts: Sequence[str]) -> None:
    """Apply what is newer than the file in one transaction; marks the file as ours in any case."""
    script = "\n".join(
        (
            "BEGIN IMMEDIATE;",
            *scripts[version:],
            f"PRAGMA user_version = {len(scripts)};",
            f"PRAGMA application_id = {_APPLICATION_ID};",
            "COMMIT;",
        )
    )
    try:
        db.executescript(script)
    except sqlite3.Error:
        db.rollback()
        raise


def _back_up(db: sqlite3.Connection, path: Path, version: int) -> None:
    """Copy the database beside itself, whole or not at all, and keep the newest copies."""
    part = path.with_name(f"{path.name}.v{version}.part")
    try:
        part.unlink(missing_ok=True)
        with closing(sqlite3.connect(part)) as copy:
            db.backup(copy)
        former = backups_of(path)
        if former and filecmp.cmp(part, former[0], shallow=False):
            return  # the update failed and is tried again
        part.rename(_free_name(path, version))
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    for old in backups_of(path)[_KEPT_BACKUPS:]:
        old.unlink(missing_ok=True)


def _free_name(path: Path, version: int) -> Path:
    """Return "….v1.bak", or "….v1-2.bak" and so on: a former backup is never written over."""
    suffixes = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (path.with_name(f"{path.name}.v{version}{suffix}.bak") for suffix in suffixes)
    return next(name for name in names if not name.exists())


def _explain(path: Path, error: OSError | sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the details of extended codes
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        advice = "another program holds it: close that, or use another DATA_DIR"
    elif code == sqlite3.SQLITE_ERROR:
        advice = "its update failed and was undone: go on with the former version of the bot"
    elif isinstance(error, sqlite3.OperationalError | OSError):
        advice = "check the disk's free space and the permissions of DATA_DIR"
    else:
        advice = "it is damaged, or no database, and was left alone: move it away"
        if backups := backups_of(path):
            advice += f", or put its backup {backups[0].name} in its place"
    return f"The database {path} cannot be used ({error}): {advice}"
