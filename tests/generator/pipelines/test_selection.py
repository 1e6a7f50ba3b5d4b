"""Which of a repository's files are fetched."""

from dataclasses import replace
from typing import Any

import pytest

from generator.models import load_catalogue
from generator.pipelines.selection import MissingFilesError, lora_file, model_files, part_files
from generator.sources import Lora, Part

WAN = load_catalogue()["wan-1b"]
INDEX: dict[str, Any] = {
    "_class_name": "WanPipeline",
    "scheduler": ["diffusers", "UniPCMultistepScheduler"],
    "text_encoder": ["transformers", "UMT5EncoderModel"],
    "tokenizer": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "WanTransformer3DModel"],
    "transformer_2": [None, None],
    "vae": ["diffusers", "AutoencoderKLWan"],
    "safety_checker": ["transformers", "CLIPModel"],
    "expand_timesteps": False,
}
SHARDS = [f"transformer/diffusion_pytorch_model-0000{n}-of-00002.safetensors" for n in (1, 2)]
NEEDED = {
    "model_index.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.safetensors",
    "tokenizer/spiece.model",
    "tokenizer/tokenizer.json",
    "transformer/config.json",
    "transformer/diffusion_pytorch_model.safetensors.index.json",
    *SHARDS,
    "vae/config.json",
    "vae/diffusion_pytorch_model.safetensors",
}
OTHERS = {
    "README.md",
    "assets/sample.mp4",
    "original.pth",
    "safety_checker/model.safetensors",
    "text_encoder/model.fp16.safetensors",
    "text_encoder/onnx/model.onnx",
    "text_encoder/pytorch_model.bin",
    "text_encoder/tf_model.h5",
    "transformer/diffusion_pytorch_model.bin.index.json",
    "transformer/modeling.py",
    "vae/diffusion_pytorch_model.bin",
}


def test_the_parts_of_the_class_in_safetensors_and_no_code() -> None:
    assert model_files(WAN, INDEX, NEEDED | OTHERS) == NEEDED


def test_a_variant_where_there_is_one_and_else_the_usual_file() -> None:
    fp16 = replace(WAN, variant="fp16")
    changed = {"text_encoder/model.safetensors", "text_encoder/model.fp16.safetensors"}
    assert model_files(fp16, INDEX, NEEDED | OTHERS) == NEEDED ^ changed


def test_a_part_from_elsewhere_is_not_fetched_twice() -> None:
    part = Part(class_name="AutoencoderKLWan", source="a/vae")
    files = model_files(replace(WAN, parts={"vae": part}), INDEX, NEEDED)
    assert files == {name for name in NEEDED if not name.startswith("vae/")}


def test_a_part_of_its_own_repository() -> None:
    part = Part(class_name="MotionAdapter", source="a/adapter")
    names = {"config.json", "diffusion_pytorch_model.safetensors", "a.gif", "README.md", "x.ckpt"}
    assert part_files(part, names) == {"config.json", "diffusion_pytorch_model.safetensors"}
    single = replace(part, file="x.safetensors")
    with pytest.raises(MissingFilesError, match=r"x\.safetensors"):
        part_files(single, names)
    assert part_files(single, {*names, "x.safetensors"}) == {"x.safetensors"}


def test_a_part_in_a_folder_of_another_model() -> None:
    tokenizer = Part(class_name="AutoTokenizer", source="a/model", subfolder="tokenizer")
    assert part_files(tokenizer, NEEDED) == {"tokenizer/spiece.model", "tokenizer/tokenizer.json"}


def test_the_likeliest_file_of_a_lora() -> None:
    usual = "pytorch_lora_weights.safetensors"
    assert lora_file(Lora(source="a/b"), {"a.safetensors", usual}) == usual
    assert lora_file(Lora(source="a/b"), {"x/a.safetensors", "b.safetensors"}) == "b.safetensors"
    assert lora_file(Lora(source="a/b", file="x/a.safetensors"), {"x/a.safetensors"}) == (
        "x/a.safetensors"
    )
    with pytest.raises(MissingFilesError, match="safetensors"):
        lora_file(Lora(source="a/b"), {"a.ckpt"})
