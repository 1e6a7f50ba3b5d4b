"""A look between two steps, on tiny weights of every class: it shows the clip, and costs none."""

import functools
import gc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKLWan  # pyright: ignore[reportPrivateImportUsage]
from PIL import Image

from generator import load_catalogue
from generator.encoding import Frames
from generator.pipelines.runtime import TorchRuntime
from generator.snapshots import Picture, Snapshot
from tests.generator.pipelines.tiny.catalogue import TINY, tiny_spec

pytestmark = [
    pytest.mark.filterwarnings("ignore:In CPU autocast:UserWarning"),  # Mochi's, of every CPU
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),  # numpy's
]


@dataclass(frozen=True)
class Look:
    """A run that was looked at."""

    frames: Frames
    unseen: Frames
    """The same run's, when nobody looked."""
    snapshots: list[Snapshot]
    pictures: list[Picture]
    clip_latents: torch.Tensor
    """What the clip was decoded of, (frames, channels, height, width)."""
    last_latents: torch.Tensor
    """What the last picture was decoded of, (channels, height, width)."""


LookAt = Callable[[str, bool], Look]


@pytest.fixture(scope="module")
def look_at(
    runtime: TorchRuntime, weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> LookAt:
    """Return a function that runs an entry, once, perhaps on a picture."""
    picture = tmp_path_factory.mktemp("pictures") / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(picture)

    @functools.cache
    def look_at(name: str, with_picture: bool) -> Look:
        # in float32, in which a lone frame is what it is in the clip
        entry = replace(tiny_spec(name, weights), part_dtypes={})
        request = entry.request(
            id="1",
            prompt="a red circle",
            seed=7,
            output_path="unused.mp4",
            image_path=str(picture) if with_picture else None,
        )
        pipeline = runtime.load(entry.serving(request))
        vae = pipeline._pipeline.vae  # pyright: ignore[reportPrivateUsage]
        snapshots: list[Snapshot] = []
        with pytest.MonkeyPatch.context() as patch:
            decoded = decodes_of(type(vae), patch)
            frames = pipeline.run(request, lambda *_: None, snapshots.append).frames
            clip_latents = torch.cat(decoded)
            pictures = [snapshot.picture() for snapshot in snapshots]
            (last_latents,) = decoded[-1]
        unseen = pipeline.run(request, lambda *_: None).frames
        return Look(frames, unseen, snapshots, pictures, clip_latents, last_latents)

    return look_at


def decodes_of(vae_class: Any, patch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Return a list that grows by what is decoded, (frames, channels, height, width)."""
    decoded: list[torch.Tensor] = []
    decode = vae_class.decode

    def wrapper(self: Any, latents: torch.Tensor, *args: Any, **kwargs: Any) -> Any:
        decoded.append(latents if latents.ndim == 4 else latents[0].movedim(1, 0))
        return decode(self, latents, *args, **kwargs)

    patch.setattr(vae_class, "decode", wrapper)
    return decoded


RUNS = [
    (name, with_picture)
    for name in sorted(TINY)
    for with_picture in ([False, True] if load_catalogue()[name].image_to_video else [False])
]


@pytest.mark.parametrize(("name", "with_picture"), RUNS)
def test_looking_at_a_clip_does_not_change_it(
    look_at: LookAt, name: str, with_picture: bool
) -> None:
    look = look_at(name, with_picture)
    assert np.array_equal(look.frames, look.unseen)


@pytest.mark.parametrize(("name", "with_picture"), RUNS)
def test_there_is_a_picture_of_the_clips_size_after_every_step(
    look_at: LookAt, name: str, with_picture: bool
) -> None:
    look = look_at(name, with_picture)
    assert {(picture.dtype, picture.shape) for picture in look.pictures} == {
        (np.dtype(np.uint8), look.frames.shape[1:])
    }
    assert min(picture.std() for picture in look.pictures) > 1
    assert not np.array_equal(look.pictures[0], look.pictures[-1])
    steps = [snapshot.step for snapshot in look.snapshots]
    (total,) = {snapshot.total_steps for snapshot in look.snapshots}
    if name == "helios":  # three sizes, of which the last is shown; two chunks
        assert steps == [9, 10, 11, 12, 17, 18]
        assert total == 18
        return
    assert steps == list(range(total + 1))
    times = [snapshot.timestep for snapshot in look.snapshots]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(("name", "with_picture"), RUNS)
def test_the_last_picture_is_decoded_of_what_its_frame_is_decoded_of(
    look_at: LookAt, name: str, with_picture: bool
) -> None:
    look = look_at(name, with_picture)
    apart = (look.clip_latents - look.last_latents).abs().amax(dim=(1, 2, 3))
    # LTX lays some noise over the clip's
    assert apart.min() < (0.2 if name in ("ltx-2b", "ltx-13b") else 1e-3)
    nearest = int(apart.argmin())
    if name == "allegro":
        assert look.snapshots[-1].frame == 4 * nearest
        return
    # the first latents of a clip, or of a chunk, stand for one frame
    chunks = 2 if name == "helios" else 1
    per_chunk = len(look.clip_latents) // chunks
    chunk, place = divmod(nearest, per_chunk)
    frames_of_chunk = len(look.frames) // chunks
    frames_of_latent = (frames_of_chunk - 1) // max(1, per_chunk - 1)
    assert look.snapshots[-1].frame == chunk * (frames_of_chunk + 1) + place * frames_of_latent
    assert (place > 0) == (with_picture and name != "helios") or frames_of_latent == 1


EXACT = [
    "builtin",
    "modelscope",
    "animatediff",
    "wan-1b",
    "wan22-5b",
    "fastwan-5b",
    "anyflow-1b",
    "skyreels-v2",
    "helios",
    "sana-video",
    "hunyuan-15",
    "mochi",
]
NEARLY = ["cogvideox-2b", "cogvideox-5b", "cogvideox-15", "hunyuan", "kandinsky5", "allegro"]


@pytest.mark.parametrize("name", EXACT)
def test_the_picture_after_the_last_step_is_the_clips_own_frame(look_at: LookAt, name: str) -> None:
    look = look_at(name, False)
    first, *_, last = apart_from_clip(look)
    assert last <= 1
    assert first > 1


@pytest.mark.parametrize("name", NEARLY)
def test_where_norms_go_over_all_frames_the_last_picture_is_far_nearer_than_the_noise(
    look_at: LookAt, name: str
) -> None:
    """All that random weights can say; LTX's say not even that, as its frames mix more."""
    look = look_at(name, False)
    first, *_, last = apart_from_clip(look, np.mean)
    assert last < first / 2


def apart_from_clip(look: Look, measure: Any = np.max) -> list[float]:
    """Return how far each picture is from the frame of the clip that it shows, of 255."""
    return [
        measure(np.abs(picture.astype(int) - look.frames[snapshot.frame]))
        for snapshot, picture in zip(look.snapshots, look.pictures, strict=True)
    ]


def test_a_class_that_is_not_known_hands_nothing_over(runtime: TorchRuntime, weights: Path) -> None:
    spec = tiny_spec("builtin", weights)
    pipeline = runtime.load(spec)
    bare = pipeline._pipeline  # pyright: ignore[reportPrivateUsage]
    bare.__class__ = type("UnheardOfPipeline", (type(bare),), {})
    snapshots: list[Snapshot] = []
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    assert len(pipeline.run(request, lambda *_: None, snapshots.append).frames) == 4
    assert snapshots == []


def test_a_model_that_is_not_what_its_class_was_thought_to_be_still_makes_its_clip(
    runtime: TorchRuntime, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tiny_spec("wan-1b", weights)
    monkeypatch.setattr(
        "generator.pipelines.frame_decoder._FRAMES_OF_LATENT", {AutoencoderKLWan: 1}
    )
    snapshots: list[Snapshot] = []
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    frames = runtime.load(spec).run(request, lambda *_: None, snapshots.append).frames
    assert len(frames) == request.num_frames
    assert snapshots == []


def test_a_snapshot_does_not_keep_a_model_that_is_let_go(
    runtime: TorchRuntime, weights: Path
) -> None:
    spec = tiny_spec("builtin", weights)
    request = spec.request(id="1", prompt="a red circle", seed=7, output_path="unused.mp4")
    snapshots: list[Snapshot] = []
    runtime.load(spec).run(request, lambda *_: None, snapshots.append)
    gc.collect()
    with pytest.raises(LookupError, match="unloaded"):
        snapshots[0].picture()
