"""Process settings, read once at start from the environment and `.env`, frozen, handed down."""

import difflib
import math
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from dotenv import dotenv_values

from bot.errors import StartupError
from bot.logs import LEVELS

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_DEVICES = ("cuda", "mps", "cpu")
_LEAST_UPLOAD = 70_000
"""Bytes; hardly a clip fits less, so it was meant in another unit."""
_KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false"}
_ABOVE_ZERO = (
    "enhancer_timeout",
    "generator_memory_limit",
    "max_waiting",
    "max_waiting_per_guild",
    "max_waiting_per_user",
    "progress_interval",
    "request_timeout",
    "stall_timeout",
)


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What an operator sets; every field is the lower-case name of its environment variable."""

    discord_token: str
    data_dir: Path = Path("data")
    """Holds the database, the clips and the lesson's pictures."""
    default_model: str | None = None
    """A catalogue name; unset picks by the device."""
    models_file: Path | None = None
    """A TOML file whose models are added to the catalogue or change it."""
    styles_file: Path | None = None
    """A TOML file whose styles are added to ours or change them."""
    enhancer_model: str | None = None
    """A text-generation model that suggests prompts: a folder or a repository; unset is none."""
    enhancer_timeout: float = 120.0
    """Seconds after which a suggestion is given up."""
    device: str | None = None
    """"cuda", "mps" or "cpu"; unset picks the best there is."""
    max_waiting: int = 100
    """Jobs that may wait in all."""
    max_waiting_per_guild: int = 50
    max_waiting_per_user: int = 4
    progress_interval: float = 4.0
    """Seconds between two progress edits in a channel, whose jobs take turns."""
    request_timeout: float = 1800.0
    """Seconds after which one clip's generation is given up."""
    stall_timeout: float = 600.0
    """Seconds without any progress after which the generator is taken for hung and restarted."""
    generator_memory_limit: float | None = None
    """GiB of the machine's memory after which the generator is restarted between two clips."""
    grace_seconds: float = 25.0
    """Seconds that a bot asked to stop gives to the clip that is being made."""
    max_upload_bytes: int | None = None
    """Upper bound on the upload size; unset follows each server's own limit."""
    previews: bool = True
    """Whether status messages show how a clip looks so far; only of runs over some ten seconds."""
    retention_days: float = 7.0
    """Days after a job's end when its files are removed; 0 keeps them for ever."""
    log_level: str = "INFO"
    discord_url: str | None = None
    """Base address of a local Discord (`python -m bot.emulator`); unset means Discord itself."""

    @property
    def database_path(self) -> Path:
        return self.data_dir / "zoetrope.sqlite3"

    @property
    def clips_dir(self) -> Path:
        return self.data_dir / "clips"

    def __post_init__(self) -> None:
        if not self.discord_token:
            raise ValueError(
                "DISCORD_TOKEN is not set: put your bot's token into .env (see .env.example), "
                "or run `make demo`, which needs none"
            )
        self._check_numbers()
        if self.device not in (None, *_DEVICES):
            raise ValueError(f"DEVICE must be one of {', '.join(_DEVICES)}, or unset for the best")
        if self.log_level.upper() not in LEVELS:
            raise ValueError(f"LOG_LEVEL must be one of {', '.join(LEVELS)}")
        if self.discord_url is not None:
            _check_local_discord(self.discord_url, self.discord_token)

    def _check_numbers(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name.upper()} must be a finite number")
        for name in _ABOVE_ZERO:
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"{name.upper()} must be greater than 0")
        for name in ("grace_seconds", "retention_days"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name.upper()} must not be negative")
        if self.max_upload_bytes is not None and self.max_upload_bytes < _LEAST_UPLOAD:
            raise ValueError(f"MAX_UPLOAD_BYTES is in bytes and must be at least {_LEAST_UPLOAD}")


def load_settings(
    environ: Mapping[str, str] = os.environ, env_file: Path | None = Path(".env")
) -> Settings:
    """Read the settings; the environment wins over the file. Raises `StartupError`."""
    values = {**_read(env_file), **environ}
    names = Settings.__struct_fields__
    given = {name: value for name in names if (value := (values.get(name.upper()) or "").strip())}
    given.setdefault("discord_token", "")
    try:
        return msgspec.convert(given, Settings, strict=False, dec_hook=_decode)
    except msgspec.ValidationError as error:
        raise StartupError(_explain(str(error))) from error


def misspelt(env_file: Path = Path(".env")) -> Iterator[tuple[str, str]]:
    """Yield variables of the file that set nothing, and the setting that each looks like."""
    names = [name.upper() for name in Settings.__struct_fields__]
    for variable in _read(env_file).keys() - set(names):
        if near := difflib.get_close_matches(variable.upper(), names, n=1, cutoff=0.8):
            yield variable, near[0]


def _read(env_file: Path | None) -> dict[str, str | None]:
    try:
        return dotenv_values(env_file) if env_file is not None else {}
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"{env_file} cannot be read: {error}") from error


def _decode(wanted: type, value: str) -> Path:
    """Convert what msgspec does not know by itself: paths are the only such fields."""
    if wanted is not Path:
        raise NotImplementedError(f"settings of type {wanted}")
    return Path(value).expanduser()


def _explain(message: str) -> str:
    """Turn msgspec's "... - at `$.max_waiting`" into the variable to mend and what it must be."""
    text, _, path = message.partition(" - at `$.")
    if not path:
        return text
    kind = re.match(r"Expected `(\w+)", text)
    advice = f" must be {_KINDS[kind[1]]}" if kind else f": {text}"
    return f"{path.rstrip('`').upper()}{advice}; see .env.example"


def _check_local_discord(url: str, token: str) -> None:
    if urlsplit(url).hostname not in _LOOPBACK:
        raise ValueError("DISCORD_URL is for a local Discord only and must point to 127.0.0.1")
    if token.count(".") == 2:  # the shape of a real bot token
        raise ValueError(
            "DISCORD_URL is set, but DISCORD_TOKEN looks like a real token: "
            "unset one of the two, so that no real token is sent to a local stand-in"
        )
