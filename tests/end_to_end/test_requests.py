"""What members may ask for: options, forms that lose nothing, pictures, styles, messages' menus."""

import io
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image

from bot.emulator.driver import Human
from bot.emulator.entities import Member
from bot.emulator.keyboard import File
from bot.emulator.server import Emulator
from tests.end_to_end.process import bot_process
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import QUICK, ask, finished, job_id, refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

_MODELS = """
[builtin]
image_to_video = {}

[moving]
like = "builtin"
title = "Moving"
small_world = false
min_display_size = 0
image_to_video = { class_name = "WanImageToVideoPipeline" }
lora = true
optional_loras = { ink = { source = "someone/ink" } }
defaults = { width = 96, height = 64, num_frames = 9, fps = 8, num_inference_steps = 2 }
draft = { num_inference_steps = 2 }
best = { num_inference_steps = 3 }
sizes = { multiple = 16, min = 32, max = 192, max_pixels = 9216 }
frames = { multiple = 4, offset = 1, min = 5, max = 33 }
"""
_STYLES = '["House"]\nprompt = "our {prompt}, in house style"\n'


def png(width: int = 160, height: int = 90, name: str = "boat.png") -> File:
    data = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(data, "PNG")
    return File(name, data.getvalue())


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("requests")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def discord_here(folder: Path) -> AsyncGenerator[Emulator]:
    (folder / "models.toml").write_text(_MODELS)
    (folder / "styles.toml").write_text(_STYLES)
    files = {"models_file": folder / "models.toml", "styles_file": folder / "styles.toml"}
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as human,
        running_bot(bot_settings(emulator, folder, **files), human, plain=True),
    ):
        # until the device is known, every model is offered
        await finished(human, await ask(human, "a red circle", **QUICK))
        yield emulator


@pytest_asyncio.fixture(loop_scope="module")
async def you(discord_here: Emulator) -> AsyncGenerator[Human]:
    async with Human.connect(discord_here.url) as human:
        yield human


async def test_a_bare_video_opens_a_form_that_keeps_the_options_beside_it(you: Human) -> None:
    form = await you.modal(await you.command("video", model="moving", quality="best"))
    assert list(form.fields) == ["prompt", "image", "seconds", "quality", "style"]
    submitted = await you.submit(form, {"prompt": "a paper boat", "seconds": "2"})
    status = await you.reply(submitted)
    assert "a paper boat" in status.content
    assert "2.1 s · 96×64 · 8 fps · 3 steps" in status.content
    assert "Moving" in status.content
    assert (await finished(you, status)).attachments


async def test_typed_options_reach_the_clip(you: Human) -> None:
    options = {"model": "moving", "seconds": 2.0, "size": "64x96", "seed": 5, "steps": 4}
    more = {"guidance": 3.5, "negative_prompt": "rain", "lora": "ink", "style": "Clay"}
    status = await ask(you, "a paper boat", **options, **more)
    assert "64×96 · 8 fps · 4 steps · seed 5 · Moving" in status.content
    assert "2.1 s instead of 2.0 s" in status.content
    assert "style: Clay · LoRA: ink" in status.content
    result = await finished(you, status)
    told = await you.reply(await you.click(result, "Info"))
    for words in ("rain", "3.5", "seed:5", "style:Clay", "lora:ink"):
        assert words in told.text


async def test_an_option_a_model_lacks_is_refused_with_those_that_have_it(you: Human) -> None:
    refused = await you.command("video", prompt="a red circle", style="anime")
    assert "does not take `style`. Leave it out, or choose one of: `moving`" in await refusal(
        you, refused
    )
    refused = await you.command("video", prompt="a red circle", image=png())
    assert "does not take `image`" in await refusal(you, refused)
    refused = await you.command("video", prompt="x", size="96x64", aspect="1:1", model="moving")
    assert "`size` and `aspect` say the same" in await refusal(you, refused)


