"""Previews in the status message: shown, kept between two, and gone when the clip is there."""

from pathlib import Path

import discord
from PIL import Image

from bot.app import use_local_discord
from bot.delivery.delivery import Delivery
from bot.delivery.places import UploadLimits
from bot.delivery.traffic import Traffic
from bot.emulator.driver import Human
from generator import Progress, load_catalogue
from tests.bot.jobs import make_job, no_showcase
from tests.end_to_end.stack import local_discord


async def test_a_preview_comes_into_the_status_message_and_leaves_it_at_the_end(
    tmp_path: Path,
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        discord.Client(intents=discord.Intents.none()) as client,
    ):
        use_local_discord(emulator.url)
        await client.login(emulator.token)
        channel_id = emulator.world.channel_named("videos").id
        status = await client.get_partial_messageable(channel_id).send("Starting now…")
        job = make_job(channel_id=channel_id, guild_id=None, status_message_id=status.id)
        delivery = Delivery(
            client, load_catalogue(), Traffic(interval=0.01), UploadLimits(None), no_showcase
        )
        preview = tmp_path / "abcde.preview.jpg"
        Image.new("RGB", (64, 48), "red").save(preview)

        delivery.show_progress(job, Progress(job.id, "denoising", 5, 50, preview=str(preview)))
        shown = await you.wait_for(lambda message: bool(message.attachments))
        (attachment,) = shown.attachments
        assert "step **5 of 50**" in shown.content
        assert "step 5 of 50" in (attachment.description or "")
        assert (attachment.width, attachment.height) == (64, 48)
        assert await you.download(attachment) == preview.read_bytes()

        delivery.show_progress(job, Progress(job.id, "denoising", 6, 50))
        later = await you.wait_for(lambda message: "step **6 of 50**" in message.content)
        assert later.attachments == shown.attachments

        Image.new("RGB", (32, 32), "blue").save(preview)
        delivery.show_progress(job, Progress(job.id, "denoising", 7, 50, preview=str(preview)))
        delivery.show_progress(job, Progress(job.id, "denoising", 8, 50))
        newer = await you.wait_for(lambda message: "step **8 of 50**" in message.content)
        assert [picture.width for picture in newer.attachments] == [32]

        preview.unlink()
        delivery.show_progress(job, Progress(job.id, "denoising", 9, 50, preview=str(preview)))
        without = await you.wait_for(lambda message: "step **9 of 50**" in message.content)
        assert without.attachments == newer.attachments

        await delivery.show_failure(job, "it broke.")
        last = await you.wait_for(lambda message: "it broke" in message.content)
        assert last.attachments == []
