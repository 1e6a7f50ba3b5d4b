"""HunyuanVideo, of the first generation and 1.5, and Kandinsky 5, which shares its VAE."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

from typing import Any

from diffusers import (
    AutoencoderKLHunyuanVideo15,
    FlowMatchEulerDiscreteScheduler,
    HunyuanVideo15Pipeline,
    HunyuanVideo15Transformer3DModel,
    HunyuanVideoPipeline,
    HunyuanVideoTransformer3DModel,
    Kandinsky5T2VPipeline,
    Kandinsky5Transformer3DModel,
)
from diffusers.guiders import ClassifierFreeGuidance
from transformers import (
    ByT5Tokenizer,
    LlamaConfig,
    LlamaModel,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLTextModel,
    T5Config,
    T5EncoderModel,
)

from tests.generator.pipelines.tiny import parts

_TEXT: dict[str, Any] = {
    "vocab_size": parts.VOCABULARY,
    "hidden_size": parts.HIDDEN,
    "intermediate_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "pad_token_id": 0,
    "eos_token_id": 1,
    "bos_token_id": 2,
}
_ROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10_000.0}


def hunyuan() -> HunyuanVideoPipeline:
    transformer = HunyuanVideoTransformer3DModel(
        in_channels=4,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=12,
        num_layers=1,
        num_single_layers=1,
        num_refiner_layers=1,
        text_embed_dim=parts.HIDDEN,
        pooled_projection_dim=parts.HIDDEN,
        rope_axes_dim=(4, 4, 4),
    )
    return HunyuanVideoPipeline(
        text_encoder=LlamaModel(LlamaConfig(**_TEXT)).eval(),
        tokenizer=parts.tokenizer(1024),
        text_encoder_2=parts.clip(),
        tokenizer_2=parts.tokenizer(77),
        transformer=transformer,
        vae=parts.hunyuan_vae(),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
    )


def kandinsky() -> Kandinsky5T2VPipeline:
    transformer = Kandinsky5Transformer3DModel(
        in_visual_dim=4,
        out_visual_dim=4,
        in_text_dim=parts.HIDDEN,
        in_text_dim2=parts.HIDDEN,
        time_dim=16,
        model_dim=24,
        ff_dim=32,
        num_text_blocks=1,
        num_visual_blocks=1,
        axes_dims=(4, 4, 4),
    )
    config = Qwen2_5_VLConfig(
        text_config=_TEXT | {"rope_parameters": _ROPE},
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "out_hidden_size": parts.HIDDEN,
            "intermediate_size": 16,
            "num_heads": 2,
        },
    )
    return Kandinsky5T2VPipeline(
        transformer=transformer,
        vae=parts.hunyuan_vae(),
        text_encoder=Qwen2_5_VLForConditionalGeneration(config).eval(),
        tokenizer=parts.tokenizer(4096),
        text_encoder_2=parts.clip(),
        tokenizer_2=parts.tokenizer(77),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=5.0),
    )


def hunyuan_15() -> HunyuanVideo15Pipeline:
    transformer = HunyuanVideo15Transformer3DModel(
        in_channels=9,
        out_channels=4,
        num_attention_heads=2,
        attention_head_dim=12,
        num_layers=1,
        num_refiner_layers=1,
        text_embed_dim=parts.HIDDEN,
        text_embed_2_dim=parts.HIDDEN,
        image_embed_dim=12,
        rope_axes_dim=(4, 4, 4),
        target_size=32,
        task_type="t2v",
    )
    vae = AutoencoderKLHunyuanVideo15(
        latent_channels=4, block_out_channels=(16, 16, 16, 16, 16), layers_per_block=1
    )
    return HunyuanVideo15Pipeline(
        text_encoder=Qwen2_5_VLTextModel(
            Qwen2_5_VLTextConfig(**_TEXT, rope_parameters=_ROPE)
        ).eval(),
        tokenizer=parts.tokenizer(2048, chat=True),
        text_encoder_2=T5EncoderModel(
            T5Config(**(parts.T5 | {"vocab_size": len(ByT5Tokenizer())}))
        ).eval(),
        tokenizer_2=ByT5Tokenizer(),
        transformer=transformer,
        vae=vae,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        guider=ClassifierFreeGuidance(guidance_scale=6.0),
    )
