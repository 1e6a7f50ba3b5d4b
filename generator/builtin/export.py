"""Write the trained components as one diffusers pipeline folder."""

from pathlib import Path

import torch
from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
from diffusers.models.transformers.latte_transformer_3d import LatteTransformer3DModel
from diffusers.pipelines.latte.pipeline_latte import LattePipeline
from transformers import T5EncoderModel

from generator.builtin.architecture import build_scheduler
from generator.builtin.tokenizer import build_tokenizer

MODEL_FOLDER = Path(__file__).parent / "model"


def export(
    folder: Path,
    autoencoder: AutoencoderKL,
    text_encoder: T5EncoderModel,
    transformer: LatteTransformer3DModel,
) -> int:
    """Save the pipeline as fp16 safetensors and return the size of its weights in bytes."""
    pipeline = LattePipeline(
        scheduler=build_scheduler(),  # pyright: ignore[reportArgumentType]
        vae=autoencoder,
        text_encoder=text_encoder,
        tokenizer=build_tokenizer(),  # pyright: ignore[reportArgumentType]
        transformer=transformer,
    )
    pipeline.to(dtype=torch.float16)
    pipeline.save_pretrained(folder, safe_serialization=True)
    return sum(file.stat().st_size for file in folder.rglob("*.safetensors"))
