"""Several variations of one wish: one message with all, and each clip to work on."""

from pathlib import Path

import pytest

from bot.emulator.driver import Human
from bot.emulator.shown import Message
from tests.end_to_end.able import able_settings
from tests.end_to_end.stack import generator_process, let_go, local_discord, running_bot
from tests.end_to_end.stories import (
    QUICK,
    ask,
    edited,
    finished,
    frames_of,
    job_id,
    refusal,
    status_says,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def filenames(message: Message) -> list[str]:
    return [attachment.filename for attachment in message.attachments]


async def picked(human: Human, result: Message, number: int) -> Message:
    """Pick a clip, and return the private answer with its buttons."""
    answer = await human.reply(await human.click(result, f"Clip {number}"))
    assert answer.ephemeral, answer.content
    return answer


async def test_four_variations_come_in_one_message_each_with_its_own_seed(
    you: Human, data_dir: Path
) -> None:
    status = await ask(you, "held second", variations=4, seed=5, **QUICK)
    assert "4 clips: seeds 5, 6, 7, 8" in status.content
    name = job_id(status)
    await status_says(you, status, "Clip **2 of 4** · Denoising: step")
    let_go(data_dir, f"{name}-2")
    result = await finished(you, status)
    assert filenames(result) == [f"{name}-seed{4 + n}-{n}.mp4" for n in (1, 2, 3, 4)]
    assert "4 clips of" in result.content
    assert "seeds 5, 6, 7, 8" in result.content
    assert [a.description for a in result.attachments] == [
        f"AI-generated video, number {n} of 4: held second" for n in (1, 2, 3, 4)
    ]
    pictures = [frames_of(await you.download(attachment)) for attachment in result.attachments]
    assert len({picture[0, 0, 0].tobytes() for picture in pictures}) == 4
    done = await status_says(you, status, "✅")
    assert f"/{result.id}" in done.content
    kept = sorted(path.name for path in (data_dir / "clips").glob(f"{name}*.mp4"))
    assert kept == [f"{name}-2.mp4", f"{name}-3.mp4", f"{name}-4.mp4", f"{name}.mp4"]


async def test_the_buttons_of_a_picked_clip_act_on_it_alone_on_later_generations_too(
    you: Human, ada: Human
) -> None:
    first = await finished(you, await ask(you, "a red circle", variations=2, seed=5, **QUICK))
    name = job_id(first)
    again = await you.reply(await you.click(first, "Vary"))
    assert "2 clips: seeds " in again.content
    result = await finished(you, again)
    second = job_id(result)
    clip = await picked(ada, result, 2)  # anybody may work on it
    assert f"**#{second}-2**" in clip.content
    assert "act on it alone" in clip.content
    child = await ada.reply(await ada.click(clip, "Vary"))
    assert f"**#{second}-2**" in child.content
    assert "clips" not in child.content
    only = await finished(ada, child)
    assert len(only.attachments) == 1
    info = await ada.reply(await ada.click(clip, "Info"))
    seed = result.attachments[1].filename.split("-")[1].removeprefix("seed")
    assert seed in info.text
    how = await ada.reply(await ada.click(clip, "How it works"))
    assert seed in how.text
    form = await ada.modal(await ada.click(clip, "Edit & rerun"))
    edit = await ada.submit(form, edited("a blue star", steps=2))
    rerun = await ada.reply(edit)
    assert f"edited from **#{second}-2**" in rerun.content.replace("[", "").split("](")[0]
    assert "a blue star" in (await finished(ada, rerun)).content
    assert name != second


async def test_a_picked_clip_varies_a_little_or_a_lot_from_its_own_seed(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", variations=2, seed=5, **QUICK))
    clip = await picked(you, result, 2)
    assert " ".join(clip.buttons).endswith("Vary a little Vary a lot Info How it works DM Delete")
    for button, words in (
        ("Vary a little", "a little different"),
        ("Vary a lot", "very different"),
    ):
        status = await you.reply(await you.click(clip, button))
        assert words in status.content
        child = await finished(you, status)
        assert filenames(child) == [f"{job_id(status)}-seed6.mp4"]


async def test_one_clip_of_several_is_deleted_by_its_author_alone(
    you: Human, ada: Human, data_dir: Path
) -> None:
    status = await ask(ada, "a red circle", variations=2, seed=5, **QUICK)
    result = await finished(ada, status)
    name = job_id(result)
    clip = await picked(ada, result, 2)
    await ada.click(clip, "Delete")
    left = await ada.wait_for(
        lambda message: message.id == result.id and len(message.attachments) == 1
    )
    assert filenames(left) == [f"{name}-seed5-1.mp4"]
    assert "Clip 1" in left.buttons
    assert "Clip 2" not in left.buttons
    await ada.wait_for(lambda message: f"#{name}-2 is deleted" in message.content)
    assert not (data_dir / "clips" / f"{name}-2.mp4").exists()
    assert (data_dir / "clips" / f"{name}.mp4").exists()
    again = await you.reply(await you.command("show", id=name))
    assert filenames(again) == [f"{name}-seed5-1.mp4"]
    mine = await finished(you, await ask(you, "a red circle", variations=2, seed=5, **QUICK))
    other = await picked(ada, mine, 1)
    assert "Only the person who asked" in await refusal(ada, await ada.click(other, "Delete"))


async def test_show_brings_all_clips_or_the_one_that_is_named(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", variations=3, seed=5, **QUICK))
    name = job_id(result)
    everything = await you.reply(await you.command("show", id=name))
    assert filenames(everything) == filenames(result)
    assert "Clip 3" in everything.buttons
    third = await you.reply(await you.command("show", id=f"#{name}-3"))
    assert filenames(third) == [f"{name}-3-seed7.mp4"]
    child = await you.reply(await you.click(third, "Vary"))
    assert f"#{name}-3" in child.content
    await finished(you, child)


async def test_a_cancel_after_the_first_clip_stops_the_others_and_keeps_none(
    you: Human, data_dir: Path
) -> None:
    status = await ask(you, "endless second", variations=3, seed=11, **QUICK)
    await status_says(you, status, "Clip **2 of 3**")
    await you.click(status, "Stop")
    await status_says(you, status, "🛑")
    assert not list((data_dir / "clips").glob(f"{job_id(status)}*.mp4"))
    follower = await finished(you, await ask(you, "a blue star", **QUICK))
    assert "a blue star" in follower.content


async def test_when_the_generator_dies_in_the_second_clip_the_first_is_kept_and_all_come(
    you: Human, data_dir: Path
) -> None:
    status = await ask(you, "held second", variations=2, seed=21, **QUICK)
    name = job_id(status)
    await status_says(you, status, "Clip **2 of 2** · Denoising: step")
    generator_process().kill()
    let_go(data_dir, f"{name}-2")
    result = await finished(you, status)
    assert filenames(result) == [f"{name}-seed21-1.mp4", f"{name}-seed22-2.mp4"]
    assert "clips were made" not in result.content


async def test_when_it_dies_again_what_was_made_is_posted_and_what_is_missing_is_said(
    you: Human,
) -> None:
    status = await ask(you, "suicidal second", variations=3, seed=31, **QUICK)
    result = await finished(you, status)
    assert filenames(result) == [f"{job_id(status)}-seed31-1.mp4"]
    assert "1 of 3 clips were made. The next one stopped:" in result.content


async def test_after_a_restart_in_between_one_message_has_all_and_its_buttons_work(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        settings = await able_settings(emulator, tmp_path)
        async with running_bot(settings, you, plain=True):
            status = await ask(you, "held second", variations=3, seed=41, steps=50)
            await status_says(you, status, "Clip **2 of 3** · Denoising: step")
            first = (tmp_path / "clips" / f"{job_id(status)}.mp4").stat()
        await you.wait_bot_offline()
        let_go(tmp_path, f"{job_id(status)}-2")
        async with running_bot(settings, you, plain=True):
            result = await finished(you, status)
            assert len(result.attachments) == 3
            kept = (tmp_path / "clips" / f"{job_id(status)}.mp4").stat()
            assert kept.st_mtime_ns == first.st_mtime_ns  # it was not made twice
            await status_says(you, status, "✅")
        await you.wait_bot_offline()
        async with running_bot(settings, you, plain=True):
            await check_every_button(you, result, 3)


async def check_every_button(human: Human, result: Message, number: int) -> None:
    """Press all buttons of a picked clip, and wait for what is made of it."""
    clip, name = await picked(human, result, number), f"**#{job_id(result)}-{number}**"
    children = {
        "Vary": "variation of",
        "Extend": "goes on from",
        "Upscale": "made larger",
        "Smoother": "made smoother",
        "Vary a little": "a little different from",
        "Vary a lot": "very different from",
    }
    about = ["Info", "How it works", "Share", "DM", "Delete"]
    assert sorted(clip.buttons) == sorted([*children, "Edit & rerun", *about])
    for button, words in children.items():
        child = await human.reply(await human.click(clip, button))
        assert words in child.content
        assert name in child.content
        assert len((await finished(human, child)).attachments) == 1
    assert "is in the showcase" in (await human.reply(await human.click(clip, "Share"))).content
    assert "in your direct messages" in (await human.reply(await human.click(clip, "DM"))).content
    await human.click(clip, "Delete")
    await human.wait_for(lambda message: f"{name[2:-2]} is deleted" in message.content)


async def test_edit_and_rerun_asks_how_different_the_new_video_is(you: Human) -> None:
    seeds: dict[str, str] = {}
    for change in ("same", "subtle", "new"):
        result = await finished(you, await ask(you, "a red circle", seed=51, **QUICK))
        form = await you.modal(await you.click(result, "Edit & rerun"))
        offered = [option["value"] for option in form.fields["change"]["options"]]
        assert offered == ["same", "subtle", "strong", "new"]
        values = {"prompt": "a red circle", "negative": "", "steps": "2", "seed": "51"}
        status = await you.reply(await you.submit(form, {**values, "change": [change]}))
        child = await finished(you, status)
        seeds[change] = filenames(child)[0].split("-")[1]
    assert seeds["same"] == seeds["subtle"] == "seed51.mp4"
    assert seeds["new"] != "seed51.mp4"


async def test_a_clip_deleted_from_a_copy_leaves_the_first_message_too(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", variations=2, seed=61, **QUICK))
    copy = await you.reply(await you.command("show", id=job_id(result)))
    await you.click(await picked(you, copy, 1), "Delete")
    for message in (copy, result):
        left = await you.wait_for(
            lambda state, message=message: state.id == message.id and len(state.attachments) == 1
        )
        assert filenames(left) == [f"{job_id(result)}-seed62-2.mp4"]
