"""The catalogue's entries on tiny weights: only where they lie and what sizes they make differ."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from generator.memory import Memory
from generator.models import load_catalogue
from generator.presets import Preset
from generator.rules import SizeRule
from generator.spec import ModelSpec
from tests.generator.pipelines.tiny import hunyuan, ltx, others, unet, wan

Build = Callable[[], Any]


@dataclass(frozen=True)
class Tiny:
    """How to make one entry tiny."""

    build: Build
    edge: int = 32
    """Width and height of its clips in pixels; they may be twice as wide."""
    num_frames: int = 9
    picture: Build | None = None
    """The pipeline that begins with a picture, where it has weights of its own."""
    only: tuple[tuple[int, int], ...] = ()
    """The sizes, where not every one will do."""


TINY = {
    "builtin": Tiny(others.latte, num_frames=4),
    "modelscope": Tiny(unet.modelscope, num_frames=4),
    "animatediff": Tiny(unet.animatediff, num_frames=8),
    "cogvideox-2b": Tiny(others.cogvideox),
    "cogvideox-5b": Tiny(others.cogvideox, picture=others.cogvideox_picture),
    "cogvideox-15": Tiny(others.cogvideox_15, num_frames=17, picture=others.cogvideox_15_picture),
    "ltx-2b": Tiny(ltx.ltx, edge=64),
    "ltx-13b": Tiny(ltx.ltx, edge=64),
    "ltx-2": Tiny(ltx.ltx2, edge=64),
    "wan-1b": Tiny(wan.wan),
    "wan-14b": Tiny(wan.wan, picture=wan.wan_picture),
    "wan22-5b": Tiny(wan.wan_5b, edge=64),
    "wan22-a14b": Tiny(wan.wan_two_experts, picture=wan.wan_two_experts_picture),
    "fastwan-5b": Tiny(wan.wan_5b, edge=64),
    "anyflow-1b": Tiny(wan.anyflow),
    "skyreels-v2": Tiny(wan.skyreels, picture=wan.skyreels_picture),
    "helios": Tiny(wan.helios, edge=64, num_frames=65),
    "hunyuan": Tiny(hunyuan.hunyuan),
    "hunyuan-15": Tiny(hunyuan.hunyuan_15),
    "mochi": Tiny(others.mochi, num_frames=7),
    "sana-video": Tiny(others.sana),
    "kandinsky5": Tiny(hunyuan.kandinsky),
    "allegro": Tiny(others.allegro, edge=128, num_frames=24, only=((128, 128), (176, 128))),
}


def tiny_spec(name: str, folder: Path) -> ModelSpec:
    """Return an entry whose weights, made on the spot, lie below the folder."""
    tiny, entry = TINY[name], load_catalogue()[name]
    steps = max(3, entry.min_steps) if entry.min_steps < entry.max_steps else entry.min_steps
    sibling = entry.image_to_video
    if sibling is not None and tiny.picture is not None:
        sibling = replace(sibling, source=_saved(tiny.picture, folder))
    source = _saved(tiny.build, folder)
    return replace(
        entry,
        source=source,
        parts={
            name: replace(part, source=source, subfolder=name) for name, part in entry.parts.items()
        },
        revision=None,
        variant=None,
        image_to_video=sibling,
        memory=Memory(),
        sizes=SizeRule(
            multiple=16 if tiny.edge % entry.sizes.multiple else entry.sizes.multiple,
            min=tiny.edge,
            max=2 * tiny.edge,
            max_pixels=2 * tiny.edge**2,
            only=tiny.only,
        ),
        frames=replace(entry.frames, min=tiny.num_frames),
        defaults=replace(
            entry.defaults,
            width=tiny.edge,
            height=tiny.edge,
            num_frames=tiny.num_frames,
            num_inference_steps=steps,
        ),
        draft=Preset(),
        best=Preset(),
    )


def _saved(build: Build, folder: Path) -> str:
    place = folder / build.__name__
    if not place.exists():
        torch.manual_seed(0)
        pipeline = build()
        for name, part in pipeline.components.items():
            if part is not None and name.startswith(("transformer", "unet")):
                _stir(part)
        pipeline.save_pretrained(place)
    return str(place)


def _stir(network: torch.nn.Module) -> None:
    """Replace the zeros that training begins with; behind them some of the input is not heard."""
    for weights in network.parameters():
        if not weights.any():
            torch.nn.init.normal_(weights, std=0.2)
