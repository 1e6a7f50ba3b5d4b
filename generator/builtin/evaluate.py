"""Measures how well the exported model obeys: held-out prompts, judged by the detector."""

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from PIL import Image, ImageDraw

from generator.builtin.architecture import CALL_ARGUMENTS
from generator.builtin.captions import Scene, full_caption, sample_scene
from generator.builtin.detector import Detector
from generator.builtin.render import Clip, render

log = logging.getLogger(__name__)

ATTRIBUTES = ("colour", "shape", "motion", "background")


@dataclass(frozen=True)
class Accuracy:
    """Shares of clips judged right, attribute by attribute and all together."""

    clips: int
    shares: dict[str, float]

    def __str__(self) -> str:
        shares = ", ".join(f"{name} {share:.1%}" for name, share in self.shares.items())
        return f"{shares} (n = {self.clips})"


def score(wanted: list[Scene], seen: list[Scene]) -> Accuracy:
    """Compare what was asked for with what the detector saw."""
    right = {
        name: [getattr(w, name) == getattr(s, name) for w, s in zip(wanted, seen, strict=True)]
        for name in ATTRIBUTES
    }
    right["colour, shape and motion"] = _all(right["colour"], right["shape"], right["motion"])
    right["everything"] = _all(right["colour, shape and motion"], right["background"])
    return Accuracy(len(wanted), {name: float(np.mean(hits)) for name, hits in right.items()})


def _all(*columns: list[bool]) -> list[bool]:
    return [all(row) for row in zip(*columns, strict=True)]


def control(count: int, seed: int = 11) -> Accuracy:
    """Score the detector on ground-truth renders: what a perfect model would get."""
    random, rng, detector = Random(seed), np.random.default_rng(seed), Detector()
    scenes = [sample_scene(random, held_out=True) for _ in range(count)]
    return score(scenes, [detector.detect(render(scene, rng)[0]) for scene in scenes])


def generate(folder: Path, scenes: list[Scene], seed: int = 0) -> Iterator[Clip]:
    """Yield the model's clip for each scene's plain caption, through the stock pipeline."""
    pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    for index, scene in enumerate(scenes):
        generator = torch.Generator("cpu").manual_seed(seed + index)
        frames = pipeline(
            full_caption(scene), generator=generator, output_type="np", **CALL_ARGUMENTS
        ).frames[0]
        yield (np.asarray(frames) * 255 + 0.5).astype(np.uint8)


def evaluate(folder: Path, count: int, report: Path | None = None) -> dict[str, Accuracy]:
    """Print control and held-out accuracy; write them and a contact sheet next to `report`."""
    random = Random(12)
    scenes = [sample_scene(random, held_out=True) for _ in range(count)]
    started = time.perf_counter()
    clips = list(generate(folder, scenes))
    seconds = (time.perf_counter() - started) / count
    detector = Detector()
    seen = [detector.detect(clip) for clip in clips]
    results = {"control": control(max(count, 200)), "held-out prompts": score(scenes, seen)}
    for name, accuracy in results.items():
        log.info("%s: %s", name, accuracy)
    log.info("%.2f s a clip", seconds)
    if report is not None:
        figures = {
            name: accuracy.shares | {"n": accuracy.clips} for name, accuracy in results.items()
        }
        report.write_text(json.dumps(figures | {"seconds_a_clip": seconds}, indent=2) + "\n")
        contact_sheet(scenes, clips, report.with_suffix(".png"))
    return results


def contact_sheet(scenes: list[Scene], clips: list[Clip], path: Path, rows: int = 10) -> None:
    """Draw frames of the first clips under their prompts, each beside a ground-truth render."""
    rng = np.random.default_rng(13)
    strips: list[Clip] = []
    for scene, clip in zip(scenes[:rows], clips, strict=False):
        gap = np.full((clip.shape[1], 6, 3), 255, np.uint8)
        strip = np.concatenate([_strip(clip), gap, _strip(render(scene, rng)[0])], axis=1)
        strips += [_title(full_caption(scene), strip.shape[1]), strip]
    sheet = Image.fromarray(np.concatenate(strips))
    sheet.quantize(256).save(path, optimize=True)


def _title(text: str, width: int) -> Clip:
    bar = Image.new("RGB", (width, 16), "white")
    ImageDraw.Draw(bar).text((4, 2), text, fill="black")
    return np.asarray(bar)


def _strip(clip: Clip, count: int = 5) -> Clip:
    chosen = np.linspace(0, len(clip) - 1, count).astype(int)
    return np.concatenate(list(clip[chosen]), axis=1)
