"""The pipeline's components with fresh weights: stock classes of diffusers, made small."""

from typing import Any, Final

from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler
from torch import Tensor, nn
from transformers import T5Config, T5EncoderModel

from generator.builtin import GUIDANCE_SCALE, NUM_FRAMES, NUM_INFERENCE_STEPS, SIZE
from generator.builtin.latents import GRID, LATENT_CHANNELS

LATENT_SHAPE = (LATENT_CHANNELS, NUM_FRAMES, GRID, GRID)
"""Channels, time, height, width of one clip's latents: every frame is folded by itself."""

CALL_ARGUMENTS: Final[dict[str, Any]] = {
    "width": SIZE,
    "height": SIZE,
    "video_length": NUM_FRAMES,
    "num_inference_steps": NUM_INFERENCE_STEPS,
    "guidance_scale": GUIDANCE_SCALE,
    "clean_caption": False,
}
"""What the pipeline is called with: the class's own defaults are those of a far bigger model."""

TEXT_DIM = 128
HIDDEN_DIM = 192
HEAD_DIM = 32
NUM_LAYERS = 4
FLOW_SHIFT = float(GRID)


def build_autoencoder(
    channels: tuple[int, ...] = (16, 32, 64, 96, 192),
) -> AutoencoderKL:
    """Return an image autoencoder that folds `CELL` x `CELL` pixels into a cell of the latents."""
    return AutoencoderKL(
        block_out_channels=channels,  # pyright: ignore[reportArgumentType]
        down_block_types=("DownEncoderBlock2D",) * len(channels),  # pyright: ignore[reportArgumentType]
        up_block_types=("UpDecoderBlock2D",) * len(channels),  # pyright: ignore[reportArgumentType]
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        sample_size=SIZE,
        scaling_factor=1.0,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )


def encode(autoencoder: AutoencoderKL, frames: Tensor) -> Tensor:
    """Return the latents (n, channels, h, w) of frames (n, 3, height, width) in -1..1."""
    return autoencoder.encode(frames, return_dict=False)[0].mode()  # pyright: ignore[reportIndexIssue]


def decode(autoencoder: AutoencoderKL, latents: Tensor) -> Tensor:
    """Return the frames of latents (n, channels, h, w)."""
    return autoencoder.decode(latents, return_dict=False)[0]  # pyright: ignore[reportReturnType, reportIndexIssue, reportArgumentType]


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


def build_transformer(
    hidden_dim: int = HIDDEN_DIM, num_layers: int = NUM_LAYERS
) -> LatteTransformer3DModel:
    """Return the denoiser, which starts by predicting zero; a frame is one token."""
    transformer = LatteTransformer3DModel(
        num_attention_heads=hidden_dim // HEAD_DIM,
        attention_head_dim=HEAD_DIM,
        in_channels=LATENT_CHANNELS,
        num_layers=num_layers,
        cross_attention_dim=hidden_dim,
        attention_bias=True,
        sample_size=GRID,
        patch_size=GRID,
        activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000,
        norm_type="ada_norm_single",
        norm_elementwise_affine=False,
        norm_eps=1e-6,
        caption_channels=TEXT_DIM,
        video_length=NUM_FRAMES,
    )
    for module in (transformer.proj_out, transformer.adaln_single.linear):
        nn.init.zeros_(module.weight)
        nn.init.zeros_(module.bias)
    return transformer


def build_scheduler() -> DPMSolverMultistepScheduler:
    """Return a second-order solver of the flow from noise to clips; the denoiser predicts the clip.

    Predicting the clip instead of the velocity spares a small network from carrying the noise
    through; the shift spends the steps at high noise, where a clip's content is decided: a frame
    is said `GRID` x `GRID` times over. "learned" keeps Latte's pipeline from cutting off half of
    the channels, which it takes for variances.
    """
    return DPMSolverMultistepScheduler(
        prediction_type="sample",
        use_flow_sigmas=True,
        flow_shift=FLOW_SHIFT,
        variance_type="learned",
        final_sigmas_type="zero",
    )
