"""What tests say often: ask for a clip, wait for its message, look into the file."""

import io
import re
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from bot.emulator.driver import Human
from bot.emulator.shown import Message, Modal

PATIENCE = 90.0
"""Seconds; a busy machine makes a clip slowly."""
QUICK = {"steps": 2}
"""For tests that do not look at the picture."""
SLOW = {"steps": 100}
"""For tests that interfere while a clip is being made."""

Frames = npt.NDArray[np.uint8]


def job_id(message: Message) -> str:
    """Return the id a job's message begins with."""
    found = re.search(r"#([a-z0-9]{5})", message.content)
    assert found is not None, message.content
    return found[1]


async def ask(human: Human, prompt: str, **options: Any) -> Message:
    """Use /video and return the status message."""
    interaction = await human.command("video", prompt=prompt, **options)
    return await human.reply(interaction)


async def edit_form(human: Human, status: Message) -> Modal:
    """Open the form of a waiting job."""
    return await human.modal(await human.click(status, "Edit"))


def edited(prompt: str, *, steps: int) -> dict[str, str]:
    """Return what is filled in there, or in the form of a finished one."""
    return {"prompt": prompt, "negative": "", "seed": "1", "steps": str(steps)}


async def finished(human: Human, status: Message) -> Message:
    """Wait for the message with the clip."""
    name = f"**#{job_id(status)}** is ready"
    return await human.wait_for(
        lambda message: name in message.content and bool(message.attachments), timeout=PATIENCE
    )


async def shown_again(human: Human, status: Message) -> Message:
    """Wait for the message with the clip that /show or Get result brings."""
    name = f"**#{job_id(status)}** by <@"
    return await human.wait_for(
        lambda message: name in message.content and bool(message.attachments), timeout=PATIENCE
    )


async def status_says(human: Human, status: Message, words: str) -> Message:
    """Wait until the status message has said these words."""
    return await human.wait_for(
        lambda message: message.id == status.id and words in message.text, timeout=PATIENCE
    )


async def refusal(human: Human, interaction: str) -> str:
    """Return the text of a private answer."""
    answer = await human.reply(interaction)
    assert answer.ephemeral, answer.content
    return answer.text


def frames_of(data: bytes) -> Frames:
    """Decode an MP4 to frames, uint8 (F, H, W, 3)."""
    with av.open(io.BytesIO(data)) as container:
        return np.stack(list(_pictures(container)))


def _pictures(container: Any) -> Iterator[Frames]:
    for frame in container.decode(video=0):
        yield frame.to_ndarray(format="rgb24")
