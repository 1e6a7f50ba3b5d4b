"""What admins and moderators are told is so: of lost models, of files that go, of long lists."""

from pathlib import Path

import pytest

from bot.commands import moderation
from bot.emulator.driver import Human
from bot.emulator.entities import Member
from bot.emulator.server import Emulator
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished, refusal


async def answer(human: Human, command: str, **options: object) -> str:
    return await refusal(human, await human.command(command, **options))


async def test_a_model_that_the_operator_took_away_is_left_aside_and_said(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text('[mine]\nlike = "builtin"\ntitle = "Mine"\n')
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = bot_settings(emulator, tmp_path, models_file=tmp_path / "models.toml")
        async with running_bot(settings, you, plain=True):
            await answer(you, "settings set", model="mine", steps=4)
            assert "4 steps · " in (await ask(you, "a red circle")).content
        async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
            shown = await answer(you, "settings show")
            assert "The model “mine”, which was set here, is not there any more" in shown
            assert "Model: `builtin` · set by who runs the bot" in shown
            assert (await finished(you, await ask(you, "a star", **QUICK))).attachments
            changed = await answer(you, "settings set", spoiler=True)
            assert "Model: `mine` → **not set**" in changed
            assert "not there any more" not in await answer(you, "settings show")


async def test_how_long_files_are_kept_and_what_moderators_chose_is_said_as_it_is(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path), you, plain=True),
    ):
        said = await answer(you, "settings set", retention_days=2.0)
        assert "Videos are kept: not set → **2 days**" in said
        assert "older than that are removed within an hour" in said
        said = await answer(you, "settings reset", setting="retention_days")
        assert "removed within an hour" not in said
        await answer(you, "moderation log", channel=you.channel_id)
        await answer(you, "moderation pause", reason="tidying up")
        await answer(you, "settings reset")
        shown = await answer(you, "settings show")
        assert f"Log channel: <#{you.channel_id}> · set for this server" in shown
        assert "paused videos on this server: tidying up" in shown


async def test_a_list_of_members_says_how_many_it_leaves_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moderation, "_SHOWN", 2)
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path), you, plain=True),
    ):
        members = newcomers(emulator, 4)
        for member in members[:2]:
            await answer(you, "moderation allowance", member=member, minutes=1.0)
        assert "not shown" not in await answer(you, "moderation list")
        for member in members[2:]:
            await answer(you, "moderation allowance", member=member, minutes=1.0)
        assert "2 more are not shown." in await answer(you, "moderation list")


def newcomers(emulator: Emulator, count: int) -> list[str]:
    """Return the ids of people who have just come to the server."""
    guild, *_ = emulator.world.guilds.values()
    users = [emulator.world.add_user(f"user{number}", "User", "#57f287") for number in range(count)]
    guild.members |= {user.id: Member(user) for user in users}
    return [str(user.id) for user in users]
