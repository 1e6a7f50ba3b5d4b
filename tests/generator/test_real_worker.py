"""The whole generator with torch and the built-in model, in the process the bot would start."""

# a module of its own, because each process needs seconds to import torch

import json
import os
import signal
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from generator import (
    Cancelled,
    Completed,
    Failed,
    GenerationRequest,
    Generator,
    Progress,
    RequestEvent,
    load_catalogue,
    open_generator,
)

CATALOGUE = load_catalogue()
BUILTIN = CATALOGUE["builtin"]


PROMPT = "a red circle moving right on a white background"


def request(
    path: Path, *, prompt: str = PROMPT, seed: int = 1, steps: int = 2
) -> GenerationRequest:
    return BUILTIN.request(
        id=path.name,
        prompt=prompt,
        seed=seed,
        num_inference_steps=steps,
        output_path=str(path),
    )


async def run(generator: Generator, request: GenerationRequest) -> RequestEvent:
    *_, last = [event async for event in generator.generate(request)]
    return last


async def test_the_life_of_a_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    async with open_generator(device="cpu", threads=1, preload="builtin") as generator:
        ready = await generator.wait_ready()
        assert ready.device == "cpu"
        assert CATALOGUE.default_for(ready.device, ready.memory_bytes) is BUILTIN
        await check_a_clip(generator, tmp_path, ready.device_name)
        await check_that_the_seed_decides(generator, tmp_path)
        await check_odd_prompts(generator, tmp_path)
        await check_that_a_model_can_be_missing(generator, tmp_path)
        await check_a_cancellation(generator, tmp_path)
        await check_a_crash(generator, tmp_path)


async def check_a_clip(generator: Generator, folder: Path, device_name: str) -> None:
    wanted = request(folder / "a.mp4")
    events = [event async for event in generator.generate(wanted)]
    assert Progress("a.mp4", "denoising", 2, 2) in events
    assert not any(isinstance(event, Progress) and event.stage == "loading" for event in events)
    completed = events[-1]
    assert isinstance(completed, Completed)
    scale = BUILTIN.display_scale(wanted.width, wanted.height)
    assert (completed.width, completed.height) == (wanted.width * scale, wanted.height * scale)
    assert completed.num_frames == wanted.num_frames
    assert {"denoising", "decoding", "encoding"} <= set(completed.seconds)
    assert completed.revision is None
    assert completed.device_name == device_name
    assert 2**28 < completed.peak_memory_bytes < 2**31
    with av.open(wanted.output_path) as container:
        made_by = json.loads(container.metadata["comment"])
        assert made_by["seed"] == 1
        assert made_by["device"] == device_name
        assert {"denoising", "decoding"} <= made_by["seconds"].keys()
        assert sum(1 for _ in container.decode(video=0)) == wanted.num_frames


async def check_that_the_seed_decides(generator: Generator, folder: Path) -> None:
    a = pixels(folder / "a.mp4")
    (folder / "a.mp4").unlink()  # or it would not be made once more
    for name, seed in [("b.mp4", 1), ("c.mp4", 2)]:
        assert isinstance(await run(generator, request(folder / name, seed=seed)), Completed)
    b, c = pixels(folder / "b.mp4"), pixels(folder / "c.mp4")
    assert np.array_equal(a, b), f"they differ by up to {np.abs(a - b).max()} of 255"
    assert np.abs(a - c).mean() > 2


def pixels(path: Path) -> npt.NDArray[np.float32]:
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return np.stack(frames).astype(np.float32)


async def check_odd_prompts(generator: Generator, folder: Path) -> None:
    for prompt in ("", "word " * 1200, "@everyone **bold** <@1> ☃\n\0"):
        wanted = request(folder / "odd.mp4", prompt=prompt, steps=1)
        assert isinstance(await run(generator, wanted), Completed)


async def check_that_a_model_can_be_missing(generator: Generator, folder: Path) -> None:
    failed = await run(
        generator,
        CATALOGUE["modelscope"].request(
            id="m", prompt="a", seed=1, output_path=str(folder / "m.mp4")
        ),
    )
    assert isinstance(failed, Failed)
    assert failed.reason == "unavailable"
    assert "ModelScope" in failed.text()


async def check_a_cancellation(generator: Generator, folder: Path) -> None:
    wanted = request(folder / "d.mp4", steps=100)
    last = None
    async for last in generator.generate(wanted):
        if last == Progress("d.mp4", "denoising", 1, 100):
            await generator.cancel("d.mp4")
    assert isinstance(last, Cancelled)
    assert last.step < 5
    assert not (folder / "d.mp4").exists()
    assert isinstance(await run(generator, request(folder / "g.mp4", seed=5)), Completed)


async def check_a_crash(generator: Generator, folder: Path) -> None:
    last = None
    async for last in generator.generate(request(folder / "e.mp4", steps=100)):
        if last == Progress("e.mp4", "denoising", 1, 100):
            assert generator.pid is not None
            os.kill(generator.pid, signal.SIGKILL)
    assert isinstance(last, Failed)
    assert last.reason == "crashed"
    assert isinstance(await run(generator, request(folder / "f.mp4", seed=5)), Completed)
    after_a_cancellation, in_a_new_process = (pixels(folder / name) for name in ("g.mp4", "f.mp4"))
    assert np.array_equal(after_a_cancellation, in_a_new_process)
