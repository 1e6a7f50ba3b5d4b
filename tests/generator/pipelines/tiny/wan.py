"""Wan and the families that share its text encoder and VAE."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false

from typing import Any

from diffusers import (
    AnyFlowPipeline,
    AnyFlowTransformer3DModel,
    FlowMapEulerDiscreteScheduler,
    HeliosDMDScheduler,
    HeliosPyramidPipeline,
    HeliosTransformer3DModel,
    SkyReelsV2ImageToVideoPipeline,
    SkyReelsV2Pipeline,
    SkyReelsV2Transformer3DModel,
    UniPCMultistepScheduler,
    WanImageToVideoPipeline,
    WanPipeline,
    WanTransformer3DModel,
)
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

from tests.generator.pipelines.tiny import parts

_PICTURE = 16  # pixels of a side, as its encoder sees it


def wan() -> WanPipeline:
    return WanPipeline(**_shared(), transformer=_transformer())


def wan_two_experts() -> WanPipeline:
    return WanPipeline(
        **_shared(), transformer=_transformer(), transformer_2=_transformer(), boundary_ratio=0.875
    )


def wan_5b() -> WanPipeline:
    """Each token has its own timestep; 16x16 pixels to a latent."""
    vae = parts.wan_vae(
        base_dim=4,
        z_dim=16,
        is_residual=True,
        in_channels=12,
        out_channels=12,
        patch_size=2,
        decoder_base_dim=4,
        scale_factor_spatial=16,
    )
    return WanPipeline(
        **(_shared() | {"vae": vae}), transformer=_transformer(), expand_timesteps=True
    )


def wan_picture() -> WanImageToVideoPipeline:
    """Wan 2.1's: it looks at the picture twice, by its VAE and by CLIP."""
    return WanImageToVideoPipeline(
        **_shared(),
        transformer=_transformer(in_channels=36, image_dim=parts.HIDDEN, added_kv_proj_dim=24),
        **_eyes(),
    )


def wan_two_experts_picture() -> WanImageToVideoPipeline:
    """Wan 2.2's: by its VAE alone."""
    return WanImageToVideoPipeline(
        **_shared(),
        transformer=_transformer(in_channels=36),
        transformer_2=_transformer(in_channels=36),
        boundary_ratio=0.9,
    )


def anyflow() -> AnyFlowPipeline:
    return AnyFlowPipeline(
        **(_shared() | {"scheduler": FlowMapEulerDiscreteScheduler()}),
        transformer=AnyFlowTransformer3DModel(**(_SIZES | {"rope_max_seq_len": 32})),
    )


def skyreels() -> SkyReelsV2Pipeline:
    return SkyReelsV2Pipeline(**_shared(), transformer=SkyReelsV2Transformer3DModel(**_SIZES))


def skyreels_picture() -> SkyReelsV2ImageToVideoPipeline:
    sizes = _SIZES | {"in_channels": 36, "image_dim": parts.HIDDEN, "added_kv_proj_dim": 24}
    return SkyReelsV2ImageToVideoPipeline(
        **_shared(), transformer=SkyReelsV2Transformer3DModel(**sizes), **_eyes()
    )


def helios() -> HeliosPyramidPipeline:
    scheduler = HeliosDMDScheduler(
        stages=3, stage_range=[0, 1 / 3, 2 / 3, 1], gamma=0.3, use_dynamic_shifting=True
    )
    transformer = HeliosTransformer3DModel(**(_HELIOS | {"rope_dim": (4, 4, 4)}))
    return HeliosPyramidPipeline(
        **(_shared() | {"scheduler": scheduler}), transformer=transformer, is_distilled=True
    )


_SIZES: dict[str, Any] = {
    "num_attention_heads": 2,
    "attention_head_dim": 12,
    "in_channels": 16,
    "out_channels": 16,
    "text_dim": parts.HIDDEN,
    "freq_dim": 16,
    "ffn_dim": 32,
    "num_layers": 1,
    "rope_max_seq_len": 64,
}
_HELIOS = {name: size for name, size in _SIZES.items() if name != "rope_max_seq_len"}


def _transformer(**changes: Any) -> WanTransformer3DModel:
    return WanTransformer3DModel(**(_SIZES | changes))


def _shared() -> dict[str, Any]:
    scheduler = UniPCMultistepScheduler(
        prediction_type="flow_prediction", use_flow_sigmas=True, num_train_timesteps=1000
    )
    return {
        "tokenizer": parts.tokenizer(512),
        "text_encoder": parts.umt5(),
        "vae": parts.wan_vae(),
        "scheduler": scheduler,
    }


def _eyes() -> dict[str, Any]:
    config = CLIPVisionConfig(
        hidden_size=parts.HIDDEN,
        projection_dim=parts.HIDDEN,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_PICTURE,
        patch_size=8,
    )
    size = {"height": _PICTURE, "width": _PICTURE}
    return {
        "image_encoder": CLIPVisionModelWithProjection(config).eval(),
        "image_processor": CLIPImageProcessor(size={"shortest_edge": _PICTURE}, crop_size=size),
    }
