"""Measures the exported model: does it obey prompts it never saw, keep its form, vary by seed."""

import json
import logging
import resource
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline

from generator.builtin import HELD_FRAMES, NUM_FRAMES
from generator.builtin.architecture import CALL_ARGUMENTS
from generator.builtin.captions import Scene, full_caption, sample_scene
from generator.builtin.contact_sheet import contact_sheet
from generator.builtin.detector import Detector
from generator.builtin.frames import FrameSampler
from generator.builtin.going_on import GoingOn, going_on
from generator.builtin.quality import diversity, stability
from generator.builtin.reconstruction import drawing_psnr, reconstruction_psnr
from generator.builtin.render import Clip, draw, render, sample_take
from generator.pipelines.holding import hold

log = logging.getLogger(__name__)

ATTRIBUTES = ("colour", "shape", "motion", "background")
_SEEDS = 6
"""Clips a prompt that are compared for diversity."""


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


class ShippedModel:
    """The exported pipeline, called as the generator calls it."""

    def __init__(self, folder: Path) -> None:
        started = time.perf_counter()
        self._pipeline: Any = DiffusionPipeline.from_pretrained(folder, dtype=torch.float32)
        self.seconds_to_load = time.perf_counter() - started
        self._pipeline.set_progress_bar_config(disable=True)

    def clip(self, prompt: str, seed: int) -> Clip:
        """Return one clip."""
        generator = torch.Generator("cpu").manual_seed(seed)
        frames = self._pipeline(
            prompt, generator=generator, output_type="pt", **CALL_ARGUMENTS
        ).frames[0]
        return (frames.permute(0, 2, 3, 1).numpy() * 255 + 0.5).astype(np.uint8)

    def following(self, prompt: str, seed: int, frames: Clip) -> Clip:
        """Return the clip that begins with these frames."""
        scheduler = self._pipeline.scheduler
        self._pipeline.scheduler = type(scheduler).from_config(scheduler.config)
        hold(self._pipeline, frames)
        try:
            return self.clip(prompt, seed)
        finally:
            self._pipeline.scheduler = scheduler

    def clips(self, scenes: list[Scene], first_seed: int = 0) -> Iterator[Clip]:
        """Yield a clip for each scene's plain caption, each with a seed of its own."""
        for index, scene in enumerate(scenes):
            yield self.clip(full_caption(scene), first_seed + index)

    def reconstruction(self) -> dict[str, float]:
        """Return the autoencoder's PSNR on held-out renders in dB, and that of its decoder alone,
        on the true latents: whole frames, around shapes.
        """
        frames = FrameSampler(seed=1, held_out=True).draw(96)
        whole, shapes = reconstruction_psnr(self._pipeline.vae, frames)
        drawn_whole, drawn_shapes = drawing_psnr(self._pipeline.vae, frames)
        return {
            "whole_frames": whole,
            "around_shapes": shapes,
            "drawn_whole_frames": drawn_whole,
            "drawn_around_shapes": drawn_shapes,
        }


def evaluate(folder: Path, count: int, report: Path | None = None) -> dict[str, Accuracy]:
    """Log all figures, the detector's control first; write them and a contact sheet to `report`."""
    detector = Detector()
    scenes = _held_out_scenes(count, seed=12)
    rng = np.random.default_rng(11)
    truth = [render(scene, rng)[0] for scene in scenes]
    results = {"control": score(scenes, [detector.detect(clip) for clip in truth])}
    log.info("control: %s", results["control"])

    model = ShippedModel(folder)
    started = time.perf_counter()
    clips = list(model.clips(scenes))
    seconds = (time.perf_counter() - started) / count
    results["held-out prompts"] = score(scenes, [detector.detect(clip) for clip in clips])
    log.info("held-out prompts: %s", results["held-out prompts"])

    figures = _other_figures(model, detector, clips, truth, scenes[: max(2, count // 25)])
    followed = list(zip(scenes, clips, strict=True))[: max(2, count // 5)]
    figures["going_on"] = {
        name: asdict(measured) for name, measured in _going_on(model, detector, followed).items()
    }
    figures["seconds_to_load"] = model.seconds_to_load
    figures["seconds_a_clip"] = seconds
    figures["peak_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for name, figure in figures.items():
        log.info("%s: %s", name.replace("_", " "), figure)
    if report is not None:
        accuracies = {name: acc.shares | {"n": acc.clips} for name, acc in results.items()}
        report.write_text(json.dumps(accuracies | figures, indent=2) + "\n")
        contact_sheet(scenes, clips, truth, report.with_suffix(".png"))
    return results


def _held_out_scenes(count: int, seed: int) -> list[Scene]:
    random = Random(seed)
    return [sample_scene(random, held_out=True) for _ in range(count)]


def _going_on(
    model: ShippedModel, detector: Detector, followed: list[tuple[Scene, Clip]]
) -> dict[str, GoingOn]:
    """Return what comes of going on from clips, and from their first frames alone as pictures.

    The second goes on from frames that the model itself has made of the picture.
    """
    after_clips: list[tuple[Scene, Clip]] = []
    after_pictures: list[tuple[Scene, Clip]] = []
    for seed, (scene, clip) in enumerate(followed, start=2000):
        prompt, given = full_caption(scene), clip[-HELD_FRAMES:]
        new = model.following(prompt, seed, given)[HELD_FRAMES:]
        after_clips.append((scene, np.concatenate([given, new])))
        after_pictures.append((scene, model.following(prompt, seed, clip[:1])))
    rng, start = np.random.default_rng(13), NUM_FRAMES - HELD_FRAMES
    truth = [(scene, draw(sample_take(scene, rng, start=start))[0]) for scene, _ in followed]
    return {
        "from_clips": going_on(detector, after_clips),
        "from_pictures": going_on(detector, after_pictures),
        "ground_truth": going_on(detector, truth),
    }


def _other_figures(
    model: ShippedModel,
    detector: Detector,
    clips: list[Clip],
    truth: list[Clip],
    repeated: list[Scene],
) -> dict[str, Any]:
    """Return reconstruction, stability and diversity, the last two beside ground truth."""
    seeds = range(1000, 1000 + _SEEDS)
    made = [[model.clip(full_caption(scene), seed) for seed in seeds] for scene in repeated]
    drawn = [
        [render(scene, np.random.default_rng(seed))[0] for seed in seeds] for scene in repeated
    ]
    return {
        "reconstruction_db": model.reconstruction(),
        "stability": {
            "model": asdict(stability(detector, clips)),
            "ground_truth": asdict(stability(detector, truth)),
        },
        "diversity": {
            "model": asdict(diversity(detector, made)),
            "ground_truth": asdict(diversity(detector, drawn)),
        },
    }
