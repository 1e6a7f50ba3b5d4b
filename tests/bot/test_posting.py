"""Posting against a real local Discord, by a bot that may be killed: once, or in words."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import discord
import msgspec
import pytest

from bot.app import use_local_discord
from bot.delivery.delivery import Delivery
from bot.delivery.places import USUAL_LIMIT, UploadLimits
from bot.delivery.traffic import Traffic
from bot.emulator import effects, errors
from bot.emulator.clock import Clock
from bot.emulator.demo import demo_world
from bot.emulator.driver import Human
from bot.emulator.effects import Effect
from bot.emulator.entities import Channel
from bot.emulator.faults import Fault
from bot.emulator.permissions import Permission
from bot.emulator.server import Emulator, run_emulator
from bot.jobs.job import Job
from bot.jobs.reporter import DeliveryError
from generator import Completed, Progress, load_catalogue
from generator.encoding import write_mp4
from tests.bot.jobs import make_job, no_showcase
from tests.generator.clips import texture

TEN_MINUTES = 600.0
CATALOGUE = load_catalogue()


@pytest.fixture
async def emulator(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Emulator]:
    monkeypatch.setattr("bot.delivery.patience._FIRST_PAUSE", 0.01)
    async with run_emulator(world=demo_world(Clock())) as emulator:
        use_local_discord(emulator.url)
        yield emulator


@pytest.fixture
def videos(emulator: Emulator) -> Channel:
    return emulator.world.channel_named("videos")


@pytest.fixture
async def you(emulator: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(emulator.url) as human:
        yield human


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Completed:
    path = tmp_path_factory.mktemp("clips") / "abcde.mp4"
    full = write_mp4(texture(8, 160, 160), path, fps=8)
    return Completed(
        id="abcde",
        path=str(path),
        width=160,
        height=160,
        num_frames=8,
        fps=8,
        size_bytes=full.size_bytes,
        seconds={},
    )


@asynccontextmanager
async def delivery(emulator: Emulator, interval: float = 0.01) -> AsyncGenerator[Delivery]:
    """A bot's delivery, logged in, from its start to its end."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(emulator.token)
        yield Delivery(client, CATALOGUE, Traffic(interval), UploadLimits(None), no_showcase)


async def asked_for(emulator: Emulator, clip: Completed, you: Human) -> Job:
    """A finished job whose status message is up; it was finished long ago."""
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(emulator.token)
        channel = client.get_partial_messageable(int(you.channel_id))
        status = await channel.send("⏳ **#abcde**")
    guild = emulator.world.channels[int(you.channel_id)].guild
    assert guild is not None
    return make_job(
        user_id=int(you.id),
        guild_id=guild.id,
        channel_id=int(you.channel_id),
        status_message_id=status.id,
        completed=clip,
        finished_at=1_001.0,
    )


def uploads(name: str, effect: Effect, times: int | None = 1) -> Fault:
    return Fault(
        name=name,
        effect=effect,
        method="POST",
        path="/channels/*/messages",
        when=lambda body: bool(body.uploads),
        times=times,
    )


def clips_of(channel: Channel) -> list[int]:
    return [message.id for message in channel.history() if message.attachments]


async def killed_while_posting(emulator: Emulator, job: Job, *, handled: bool) -> None:
    """Let a bot post and die before it hears the answer, ten minutes ago."""
    effect = effects.afterwards(effects.silence) if handled else effects.silence
    emulator.faults.add(uploads("killed", effect))
    async with delivery(emulator) as first:
        posting = asyncio.create_task(first.post(job, again=False))
        await emulator.faults.happened("killed")
        posting.cancel()
        await asyncio.wait([posting])
    emulator.clock.skip(TEN_MINUTES)


@pytest.mark.parametrize("handled", [True, False])
async def test_a_bot_that_was_killed_while_it_posted_has_posted_once_after_its_restart(
    emulator: Emulator, you: Human, videos: Channel, clip: Completed, handled: bool
) -> None:
    job = await asked_for(emulator, clip, you)
    await killed_while_posting(emulator, job, handled=handled)
    async with delivery(emulator) as second:
        posted = await second.post(job, again=True)
        assert clips_of(videos) == [posted]
        job = msgspec.structs.replace(job, result_message_id=posted)
        assert await second.show_done(job)
    done = await you.wait_for(lambda message: "✅" in message.content)
    assert f"https://discord.com/channels/{job.guild_id}/{videos.id}/{posted}" in done.content


