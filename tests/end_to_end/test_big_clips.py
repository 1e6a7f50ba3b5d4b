"""A clip that is too large for Discord: posted smaller, kept whole, deleted with all its files."""

import asyncio
from pathlib import Path

from bot.emulator.driver import Human
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import PATIENCE, QUICK, ask, finished, job_id

MARGIN = 64 * 2**10
"""What the bot leaves of the limit for the rest of the request."""
LIMIT = 12 * 2**10


async def test_a_clip_over_the_upload_limit_is_posted_smaller_and_kept_whole(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = bot_settings(emulator, tmp_path, max_upload_bytes=LIMIT + MARGIN)
        async with running_bot(settings, you):
            result = await finished(you, await ask(you, "a red circle", seed=1, **QUICK))
            assert "to fit the upload limit; the full clip is kept" in result.content
            (attachment,) = result.attachments
            data = await you.download(attachment)
            full, upload = (
                settings.clips_dir / f"{job_id(result)}{suffix}"
                for suffix in (".mp4", ".upload.mp4")
            )
            assert data == upload.read_bytes()
            assert len(data) <= LIMIT < full.stat().st_size

            await you.click(result, "Delete")
            await you.wait_deleted(result.id)
            async with asyncio.timeout(PATIENCE):
                while any(settings.clips_dir.iterdir()):  # noqa: ASYNC110 - files go in silence
                    await asyncio.sleep(0.01)
