"""Families of one class each."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

from typing import Any

from diffusers import (
    AllegroPipeline,
    AllegroTransformer3DModel,
    AutoencoderKL,
    AutoencoderKLAllegro,
    AutoencoderKLCogVideoX,
    AutoencoderKLMochi,
    CogVideoXDDIMScheduler,
    CogVideoXImageToVideoPipeline,
    CogVideoXPipeline,
    CogVideoXTransformer3DModel,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    LattePipeline,
    LatteTransformer3DModel,
    MochiPipeline,
    MochiTransformer3DModel,
    SanaVideoPipeline,
    SanaVideoTransformer3DModel,
)
from transformers import Gemma2Config, Gemma2Model

from tests.generator.pipelines.tiny import parts


def cogvideox() -> CogVideoXPipeline:
    return CogVideoXPipeline(**_cogvideox_parts(), transformer=_cogvideox_transformer())


def cogvideox_picture() -> CogVideoXImageToVideoPipeline:
    return CogVideoXImageToVideoPipeline(
        **_cogvideox_parts(), transformer=_cogvideox_transformer(in_channels=8)
    )


_TWO_FRAMES = {"patch_size_t": 2, "sample_width": 8}


def cogvideox_15() -> CogVideoXPipeline:
    """Two latent frames to a token: the pipeline puts one to spare before an odd number of them."""
    return CogVideoXPipeline(
        **_cogvideox_parts(), transformer=_cogvideox_transformer(**_TWO_FRAMES)
    )


def cogvideox_15_picture() -> CogVideoXImageToVideoPipeline:
    return CogVideoXImageToVideoPipeline(
        **_cogvideox_parts(), transformer=_cogvideox_transformer(in_channels=8, **_TWO_FRAMES)
    )


def _cogvideox_parts() -> dict[str, Any]:
    vae = AutoencoderKLCogVideoX(
        block_out_channels=(8, 8, 8, 8),
        latent_channels=4,
        layers_per_block=1,
        norm_num_groups=2,
    )
    return {
        "tokenizer": parts.tokenizer(226),
        "text_encoder": parts.t5(),
        "vae": vae,
        "scheduler": CogVideoXDDIMScheduler(),
    }


def _cogvideox_transformer(**changes: Any) -> CogVideoXTransformer3DModel:
    sizes: dict[str, Any] = {
        "num_attention_heads": 2,
        "attention_head_dim": 16,
        "in_channels": 4,
        "out_channels": 4,
        "time_embed_dim": 4,
        "text_embed_dim": parts.HIDDEN,
        "num_layers": 1,
        "sample_width": 4,
        "sample_height": 4,
        "sample_frames": 9,
        "use_rotary_positional_embeddings": True,
    }
    return CogVideoXTransformer3DModel(**(sizes | changes))


def sana() -> SanaVideoPipeline:
    transformer = SanaVideoTransformer3DModel(
        in_channels=16,
        out_channels=16,
        num_attention_heads=2,
        attention_head_dim=12,
        num_layers=1,
        num_cross_attention_heads=2,
        cross_attention_head_dim=12,
        cross_attention_dim=24,
        caption_channels=parts.HIDDEN,
        rope_max_seq_len=32,
    )
    encoder = Gemma2Model(
        Gemma2Config(
            vocab_size=parts.VOCABULARY,
            hidden_size=parts.HIDDEN,
            intermediate_size=32,
            num_hidden_layers=1,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=8,
            pad_token_id=0,
            eos_token_id=1,
            bos_token_id=2,
        )
    ).eval()
    return SanaVideoPipeline(
        tokenizer=parts.tokenizer(4096),
        text_encoder=encoder,
        vae=parts.wan_vae(),
        transformer=transformer,
        scheduler=DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=7.0
        ),
    )


def mochi() -> MochiPipeline:
    transformer = MochiTransformer3DModel(
        patch_size=2,
        num_attention_heads=2,
        attention_head_dim=8,
        num_layers=2,
        pooled_projection_dim=16,
        in_channels=12,
        text_embed_dim=parts.HIDDEN,
        time_embed_dim=4,
        max_sequence_length=256,
    )
    vae = AutoencoderKLMochi(
        encoder_block_out_channels=(32, 32, 32, 32),
        decoder_block_out_channels=(32, 32, 32, 32),
        layers_per_block=(1, 1, 1, 1, 1),
        add_attention_block=(False,) * 5,
    )
    return MochiPipeline(
        tokenizer=parts.tokenizer(256),
        text_encoder=parts.t5(),
        vae=vae,
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(invert_sigmas=True),
    )


def allegro() -> AllegroPipeline:
    transformer = AllegroTransformer3DModel(
        num_attention_heads=2,
        attention_head_dim=12,
        in_channels=4,
        out_channels=4,
        num_layers=1,
        cross_attention_dim=24,
        sample_width=8,
        sample_height=8,
        sample_frames=8,
        caption_channels=parts.HIDDEN,
    )
    vae = AutoencoderKLAllegro(
        block_out_channels=(4, 4, 4, 4),
        layers_per_block=1,
        norm_num_groups=2,
        sample_size=128,
    )
    return AllegroPipeline(
        tokenizer=parts.tokenizer(512),
        text_encoder=parts.t5(),
        vae=vae,
        transformer=transformer,
        scheduler=EulerAncestralDiscreteScheduler(),
    )


def latte() -> LattePipeline:
    transformer = LatteTransformer3DModel(
        sample_size=4,
        num_layers=1,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=2,
        caption_channels=parts.HIDDEN,
        in_channels=4,
        cross_attention_dim=16,
        out_channels=8,
        attention_bias=True,
        activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000,
        norm_type="ada_norm_single",
        video_length=4,
        norm_elementwise_affine=False,
    )
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        norm_num_groups=4,
        latent_channels=4,
    )
    return LattePipeline(
        tokenizer=parts.tokenizer(120),
        text_encoder=parts.t5(),
        vae=vae,
        transformer=transformer,
        scheduler=DDIMScheduler(),
    )
