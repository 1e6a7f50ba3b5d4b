"""Better prompts: shown privately first, by the real child process with a tiny language model."""

from pathlib import Path

import pytest

from bot.emulator.driver import Human
from tests.end_to_end.process import bot_process
from tests.end_to_end.stack import bot_settings, local_discord, running_bot
from tests.end_to_end.stories import finished, job_id, refusal
from tests.generator.pipelines.tiny.language import save_alphabet

_WORDS = "a red"
_BETTER = "a redefghijklmnopqrstuvwxyz"


@pytest.fixture(scope="module")
def alphabet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_alphabet(tmp_path_factory.mktemp("alphabet"))


async def test_a_better_prompt_is_shown_privately_and_used_edited_or_left_after_a_restart(
    alphabet: Path, tmp_path: Path
) -> None:
    environ = {"ENHANCER_MODEL": str(alphabet)}
    async with local_discord() as emulator, Human.connect(emulator.url) as you:
        async with bot_process(emulator, tmp_path, you, plain=True, **environ):
            asked = await you.command("video", prompt=_WORDS, enhance=True, seed=7, steps=3)
            answer = await you.reply(asked)
            assert answer.ephemeral
            assert any(seen.loading for seen in you.seen if seen.id == answer.id)
            assert "Nothing is made until you choose" in answer.content
            wrote, suggested = answer.embeds[0]["fields"]
            assert (wrote["name"], wrote["value"]) == ("You wrote", f"```\n{_WORDS}\n```")
            assert (suggested["name"], suggested["value"]) == ("Suggested", f"```\n{_BETTER}\n```")
        async with bot_process(emulator, tmp_path, you, plain=True):
            presses = [await you.click(answer, "Use it") for _ in range(2)]
            answers = [await you.reply(press) for press in presses]
            (used,) = [reply for reply in answers if not reply.ephemeral]
            (told,) = [reply for reply in answers if reply.ephemeral]
            assert f"**#{job_id(used)}** is being made" in told.content
            for words in (_BETTER, "3 steps", "seed 7"):
                assert words in used.content
            assert _BETTER in (await finished(you, used)).content
            own = await you.reply(await you.click(answer, "As I wrote it"))
            assert _BETTER not in own.content
            assert "seed 7" in own.content
            form = await you.modal(await you.click(answer, "Edit"))
            assert form.fields["prompt"]["value"] == _BETTER
            assert form.fields["seed"]["value"] == "7"
            edited = await you.reply(await you.submit(form, {"prompt": f"{_BETTER}!"}))
            assert f"{_BETTER}!" in edited.content.replace("\\", "")


async def test_a_better_prompt_for_what_a_form_says_obeys_the_word_filter(
    alphabet: Path, tmp_path: Path
) -> None:
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(
            bot_settings(emulator, tmp_path, enhancer_model=str(alphabet)), you, plain=True
        ),
    ):
        await refusal(you, await you.command("settings block", word="red"))
        form = await you.modal(await you.command("video", enhance=True, steps=2))
        refused = await you.reply(await you.submit(form, {"prompt": "a red"}))
        assert "does not allow “red”" in refused.text
        form = await you.modal(await you.click(refused, "Edit again"))
        await refusal(you, await you.command("settings block", pattern="xyz"))
        answer = await you.reply(await you.submit(form, {"prompt": "a blue"}))
        assert answer.ephemeral
        assert "word filter does not allow it" in answer.content
        assert "xyz" not in answer.text
        assert list(answer.buttons) == ["Edit", "As I wrote it"]
        own = await finished(you, await you.reply(await you.click(answer, "As I wrote it")))
        assert "a blue" in own.content
        refused = await you.command("video", prompt="a [red, blue] fox", enhance=True)
        assert "Leave the brackets or `enhance` out" in await refusal(you, refused)


async def test_nothing_is_lost_where_no_better_prompt_can_be_had(tmp_path: Path) -> None:
    settings = {"enhancer_model": str(tmp_path / "gone")}
    async with (
        local_discord() as emulator,
        Human.connect(emulator.url) as you,
        running_bot(bot_settings(emulator, tmp_path, **settings), you, plain=True),
    ):
        answer = await you.reply(await you.command("video", prompt="a fox", enhance=True, steps=2))
        assert "No better prompt could be suggested" in answer.content
        assert "a fox" in answer.text
        form = await you.modal(await you.click(answer, "Edit"))
        assert form.fields["prompt"]["value"] == "a fox"
        own = await finished(you, await you.reply(await you.click(answer, "As I wrote it")))
        assert "a fox" in own.content


async def test_without_a_model_for_it_there_is_no_such_option(you: Human) -> None:
    (video,) = (command for command in you.commands if command["name"] == "video")
    assert "enhance" not in {option["name"] for option in video["options"]}
