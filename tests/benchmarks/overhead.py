"""What the process boundary, progress, encoding and metadata cost over the bare pipeline.

Prints ratios of one run, because seconds depend on the machine and on what else it does:
`make bench`, or `python -m tests.benchmarks.overhead --repeats 9`.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportPrivateImportUsage=false

import argparse
import asyncio
import importlib.util
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from generator import Completed, GenerationRequest, Generator, load_catalogue, open_generator
from generator.encoding import Frames, write_mp4

PROMPT = "a red circle moving right on a white background"
QUEUED = 8
CAN_EXPORT = importlib.util.find_spec("imageio_ffmpeg") is not None

_numbers = count()


class Bare:
    """What a script without us would do: call the pipeline, export the frames."""

    def __init__(self) -> None:
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as our worker has it
        import torch
        from diffusers import DiffusionPipeline

        self._generator = torch.Generator
        self._spec = load_catalogue()["builtin"]
        self._pipeline: Any = DiffusionPipeline.from_pretrained(
            self._spec.source, dtype=torch.float32
        )
        self._pipeline.set_progress_bar_config(disable=True)

    def frames(self, request: GenerationRequest) -> Any:
        return self._pipeline(
            prompt=request.prompt,
            negative_prompt=request.negative_prompt,
            width=request.width,
            height=request.height,
            **{self._spec.call_names["num_frames"]: request.num_frames},
            num_inference_steps=request.num_inference_steps,
            guidance_scale=request.guidance_scale,
            generator=self._generator().manual_seed(request.seed),
            **self._spec.call_args,
        ).frames[0]

    def clip(self, request: GenerationRequest) -> None:
        export(self.frames(request), request.output_path, request.fps)


def export(frames: list[Any], path: str, fps: int) -> None:
    """Write with diffusers' own function if what it needs is installed, else not at all."""
    if CAN_EXPORT:
        from diffusers.utils import export_to_video

        export_to_video(frames, path, fps=fps)


def request(folder: Path) -> GenerationRequest:
    name = f"{next(_numbers)}"
    return load_catalogue()["builtin"].request(
        # each a seed of its own: an exact repeat would not be made
        id=name,
        prompt=PROMPT,
        seed=int(name),
        output_path=str(folder / f"{name}.mp4"),
    )


async def end_to_end(generator: Generator, request: GenerationRequest) -> Completed:
    *_, last = [event async for event in generator.generate(request)]
    assert isinstance(last, Completed), last
    return last


async def seconds(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


async def compare(folder: Path, repeats: int) -> None:
    bare = Bare()

    async def by_script() -> None:
        bare.clip(request(folder))

    async with open_generator(device="cpu", preload="builtin") as generator:
        clips: list[Completed] = []

        async def through_us() -> None:
            clips.append(await end_to_end(generator, request(folder)))

        async def queued() -> None:
            await asyncio.gather(*(through_us() for _ in range(QUEUED)))

        await by_script()
        await through_us()
        clips.clear()
        # taken in turns, so that a busy moment of the machine meets both
        pairs = [(await seconds(by_script), await seconds(through_us)) for _ in range(repeats)]
        encoding = median(clip.seconds["encoding"] for clip in clips)
        boundary = median(
            ours - sum(clip.seconds.values()) for (_, ours), clip in zip(pairs, clips, strict=True)
        )
        in_a_queue = await seconds(queued) / QUEUED
    script, ours = (median(side) for side in zip(*pairs, strict=True))
    report("bare pipeline call + export", script)
    report("one request, end to end", ours, script)
    report("  of it encoding, enlarged", encoding, script)
    report("  of it the process boundary", boundary, script)
    report(f"a request of {QUEUED} queued", in_a_queue, script)
    if CAN_EXPORT:
        compare_encoders(folder, bare.frames(request(folder)), repeats)


def compare_encoders(folder: Path, pictures: Any, repeats: int) -> None:
    import numpy as np

    frames: Frames = np.stack([np.asarray(picture) for picture in pictures])

    def timed(write: Callable[[], object]) -> float:
        began = time.perf_counter()
        write()
        return time.perf_counter() - began

    theirs = median(
        timed(lambda: export(pictures, str(folder / "theirs.mp4"), 8)) for _ in range(repeats)
    )
    ours = median(
        timed(lambda: write_mp4(frames, folder / "ours.mp4", fps=8)) for _ in range(repeats)
    )
    report("export_to_video", theirs)
    report("write_mp4", ours, theirs)


def report(name: str, value: float, reference: float | None = None) -> None:
    ratio = f"{value / reference:8.2f}×" if reference else ""
    print(f"{name:32}{value:8.3f} s {ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    if not CAN_EXPORT:
        print("(imageio-ffmpeg is not installed: the bare script's clip is not written)")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder), options.repeats))


if __name__ == "__main__":
    main()
