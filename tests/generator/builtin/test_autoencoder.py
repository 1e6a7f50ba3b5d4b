"""The autoencoder's two trainings and the measure of what they reach, on tiny settings."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from generator.builtin import SIZE
from generator.builtin.architecture import build_autoencoder, decode, encode
from generator.builtin.checkpoint import Phase
from generator.builtin.decoder import (
    DETAIL,
    SKETCHES,
    WHOLE,
    SketchHeads,
    blur_kinds,
    drawing_loss,
    finish,
    sketch,
)
from generator.builtin.encoder import reading_loss
from generator.builtin.frames import SKETCH_SIZE, FrameSampler
from generator.builtin.latents import CELL, GRID, LATENT_CHANNELS, channels
from generator.builtin.reconstruction import drawing_psnr, reconstruction_psnr
from generator.builtin.scenery import LIFE_SIZE
from generator.builtin.vocabulary import BACKGROUNDS

TINY = (8, 8, 8, 16, 16)


def test_sampled_frames_come_with_what_the_renderer_knows() -> None:
    frames = FrameSampler(seed=0).draw(6)
    assert frames.pixels.shape == (6, 3, SIZE, SIZE)
    assert -1 <= frames.pixels.min() <= frames.pixels.max() <= 1
    assert frames.latents.shape == (6, LATENT_CHANNELS, GRID, GRID)
    assert frames.distance.shape == (6, 1, SKETCH_SIZE, SKETCH_SIZE)
    inside = torch.nn.functional.avg_pool2d(frames.coverage, SIZE // SKETCH_SIZE) > 0.99
    assert inside.any()
    assert (frames.distance[inside] < 0).all()
    again = FrameSampler(seed=0).draw(6)
    assert torch.equal(frames.pixels, again.pixels)


def test_a_faded_shape_lets_the_background_through_and_is_not_to_be_read() -> None:
    clear = FrameSampler(seed=0).draw(6)
    faded = FrameSampler(seed=0, faded=1.0).draw(6)
    assert (clear.opacity == 1).all()
    assert (faded.opacity < 1).all()
    autoencoder: Any = build_autoencoder(TINY)
    latents = faded.latents.clone().requires_grad_()
    reading_loss(autoencoder, replace(faded, latents=latents), drawn=False).backward()
    assert latents.grad is not None
    counted = latents.grad.abs().amax((0, 2, 3)) > 0
    assert counted[channels("background")].all()
    assert counted[channels("life")].all()
    assert counted.sum() == len(BACKGROUNDS) + LIFE_SIZE


@torch.no_grad()
def test_the_autoencoder_folds_a_cell_of_pixels_into_one_of_the_latents() -> None:
    autoencoder = build_autoencoder(TINY).eval()
    frames = FrameSampler(seed=0).draw(2)
    latents = encode(autoencoder, frames.pixels)
    assert latents.shape == frames.latents.shape
    assert decode(autoencoder, latents).shape == (2, 3, GRID * CELL, GRID * CELL)
    for measure in (reconstruction_psnr, drawing_psnr):
        whole, shapes = measure(autoencoder, frames)
        assert 0 < shapes < 30
        assert 0 < whole < 30


@pytest.mark.parametrize(
    ("phase", "coarse", "fine"),
    [(SKETCHES, True, False), (DETAIL, False, True), (WHOLE, True, True)],
    ids=lambda value: getattr(value, "name", None),
)
def test_drawing_is_learned_coarse_to_fine(phase: Phase, coarse: bool, fine: bool) -> None:
    autoencoder = build_autoencoder(TINY)
    decoder: Any = autoencoder.decoder
    for _ in range(3):  # crops and whole frames both
        frames = FrameSampler(seed=0).draw(6)
        drawing_loss(decoder, SketchHeads(autoencoder), frames, phase).backward()
    assert (decoder.conv_in.weight.grad is not None) == coarse
    assert (decoder.conv_out.weight.grad is not None) == fine


@torch.no_grad()
def test_the_sketches_and_the_rest_are_the_decoder() -> None:
    """Trained in two halves, run in one: without sketch or crop both must be the same network."""
    autoencoder: Any = build_autoencoder(TINY).eval()
    latents = FrameSampler(seed=0).draw(2).latents
    halves = finish(autoencoder.decoder, sketch(autoencoder.decoder, latents)[-1])
    torch.testing.assert_close(halves, decode(autoencoder, latents))


def test_only_the_kinds_are_blurred() -> None:
    latents = torch.zeros(3, LATENT_CHANNELS, GRID, GRID)
    noisy = blur_kinds(latents)
    kinds = torch.zeros(LATENT_CHANNELS, dtype=torch.bool)
    for part in ("shape", "two tones", "background"):
        kinds[channels(part)] = True
    assert (noisy[:, kinds] != 0).all()
    assert (noisy[:, ~kinds] == 0).all()
    assert (latents == 0).all()


@pytest.mark.parametrize("drawn", [False, True])
def test_the_encoder_learns_to_read_beside_a_decoder_that_stays(drawn: bool) -> None:
    autoencoder: Any = build_autoencoder(TINY)
    autoencoder.decoder.requires_grad_(False)
    reading_loss(autoencoder, FrameSampler(seed=0).draw(2), drawn=drawn).backward()
    assert autoencoder.encoder.conv_in.weight.grad.abs().sum() > 0
    assert autoencoder.decoder.conv_in.weight.grad is None
