"""/privacy: what is kept of a member, all of it to take away, and none of it afterwards."""

from pathlib import Path

import msgspec
import pytest

from bot.emulator.driver import Human
from bot.emulator.shown import Message
from bot.jobs.store import open_store
from tests.end_to_end.stack import bot_settings, busy_device, local_discord, running_bot
from tests.end_to_end.stories import QUICK, SLOW, ask, finished, job_id, refusal, status_says

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def page_says(human: Human, page: Message, words: str) -> Message:
    """Wait until a page has said these words."""
    return await human.wait_for(lambda message: message.id == page.id and words in message.text)


async def test_privacy_says_what_is_kept_and_exports_all_of_it(ada: Human) -> None:
    status = await ask(ada, "a turquoise pony", seed=77, **QUICK)
    await finished(ada, status)
    mine = await ada.reply(await ada.command("privacy"))
    assert mine.ephemeral
    assert "for 7 days" in mine.text
    answer = await ada.reply(await ada.click(mine, "Export mine"))
    assert answer.ephemeral
    rows = msgspec.json.decode(await ada.download(answer.attachments[0]))
    (job,) = [row for row in rows["jobs"] if row["id"] == job_id(status)]
    assert job["request"]["prompt"] == "a turquoise pony"
    assert job["request"]["output_path"] == f"{job_id(status)}.mp4"
    assert {row["user_id"] for row in rows["jobs"]} == {int(ada.id)}
    assert rows["usage"]


async def test_delete_mine_leaves_nothing_of_mine_in_any_file_and_others_theirs(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        Human.connect(emulator.url, username="ada") as ada,
    ):
        settings = bot_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            mine = await ask(you, "a turquoise pony", **QUICK)
            posted = await finished(you, mine)
            hers = await ask(ada, "a crimson pony", **QUICK)
            await finished(ada, hers)
            await you.reply(await you.command("history"))
            await you.reply(await you.command("mysettings", model="builtin"))
            with busy_device():
                running = await ask(you, "an ochre pony", **SLOW)
                waiting = await ask(you, "a maroon pony", **SLOW)
                asked = await sure(you)
                await you.click(asked, "Delete everything")
                await status_says(you, waiting, "Cancelled by")
            await page_says(you, asked, "3 videos of yours are forgotten")
            await status_says(you, running, "Cancelled by")
            names = {path.name.split(".")[0] for path in (tmp_path / "clips").iterdir()}
            assert names == {job_id(hers)}
            assert "I do not know this video any more" in await refused_vary(you, posted)
            assert (await ada.reply(await ada.command("show", id=job_id(hers)))).content
            empty = await you.reply(await you.command("history"))
            await page_says(you, empty, "You have not asked for a video yet")
            contents = bytes_of_database(tmp_path)
            for trace in (b"turquoise", b"ochre", b"maroon", job_id(mine).encode()):
                assert trace not in contents
            assert b"crimson" in contents
        await you.wait_bot_offline()
        async with running_bot(settings, you, plain=True):  # times were learnt from what is left
            await finished(you, await ask(you, "a red circle", **QUICK))
    async with open_store(settings.database_path) as store:
        assert len(await store.recent_completed(10)) == 3
        assert len(await store.jobs_of_user(int(you.id), 10)) == 1


async def test_delete_mine_can_be_left_alone(you: Human) -> None:
    asked = await sure(you)
    assert "messages that were already posted" in asked.text
    await you.click(asked, "Keep it")
    await page_says(you, asked, "What is kept about you")


def bytes_of_database(folder: Path) -> bytes:
    """Return its file, what SQLite wrote ahead, and the backups."""
    return b"".join(path.read_bytes() for path in folder.glob("zoetrope.sqlite3*"))


async def sure(human: Human) -> Message:
    """Press Delete mine and return what asks once more."""
    mine = await human.reply(await human.command("privacy"))
    await human.click(mine, "Delete mine")
    return await page_says(human, mine, "Delete everything of yours?")


async def refused_vary(human: Human, posted: Message) -> str:
    return await refusal(human, await human.click(posted, "Vary"))
