"""Write the trained components as one diffusers pipeline folder."""

from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl_mochi import AutoencoderKLMochi
from diffusers.models.transformers.transformer_mochi import MochiTransformer3DModel
from diffusers.pipelines.mochi.pipeline_mochi import MochiPipeline
from transformers import T5EncoderModel

from generator.builtin.architecture import build_scheduler
from generator.builtin.tokenizer import build_tokenizer

MODEL_FOLDER = Path(__file__).parent / "model"


def export(
    folder: Path,
    autoencoder: AutoencoderKLMochi,
    text_encoder: T5EncoderModel,
    transformer: MochiTransformer3DModel,
) -> int:
    """Save the pipeline as fp16 safetensors and return the size of its weights in bytes."""
    pipeline = MochiPipeline(
        scheduler=build_scheduler(),
        vae=autoencoder,
        text_encoder=text_encoder,
        tokenizer=build_tokenizer(),  # pyright: ignore[reportArgumentType]
        transformer=transformer,
    )
    pipeline.to(dtype=torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True)
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))
