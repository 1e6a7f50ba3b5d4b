"""A TextToVideoSDPipeline with a few thousand random weights, saved as the hub would have it."""

# pyright: reportPrivateImportUsage=false, reportArgumentType=false
# (diffusers exports and types its classes in ways that only look wrong)

import json
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDIMScheduler, TextToVideoSDPipeline, UNet3DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generator.memory import Memory
from generator.models import load_catalogue
from generator.rules import SizeRule
from generator.spec import ModelSpec, Settings

_PROMPTS = "a red circle, a blue square"


def save_tiny(folder: Path) -> None:
    """Write the pipeline in fp16 safetensors under the fp16 variant's names."""
    torch.manual_seed(0)
    pipeline = TextToVideoSDPipeline(
        vae=_vae(),
        text_encoder=_text_encoder(),
        tokenizer=_tokenizer(folder / "words"),
        unet=_unet(),
        scheduler=DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear"),
    )
    pipeline.to(torch.float16).save_pretrained(folder / "model", variant="fp16")


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
    folder.mkdir(parents=True)
    vocabulary = {token: index for index, token in enumerate(tokens)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16
    )