async def test_what_was_sent_privately_before_a_restart_is_not_sent_again(
    emulator: Emulator, you: Human, videos: Channel, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    bot = emulator.world.bot
    emulator.moderation.set_overwrite(videos, bot, deny=Permission.ATTACH_FILES)
    await killed_while_posting_privately(emulator, job)
    emulator.moderation.set_overwrite(videos, bot)
    async with delivery(emulator) as second:
        posted = await second.post(job, again=True)
    direct = emulator.world.direct_channel(emulator.world.user_named("you"))
    assert clips_of(videos) == []
    assert clips_of(direct) == [posted]


async def killed_while_posting_privately(emulator: Emulator, job: Job) -> None:
    # the channel is asked first and refuses; the second upload is the private one
    fault = uploads("killed", effects.afterwards(effects.silence))
    fault.skip = 1
    emulator.faults.add(fault)
    async with delivery(emulator) as first:
        posting = asyncio.create_task(first.post(job, again=False))
        await emulator.faults.happened("killed")
        posting.cancel()
        await asyncio.wait([posting])
    emulator.clock.skip(TEN_MINUTES)


async def test_where_it_cannot_be_known_whether_a_clip_arrived_it_is_said_and_not_doubled(
    emulator: Emulator, you: Human, videos: Channel, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    await killed_while_posting(emulator, job, handled=True)
    bot = emulator.world.bot
    emulator.moderation.set_overwrite(videos, bot, deny=Permission.READ_MESSAGE_HISTORY)
    async with delivery(emulator) as second:
        with pytest.raises(DeliveryError, match="cannot see whether it arrived"):
            await second.post(job, again=True)
    assert len(clips_of(videos)) == 1


async def test_a_file_that_is_refused_for_its_size_goes_smaller_and_so_do_the_next(
    emulator: Emulator, you: Human, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    too_large = effects.refusal(errors.known(40005))
    emulator.faults.add(uploads("too large", too_large))
    async with delivery(emulator) as bot:
        await bot.post(job, again=False)
        posted = await you.wait_for(lambda message: bool(message.attachments))
        assert posted.attachments[0].size <= clip.size_bytes * 3 // 4
        assert "to fit the upload limit; the full clip is kept" in posted.content
        assert job.guild_id is not None
        assert bot.limits.lower(job.guild_id, 20 * 2**20) == USUAL_LIMIT
        emulator.faults.add(uploads("always too large", too_large, times=None))
        with pytest.raises(DeliveryError, match="too large for Discord here"):
            await bot.post(msgspec.structs.replace(job, id="fghjk"), again=False)


async def test_a_body_that_discord_finds_fault_with_goes_plain_and_then_not_at_all(
    emulator: Emulator, you: Human, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    fault = effects.refusal(errors.invalid(["embeds"], "BASE_TYPE_MAX_LENGTH", "Too long"))
    emulator.faults.add(uploads("invalid", fault))
    async with delivery(emulator) as bot:
        await bot.post(job, again=False)
        plain = await you.wait_for(lambda message: bool(message.attachments))
        assert not plain.components
        assert [mention.id for mention in plain.mentions] == [you.id]
        emulator.faults.add(uploads("invalid again", fault, times=2))
        with pytest.raises(DeliveryError, match="did not accept"):
            await bot.post(msgspec.structs.replace(job, id="fghjk"), again=False)


async def test_a_clip_whose_file_is_gone_fails_in_words(
    emulator: Emulator, you: Human, clip: Completed, tmp_path: Path
) -> None:
    missing = msgspec.structs.replace(clip, path=str(tmp_path / "gone.mp4"))
    job = await asked_for(emulator, missing, you)
    async with delivery(emulator) as bot:
        with pytest.raises(DeliveryError, match="gone from the bot's disk"):
            await bot.post(job, again=False)


async def test_an_outage_of_hours_ends_in_words(
    emulator: Emulator, you: Human, clip: Completed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.patience._PATIENCE", 0.05)
    job = await asked_for(emulator, clip, you)
    emulator.faults.add(uploads("503", effects.unavailable(503), times=None))
    async with delivery(emulator) as bot:
        with pytest.raises(DeliveryError, match="could not be reached for hours"):
            await bot.post(job, again=False)


@pytest.mark.parametrize("code", [10003, 50001, 50013, 50083])
async def test_the_end_of_a_job_is_told_privately_where_its_place_is_gone(
    emulator: Emulator, you: Human, clip: Completed, code: int
) -> None:
    job = msgspec.structs.replace(await asked_for(emulator, clip, you), completed=None)
    refused = effects.refusal(errors.known(code))
    edit = Fault(name="edit", effect=refused, method="PATCH", path="messages/*", times=None)
    emulator.faults.add(edit)
    emulator.world.direct_channel(emulator.world.user_named("you"))
    async with (
        Human.connect(emulator.url, channel="zoetrope") as direct,
        delivery(emulator) as bot,
    ):
        assert await bot.show_failure(job, "it broke.")
        told = await direct.wait_for(lambda message: "it broke" in message.content)
        assert told.channel_id == direct.channel_id
        emulator.world.user_named("you").accepts_direct_messages = False
        assert await bot.show_failure(job, "it broke.")  # nothing more can be done


async def test_what_cannot_be_edited_any_more_is_said_in_a_new_message(
    emulator: Emulator, you: Human, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    refused = effects.refusal(errors.known(30046, retry_after=0.001))
    edit = Fault(name="edit", effect=refused, method="PATCH", path="messages/*", times=None)
    emulator.faults.add(edit)
    async with delivery(emulator) as bot:
        assert await bot.show_failure(job, "it broke.")
        told = await you.wait_for(lambda message: "it broke" in message.content)
        assert told.id != str(job.status_message_id)
        emulator.faults.clear()
        emulator.faults.add(uploads("unused", effects.reset))
        deleted = errors.known(10008)
        gone = Fault(
            name="gone", effect=effects.refusal(deleted), method="PATCH", path="messages/*"
        )
        emulator.faults.add(gone)
        assert await bot.show_cancelled(job, int(you.id), 1, 2)  # deleted: silence is right
        away = Fault(name="away", effect=effects.reset, method="PATCH", path="messages/*")
        emulator.faults.add(away)
        assert not await bot.show_cancelled(job, int(you.id), 1, 2)  # to be tried again
        assert await bot.show_cancelled(job, int(you.id), 1, 2)


async def test_a_crowded_channel_gets_each_clip_once_and_meets_none_of_discords_limits(
    clip: Completed,
) -> None:
    statuses: list[int] = []
    async with (
        run_emulator(limits=True, recorder=lambda e: statuses.append(e.status)) as emulator,
        Human.connect(emulator.url) as you,
    ):
        use_local_discord(emulator.url)
        first = await asked_for(emulator, clip, you)
        names = [f"abcd{letter}" for letter in "ef"]
        async with delivery(emulator, interval=4.0) as bot:
            await asyncio.gather(
                *(brought(bot, msgspec.structs.replace(first, id=name)) for name in names)
            )
        for name in names:
            files = [m for m in you.seen for file in m.attachments if name in file.filename]
            assert len(files) == 1
    assert 429 not in statuses


async def brought(bot: Delivery, job: Job) -> None:
    """Show a job's progress often, post its clip and say so."""
    for step in range(1, 50):
        bot.show_progress(job, Progress(job.id, "denoising", step, 50))
        await asyncio.sleep(0)
    posted = await bot.post(job, again=False)
    assert await bot.show_done(msgspec.structs.replace(job, result_message_id=posted))


async def test_progress_of_a_job_without_a_message_takes_nothing_from_its_channel(
    emulator: Emulator, clip: Completed, you: Human
) -> None:
    job = await asked_for(emulator, clip, you)
    unseen = msgspec.structs.replace(job, id="fghjk", status_message_id=None)
    async with delivery(emulator, interval=TEN_MINUTES) as bot:
        for step in range(1, 10):  # more than may follow one another
            bot.show_progress(unseen, Progress(unseen.id, "denoising", step, 50))
        bot.show_progress(job, Progress(job.id, "denoising", 7, 50))
        await you.wait_for(lambda message: "step **7 of 50**" in message.content)


async def test_nothing_that_comes_late_lands_on_the_last_words(
    emulator: Emulator, you: Human, clip: Completed
) -> None:
    job = await asked_for(emulator, clip, you)
    async with delivery(emulator) as bot:
        assert await bot.show_cancelled(job, int(you.id), 1, 2)
        bot.show_progress(job, Progress(job.id, "denoising", 5, 50))
        await bot.flush()
        assert await bot.show_cancelled(job, None, 0, 0)  # the end may be told again
    assert not any("Denoising" in message.content for message in you.seen)
