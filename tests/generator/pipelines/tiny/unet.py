"""ModelScope and AnimateDiff: the families with a UNet."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false
# (diffusers exports and types its classes in ways that only look wrong)

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import (
    AnimateDiffPipeline,
    AutoencoderKL,
    DDIMScheduler,
    MotionAdapter,
    TextToVideoSDPipeline,
    UNet2DConditionModel,
    UNet3DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generator.memory import Memory
from generator.models import load_catalogue
from generator.presets import Settings
from generator.rules import SizeRule
from generator.spec import ModelSpec

_PROMPTS = "a red circle, a blue square"


def save_tiny(folder: Path) -> None:
    """Write ModelScope's in fp16 safetensors under the fp16 variant's names."""
    torch.manual_seed(0)
    modelscope().to(torch.float16).save_pretrained(folder / "model", variant="fp16")


def modelscope() -> TextToVideoSDPipeline:
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = _tokenizer(Path(folder))
    return TextToVideoSDPipeline(
        vae=_vae(),
        text_encoder=_text_encoder(),
        tokenizer=tokenizer,
        unet=_unet(),
        scheduler=DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
    )


def animatediff() -> AnimateDiffPipeline:
    still = modelscope()
    return AnimateDiffPipeline(
        vae=still.vae,
        text_encoder=still.text_encoder,
        tokenizer=still.tokenizer,
        unet=picture_unet(),
        motion_adapter=motion_adapter(),
        scheduler=DDIMScheduler(steps_offset=1, clip_sample=False),
    )


def picture_unet() -> UNet2DConditionModel:
    """A network that knows nothing of motion."""
    return UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        sample_size=16,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        norm_num_groups=4,
    )


def motion_adapter() -> MotionAdapter:
    return MotionAdapter(
        block_out_channels=(8, 16),
        motion_layers_per_block=1,
        motion_mid_block_layers_per_block=1,
        motion_norm_num_groups=4,
        motion_num_attention_heads=2,
        motion_max_seq_length=32,
    )


def tiny_spec(folder: Path) -> ModelSpec:
    """Return ModelScope's entry with only the place and the sizes changed."""
    return replace(
        load_catalogue()["modelscope"],
        name="tiny",
        title="Tiny",
        source=str(folder / "model"),
        revision=None,
        memory=Memory(),
        sizes=SizeRule(multiple=8, min=16, max=64, max_pixels=64 * 64),
        defaults=Settings(
            width=32, height=32, num_frames=4, fps=8, num_inference_steps=4, guidance_scale=9.0
        ),
    )


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(8, 16),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        norm_num_groups=4,
        latent_channels=4,
        sample_size=32,
    )


def _unet() -> UNet3DConditionModel:
    return UNet3DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        sample_size=16,
        down_block_types=("CrossAttnDownBlock3D", "DownBlock3D"),
        up_block_types=("UpBlock3D", "CrossAttnUpBlock3D"),
        cross_attention_dim=16,
        attention_head_dim=4,
        norm_num_groups=4,
    )


def _text_encoder() -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=600,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        max_position_embeddings=16,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )
    return CLIPTextModel(config)


def _tokenizer(folder: Path) -> CLIPTokenizer:
    """Letters only, in the files a CLIP tokenizer is made of."""
    letters = sorted(set(_PROMPTS) - {" "})
    endings = [f"{letter}</w>" for letter in letters]
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *endings]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16
    )
