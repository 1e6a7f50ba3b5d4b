"""Process settings: from the environment and .env, with errors that name the variable."""

from pathlib import Path

import pytest

from bot.errors import StartupError
from bot.settings import load_settings, misspelt


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DISCORD_TOKEN=from-file\nMAX_WAITING=7\nDEFAULT_MODEL=\n")
    settings = load_settings({"DISCORD_TOKEN": "from-environment"}, env_file)
    assert settings.discord_token == "from-environment"
    assert settings.max_waiting == 7
    assert settings.default_model is None


def test_every_setting_can_be_given_as_text() -> None:
    environ = {
        "DISCORD_TOKEN": "t",
        "DATA_DIR": "/var/lib/zoetrope",
        "DEVICE": "cpu",
        "MODELS_FILE": "models.toml",
        "PROGRESS_INTERVAL": "2.5",
        "REQUEST_TIMEOUT": "60",
        "MAX_UPLOAD_BYTES": "1000000",
        "LOG_LEVEL": "DEBUG",
    }
    settings = load_settings(environ, None)
    assert settings.clips_dir == Path("/var/lib/zoetrope/clips")
    assert settings.models_file == Path("models.toml")
    assert settings.progress_interval == 2.5
    assert settings.max_upload_bytes == 1_000_000


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": ""}, "DISCORD_TOKEN is not set"),
        ({"DISCORD_TOKEN": "t", "MAX_WAITING": "many"}, "MAX_WAITING must be a whole number; see"),
        ({"DISCORD_TOKEN": "t", "STALL_TIMEOUT": "10m"}, "STALL_TIMEOUT must be a number; see"),
        ({"DISCORD_TOKEN": "t", "PREVIEWS": "maybe"}, "PREVIEWS must be true or false; see"),
        ({"DISCORD_TOKEN": "t", "GRACE_SECONDS": "nan"}, "GRACE_SECONDS must be a finite number"),
        ({"DISCORD_TOKEN": "t", "RETENTION_DAYS": "inf"}, "RETENTION_DAYS must be a finite number"),
        ({"DISCORD_TOKEN": "t", "DEVICE": "gpu"}, "DEVICE must be one of cuda, mps, cpu, or unset"),
        ({"DISCORD_TOKEN": "t", "MAX_UPLOAD_BYTES": "10"}, "MAX_UPLOAD_BYTES is in bytes"),
        ({"DISCORD_TOKEN": "t", "RETENTION_DAYS": "-1"}, "RETENTION_DAYS must not be negative"),
        ({"DISCORD_TOKEN": "t", "LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO"),
        ({"DISCORD_TOKEN": "t", "MAX_WAITING": "0"}, "MAX_WAITING must be greater than 0"),
        ({"DISCORD_TOKEN": "t", "DISCORD_URL": "http://example.org"}, "must point to 127.0.0.1"),
        ({"DISCORD_TOKEN": "a.b.c", "DISCORD_URL": "http://127.0.0.1:1"}, "real token"),
    ],
)
def test_a_bad_setting_is_one_sentence_that_names_it(environ: dict[str, str], words: str) -> None:
    with pytest.raises(StartupError, match=words) as caught:
        load_settings(environ, None)
    assert "\n" not in str(caught.value)


def test_a_home_folder_and_stray_blanks_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/zoe")
    settings = load_settings({"DISCORD_TOKEN": " t\n", "DATA_DIR": "~/clips"}, None)
    assert settings.discord_token == "t"
    assert settings.data_dir == Path("/home/zoe/clips")


def test_a_misspelt_setting_is_noticed_and_what_is_for_others_is_not(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("MAX_WAITNG=7\nHF_TOKEN=x\nCUDA_VISIBLE_DEVICES=1\nMAX_WAITING=8\n")
    assert list(misspelt(env_file)) == [("MAX_WAITNG", "MAX_WAITING")]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"DISCORD_TOKEN=\xff\n")
    with pytest.raises(StartupError, match=r"\.env cannot be read"):
        load_settings({}, env_file)


def test_every_setting_is_explained_in_the_example_file() -> None:
    import msgspec

    from bot.settings import Settings

    example = Path(".env.example").read_text()
    names = {field.name for field in msgspec.structs.fields(Settings)} - {"discord_url"}
    assert [name for name in sorted(names) if f"{name.upper()}=" not in example] == []
