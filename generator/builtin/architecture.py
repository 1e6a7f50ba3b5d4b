"""The pipeline's components with fresh weights: stock classes of diffusers, made small."""

import math
from typing import Any, Final

import torch
from diffusers.models.autoencoders.autoencoder_kl_mochi import AutoencoderKLMochi
from diffusers.models.transformers.transformer_mochi import MochiTransformer3DModel
from diffusers.schedulers.scheduling_flow_match_euler_discrete import (
    FlowMatchEulerDiscreteScheduler,
)
from torch import Tensor
from transformers import T5Config, T5EncoderModel

WIDTH = HEIGHT = 96
NUM_FRAMES = 19
FPS = 8
LATENT_CHANNELS = 12
LATENT_SHAPE = (LATENT_CHANNELS, 4, HEIGHT // 8, WIDTH // 8)
"""Channels, time, height, width of one clip's latents: Mochi squeezes time by 6 and space by 8."""

CALL_ARGUMENTS: Final[dict[str, Any]] = {
    "width": WIDTH,
    "height": HEIGHT,
    "num_frames": NUM_FRAMES,
    "num_inference_steps": 16,
    "guidance_scale": 4.0,
    "max_sequence_length": 24,
}
"""What the pipeline is called with: the class's own defaults are those of a far bigger model."""

TEXT_DIM = 128
HIDDEN_DIM = 192
HEAD_DIM = 32
PATCH = 3


def build_autoencoder(base: int = 32) -> AutoencoderKLMochi:
    """Return an autoencoder that folds 3 x 4 x 4 pixels at once, then works on the small grid.

    `base` scales every width; GroupNorm wants multiples of 32 wherever there are residual blocks.
    """
    autoencoder = AutoencoderKLMochi(
        encoder_block_out_channels=(base // 4, 2 * base, 3 * base),  # pyright: ignore[reportArgumentType]
        decoder_block_out_channels=(base // 4, 3 * base, 4 * base),  # pyright: ignore[reportArgumentType]
        layers_per_block=(0, 1, 1, 1),
        temporal_expansions=(3, 2),
        spatial_expansions=(4, 2),
        add_attention_block=(False, False, False, False),
        latents_mean=(0.0,) * LATENT_CHANNELS,
        latents_std=(1.0,) * LATENT_CHANNELS,
    )
    for name, parameter in autoencoder.named_parameters():
        if ".resnets." in name and "conv2" in name:
            parameter.data.zero_()  # residual blocks start as the identity and learn faster
    # Mochi adds sines of 64 and 128 turns per unit of brightness, which hash flat colours to noise
    autoencoder.encoder.proj_in.weight.data[:, 3:] = 0
    autoencoder.encoder.proj_in.weight.register_hook(_only_the_pixels)
    return autoencoder


def _only_the_pixels(gradient: Tensor) -> Tensor:
    """Keep the encoder blind to its Fourier features."""
    return gradient * (torch.arange(gradient.shape[1]) < 3)


def encode(autoencoder: AutoencoderKLMochi, clips: Tensor) -> Tensor:
    """Return the latents of clips (n, 3, time, height, width) in -1..1."""
    return autoencoder.encode(clips, return_dict=False)[0].mode()  # pyright: ignore[reportIndexIssue]


def decode(autoencoder: AutoencoderKLMochi, latents: Tensor) -> Tensor:
    """Return the clips of latents (n, 12, time, height, width)."""
    return autoencoder.decode(latents, return_dict=False)[0]  # pyright: ignore[reportReturnType, reportIndexIssue]


def build_text_encoder(vocabulary_size: int) -> T5EncoderModel:
    """Return a two-layer T5 encoder of `TEXT_DIM`."""
    return T5EncoderModel(
        T5Config(
            vocab_size=vocabulary_size,
            d_model=TEXT_DIM,
            d_kv=32,
            d_ff=2 * TEXT_DIM,
            num_layers=2,
            num_heads=4,
            relative_attention_num_buckets=16,
            relative_attention_max_distance=32,
            dropout_rate=0.0,
            feed_forward_proj="gated-gelu",
            is_encoder_decoder=False,
            use_cache=False,
        )
    )


def build_transformer(hidden_dim: int = HIDDEN_DIM, num_layers: int = 4) -> MochiTransformer3DModel:
    """Return the denoiser; the pooled prompt joins the time embedding of every block."""
    transformer = MochiTransformer3DModel(
        patch_size=PATCH,
        num_attention_heads=hidden_dim // HEAD_DIM,
        attention_head_dim=HEAD_DIM,
        num_layers=num_layers,
        pooled_projection_dim=64,
        in_channels=LATENT_CHANNELS,
        text_embed_dim=TEXT_DIM,
        time_embed_dim=128,
        max_sequence_length=64,
    )
    _spread_positions(transformer)
    return transformer


def _spread_positions(transformer: MochiTransformer3DModel) -> None:
    """Give each rotary pair a direction in time and space: at zero, tokens have no position."""
    frequencies = transformer.pos_frequencies
    _, heads, pairs = frequencies.shape
    directions = torch.randn(3, heads, pairs, generator=torch.Generator().manual_seed(0))
    directions /= directions.norm(dim=0, keepdim=True)
    radians_a_step = torch.exp(torch.linspace(math.log(0.15), math.log(2.0), pairs))
    step = 192 * PATCH / (HEIGHT // 8)
    scale = torch.tensor([1.0, 1 / step, 1 / step]).view(3, 1, 1)
    frequencies.data.copy_(directions * radians_a_step * scale)


def build_scheduler() -> FlowMatchEulerDiscreteScheduler:
    """Return Mochi's scheduler: time 0 is noise, the velocity points from noise to data.

    The pipeline spends half of its steps above noise level 0.975, made for a model that draws on
    far larger grids; the shift brings them down to where this one decides what appears.
    """
    return FlowMatchEulerDiscreteScheduler(invert_sigmas=True, shift=0.1)
