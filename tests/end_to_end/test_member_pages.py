"""Members' own pages: /queue, /history and /help, private and wherever they are."""

from pathlib import Path
from typing import Any

import pytest

from bot.emulator import components
from bot.emulator.driver import Human
from bot.emulator.entities import Member
from bot.emulator.server import Emulator
from bot.emulator.shown import Message
from tests.end_to_end.stack import busy_device
from tests.end_to_end.stories import (
    QUICK,
    SLOW,
    ask,
    finished,
    job_id,
    refusal,
    shown_again,
    status_says,
)
from tests.end_to_end.test_user_installs import foreign_channel

pytestmark = pytest.mark.asyncio(loop_scope="session")

THUMBNAIL = 11


async def page_says(human: Human, page: Message, words: str) -> Message:
    """Wait until a page has said these words."""
    return await human.wait_for(lambda message: message.id == page.id and words in message.text)


async def page(human: Human, command: str, words: str, **options: Any) -> Message:
    """Use a command that answers with a page, and wait for what it says."""
    answer = await human.reply(await human.command(command, **options))
    return await page_says(human, answer, words)


def thumbnails(message: Message) -> list[dict[str, Any]]:
    everything = [component for _, component in components.walk(message.components)]
    return [component for component in everything if component["type"] == THUMBNAIL]


# --- /queue ---------------------------------------------------------------------------------------


async def test_queue_shows_ones_own_videos_with_their_places_and_cancels_one_or_several(
    you: Human, ada: Human
) -> None:
    running = await ask(you, "a red circle", **SLOW)
    await status_says(you, running, "Denoising: step")
    with busy_device():
        mine = [await ask(you, f"a {colour} star", **QUICK) for colour in ("blue", "pink", "red")]
        hers = await ask(ada, "a secret heart", **QUICK)
        page = await you.reply(await you.command("queue"))
        assert page.ephemeral
        assert f"**#{job_id(running)}** · a red circle\nBeing made · started <t:" in page.text
        assert f"**#{job_id(mine[0])}** · a blue star\nPlace **3 of 5**" in page.text
        assert "secret" not in page.text
        assert "This server: 4 waiting" in page.text
        await you.click(page, f"v1:my-cancel:{job_id(mine[0])}")
        page = await page_says(you, page, "This server: 3 waiting")
        await status_says(you, mine[0], "Cancelled by")
        await you.select(page, "v1:my-cancel:", *(job_id(status) for status in mine[1:]))
        page = await page_says(you, page, "This server: 1 waiting")
        assert job_id(mine[2]) not in page.text
    await you.click(page, f"v1:my-cancel:{job_id(running)}")
    page = await page_says(you, page, "You have no video waiting")
    await finished(ada, hers)
    await you.click(page, "Refresh")
    await page_says(you, page, "All servers and direct messages: 0 waiting")


async def test_queue_says_when_all_is_made_once_that_is_known(you: Human) -> None:
    for seed in range(101, 104):
        await finished(you, await ask(you, "a red circle", seed=seed, **QUICK))
    with busy_device():
        running = await ask(you, "a red circle", seed=104, **QUICK)
        waiting = await ask(you, "a red circle", seed=105, **QUICK)
        listed = await page(you, "queue", "1 waiting · all made about <t:")
        assert (
            f"**#{job_id(waiting)}** · a red circle\nPlace **2 of 2** · starts <t:" in listed.text
        )
    await finished(you, running)
    await finished(you, waiting)


async def test_queue_says_what_is_too_late_to_cancel(you: Human) -> None:
    with busy_device():
        mine = await ask(you, "a red circle", **QUICK)
        page = await you.reply(await you.command("queue"))
        own = page.buttons["Cancel"]["custom_id"]
        assert own.endswith(job_id(mine))
    await status_says(you, mine, "✅")
    await you.click(page, own)
    await page_says(you, page, "is not waiting or running any more")


# --- /history -------------------------------------------------------------------------------------


async def test_history_has_pages_of_ones_own_videos_with_a_picture_of_each_clip(
    you: Human, ada: Human
) -> None:
    for number in range(6):
        await finished(you, await ask(you, f"an orange kite {number}", seed=number, **QUICK))
    await finished(ada, await ask(ada, "an orange kite of hers", **QUICK))
    first = await page(you, "history", "of 2", search="Orange KITE")
    assert first.ephemeral
    assert "Page 1 of 2 · 6 videos" in first.text
    assert first.text.index("kite 5") < first.text.index("kite 1")
    assert "kite 0" not in first.text
    assert "of hers" not in first.text
    assert "seed 5" in first.text
    pictures = thumbnails(first)
    assert len(pictures) == 5
    assert pictures[0]["description"] == "One frame of the AI-generated video: an orange kite 5"
    assert pictures[0]["media"]["content_type"] == "image/jpeg"
    assert pictures[0]["media"]["height"] > 0
    assert first.buttons["Previous"]["disabled"]
    await you.click(first, "Next")
    second = await page_says(you, first, "Page 2 of 2")
    assert "kite 0" in second.text
    assert len(thumbnails(second)) == 1
    assert second.buttons["Next"]["disabled"]
    await you.click(second, "Previous")
    await page_says(you, second, "Page 1 of 2")


