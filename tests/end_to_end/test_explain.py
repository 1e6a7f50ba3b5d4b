"""/explain: pages with pictures, turned by who asked, and a quiz; all of it survives a restart."""

from pathlib import Path

import pytest

from bot.emulator.driver import Human
from bot.emulator.shown import Message
from bot.explainer import wording
from bot.explainer.questions import QUESTIONS
from tests.end_to_end.stack import bot_settings, local_discord, running_bot

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def explained(human: Human, **options: object) -> Message:
    return await human.reply(await human.command("explain", **options))


async def says(human: Human, message: Message, words: str) -> Message:
    return await human.wait_for(lambda seen: seen.id == message.id and words in seen.text)


async def test_a_page_has_words_sources_and_a_picture_with_alt_text(you: Human) -> None:
    page = await explained(you)
    assert "How a sentence becomes a video" in page.text
    assert "arxiv.org/abs/1406.2661" in page.text
    (picture,) = page.attachments
    assert picture.content_type == "image/png"
    assert (picture.width, picture.height) == (880, 660)
    assert "from pure noise to" in (picture.description or "")
    assert not page.ephemeral


async def test_who_asked_turns_the_page_and_others_get_their_own(you: Human, ada: Human) -> None:
    page = await explained(you, topic="gan", depth="short")
    assert "A forger and an inspector" in page.text
    await you.click(page, "For a class")
    page = await says(you, page, "JSD")
    await you.click(page, "Next")
    page = await says(you, page, "Forward diffusion")
    assert page.attachments[0].filename == "forward-dark.png"
    await you.select(page, "v1:topics:class:dark", "guidance")
    page = await says(you, page, "Bayes")
    await you.click(page, "Light pictures")
    await you.wait_for(
        lambda seen: (
            seen.id == page.id
            and [file.filename for file in seen.attachments] == ["guidance-light.png"]
        )
    )
    hers = await ada.reply(await ada.click(ada.messages[page.id], "Short"))
    assert hers.ephemeral
    assert "Turning the prompt up" in hers.text
    assert "Bayes" in you.messages[page.id].text
    await ada.click(hers, "Previous")
    await says(ada, hers, "Cleaning up")


async def test_the_servers_own_model_is_explained_with_its_card(you: Human) -> None:
    page = await explained(you, topic="model", private=True)
    assert page.ephemeral
    assert "16×9×9×29" in page.text
    names = [attachment.filename for attachment in page.attachments]
    assert names == ["model-dark.png", "builtin-model-card.md"]


async def test_the_quiz_is_private_explains_and_counts(you: Human) -> None:
    quiz = await explained(you, topic="quiz")
    assert quiz.ephemeral
    missed = 2
    for number, question in enumerate(QUESTIONS):
        quiz = await says(you, quiz, question.text)
        right = number >= missed
        choice = question.right if right else (question.right + 1) % 3
        await you.click(quiz, "ABCD"[choice])
        quiz = await says(you, quiz, f"{max(0, number + 1 - missed)} of {number + 1} right")
        assert question.answers[choice].why in quiz.text
        last = number + 1 == len(QUESTIONS)
        await you.click(quiz, "Your score" if last else "Next question")
    quiz = await says(you, quiz, f"**{len(QUESTIONS) - missed} of {len(QUESTIONS)}** right")
    lesson = await you.reply(await you.click(quiz, "GANs: a contest of two networks"))
    assert lesson.ephemeral
    assert lesson.id != quiz.id
    await you.click(quiz, "Start again")
    await you.wait_for(lambda seen: seen.id == quiz.id and "Question 1 of" in seen.text)


@pytest.mark.asyncio(loop_scope="function")
async def test_pages_and_quiz_go_on_after_a_restart_and_without_pictures(tmp_path: Path) -> None:
    (tmp_path / "explainer").write_text("in the way of the pictures' folder")
    async with local_discord() as emulator, Human.connect(emulator.url) as human:
        settings = bot_settings(emulator, tmp_path)
        async with running_bot(settings, human, plain=True):
            page = await explained(human, depth="short")
            assert page.content == wording.NO_PICTURE
            assert not page.attachments
            assert "A video out of noise" in page.text
            quiz = await human.reply(await human.click(page, "Quiz"))
            await human.click(quiz, "ABCD"[QUESTIONS[0].right])
            quiz = await says(human, quiz, "1 of 1 right")
        async with running_bot(settings, human, plain=True):
            await human.click(quiz, "Next question")
            await says(human, quiz, QUESTIONS[1].text)
            await human.click(page, "Next")
            await says(human, page, "A forger and an inspector")