async def test_a_refused_video_is_not_lost_but_mended_in_a_form(you: Human) -> None:
    refused = await you.command("video", prompt="a lone fox", model="moving", size="97x64")
    answer = await you.reply(refused)
    assert answer.ephemeral
    assert "nearest size it can make is `96x64`" in answer.text
    assert "a lone fox" in answer.text
    form = await you.modal(await you.click(answer, "Edit again"))
    assert form.fields["prompt"]["value"] == "a lone fox"
    assert form.fields["size"]["value"] == "97x64"
    again = await you.reply(await you.submit(form, {"prompt": "a lone fox", "size": "9x"}))
    assert "not a size" in again.text
    form = await you.modal(await you.click(again, "Edit again"))
    assert form.fields["size"]["value"] == "9x"
    status = await you.reply(await you.submit(form, {"prompt": "a fox", "size": "64x96"}))
    assert "64×96" in status.content


async def test_a_form_with_nonsense_comes_back_as_it_was_written_after_a_restart(
    tmp_path: Path,
) -> None:
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        async with bot_process(emulator, tmp_path, you, plain=True):
            result = await finished(you, await ask(you, "a red cross", **QUICK))
            form = await you.modal(await you.click(result, "Edit & rerun"))
            written = {"prompt": "a blue cross", "seed": "seven", "steps": "2"}
            answer = await you.reply(await you.submit(form, written))
            assert "Seed must be a whole number" in answer.text
            bare = await you.modal(await you.command("video", steps=3))
        async with bot_process(emulator, tmp_path, you, plain=True):
            form = await you.modal(await you.click(answer, "Edit again"))
            values = {name: form.fields[name]["value"] for name in written}
            assert values == written
            status = await you.reply(await you.submit(form, written | {"seed": "7"}))
            assert "a blue cross" in status.content
            assert "seed 7" in status.content
            assert f"#{job_id(result)}" in status.content
            status = await you.reply(await you.submit(bare, {"prompt": "a red circle"}))
            assert "3 steps" in status.content


async def test_a_clip_begins_with_a_picture_in_its_shape_which_each_job_owns(
    you: Human, folder: Path
) -> None:
    asked = await you.command(
        "video", prompt="it sails", image=png(90, 160), model="moving", steps=2
    )
    status = await you.reply(asked)
    # Discord gets its answer while the picture is still on its way
    assert any(seen.loading for seen in you.seen if seen.id == status.id)
    assert "begins with a picture" in status.content
    assert "64×112" in status.content
    result = await finished(you, status)
    varied = await finished(you, await you.reply(await you.click(result, "Vary")))
    pictures = {folder / "clips" / f"{job_id(message)}.image.png" for message in (result, varied)}
    for picture in pictures:
        with Image.open(picture) as kept:
            assert kept.size == (90, 160)
    await you.click(result, "Delete")
    await you.wait_deleted(result.id)
    once_more = await finished(you, await you.reply(await you.click(varied, "Vary")))
    assert once_more.attachments


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (File("words.txt", b"no picture"), "“words.txt” is not a picture"),
        (File("boat.png", b"no picture either"), "The picture cannot be read"),
    ],
)
async def test_what_is_no_picture_is_refused_privately(you: Human, file: File, words: str) -> None:
    await you.command("video", prompt="it sails", image=file, model="moving")
    said = await you.wait_for(lambda message: words in message.text)
    assert said.ephemeral
    assert "Edit again" in said.buttons
    assert not any(message.loading for message in you.messages.values())


async def test_a_picture_is_sent_with_the_form_and_kept_when_that_is_refused(you: Human) -> None:
    form = await you.modal(await you.command("video", model="moving", steps=2))
    wrong = {"prompt": "it sails", "seconds": "long", "image": [png()]}
    answer = await you.reply(await you.submit(form, wrong))
    assert "Seconds must be a number" in answer.text
    form = await you.modal(await you.click(answer, "Edit again"))
    assert "image" not in form.fields
    status = await you.reply(await you.submit(form, {"seconds": "1,5"}))
    assert "it sails" in status.content
    assert "begins with a picture" in status.content


