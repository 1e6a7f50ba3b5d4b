"""Smoother: the same clip with frames in between, without the device and its model."""

import asyncio
import io
import sqlite3
from fractions import Fraction
from pathlib import Path

import av
from msgspec import structs

from bot.emulator.driver import Human
from bot.emulator.shown import Message
from bot.jobs.job import Job, JobState
from bot.jobs.store import open_store
from bot.settings import Settings
from tests.end_to_end.able import able_settings
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import (
    PATIENCE,
    QUICK,
    ask,
    finished,
    frames_of,
    job_id,
    refusal,
    status_says,
)

_ABOUT = ["Info", "How it works", "Share", "DM", "Delete"]


async def smoothed(human: Human, clip: Message) -> Message:
    status = await human.reply(await human.click(clip, "Smoother"))
    assert "made smoother" in status.content
    assert "24 frames a second instead of 4" in status.content
    assert "Edit" not in status.buttons
    return await finished(human, status)


async def pace(human: Human, clip: Message) -> tuple[int, Fraction | None]:
    """Return a clip's number of frames, and how many of them are shown a second."""
    data = await human.download(clip.attachments[0])
    with av.open(io.BytesIO(data)) as container:
        return len(frames_of(data)), container.streams.video[0].average_rate


async def test_anybody_makes_a_clip_smoother_which_plays_at_more_frames_a_second(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        Human.connect(emulator.url, username="ada") as ada,
    ):
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, ada, plain=True):
            clip = await finished(ada, await ask(ada, "a red circle", **QUICK))
            assert await pace(ada, clip) == (9, 4)
            longer = await finished(ada, await ada.reply(await ada.click(clip, "Extend")))
            for parent, frames in ((clip, 9 * 6), (longer, (9 + 8) * 6)):
                smooth = await smoothed(you, parent)
                assert await pace(you, smooth) == (frames, 24)
                assert "24 frames a second instead of 4" in smooth.content
                assert not {"Smoother", "Extend", "Upscale"} & smooth.buttons.keys()
                info = await refusal(you, await you.click(smooth, "Info"))
                assert f"[**#{job_id(parent)}**](https://discord.com/channels/" in info
                assert "24 frames a second instead of 4" in info
                assert "/video prompt:" not in info, "no command makes it"
                assert (await you.reply(await you.click(smooth, "How it works"))).ephemeral
            # what is made from it is made anew, by the model
            varied = await finished(you, await you.reply(await you.click(smooth, "Vary")))
            assert await pace(you, varied) == (9 + 8, 4)
            shown = await you.reply(await you.command("show", id=job_id(smooth)))
            assert await pace(you, shown) == (frames, 24)
            await you.click(smooth, "Delete")
            await you.wait_deleted(smooth.id)
            async with asyncio.timeout(PATIENCE):
                while any((tmp_path / "clips").glob(f"{job_id(smooth)}*")):  # noqa: ASYNC110 - files go in silence
                    await asyncio.sleep(0.01)
            assert await pace(ada, longer) == (9 + 8, 4)


async def test_smoothing_is_charged_nothing_and_needs_no_allowance(tmp_path: Path) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = await able_settings(emulator, tmp_path, allowance=0.001)
        async with running_bot(settings, you, plain=True):
            clip = await finished(you, await ask(you, "a red circle", **QUICK))
            assert "device time" in await refusal(you, await you.click(clip, "Vary"))
            charged = charges(tmp_path)
            assert charged
            await smoothed(you, clip)
            assert charges(tmp_path) == charged


def charges(data_dir: Path) -> list[tuple[str, float]]:
    with sqlite3.connect(data_dir / "zoetrope.sqlite3") as database:
        return database.execute("SELECT job_id, seconds FROM usage").fetchall()


async def test_smoother_outlives_restarts_and_says_when_the_clip_is_gone(tmp_path: Path) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            clip = await finished(you, await ask(you, "a red circle", **QUICK))
            smooth = await smoothed(you, clip)
        await you.wait_bot_offline()
        await leave_in_the_middle(settings, job_id(smooth))
        async with running_bot(settings, you, plain=True):
            async with asyncio.timeout(PATIENCE):
                while not (tmp_path / "clips" / f"{job_id(smooth)}.mp4").exists():  # noqa: ASYNC110 - its message is there
                    await asyncio.sleep(0.01)
            await status_says(you, smooth, "is ready")
            assert await pace(you, await smoothed(you, clip)) == (9 * 6, 24)
            emulator.clock.skip(3)  # the same press again is meant
            (tmp_path / "clips" / f"{job_id(clip)}.mp4").unlink()
            gone = await refusal(you, await you.click(clip, "Smoother"))
            assert "The clip this is made from is not kept any more" in gone


async def leave_in_the_middle(settings: Settings, name: str) -> None:
    """Leave a job as a bot does that is killed while its clip is made."""
    async with open_store(settings.database_path) as store:
        job = await store.job(name)
        assert isinstance(job, Job)
        assert job.completed is not None
        await asyncio.to_thread(Path(job.completed.path).unlink)
        begun = {"state": JobState.RUNNING, "told": False, "finished_at": None}
        await store.save_job(structs.replace(job, completed=None, result_message_id=None, **begun))


async def test_one_of_several_is_made_smoother_once_it_is_picked(tmp_path: Path) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = bot_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            both = await finished(you, await ask(you, "a red circle", variations=2, **QUICK))
            assert "Smoother" not in both.buttons
            picked = await you.reply(await you.click(both, "Clip 2"))
            status = await you.reply(await you.click(picked, "Smoother"))
            assert f"**#{job_id(both)}-2**" in status.content
            smooth = await finished(you, status)
            (attachment,) = smooth.attachments
            data = await you.download(attachment)
            assert len(frames_of(data)) == 16 * 3