async def test_history_opens_a_clip_privately(you: Human) -> None:
    status = await ask(you, "a purple lantern", **QUICK)
    await finished(you, status)
    listed = await page(you, "history", "lantern", search="lantern")
    await you.select(listed, "v1:my-open:", job_id(status))
    opened = await shown_again(you, status)
    assert opened.ephemeral
    assert "Vary" in opened.buttons
    assert opened.attachments[0].description


async def test_a_deleted_clip_takes_its_picture_along_and_a_spoilers_is_covered(
    you: Human, data_dir: Path
) -> None:
    result = await finished(you, await ask(you, "an amber maze", spoiler=True, **QUICK))
    (picture,) = thumbnails(await page(you, "history", "amber", search="amber maze"))
    assert picture["spoiler"]
    assert files_of(data_dir, result)
    await you.click(result, "Delete")
    await you.wait_deleted(result.id)
    listed = await page(you, "history", "is not kept any more", search="amber maze")
    assert not thumbnails(listed)
    assert not files_of(data_dir, result)


async def test_nobody_else_is_shown_a_private_video(you: Human, ada: Human) -> None:
    status = await ask(you, "a hidden door", private=True, **QUICK)
    await finished(you, status)
    refused = await refusal(ada, await ada.command("show", id=job_id(status)))
    assert "I know no video" in refused
    await you.command("show", id=job_id(status))
    assert (await shown_again(you, status)).ephemeral


def files_of(data_dir: Path, message: Message) -> list[Path]:
    return list((data_dir / "clips").glob(f"{job_id(message)}*"))


async def test_history_tells_of_removed_cancelled_and_failed_ones_and_makes_them_again(
    you: Human, data_dir: Path
) -> None:
    removed = await ask(you, "a jade teapot", **QUICK)
    await finished(you, removed)
    (data_dir / "clips" / f"{job_id(removed)}.mp4").unlink()
    with busy_device():
        cancelled = await ask(you, "a jade spoon", **SLOW)
        await you.click(cancelled, "Cancel")
    await status_says(you, cancelled, "Cancelled by")
    listed = await page(you, "history", "jade", search="jade")
    assert "🗑️ The clip is not kept any more" in listed.text
    assert "🛑 Cancelled." in listed.text
    assert not thumbnails(listed)
    await you.click(listed, f"v1:again:{job_id(removed)}")
    again = await you.wait_for(
        lambda message: (
            "a jade teapot" in message.content
            and message.id != removed.id
            and "Cancel" in message.buttons
        )
    )
    await finished(you, again)


async def test_a_history_without_videos_says_what_to_do(emulator: Emulator) -> None:
    world = emulator.world
    newcomer = world.add_user("ben", "Ben", "#99aab5")
    (guild,) = world.guilds.values()
    guild.members[newcomer.id] = Member(newcomer)
    async with Human.connect(emulator.url, username="ben") as ben:
        assert "`/video` makes one" in (await page(ben, "history", "Page 1 of 1")).text
        found = await page(ben, "history", "None of your videos", search="nothing")
        assert "with “nothing” in the prompt" in found.text


# --- /help, and every page elsewhere --------------------------------------------------------------


async def test_help_names_what_works_here_with_commands_to_click_on(you: Human, ada: Human) -> None:
    hers = await ada.reply(await ada.command("help"))
    assert hers.ephemeral
    command_ids = {command["name"]: command["id"] for command in ada.commands}
    for name in ("video", "explain", "history", "privacy"):
        assert f"</{name}:{command_ids[name]}> · " in hers.text
    assert "Built-in" in hers.text
    assert "20 videos of yours may wait" in hers.text
    assert "Clips are kept for 7 days" in hers.text
    assert "</settings show:" not in hers.text
    yours = await you.reply(await you.command("help"))
    assert "For you, who manage this server" in yours.text
    assert "</settings show:" in yours.text


@pytest.mark.parametrize("place", ["direct", "group", "elsewhere"])
async def test_every_page_is_there_in_direct_messages_groups_and_where_only_a_member_has_the_bot(
    emulator: Emulator, place: str
) -> None:
    world = emulator.world
    you, ada = world.user_named("you"), world.user_named("ada")
    if place == "direct":
        name = world.direct_channel(you).name
    elif place == "group":
        name = world.private_channel(you, ada, world.add_user("cleo", "Cleo", "#99aab5")).name
    else:
        name = foreign_channel(emulator, "member-pages").name
    async with Human.connect(emulator.url, channel=name) as human:
        for command in ("queue", "history", "mysettings", "privacy", "help"):
            answer = await human.reply(await human.command(command))
            assert answer.ephemeral
            assert answer.text
        status = await ask(human, "a silver boat", **QUICK)
        await finished(human, status)
        listed = await page(human, "history", "silver", search="silver boat")
        assert thumbnails(listed)
        await human.select(listed, "v1:my-open:", job_id(status))
        assert (await shown_again(human, status)).ephemeral
