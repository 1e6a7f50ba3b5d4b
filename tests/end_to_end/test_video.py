"""A member's story with the built-in model: ask, wait, get the clip, and go on from it."""

import asyncio
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio
from PIL import Image

from bot.emulator.driver import Human
from bot.emulator.server import Emulator
from generator import load_catalogue
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import (
    PATIENCE,
    QUICK,
    SLOW,
    ask,
    finished,
    frames_of,
    job_id,
    refusal,
    status_says,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
BUILTIN = load_catalogue()["builtin"]


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def emulator(data_dir: Path) -> AsyncGenerator[Emulator]:
    """Unlike most tests', with a generator that has torch."""
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as human,
        running_bot(bot_settings(emulator, data_dir), human),
    ):
        # after a first clip no test meets a generator that is still starting
        await finished(human, await ask(human, "a red circle", **QUICK))
        yield emulator


async def test_a_prompt_becomes_a_playable_clip_that_mentions_its_author(you: Human) -> None:
    prompt = "a red circle moving right on a white background"
    status = await ask(you, prompt, seed=5, **SLOW)
    assert "Cancel" in status.buttons
    assert "seed 5" in status.content

    running = await status_says(you, status, f"of {SLOW['steps']}**")
    assert "step **" in running.content
    result = await finished(you, status)
    done = await status_says(you, status, "✅")

    assert not done.components
    assert f"<@{you.id}>" in result.content
    assert [mention.id for mention in result.mentions] == [you.id]
    assert "seed 5" in result.content
    assert list(result.buttons) == [
        *("Vary", "Edit & rerun", "Extend", "Smoother"),
        *("Info", "How it works", "DM", "Delete"),
    ]
    (attachment,) = result.attachments
    assert attachment.filename == f"{job_id(status)}-seed5.mp4"
    assert attachment.content_type == "video/mp4"
    assert attachment.description == f"AI-generated video: {prompt}"

    data = await you.download(attachment)
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert '"seed": 5' in container.metadata["comment"]
    frames = frames_of(data)
    shown = BUILTIN.defaults.width * BUILTIN.display_scale(
        BUILTIN.defaults.width, BUILTIN.defaults.height
    )
    assert frames.shape[1:] == (shown, shown, 3)
    assert len(frames) == BUILTIN.defaults.num_frames


async def test_the_same_seed_gives_the_same_clip_and_vary_another(you: Human) -> None:
    first = await finished(you, await ask(you, "a blue star spinning", seed=11, **QUICK))
    second = await finished(you, await ask(you, "a blue star spinning", seed=11, **QUICK))
    varied_status = await you.reply(await you.click(second, "Vary"))
    varied = await finished(you, varied_status)
    clips = [frames_of(await you.download(m.attachments[0])) for m in (first, second, varied)]
    assert np.array_equal(clips[0], clips[1])
    assert not np.array_equal(clips[0], clips[2])
    assert f"variation of [**#{job_id(second)}**]" in varied_status.content
    # the buttons of a second and a third generation work as well
    third = await finished(you, await you.reply(await you.click(varied, "Vary")))
    assert third.attachments


async def test_edit_and_rerun_opens_the_jobs_own_settings_and_runs_what_was_changed(
    you: Human,
) -> None:
    result = await finished(you, await ask(you, "a green square bouncing", seed=3, **QUICK))
    form = await you.modal(await you.click(result, "Edit & rerun"))
    assert form.fields["prompt"]["value"] == "a green square bouncing"
    assert form.fields["seed"]["value"] == "3"
    submitted = await you.submit(
        form, {"prompt": "a pink square bouncing", "negative": "", "seed": "3", "steps": "3"}
    )
    status = await you.reply(submitted)
    assert "a pink square bouncing" in status.content
    assert "3 steps" in status.content
    assert "seed 3" in status.content
    assert (await finished(you, status)).attachments


async def test_a_form_with_nonsense_is_refused_in_words(you: Human) -> None:
    result = await finished(you, await ask(you, "a red cross", **QUICK))
    form = await you.modal(await you.click(result, "Edit & rerun"))
    values = {"prompt": "a red cross", "negative": "", "seed": "seven", "steps": "2"}
    assert "Seed must be a whole number" in await refusal(you, await you.submit(form, values))


async def test_a_running_clip_is_cancelled_by_its_author_only(you: Human, ada: Human) -> None:
    status = await ask(you, "a yellow heart growing", **SLOW)
    await status_says(you, status, "Denoising: step")
    hers = await ada.wait_for(lambda message: message.id == status.id)
    assert "Only the person who asked" in await refusal(ada, await ada.click(hers, "Stop"))
    await you.click(status, "Stop")
    cancelled = await status_says(you, status, "🛑")
    assert f"Cancelled by <@{you.id}> at step" in cancelled.content
    assert list(cancelled.buttons) == ["Queue again", "Edit & rerun"]