async def test_a_style_is_laid_over_words_that_stay_the_members_own(you: Human) -> None:
    status = await ask(you, "a lone fox", model="moving", style="house", **QUICK)
    assert "style: House" in status.content
    result = await finished(you, status)
    assert "a lone fox" in result.content
    assert "in house style" not in result.content
    form = await you.modal(await you.click(result, "Edit & rerun"))
    assert form.fields["prompt"]["value"] == "a lone fox"
    varied = await you.reply(await you.click(result, "Vary"))
    assert "style: House" in varied.content


async def test_a_shape_the_model_lacks_is_rounded_and_said(you: Human) -> None:
    status = await ask(you, "a fox", model="moving", aspect="16:9", **QUICK)
    assert "112×64" in status.content
    square = await ask(you, "a red circle", aspect="16:9", **QUICK)
    assert "nothing nearer to 16:9" in square.content


async def test_completion_offers_the_best_matches_first(you: Human) -> None:
    async def offered(option: str, typed: str) -> list[str]:
        options = {"model": "moving"} | {option: typed}
        return [c["value"] for c in await you.choices("video", focused=option, **options)]

    assert (await offered("style", "pi"))[0] == "Pixel art"
    assert "House" in await offered("style", "hou")
    assert await offered("lora", "") == ["ink"]
    assert (await offered("size", ""))[0] == "96x64"
    assert (await offered("model", "mov")) == ["moving"]


async def test_animate_this_image_opens_a_form_with_the_picture_kept(you: Human) -> None:
    message = await you.say("look", png())
    form = await you.modal(await you.use_on(message, "Animate this image"))
    assert "image" not in form.fields
    status = await you.reply(await you.submit(form, {"prompt": "it sails"}))
    assert "begins with a picture" in status.content
    assert "Moving" in status.content
    assert "112×64" in status.content


async def test_of_several_pictures_one_is_chosen_to_be_animated(you: Human) -> None:
    files = (png(name="boat.png"), png(64, 64, "square.png"), File("notes.txt", b"text"))
    message = await you.say("look", *files)
    question = await you.reply(await you.use_on(message, "Animate this image"))
    assert question.ephemeral
    (menu,) = question.components[0]["components"]
    assert [option["label"] for option in menu["options"]] == ["1. boat.png", "2. square.png"]
    form = await you.modal(await you.select(question, menu["custom_id"], "1"))
    status = await you.reply(await you.submit(form, {"prompt": "it turns"}))
    assert "80×80" in status.content


async def test_a_message_becomes_a_prompt(you: Human) -> None:
    message = await you.say("a red circle\nmoving right")
    form = await you.modal(await you.use_on(message, "Use as video prompt"))
    assert form.fields["prompt"]["value"] == "a red circle moving right"
    empty = await you.say("", png())
    refused = await you.use_on(empty, "Use as video prompt")
    assert "no words" in await refusal(you, refused)


async def test_video_info_tells_of_a_clip_by_its_message(you: Human) -> None:
    result = await finished(you, await ask(you, "a red circle", seed=42, **QUICK))
    told = await you.reply(await you.use_on(result, "Video info"))
    assert told.ephemeral
    assert job_id(result) in told.text
    assert "42" in told.text
    other = await you.say("not a video")
    assert "no video of mine" in await refusal(you, await you.use_on(other, "Video info"))


async def test_menus_work_where_a_member_has_installed_the_bot_alone(
    discord_here: Emulator,
) -> None:
    world = discord_here.world
    guest = world.user_named("you")
    guild = world.add_guild("Elsewhere", world.add_user("host", "Host", "#99aab5"))
    guild.members[guest.id] = Member(guest)
    world.add_channel(guild, "elsewhere")
    async with Human.connect(discord_here.url, channel="elsewhere") as you:
        message = await you.say("look", png())
        form = await you.modal(await you.use_on(message, "Animate this image"))
        status = await you.reply(await you.submit(form, {"prompt": "it sails"}))
        assert "begins with a picture" in status.content
        assert (await finished(you, status)).attachments
