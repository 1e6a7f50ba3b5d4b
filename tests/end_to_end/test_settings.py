"""/settings: for managers, kept, and in effect for the next clip, in the right channel only."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.emulator.driver import Human, Refused
from bot.emulator.entities import Role
from bot.emulator.server import Emulator
from generator import load_catalogue
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished, job_id, refusal, status_says

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def forgotten_afterwards(you: Human) -> AsyncGenerator[None]:
    yield
    for channel in ({}, {"channel": you.channel_id}):
        await you.reply(await you.command("settings reset", **channel))


async def change(human: Human, command: str, **options: object) -> str:
    """Use a subcommand of /settings and return its private answer."""
    return await refusal(human, await human.command(f"settings {command}", **options))


def manager_role(emulator: Emulator) -> Role:
    # other tests on the same emulator may have made servers of their own
    guild, *_ = emulator.world.guilds.values()
    (role,) = [role for role in guild.roles.values() if role.name == "Manager"]
    return role


async def test_a_setting_is_shown_and_used_by_the_next_clip(you: Human) -> None:
    before = await change(you, "show")
    steps = load_catalogue()["builtin"].defaults.num_inference_steps
    assert f"Steps: {steps} · the model's own" in before
    assert "Model: `builtin` · set by who runs the bot" in before
    after = await change(you, "set", model="builtin", steps=3)
    assert "Steps: not set → **3**" in after
    assert "Steps: 3 · set for this server" in await change(you, "show")
    status = await ask(you, "a red circle")
    assert "3 steps" in status.content
    await finished(you, status)
    assert "Steps: 3 → **not set**" in await change(you, "reset", setting="steps")
    assert "Nothing changed" in await change(you, "reset", setting="steps")


async def test_settings_the_model_cannot_meet_are_refused(you: Human) -> None:
    answers = {
        "nearest size": {"size": "100x100"},
        "Available: builtin": {"model": "sora"},
        "needs a GPU": {"model": "modelscope"},
        "must be between": {"steps": 150},
        "up to": {"seconds": 50.0},
        "more than what is allowed": {"steps": 9, "max_steps": 8},
        "is not a size": {"max_size": "huge"},
        "`waiting` can be at most 20": {"waiting": 21},
        "`retention_days` can be at most 7 days": {"retention_days": 8.0},
        "for the whole server": {"retention_days": 1.0, "channel": you.channel_id},
        "Nothing was given": {},
    }
    for words, options in answers.items():
        assert words in await change(you, "set", **options), options


async def test_an_ordinary_member_does_not_get_at_the_settings(ada: Human) -> None:
    for command in ("show", "reset", "panel", "channels everywhere"):
        with pytest.raises(Refused):
            await ada.command(f"settings {command}")


async def test_a_channels_own_setting_holds_in_that_channel_alone(
    emulator: Emulator, you: Human
) -> None:
    await change(you, "set", steps=4, spoiler=False)
    answer = await change(you, "set", channel=you.channel_id, steps=3)
    assert f"In <#{you.channel_id}>:" in answer
    assert "3 steps" in (await ask(you, "a red circle")).content
    shown = await change(you, "show")
    assert "Steps: 3 · set for this channel" in shown
    assert "Cover every video: off · set for this server" in shown
    async with Human.connect(emulator.url, channel="general") as elsewhere:
        assert "4 steps" in (await ask(elsewhere, "a red circle")).content
        assert "Steps: 4 · set for this server" in await change(elsewhere, "show")


async def test_wishes_beyond_the_most_are_cut_and_the_member_is_told(
    you: Human, ada: Human
) -> None:
    await change(you, "set", max_steps=5)
    status = await ask(ada, "a red circle", steps=50)
    assert "· 5 steps ·" in status.content
    assert "5 steps instead of 50, the most that is allowed here." in status.content
    usual = await ask(ada, "a red circle")
    assert "· 5 steps ·" in usual.content
    assert "allowed here" not in usual.content
    await finished(ada, status)


async def test_no_more_videos_of_a_member_wait_than_the_server_lets(you: Human, ada: Human) -> None:
    await change(you, "set", waiting=1)
    endless = await status_says(you, await ask(you, "endless"), "Denoising: step")
    waiting = await ask(ada, "a red circle")
    answer = await refusal(ada, await ada.command("video", prompt="a red star"))
    assert "You already have 1 video waiting, as many as one member may have" in answer
    assert "1 of your videos waits; 1 may wait" in await refusal(ada, await ada.command("quota"))
    await you.click(endless, "Stop")
    await finished(ada, waiting)


async def test_every_clip_is_covered_and_explained_where_the_server_says_so(
    you: Human, ada: Human
) -> None:
    await change(you, "set", spoiler=True, explain=True)
    result = await finished(ada, await ask(ada, "a red circle", spoiler=False, **QUICK))
    assert result.attachments[0].filename.startswith("SPOILER_")
    assert result.embeds


async def test_public_messages_are_in_the_servers_language(you: Human, ada: Human) -> None:
    await change(you, "set", language="de")
    status = await ask(ada, "a red circle", **QUICK)
    assert "2,0 s" in status.content
    result = await ada.wait_for(
        lambda message: f"#{job_id(status)}" in message.content and bool(message.attachments)
    )
    assert "2,0 s" in result.content


async def test_only_the_author_makes_more_where_the_channel_says_so(you: Human, ada: Human) -> None:
    answer = await change(you, "set", channel=you.channel_id, buttons="author")
    assert "Buttons that make more: not set → **only for who asked for the video**" in answer
    result = await finished(ada, await ask(ada, "a red circle", **QUICK))
    pressed = await you.click(result, "Vary")
    assert "only the person who asked for a video makes more" in await refusal(you, pressed)
    await change(you, "reset", channel=you.channel_id, setting="author_only")
    await finished(you, await you.reply(await you.click(result, "Vary")))


async def test_previews_are_made_unless_the_server_does_without(
    data_dir: Path, you: Human, ada: Human
) -> None:
    for wanted in (True, False):
        await change(you, "set", previews=wanted)
        status = await ask(ada, "a red circle", **QUICK)
        await finished(ada, status)
        assert await asyncio.to_thread(_previews, data_dir, job_id(status)) is wanted


def _previews(data_dir: Path, name: str) -> bool:
    """Tell whether a job asked the generator for previews."""
    with sqlite3.connect(data_dir / "zoetrope.sqlite3") as database:
        query = "SELECT json_extract(request, '$.previews') FROM jobs WHERE id = ?"
        ((previews,),) = database.execute(query, [name])
        return bool(previews)


async def test_clips_are_shared_to_the_channel_that_was_chosen(
    emulator: Emulator, you: Human, ada: Human
) -> None:
    async with Human.connect(emulator.url, channel="general") as elsewhere:
        await change(you, "set", showcase=elsewhere.channel_id)
        result = await finished(ada, await ask(ada, "a red circle", **QUICK))
        await ada.click(result, "Share")
        await elsewhere.wait_for(
            lambda message: (
                message.channel_id == elsewhere.channel_id
                and any(job_id(result) in each.filename for each in message.attachments)
            )
        )


async def test_channels_are_forbidden_and_allowed(
    emulator: Emulator, you: Human, ada: Human
) -> None:
    await change(you, "channels forbid", channel=you.channel_id)
    refused = await refusal(ada, await ada.command("video", prompt="a red circle"))
    assert "no videos are made in this channel" in refused
    await change(you, "channels allow", channel=you.channel_id)
    await finished(ada, await ask(ada, "a red circle", **QUICK))
    async with Human.connect(emulator.url, channel="general") as elsewhere:
        await change(you, "channels allow", channel=elsewhere.channel_id)
        refused = await refusal(ada, await ada.command("video", prompt="a red circle"))
        assert f"only in <#{elsewhere.channel_id}>" in refused
        assert "Place" in (text := (await ask(elsewhere, "a red star")).content) or "Start" in text
    await change(you, "channels everywhere")
    await finished(ada, await ask(ada, "a red circle", **QUICK))


async def test_a_blocked_word_is_refused_and_a_word_that_contains_it_is_not(
    you: Human, ada: Human
) -> None:
    assert "Blocked words: none → **||ass||**" in await change(you, "block", word="Ass")
    refused = await refusal(ada, await ada.command("video", prompt="an ASS on a meadow"))
    assert "does not allow “ass”" in refused
    result = await finished(ada, await ask(ada, "a meadow of grass", **QUICK))
    values = {"prompt": "an ass", "negative": "", "seed": "1", "steps": "2"}
    form = await ada.modal(await ada.click(result, "Edit & rerun"))
    values = {name: value for name, value in values.items() if name in form.fields}
    assert "does not allow “ass”" in await refusal(ada, await ada.submit(form, values))
    offered = await you.choices("settings unblock", focused="word", word="a")
    assert [choice["value"] for choice in offered] == ["ass"]
    await change(you, "unblock", word="ass")
    assert (await finished(ada, await ask(ada, "an ass on a meadow", **QUICK))).attachments


async def test_a_pattern_is_tried_out_and_then_refuses_prompts(you: Human, ada: Human) -> None:
    assert "takes too long" in await change(you, "block", pattern="(a+)+$")
    assert "either a word or a pattern" in await change(you, "block")
    await change(you, "block", pattern=r"\bkn[iy][fv]\w*")
    assert "matches “knyfes”" in await change(you, "test", text="two Knyfes")
    assert "pass" in await change(you, "test", text="two spoons")
    refused = await refusal(ada, await ada.command("video", prompt="two Knives"))
    assert "does not allow “knives”" in refused
    assert "kn[iy]" not in refused
    await change(you, "unblock", pattern=r"\bkn[iy][fv]\w*")


async def test_a_role_decides_who_makes_videos(emulator: Emulator, you: Human, ada: Human) -> None:
    await change(you, "set", role=str(manager_role(emulator).id))
    assert "only members with the role" in await refusal(
        ada, await ada.command("video", prompt="a red circle")
    )
    assert (await finished(you, await ask(you, "a red circle", **QUICK))).attachments


async def test_the_panel_changes_settings_by_menus_and_a_form(you: Human, ada: Human) -> None:
    panel = await you.reply(await you.command("settings panel"))
    assert panel.ephemeral
    chosen = await you.select(panel, "v1:my-server:switches", "previews", "spoiler")
    assert "Cover every video: not set → **on**" in await refusal(you, chosen)
    chosen = await you.select(panel, "v1:my-server:preset", "draft")
    assert "Quality: not set → **Draft**" in await refusal(you, chosen)
    form = await you.modal(await you.click(panel, "Limits…"))
    wrong = await refusal(you, await you.submit(form, {"max_steps": "many"}))
    assert "must be a number or empty; you wrote “many”" in wrong
    form = await you.modal(await you.click(panel, "Limits…"))
    answer = await refusal(you, await you.submit(form, {"max_steps": "3", "allowance": "12,5"}))
    assert "Most steps: not set → **3**" in answer
    assert "Device time in 24 hours: no limit → **12 min 30 s**" in answer
    result = await finished(ada, await ask(ada, "a red circle", steps=9))
    assert result.attachments[0].filename.startswith("SPOILER_")
    form = await you.modal(await you.click(panel, "Limits…"))
    assert form.fields["max_steps"]["value"] == "3"
    assert "Most steps: 3 → **not set**" in await refusal(
        you, await you.submit(form, {"max_steps": "", "allowance": ""})
    )
    chosen = await you.select(panel, "v1:my-server:preset", "-")
    assert "Quality: Draft → **not set**" in await refusal(you, chosen)


async def test_settings_survive_a_restart_and_each_change_is_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.commands.managing")
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
            await change(you, "set", steps=3)
            await change(you, "set", steps=2, channel=you.channel_id)
        server, channel = (line for line in caplog.messages if "changed steps" in line)
        assert server.startswith(f"member {you.id} changed steps of server")
        assert server.endswith("channel None: None -> 3")
        assert channel.endswith(f"channel {you.channel_id}: None -> 2")
        async with running_bot(bot_settings(emulator, tmp_path), you, plain=True):
            assert "2 steps" in (await ask(you, "a red circle")).content