async def test_cancelling_a_waiting_clip_leaves_the_running_one_alone(
    you: Human, ada: Human
) -> None:
    running = await ask(you, "a red circle", **SLOW)
    waiting = await ask(ada, "a blue circle", **QUICK)
    assert "Place **2 of 2**" in waiting.content
    await ada.click(waiting, "Cancel")
    assert (await status_says(ada, waiting, "🛑")).content.endswith(f"Cancelled by <@{ada.id}>.")
    assert (await finished(you, running)).attachments


async def test_waiting_clips_move_up_and_finish_in_order(you: Human, ada: Human) -> None:
    first = await ask(you, "a red circle", **SLOW)
    second = await ask(ada, "a green circle", **QUICK)
    third = await ask(ada, "a blue circle", **QUICK)
    assert "Place **3 of 3**" in third.content
    await status_says(ada, third, "Place **2 of 2**")
    done = [await finished(ada, message) for message in (first, second, third)]
    assert [int(message.id) for message in done] == sorted(int(message.id) for message in done)


async def test_how_it_works_tells_the_clips_own_numbers_privately(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", seed=42, **QUICK))
    lesson = await you.reply(await you.click(result, "How it works"))
    assert lesson.ephemeral
    assert "seed **42**" in lesson.text
    assert "**2 steps**" in lesson.text
    assert "GAN" in lesson.text


async def test_how_it_works_shows_the_clips_own_filmstrip_which_delete_removes(
    you: Human, data_dir: Path
) -> None:
    result = await finished(you, await ask(you, "a red circle", seed=42, steps=4))
    lesson = await you.reply(await you.click(result, "How it works"))
    async with asyncio.timeout(PATIENCE):
        while not lesson.attachments:  # it is drawn soon after the clip
            lesson = await you.reply(await you.click(result, "How it works"))
    assert "The filmstrip" in lesson.text
    (strip,) = lesson.attachments
    assert strip.filename == f"{job_id(result)}-filmstrip.jpg"
    assert strip.description is not None
    assert "pure noise from seed 42; as the network saw it at steps 1, 2, 3" in strip.description
    with Image.open(io.BytesIO(await you.download(strip))) as picture:
        assert picture.width == strip.width == 1100

    await you.click(result, "Delete")
    await you.wait_deleted(result.id)
    async with asyncio.timeout(PATIENCE):
        while any((data_dir / "clips").glob(f"{job_id(result)}*")):  # noqa: ASYNC110 - files go in silence
            await asyncio.sleep(0.01)


async def test_explain_adds_the_lesson_to_the_result(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", seed=42, explain=True, **QUICK))
    assert result.embeds
    assert "seed **42**" in result.text
    lesson = await you.reply(await you.command("explain"))
    assert not lesson.ephemeral
    assert "Goodfellow" in lesson.text or "arxiv.org/abs/1406.2661" in lesson.text
    assert [file.filename for file in lesson.attachments] == ["overview-dark.png"]


async def test_delete_removes_the_message_for_its_author_or_a_moderator_only(
    you: Human, ada: Human
) -> None:
    result = await finished(you, await ask(you, "a red circle", **QUICK))
    hers = await ada.wait_for(lambda message: message.id == result.id)
    assert "Only the person who asked" in await refusal(ada, await ada.click(hers, "Delete"))
    await you.click(result, "Delete")
    await you.wait_deleted(result.id)


async def test_a_prompt_outside_the_small_world_still_gives_a_clip_and_says_so(you: Human) -> None:
    result = await finished(you, await ask(you, "a dog on a skateboard", **QUICK))
    assert "circle" in result.content
    assert "/video model:modelscope" in result.content


async def test_mentions_and_markdown_in_a_prompt_stay_plain_text(you: Human, ada: Human) -> None:
    prompt = f"@everyone <@{ada.id}> **bold** ||spoiler||"
    status = await ask(you, prompt, **QUICK)
    assert status.mentions == []
    result = await finished(you, status)
    assert [mention.id for mention in result.mentions] == [you.id]
    assert "@everyone" not in result.content
    assert r"\*\*bold\*\*" in result.content


async def test_completion_offers_models_and_the_native_size(you: Human) -> None:
    models = await you.choices("video", focused="model", prompt="x", model="modelsc")
    assert [choice["value"] for choice in models] == ["modelscope"]
    sizes = await you.choices("video", focused="size", prompt="x", model="modelscope", size="")
    assert sizes[0]["value"] == "256x256"


async def test_two_members_clips_are_made_side_by_side_without_mixing(
    you: Human, ada: Human
) -> None:
    mine, hers = await asyncio.gather(
        ask(you, "a red circle", **QUICK), ask(ada, "a blue star", **QUICK)
    )
    results = await asyncio.gather(finished(you, mine), finished(ada, hers))
    owners = [[mention.id for mention in message.mentions] for message in results]
    assert owners == [[you.id], [ada.id]]
