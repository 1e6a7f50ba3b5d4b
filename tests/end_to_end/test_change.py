"""A waiting clip is changed by its owner, in the order that is fair to the others."""

import asyncio

import pytest

from bot.emulator.driver import Human
from tests.end_to_end.stack import busy_device
from tests.end_to_end.stories import QUICK, ask, edit_form, edited, finished, refusal, status_says

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_waiting_clip_is_changed_in_its_place_unless_it_takes_longer(
    you: Human, ada: Human
) -> None:
    with busy_device():
        running = await ask(you, "a red circle", **QUICK)
        first, second = [await ask(you, f"a {colour} star", **QUICK) for colour in ("red", "blue")]
        hers = await ada.wait_for(lambda message: message.id == first.id)
        assert "Only the person who asked" in await refusal(ada, await ada.click(hers, "Edit"))

        form = await edit_form(you, first)
        assert form.fields["prompt"]["value"] == "a red star"
        kept = await you.submit(form, edited("a green star", steps=2))
        assert "It keeps its place" in await refusal(you, kept)
        changed = await status_says(you, first, "a green star")
        assert "Place **2 of 3**" in changed.content

        form = await edit_form(you, changed)
        moved = await you.submit(form, edited("a white star", steps=4))
        assert "as if you had asked for it just now" in await refusal(you, moved)
        changed = await status_says(you, first, "takes longer now")
        assert "Place **3 of 3**" in changed.content
        assert "a white star" in changed.content
        assert "4 steps" in changed.content
        await status_says(you, second, "Place **2 of 3**")
        form = await edit_form(you, changed)
    results = [await finished(you, status) for status in (running, second, first)]
    assert [int(result.id) for result in results] == sorted(int(r.id) for r in results)
    assert "a white star" in results[-1].content

    late = await you.reply(await you.submit(form, edited("a lost star", steps=2)))
    assert late.ephemeral
    assert "not waiting any more" in late.content
    assert "a lost star" in late.text


async def test_two_changes_at_once_are_both_answered(
    you: Human,
) -> None:
    with busy_device():
        await ask(you, "a red circle", **QUICK)
        waiting = await ask(you, "a red star", **QUICK)
        forms = [await edit_form(you, waiting) for _ in range(2)]
        changes = [
            you.submit(form, edited(f"a {colour} star", steps=2))
            for form, colour in zip(forms, ("blue", "pink"), strict=True)
        ]
        for interaction in await asyncio.gather(*changes):
            await refusal(you, interaction)
    assert (await finished(you, waiting)).attachments
